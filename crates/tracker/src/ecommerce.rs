//! Orders and carts: their money and their items.

use serde_json::Value;

use crate::parameters::{Parameters, leading_number};
use crate::web_address::cut;

/// Money in cents.
pub(crate) type Cents = i64;

/// What was ordered or left in a cart. `T` is the text as it came, or the name it is kept under.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Basket<T> {
    pub(crate) revenue: Cents,
    pub(crate) subtotal: Cents,
    pub(crate) tax: Cents,
    pub(crate) shipping: Cents,
    pub(crate) discount: Cents,
    /// The quantities of all items, also of those with the same SKU.
    pub(crate) quantity: i64,
    /// One per SKU.
    pub(crate) items: Box<[Item<T>]>,
}

/// One line of a basket.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item<T> {
    pub(crate) sku: T,
    pub(crate) name: Option<T>,
    pub(crate) category: Option<T>,
    pub(crate) price: Cents,
    pub(crate) quantity: i64,
}

impl<T> Basket<T> {
    /// The same basket with every text turned into something else.
    pub(crate) fn map<U>(&self, mut turn: impl FnMut(&T) -> U) -> Basket<U> {
        let items = self.items.iter().map(|item| Item {
            sku: turn(&item.sku),
            name: item.name.as_ref().map(&mut turn),
            category: item.category.as_ref().map(&mut turn),
            price: item.price,
            quantity: item.quantity,
        });
        Basket {
            items: items.collect(),
            revenue: self.revenue,
            subtotal: self.subtotal,
            tax: self.tax,
            shipping: self.shipping,
            discount: self.discount,
            quantity: self.quantity,
        }
    }
}

/// The basket of an order or a cart update.
pub(crate) fn basket(parameters: &Parameters<'_>) -> Basket<String> {
    let money = |name| parameters.filled(name).map_or(0, cents);
    let all = parameters.filled("ec_items").map(items).unwrap_or_default();
    let quantity = all.iter().fold(0, |sum: i64, item| sum.saturating_add(item.quantity));
    let mut items: Vec<Item<String>> = Vec::with_capacity(all.len());
    for item in all {
        match items.iter_mut().find(|known| known.sku == item.sku) {
            Some(known) => *known = item,
            None => items.push(item),
        }
    }
    Basket {
        revenue: money("revenue"),
        subtotal: money("ec_st"),
        tax: money("ec_tx"),
        shipping: money("ec_sh"),
        discount: money("ec_dt"),
        quantity,
        items: items.into(),
    }
}

/// The cents of an amount, with as many decimals as it has.
pub(crate) fn cents(amount: &str) -> Cents {
    (leading_number(amount) * 100.0).round() as Cents
}

/// Reads `[[sku, name, category, price, quantity], …]`; what cannot be read has no items.
fn items(text: &str) -> Vec<Item<String>> {
    let Ok(Value::Array(lines)) = serde_json::from_str(text) else {
        return Vec::new();
    };
    lines.iter().filter_map(Value::as_array).filter_map(|line| item(line)).collect()
}

fn item(line: &[Value]) -> Option<Item<String>> {
    let sku = line.first().map(text).filter(|sku| !sku.is_empty())?;
    let category = match line.get(2) {
        Some(Value::Array(categories)) => categories.first().map(text),
        other => other.map(text),
    };
    let number = |at: usize| line.get(at).map(text).filter(|text| !text.is_empty());
    Some(Item {
        sku,
        name: line.get(1).map(text).filter(|name| !name.is_empty()),
        category: category.filter(|category| !category.is_empty()),
        price: number(3).map_or(0, |price| cents(&price)),
        quantity: number(4).map_or(1, |quantity| leading_number(&quantity) as i64),
    })
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => cut(text.trim().to_owned(), 1024),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(items: &str) -> Basket<String> {
        let encoded = form_urlencoded::Serializer::new(String::new())
            .append_pair("ec_items", items)
            .append_pair("revenue", "19,99")
            .append_pair("ec_tx", "1.239")
            .finish();
        let mut parameters = Parameters::default();
        parameters.add_encoded(encoded.as_bytes());
        basket(&parameters)
    }

    #[test]
    fn money_has_two_decimals_and_no_comma() {
        let basket = read("");
        assert_eq!((basket.revenue, basket.tax, basket.shipping), (1900, 124, 0));
    }

    #[test]
    fn the_same_sku_twice_is_one_line_and_all_its_pieces() {
        let basket =
            read(r#"[["A","Blue shoe","Shoes",25.5,2],["A","Blue shoe",["Shoes","Men"],"25.5","3"],["B"]]"#);
        assert_eq!(basket.items.len(), 2);
        assert_eq!(basket.quantity, 6);
        assert_eq!(basket.items[0].category.as_deref(), Some("Shoes"));
        assert_eq!((basket.items[0].price, basket.items[0].quantity), (2550, 3));
    }

    #[test]
    fn items_that_cannot_be_read_are_no_items() {
        assert!(read("[[").items.is_empty());
        assert!(read(r#"{"a":1}"#).items.is_empty());
    }
}
