//! What was done in a visit, in the words of the log of visits.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::action::Deed;
use crate::detail::{Details, Variable};
use crate::ecommerce::Basket;
use crate::names::{Name, Names};
use crate::options::{Dimension, Options, Scope};
use crate::report::money;
use crate::visit::{Entry, Visit};

/// Everything done in a visit, in the order in which it happened.
pub(super) fn actions(visit: &Visit, names: &Names, options: &Options) -> Value {
    let mut entries: Vec<&Entry> = visit.entries.iter().collect();
    entries.sort_by_key(|entry| entry.at);
    let mut position = 0;
    let describe = |(at, entry): (usize, &&Entry)| {
        let mut answer = deed(&entry.deed, names, options);
        let at_time = Timestamp::from_second(entry.at).unwrap_or_default();
        let time = options.time_zone.to_datetime(at_time).strftime("%b %-d, %Y %H:%M:%S").to_string();
        answer.insert("serverTimePretty".to_owned(), json!(time));
        answer.insert("timestamp".to_owned(), json!(entry.at));
        if entry.deed.is_action() || matches!(entry.deed, Deed::Content { .. }) {
            let next = entries[at + 1..].iter().find(|next| next.deed.is_action());
            let length = entry.page_view.iter().position(|byte| *byte == 0).unwrap_or(entry.page_view.len());
            let page_view = String::from_utf8_lossy(&entry.page_view[..length]);
            answer.insert("idpageview".to_owned(), json!(page_view));
            answer.insert("timeSpent".to_owned(), json!(next.map_or(0, |next| next.at - entry.at)));
            for Dimension { id, .. } in options.dimensions.iter().filter(|known| known.scope == Scope::Action)
            {
                let value = entry.dimensions.iter().rev().find(|(known, _)| known == id);
                let value = value.map(|(_, value)| names.text(*value));
                answer.insert(format!("dimension{id}"), json!(value));
            }
            let details = entry.details.as_deref();
            answer.insert("bandwidth".to_owned(), json!(details.and_then(|details| details.bandwidth)));
            if let Some(details) = details {
                tell(details, names, &mut answer);
            }
        }
        if matches!(entry.deed, Deed::PageView { .. }) {
            position += 1;
            answer.insert("pageviewPosition".to_owned(), json!(position));
        }
        Value::Object(answer)
    };
    entries.iter().enumerate().map(describe).collect()
}

/// Adds what was told besides what was done.
fn tell(details: &Details<Name>, names: &Names, answer: &mut Map<String, Value>) {
    let mut insert = |name: &str, value: Value| answer.insert(name.to_owned(), value);
    if details.timings.iter().any(Option::is_some) {
        let total: u32 = details.timings.iter().flatten().sum();
        insert("pageLoadTimeMilliseconds", json!(total));
        insert("pageLoadTime", json!(format!("{}s", f64::from(total) / 1000.0)));
    }
    if let Some(product) = &details.product {
        let categories: Vec<&str> = product.categories.iter().map(|name| names.text(*name)).collect();
        insert("productViewSku", json!(product.sku.map(|sku| names.text(sku))));
        insert("productViewName", json!(product.name.map(|name| names.text(name))));
        insert("productViewCategories", json!(categories));
        insert("productViewPrice", json!(product.price.map(money)));
    }
    if !details.variables.is_empty() {
        insert("customVariables", variables(&details.variables, "Page", names));
    }
}

/// Custom variables by their slots; `scope` is `Page`, or nothing for those of the visit.
pub(super) fn variables(variables: &[Variable<Name>], scope: &str, names: &Names) -> Value {
    let mut slots = Map::new();
    for Variable { slot, name, value } in variables {
        let mut one = Map::new();
        one.insert(format!("customVariable{scope}Name{slot}"), json!(names.text(*name)));
        one.insert(format!("customVariable{scope}Value{slot}"), json!(names.text(*value)));
        slots.insert(slot.to_string(), Value::Object(one));
    }
    Value::Object(slots)
}

fn deed(deed: &Deed<Name>, names: &Names, options: &Options) -> Map<String, Value> {
    let text = |name: Option<Name>| name.map(|name| names.text(name));
    let value = match deed {
        Deed::Ping => json!({}),
        Deed::PageView { url, title } => json!({
            "type": "action",
            "url": text(*url),
            "pageTitle": text(*title),
            "title": text(*title),
            "subtitle": text(*url),
        }),
        Deed::Event { url, category, action, name, value } => json!({
            "type": "event",
            "url": text(*url),
            "pageTitle": null,
            "title": "Event",
            "eventCategory": names.text(*category),
            "eventAction": names.text(*action),
            "eventName": text(*name),
            "eventValue": value,
        }),
        Deed::Search { keyword, category, count } => json!({
            "type": "search",
            "url": null,
            "pageTitle": names.text(*keyword),
            "title": "Site Search",
            "siteSearchKeyword": names.text(*keyword),
            "siteSearchCategory": text(*category),
            "siteSearchCount": count,
        }),
        Deed::Outlink { url } => json!({ "type": "outlink", "url": text(*url), "pageTitle": null }),
        Deed::Download { url } => json!({ "type": "download", "url": text(*url), "pageTitle": null }),
        Deed::Content { name, piece, target, interaction } => json!({
            "type": "content",
            "url": null,
            "contentName": names.text(*name),
            "contentPiece": text(*piece),
            "contentTarget": text(*target),
            "contentInteraction": text(*interaction),
        }),
        Deed::Goal { id, revenue, url, .. } => {
            let goal = options.goals.iter().find(|goal| goal.id == *id);
            json!({
                "type": "goal",
                "goalName": goal.map(|goal| goal.name.as_str()),
                "goalId": id,
                "revenue": money(revenue.unwrap_or(0)),
                "url": text(*url),
            })
        }
        Deed::Order { id, basket } => json!({
            "type": "ecommerceOrder",
            "orderId": names.text(*id),
            "revenue": money(basket.revenue),
            "revenueSubTotal": money(basket.subtotal),
            "revenueTax": money(basket.tax),
            "revenueShipping": money(basket.shipping),
            "revenueDiscount": money(basket.discount),
            "items": basket.quantity,
            "itemDetails": items(basket, names),
        }),
        Deed::Cart { basket } => json!({
            "type": "ecommerceAbandonedCart",
            "revenue": money(basket.revenue),
            "items": basket.quantity,
            "itemDetails": items(basket, names),
        }),
    };
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn items(basket: &Basket<Name>, names: &Names) -> Value {
    let text = |name: Option<Name>| name.map(|name| names.text(name));
    let items = basket.items.iter().map(|item| {
        json!({
            "itemSKU": names.text(item.sku),
            "itemName": text(item.name),
            "itemCategory": text(item.category),
            "price": money(item.price),
            "quantity": item.quantity,
            "categories": text(item.category).into_iter().collect::<Vec<_>>(),
        })
    });
    items.collect()
}
