//! Conversions and their money: `Goals.get`, `Goals.getGoals`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::selection::{question, select, site};
use super::{Refusal, money, percentage, quotient};
use crate::action::Deed;
use crate::ecommerce::Cents;
use crate::names::Name;
use crate::options::{Conversions, GoalMatch};
use crate::parameters::Parameters;
use crate::server::Tracker;
use crate::visit::{Visit, VisitorKind};

/// Which conversions are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    /// Goals and orders; carts are never among them.
    All,
    Goal(u32),
    Orders,
    Carts,
}

/// What a set of visits converted.
#[derive(Debug, Default)]
struct Sum {
    visits: usize,
    conversions: usize,
    visits_converted: usize,
    revenue: Cents,
    subtotal: Cents,
    tax: Cents,
    shipping: Cents,
    discount: Cents,
    items: i64,
}

pub(super) fn get(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let (question, _) = question(parameters, tracker)?;
    let wanted = match parameters.filled("idGoal") {
        None | Some("0") => Wanted::All,
        Some("ecommerceOrder") => Wanted::Orders,
        Some("ecommerceAbandonedCart") => Wanted::Carts,
        Some(number) => match number.parse() {
            Ok(number) => Wanted::Goal(number),
            Err(_) => return Err(Refusal::BadArgument(format!("'{number}' is not a valid idGoal"))),
        },
    };
    let visits = tracker.visits();
    let (mut all, mut new, mut returning) = (Sum::default(), Sum::default(), Sum::default());
    for (_, visit) in select(&visits, &question) {
        all.add(visit, wanted);
        let kind = if visit.visitor_kind == VisitorKind::New { &mut new } else { &mut returning };
        kind.add(visit, wanted);
    }
    let mut answer = Map::new();
    all.write(&mut answer, "", wanted);
    new.write(&mut answer, "_new_visit", wanted);
    returning.write(&mut answer, "_returning_visit", wanted);
    Ok(Value::Object(answer))
}

pub(super) fn goals(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let site = site(parameters)?;
    let goals = tracker.options.goals.iter().map(|goal| {
        let (attribute, pattern) = match &goal.matches {
            GoalMatch::Manual => ("manually", None),
            GoalMatch::UrlContains(part) => ("url", Some((part, "contains"))),
            GoalMatch::EventAction(action) => ("event_action", Some((action, "exact"))),
        };
        let mut answer = json!({
            "idsite": site,
            "idgoal": goal.id,
            "name": goal.name,
            "description": "",
            "match_attribute": attribute,
            "allow_multiple": i32::from(goal.per_visit == Conversions::Every),
            "revenue": money(goal.revenue_cents),
            "deleted": 0,
            "event_value_as_revenue": 0,
        });
        if let Some((pattern, kind)) = pattern {
            answer["pattern"] = json!(pattern);
            answer["pattern_type"] = json!(kind);
            answer["case_sensitive"] = json!(0);
        }
        answer
    });
    Ok(goals.collect())
}

/// What visits converted, goal by goal: part of a row of a table about something else.
#[derive(Debug)]
pub(super) struct ByGoal {
    goals: Map<String, Value>,
    conversions: usize,
    revenue: Cents,
}

/// What these visits converted, goal by goal.
pub(super) fn by_goal(visits: &[&Visit]) -> ByGoal {
    let mut sums: BTreeMap<(Wanted, String), Sum> = BTreeMap::new();
    let mut all = Sum::default();
    for visit in visits {
        all.add(visit, Wanted::All);
        let wanted: BTreeSet<_> = visit.entries.iter().filter_map(|entry| wanted(&entry.deed)).collect();
        for (wanted, name) in wanted {
            sums.entry((wanted, name)).or_default().add(visit, wanted);
        }
    }
    let goal = |((wanted, name), sum): ((Wanted, String), Sum)| {
        let mut goal = json!({
            "nb_conversions": sum.conversions,
            "nb_visits_converted": sum.visits_converted,
            "revenue": money(sum.revenue),
        });
        if wanted == Wanted::Orders {
            goal["revenue_subtotal"] = money(sum.subtotal);
            goal["revenue_tax"] = money(sum.tax);
            goal["revenue_shipping"] = money(sum.shipping);
            goal["revenue_discount"] = money(sum.discount);
        }
        if matches!(wanted, Wanted::Orders | Wanted::Carts) {
            goal["items"] = json!(sum.items);
        }
        (format!("idgoal={name}"), goal)
    };
    ByGoal { goals: sums.into_iter().map(goal).collect(), conversions: all.conversions, revenue: all.revenue }
}

impl ByGoal {
    /// Adds it to a row; one without any conversion says nothing of goals.
    pub(super) fn write(self, row: &mut Value) {
        if !self.goals.is_empty() {
            row["goals"] = Value::Object(self.goals);
            row["nb_conversions"] = json!(self.conversions);
            row["revenue"] = money(self.revenue);
        }
    }
}

/// Which conversion a deed is, and what tables call it.
fn wanted(deed: &Deed<Name>) -> Option<(Wanted, String)> {
    match deed {
        Deed::Goal { id, .. } => Some((Wanted::Goal(*id), id.to_string())),
        Deed::Order { .. } => Some((Wanted::Orders, "ecommerceOrder".to_owned())),
        Deed::Cart { .. } => Some((Wanted::Carts, "ecommerceAbandonedCart".to_owned())),
        _ => None,
    }
}

impl Sum {
    fn add(&mut self, visit: &Visit, wanted: Wanted) {
        let before = self.conversions;
        for entry in &visit.entries {
            self.add_deed(&entry.deed, wanted);
        }
        self.visits += 1;
        // A visit counts as converted by all together even where nothing remained of its conversion.
        let converted = match wanted {
            Wanted::All => visit.converted,
            _ => self.conversions > before,
        };
        self.visits_converted += usize::from(converted);
    }

    fn add_deed(&mut self, deed: &Deed<Name>, wanted: Wanted) {
        let basket = match deed {
            Deed::Goal { id, revenue, .. } if wanted == Wanted::All || wanted == Wanted::Goal(*id) => {
                self.conversions += 1;
                self.revenue = self.revenue.saturating_add(revenue.unwrap_or(0));
                return;
            }
            Deed::Order { basket, .. } if matches!(wanted, Wanted::All | Wanted::Orders) => basket,
            Deed::Cart { basket } if wanted == Wanted::Carts => basket,
            _ => return,
        };
        self.conversions += 1;
        self.revenue = self.revenue.saturating_add(basket.revenue);
        self.subtotal = self.subtotal.saturating_add(basket.subtotal);
        self.tax = self.tax.saturating_add(basket.tax);
        self.shipping = self.shipping.saturating_add(basket.shipping);
        self.discount = self.discount.saturating_add(basket.discount);
        self.items = self.items.saturating_add(basket.quantity);
    }

    fn write(&self, answer: &mut Map<String, Value>, ending: &str, wanted: Wanted) {
        let mut insert = |name: &str, value: Value| answer.insert(format!("{name}{ending}"), value);
        insert("nb_conversions", json!(self.conversions));
        insert("nb_visits_converted", json!(self.visits_converted));
        insert("revenue", money(self.revenue));
        if wanted == Wanted::Orders {
            insert("revenue_subtotal", money(self.subtotal));
            insert("revenue_tax", money(self.tax));
            insert("revenue_shipping", money(self.shipping));
            insert("revenue_discount", money(self.discount));
        }
        if matches!(wanted, Wanted::Orders | Wanted::Carts) {
            insert("items", json!(self.items));
            insert("avg_order_revenue", quotient(self.revenue as f64 / 100.0, self.conversions as f64, 2));
        }
        insert("conversion_rate", json!(percentage(self.visits_converted, self.visits, 2)));
    }
}
