//! A catalogue in TOML: a table `[[product]]` each.

use toml::de::{DeTable, DeValue};
use traffic::catalogue::Product;

use super::money::parse_money;
use super::{Listed, Problem, categories};
use crate::lines::{Ends, Lines};

/// Keys of a product.
const KEYS: [&str; 5] = ["sku", "name", "category", "categories", "price"];

pub(super) fn read(text: &str) -> Result<Vec<Listed>, Vec<Problem>> {
    let ends = Ends::of(text);
    let lines = ends.lines();
    let document = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| lines.of(span.start));
        vec![(line, format!("it is not TOML: {}", error.message()))]
    })?;
    let mut problems: Vec<Problem> = Vec::new();
    let mut products = Vec::new();
    for (key, value) in document.get_ref() {
        let DeValue::Array(entries) = value.get_ref() else {
            let message =
                format!("{} is not accepted; give products, each under a line [[product]]", key.get_ref());
            problems.push((Some(lines.of(key.span().start)), message));
            continue;
        };
        if key.get_ref() != "product" {
            let message =
                format!("{} is not known; give products, each under a line [[product]]", key.get_ref());
            problems.push((Some(lines.of(key.span().start)), message));
            continue;
        }
        for entry in entries {
            let line = lines.of(entry.span().start);
            let DeValue::Table(table) = entry.get_ref() else {
                problems.push((
                    Some(line),
                    "product is not a table; give it under a line [[product]]".to_owned(),
                ));
                continue;
            };
            let known = problems.len();
            let product = product(table, line, lines, &mut problems);
            products.extend(product.filter(|_| problems.len() == known).map(|product| (line, product)));
        }
    }
    if products.is_empty() && problems.is_empty() {
        problems.push((None, "it has no product; give each under a line [[product]]".to_owned()));
    }
    problems.sort_by_key(|(line, _)| *line);
    if problems.is_empty() { Ok(products) } else { Err(problems) }
}

fn product(
    table: &DeTable<'_>,
    line: usize,
    lines: Lines<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Product> {
    for (key, _) in table.iter().filter(|(key, _)| !KEYS.contains(&key.get_ref().as_ref())) {
        let message = format!("{} is not known; a product has {}", key.get_ref(), KEYS.join(", "));
        problems.push((Some(lines.of(key.span().start)), message));
    }
    let mut text = |name: &str| {
        let (key, value) = table.get_key_value(name)?;
        if let DeValue::String(text) = value.get_ref() {
            return Some(text.trim().to_owned());
        }
        let message = format!("{name} is not a text; give it in quotes");
        problems.push((Some(lines.of(key.span().start)), message));
        Some(String::new())
    };
    let (sku, name, category) = (text("sku"), text("name"), text("category"));
    let several = table.get("categories").map(|value| match value.get_ref() {
        DeValue::Array(values) => values
            .iter()
            .map(|value| match value.get_ref() {
                DeValue::String(text) => Some(text.trim().to_owned()),
                _ => None,
            })
            .collect(),
        _ => None,
    });
    let categories = match (category, several) {
        (Some(text), None) => Some(categories(&text)),
        (None, Some(Some(list))) => Some(list),
        (None, Some(None)) => {
            problems.push((
                Some(line),
                "categories are not a list of texts; give [\"Shoes\", \"Boots\"]".to_owned(),
            ));
            None
        }
        (Some(_), Some(_)) => {
            problems.push((Some(line), "product has a category and categories; give one of them".to_owned()));
            None
        }
        (None, None) => {
            problems.push((Some(line), "product has no category; give category = \"Shoes\"".to_owned()));
            None
        }
    };
    let price = match table.get_key_value("price") {
        None => None,
        Some((key, value)) => {
            // The digits as they are written: 19.90 has no exact binary form.
            let written = match value.get_ref() {
                DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
                DeValue::Float(number) => number.as_str().to_owned(),
                DeValue::String(text) => text.to_string(),
                _ => "a value of another kind".to_owned(),
            };
            Some(parse_money(&written).map_err(|message| {
                problems.push((Some(lines.of(key.span().start)), format!("price {message}")));
            }))
        }
    };
    let missing = [("sku", sku.is_none()), ("name", name.is_none()), ("price", price.is_none())];
    for (key, _) in missing.iter().filter(|(_, is_missing)| *is_missing) {
        problems.push((Some(line), format!("product has no {key}; give one")));
    }
    Some(Product { sku: sku?, name: name?, categories: categories?, price: price?.ok()? })
}
