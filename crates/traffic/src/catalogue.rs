//! What a shop sells.

use std::collections::BTreeMap;

use crate::ledger::Cents;

/// Something a shop sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its number in stock.
    pub sku: String,
    /// Its name.
    pub name: String,
    /// What it belongs to, the widest first: at most [`MOST_CATEGORIES`].
    pub categories: Vec<String>,
    /// Its price.
    pub price: Cents,
}

/// Matomo keeps so many categories of a product.
pub const MOST_CATEGORIES: usize = 5;

/// The most products.
pub const MOST_PRODUCTS: usize = 65_535;

/// Everything a shop sells: at least one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    products: Vec<Product>,
}

impl Catalogue {
    /// Checks a list of products; problems name the place of the product, counted from 1.
    pub fn new(products: Vec<Product>) -> Result<Catalogue, Vec<(usize, String)>> {
        let mut problems = Vec::new();
        let mut known = BTreeMap::new();
        for (index, product) in products.iter().enumerate() {
            let mut problem = |message| problems.push((index + 1, message));
            if product.sku.trim().is_empty() || product.sku.chars().count() > 200 {
                problem(format!("sku {:?} is not accepted; give 1 to 200 characters", product.sku));
            }
            if let Some(first) = known.insert(product.sku.clone(), index + 1) {
                problem(format!("sku {:?} is already that of product {first}; give each once", product.sku));
            }
            if product.name.trim().is_empty() || product.name.chars().count() > 200 {
                problem(format!("name {:?} is not accepted; give 1 to 200 characters", product.name));
            }
            if product.categories.is_empty() || product.categories.len() > MOST_CATEGORIES {
                problem(format!(
                    "{} categories are not accepted; give 1 to {MOST_CATEGORIES}",
                    product.categories.len()
                ));
            }
            if let Some(empty) =
                product.categories.iter().find(|name| name.trim().is_empty() || name.len() > 200)
            {
                problem(format!("category {empty:?} is not accepted; give 1 to 200 characters"));
            }
            if product.price.0 == 0 || product.price.0 > 100_000_000 {
                problem(format!("price {} is not accepted; give 0.01 to 1000000", product.price));
            }
        }
        if products.is_empty() || products.len() > MOST_PRODUCTS {
            problems
                .push((products.len(), format!("{} products; give 1 to {MOST_PRODUCTS}", products.len())));
        }
        if problems.is_empty() { Ok(Catalogue { products }) } else { Err(problems) }
    }

    /// The products.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// The product of a place.
    pub fn get(&self, product: u16) -> &Product {
        &self.products[usize::from(product)]
    }

    /// How many there are: at least one.
    pub fn len(&self) -> usize {
        self.products.len()
    }

    /// Never true.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }
}
