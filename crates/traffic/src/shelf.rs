//! What is sold where: the products of the catalogue and the pages of the site that show them.

use std::collections::HashMap;

use crate::catalogue::{Catalogue, MOST_PRODUCTS, Product};
use crate::encode::Text;
use crate::ledger::Cents;
use crate::random;
use crate::site::{PageId, PageKind, Site};

/// Products in the form in which hits name them, and their pages.
#[derive(Clone, Debug)]
pub struct Shelf {
    products: Vec<Shown>,
    /// Product of a page, where it shows one.
    of_page: Vec<Option<u16>>,
    /// Whether there are products right below a page.
    above: Vec<bool>,
}

/// A product, ready to be named.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its number in stock.
    pub sku: Text,
    /// Its name.
    pub name: Text,
    /// Its category, or a JSON list of them.
    pub category: Text,
    /// Its price as text.
    pub price: Text,
    cents: Cents,
    /// The start of its line in an order: `["sku","name","category"`.
    item: String,
    page: Option<PageId>,
}

impl Shelf {
    /// The shelf of a catalogue. Without one it is filled by the site: every page at the end of the hierarchy is a
    /// product, unless `pages_sell` says that there is none on them; then it holds the built-in catalogue.
    pub fn new(catalogue: Option<&Catalogue>, site: &Site, pages_sell: bool) -> Shelf {
        let items =
            || (0..).zip(site.pages()).filter(|(_, page)| page.kind == PageKind::Item).map(|(id, _)| id);
        let mut of_page = vec![None; site.len()];
        let products: Vec<Product> = match catalogue {
            Some(catalogue) => catalogue.products().to_vec(),
            None if pages_sell && items().nth(4).is_some() => {
                let sold: Vec<PageId> = items().take(MOST_PRODUCTS).collect();
                for (product, page) in sold.iter().enumerate() {
                    of_page[*page as usize] = Some(product as u16);
                }
                sold.into_iter().map(|page| product_of(site, page)).collect()
            }
            None => built_in(),
        };
        if let Some(catalogue) = catalogue.filter(|_| pages_sell) {
            arrange(catalogue, site, &mut of_page);
        }
        let mut pages: Vec<Option<PageId>> = vec![None; products.len()];
        for (page, product) in of_page.iter().enumerate() {
            if let Some(product) = product {
                pages[usize::from(*product)].get_or_insert(page as PageId);
            }
        }
        let products = products.iter().zip(pages).map(|(product, page)| shown(product, page)).collect();
        let mut above = vec![false; site.len()];
        for (page, _) in site.pages().zip(&of_page).filter(|(_, product)| product.is_some()) {
            if let Some(parent) = page.parent() {
                above[parent as usize] = true;
            }
        }
        Shelf { products, of_page, above }
    }

    /// How many products there are: at least one.
    pub fn len(&self) -> usize {
        self.products.len()
    }

    /// Never true.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// A product.
    pub fn get(&self, product: u16) -> &Shown {
        &self.products[usize::from(product)]
    }

    /// Its price.
    pub fn price(&self, product: u16) -> Cents {
        self.get(product).cents
    }

    /// Where it is shown.
    pub fn page(&self, product: u16) -> Option<PageId> {
        self.get(product).page
    }

    /// What a page shows.
    pub fn product(&self, page: PageId) -> Option<u16> {
        self.of_page[page as usize]
    }

    /// Whether a page leads to products.
    pub fn leads_to_products(&self, page: PageId) -> bool {
        self.above[page as usize]
    }

    /// The cheapest order of so many different products, one of each.
    pub fn cheapest(&self, items: usize) -> Cents {
        let mut prices: Vec<u64> = self.products.iter().map(|product| product.cents.0).collect();
        prices.sort_unstable();
        Cents(prices.iter().take(items).sum())
    }

    /// The start of a product's line in an order.
    pub(crate) fn item(&self, product: u16) -> &str {
        &self.get(product).item
    }
}

/// Finds pages for the products of a catalogue: pages that name them, then addresses that contain their number or
/// name, then any page that could show a product.
fn arrange(catalogue: &Catalogue, site: &Site, of_page: &mut [Option<u16>]) {
    let by_sku: HashMap<&str, u16> =
        (0..).zip(catalogue.products()).map(|(at, product)| (product.sku.as_str(), at)).collect();
    let by_slug: HashMap<String, u16> = (0..)
        .zip(catalogue.products())
        .flat_map(|(at, product)| [(slug(&product.sku), at), (slug(&product.name), at)])
        .collect();
    for (id, page) in site.pages().enumerate() {
        let named = page.products.iter().find_map(|sku| by_sku.get(sku.as_str()));
        let last = page.url.raw().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        of_page[id] = match named {
            Some(product) => Some(*product),
            None if page.kind != PageKind::Item => None,
            None => by_slug.get(&slug(last.split(['.', '?', '#']).next().unwrap_or(last))).copied(),
        };
    }
    let mut shown = vec![false; catalogue.len()];
    for product in of_page.iter().flatten() {
        shown[usize::from(*product)] = true;
    }
    let mut rest = (0..catalogue.len() as u16).filter(|&product| !shown[usize::from(product)]);
    for (id, page) in site.pages().enumerate() {
        if page.kind == PageKind::Item && of_page[id].is_none() {
            let some = (random::hash_text(page.url.raw()) % catalogue.len() as u64) as u16;
            of_page[id] = Some(rest.next().unwrap_or(some));
        }
    }
}

/// Small letters and digits, everything else one hyphen.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// A page as a product: named and sorted in as the page is, priced by its address.
fn product_of(site: &Site, id: PageId) -> Product {
    let page = site.page(id);
    let hash = random::hash_text(page.url.raw());
    // Between 5 and 120, cheap things more often; just below a whole amount, as shops do.
    let whole = (5.0 * libm::pow(24.0, random::fraction(random::mix(hash)))) as u64;
    let end = [99, 95, 90, 50][(hash % 4) as usize];
    let mut categories: Vec<String> = page.sections().into_iter().map(cut).collect();
    categories.truncate(crate::catalogue::MOST_CATEGORIES);
    if categories.is_empty() {
        categories.push("Products".to_owned());
    }
    Product {
        sku: format!("{:04}-{:05}", hash >> 32 & 0xffff, id),
        name: cut(page.name()),
        categories,
        price: Cents(whole * 100 + end),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}

fn shown(product: &Product, page: Option<PageId>) -> Shown {
    let json = |text: &str| serde_json::Value::from(text).to_string();
    let list = match product.categories.as_slice() {
        [one] => json(one),
        several => serde_json::Value::from(several.to_vec()).to_string(),
    };
    let category = if product.categories.len() == 1 { product.categories[0].clone() } else { list.clone() };
    Shown {
        sku: Text::new(&product.sku),
        name: Text::new(&product.name),
        category: Text::new(&category),
        price: Text::new(&product.price.to_string()),
        cents: product.price,
        item: format!("[{},{},{list}", json(&product.sku), json(&product.name)),
        page,
    }
}

/// The catalogue of a site whose pages show no products: 24 things in 5 variants each.
fn built_in() -> Vec<Product> {
    const VARIANTS: [(&str, &str); 5] =
        [("BK", "Black"), ("BL", "Blue"), ("GR", "Green"), ("RD", "Red"), ("NA", "Natural")];
    #[rustfmt::skip]
    const THINGS: [(&str, &str, &str, u64); 24] = [
        ("WJ-1001", "Rain Jacket Mist", "Jackets", 8_990),
        ("WJ-1002", "Down Jacket Fjord", "Jackets", 15_990),
        ("WJ-1003", "Softshell Ridge", "Jackets", 7_490),
        ("WJ-1004", "Windbreaker Breeze", "Jackets", 4_990),
        ("TS-2001", "Organic T-Shirt", "Shirts", 1_990),
        ("TS-2002", "Striped Longsleeve", "Shirts", 2_990),
        ("TS-2003", "Linen Shirt", "Shirts", 3_990),
        ("TS-2004", "Flannel Shirt", "Shirts", 4_490),
        ("SH-3001", "Trail Runner", "Shoes", 9_990),
        ("SH-3002", "City Sneaker", "Shoes", 7_990),
        ("SH-3003", "Hiking Boot", "Shoes", 13_990),
        ("SH-3004", "Summer Sandal", "Shoes", 3_490),
        ("AC-4001", "Wool Beanie", "Accessories", 1_490),
        ("AC-4002", "Merino Socks", "Accessories", 990),
        ("AC-4003", "Leather Belt", "Accessories", 2_490),
        ("AC-4004", "Day Pack 20 l", "Accessories", 5_990),
        ("HO-5001", "Enamel Mug", "Home", 1_290),
        ("HO-5002", "Throw Blanket", "Home", 3_990),
        ("HO-5003", "Cushion Cover", "Home", 1_790),
        ("HO-5004", "Table Lamp", "Home", 6_490),
        ("OU-6001", "Insulated Bottle", "Outdoor", 2_690),
        ("OU-6002", "Head Torch", "Outdoor", 3_290),
        ("OU-6003", "Camping Stove", "Outdoor", 5_490),
        ("OU-6004", "Sleeping Mat", "Outdoor", 6_990),
    ];
    let variants = |(sku, name, category, cents): (&str, &str, &str, u64)| {
        VARIANTS.map(|(code, colour)| Product {
            sku: format!("{sku}-{code}"),
            name: format!("{name} {colour}"),
            categories: vec![category.to_owned()],
            price: Cents(cents),
        })
    };
    THINGS.into_iter().flat_map(variants).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::DEFAULT_LIST;

    #[test]
    fn the_built_in_shop_sells_what_its_pages_show() {
        let site = Site::parse(DEFAULT_LIST).unwrap();
        let shelf = Shelf::new(None, &site, true);
        assert!(shelf.len() > 1_000);
        let mut categories = std::collections::BTreeSet::new();
        for product in 0..shelf.len() as u16 {
            let page = shelf.page(product).unwrap();
            assert_eq!(shelf.product(page), Some(product));
            assert_eq!(shelf.get(product).name.raw(), site.page(page).name());
            categories.insert(shelf.get(product).category.raw());
        }
        assert!(categories.len() >= 20, "{}", categories.len());
    }

    #[test]
    fn products_of_a_catalogue_are_found_on_their_pages() {
        let list = "https://a.example/ Home\nhttps://a.example/p/ All\nhttps://a.example/p/red-boots Boots\n\
                    https://a.example/p/x-17.html Seventeen\nhttps://a.example/p/other Other\n";
        let site = Site::parse(list).unwrap();
        let product = |sku: &str, name: &str| Product {
            sku: sku.to_owned(),
            name: name.to_owned(),
            categories: vec!["Shoes".to_owned()],
            price: Cents(100),
        };
        let catalogue = Catalogue::new(vec![
            product("B1", "Red Boots"),
            product("X-17", "Sandals"),
            product("Z", "Hats"),
        ])
        .unwrap();
        let shelf = Shelf::new(Some(&catalogue), &site, true);
        assert_eq!(
            (0..5).map(|page| shelf.product(page)).collect::<Vec<_>>(),
            [None, None, Some(0), Some(1), Some(2)]
        );
        assert_eq!(built_in().len(), 120);
    }
}
