//! `[[product]]`: what the shop sells.

use toml::de::DeTable;
use traffic::catalogue::{Catalogue, Product};

use super::{Once, Tables, each};
use crate::catalogue::categories as split;
use crate::lines::Lines;
use crate::settings::fields::Fields;
use crate::settings::scenario_file::Entry;

/// The highest price.
const MOST: f64 = 1e6;

pub(super) fn read<'a>(
    table: &'a DeTable<'a>,
    lines: Lines<'a>,
    problems: &mut Vec<Entry<String>>,
    tables: &mut Tables,
) {
    let mut known = Once::default();
    let products = each((table, "product", "product"), lines, problems, |fields| {
        let product = product(fields)?;
        let (line, _) = fields.value("sku")?;
        if let Some(first) = known.again(product.sku.clone(), line) {
            let message = format!("{:?} is already on line {first}; give each product once", product.sku);
            fields.complain("sku", line, message);
            return None;
        }
        Some(product)
    });
    tables.products = products.iter().map(|(line, _)| *line).collect();
    let (places, products): (Vec<usize>, Vec<Product>) =
        products.into_iter().filter_map(|(line, product)| Some((line, product?))).unzip();
    if products.is_empty() {
        return;
    }
    match Catalogue::new(products) {
        Ok(catalogue) => tables.catalogue = Some(catalogue),
        Err(wrong) => problems.extend(wrong.into_iter().map(|(at, message)| Entry {
            line: places.get(at - 1).copied().unwrap_or(places[0]),
            key: "product".to_owned(),
            value: message,
        })),
    }
}

fn product(fields: &mut Fields<'_, '_>) -> Option<Product> {
    fields.need("sku", "sku = \"B-1\"");
    let sku = fields.text("sku");
    fields.need("name", "name = \"Boots\"");
    let name = fields.text("name");
    let category = fields.text("category");
    let mut categories = fields.texts("categories");
    match (fields.has("category"), fields.has("categories")) {
        (true, true) => {
            fields.complain_of_all("has a category and categories; give one of them".to_owned());
        }
        (false, false) => {
            fields.need("category", "category = \"Shoes\" or categories = [\"Shoes\", \"Boots\"]");
        }
        _ => categories.extend(category.as_deref().map(split).into_iter().flatten()),
    }
    fields.need("price", "price = 89.90");
    let price = fields.money("price", 0.01..=MOST, "an amount");
    Some(Product { sku: sku?, name: name?, categories, price: price? })
}
