//! What a hit tells besides what was done: how fast and how large the page was, the product on it, its variables.

use serde_json::Value;

use crate::ecommerce::{Cents, cents};
use crate::parameters::Parameters;
use crate::web_address::cut;

/// The parts of the time a page took to load, in the order in which they pass.
pub(crate) const TIMINGS: [&str; 6] = ["pf_net", "pf_srv", "pf_tfr", "pf_dm1", "pf_dm2", "pf_onl"];
/// The longest timing the column holds, in milliseconds; a longer one is forgotten.
const LONGEST_TIMING: i64 = 16_777_215;
/// Names and values of custom variables are cut here.
const LONGEST_VARIABLE: usize = 200;
/// A product has no more categories than these.
const MOST_CATEGORIES: usize = 5;

/// What a hit tells besides what was done. `T` is the text as it came, or the name it is kept under.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Details<T> {
    /// In the order of [`TIMINGS`], in milliseconds.
    pub(crate) timings: [Option<u32>; 6],
    /// `bw_bytes`
    pub(crate) bandwidth: Option<i64>,
    /// `_pks`, `_pkn`, `_pkc`, `_pkp`
    pub(crate) product: Option<Product<T>>,
    /// `cvar`
    pub(crate) variables: Box<[Variable<T>]>,
}

/// A product or a category that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Product<T> {
    pub(crate) sku: Option<T>,
    pub(crate) name: Option<T>,
    pub(crate) categories: Box<[T]>,
    pub(crate) price: Option<Cents>,
}

/// One custom variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Variable<T> {
    /// From 1 to 5.
    pub(crate) slot: u8,
    pub(crate) name: T,
    pub(crate) value: T,
}

impl<T> Details<T> {
    /// Whether there is nothing to keep.
    pub(crate) fn is_empty(&self) -> bool {
        self.timings == [None; 6]
            && self.bandwidth.is_none()
            && self.product.is_none()
            && self.variables.is_empty()
    }

    /// The same details with every text turned into something else.
    pub(crate) fn map<U>(&self, mut turn: impl FnMut(&T) -> U) -> Details<U> {
        Details {
            timings: self.timings,
            bandwidth: self.bandwidth,
            product: self.product.as_ref().map(|product| Product {
                sku: product.sku.as_ref().map(&mut turn),
                name: product.name.as_ref().map(&mut turn),
                categories: product.categories.iter().map(&mut turn).collect(),
                price: product.price,
            }),
            variables: self.variables.iter().map(|variable| variable.map(&mut turn)).collect(),
        }
    }
}

impl<T> Variable<T> {
    /// The same variable with its texts turned into something else.
    pub(crate) fn map<U>(&self, mut turn: impl FnMut(&T) -> U) -> Variable<U> {
        Variable { slot: self.slot, name: turn(&self.name), value: turn(&self.value) }
    }
}

/// What these parameters tell besides what was done.
pub(crate) fn details(parameters: &Parameters<'_>) -> Details<String> {
    let timing = |name: &str| {
        let milliseconds = parameters.integer(name).filter(|timing| (0..=LONGEST_TIMING).contains(timing))?;
        u32::try_from(milliseconds).ok()
    };
    Details {
        timings: TIMINGS.map(timing),
        bandwidth: parameters.integer("bw_bytes"),
        product: product(parameters),
        variables: variables(parameters.filled("cvar").unwrap_or("")),
    }
}

/// Reads `{"1":["name","value"], …}`; slots other than 1 to 5 do not exist.
pub(crate) fn variables(text: &str) -> Box<[Variable<String>]> {
    let Ok(Value::Object(slots)) = serde_json::from_str(text) else {
        return Box::default();
    };
    let variable = |(slot, pair): (&String, &Value)| {
        let slot = slot.parse().ok().filter(|slot| (1..=5).contains(slot))?;
        let text = |at: usize| match pair.get(at)? {
            Value::String(text) => Some(cut(text.trim().to_owned(), LONGEST_VARIABLE)),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        Some(Variable { slot, name: text(0).filter(|name| !name.is_empty())?, value: text(1)? })
    };
    slots.iter().filter_map(variable).collect()
}

fn product(parameters: &Parameters<'_>) -> Option<Product<String>> {
    let text = |name: &str| parameters.filled(name).map(|text| cut(text.trim().to_owned(), 1024));
    let categories = parameters.filled("_pkc").map(categories).unwrap_or_default();
    let product = Product {
        sku: text("_pks"),
        name: text("_pkn"),
        categories,
        price: parameters.filled("_pkp").map(cents),
    };
    let says_nothing = product.sku.is_none() && product.name.is_none() && product.categories.is_empty();
    if says_nothing { None } else { Some(product) }
}

/// Reads `["Shoes","Men"]`, or one category as it stands.
fn categories(text: &str) -> Box<[String]> {
    match serde_json::from_str(text) {
        Ok(Value::Array(list)) => {
            let names = list.iter().filter_map(Value::as_str).filter(|name| !name.is_empty());
            names.take(MOST_CATEGORIES).map(str::to_owned).collect()
        }
        _ => Box::new([text.trim().to_owned()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Details<String> {
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let mut parameters = Parameters::default();
        parameters.add_encoded(encoded.as_bytes());
        details(&parameters)
    }

    #[test]
    fn a_timing_that_is_too_long_is_forgotten_alone() {
        let timings = read(&[("pf_net", "99999999"), ("pf_srv", "120"), ("pf_onl", "0")]).timings;
        assert_eq!(timings, [None, Some(120), None, None, None, Some(0)]);
    }

    #[test]
    fn a_product_has_five_categories_at_most() {
        let product =
            read(&[("_pks", "SKU1"), ("_pkc", r#"["a","b","c","d","e","f"]"#), ("_pkp", "25.5")]).product;
        let product = product.expect("a product");
        assert_eq!((product.categories.len(), product.price, product.name), (5, Some(2550), None));
        let category = read(&[("_pkc", "Shoes")]).product.expect("a category");
        assert_eq!(*category.categories, ["Shoes".to_owned()]);
        assert!(read(&[("_pkp", "5")]).is_empty());
    }

    #[test]
    fn there_are_five_slots_for_variables() {
        let read = variables(r#"{"1":["plan","pro"],"6":["x","y"],"2":["n",7],"3":"z"}"#);
        let pairs: Vec<_> =
            read.iter().map(|one| (one.slot, one.name.as_str(), one.value.as_str())).collect();
        assert_eq!(pairs, [(1, "plan", "pro"), (2, "n", "7")]);
        assert!(variables("{").is_empty());
    }
}
