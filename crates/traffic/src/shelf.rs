//! What is sold where: the products of the catalogue and the pages of the site that show them.

mod stock;

use std::collections::{BTreeSet, HashMap};

use crate::catalogue::{Catalogue, MOST_PRODUCTS, Product};
use crate::encode::Text;
use crate::ledger::Cents;
use crate::profile::Profile;
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
    /// Products by their price, the cheapest first, and what the first of them cost together.
    ranked: Vec<u16>,
    sums: Vec<u64>,
    /// Whether somebody gave the prices.
    is_given: bool,
}

/// A shelf that pages fill has so many products in so many categories; what they lack is added from the catalogue
/// that comes with the program.
const FULL: (usize, usize) = (50, 5);

/// Pages with fewer products are no shop.
const FEWEST: usize = 5;

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
    /// product, unless the profile says that there is none on them; then it holds the built-in catalogue of the
    /// profile's kind of site.
    pub fn new(catalogue: Option<&Catalogue>, site: &Site, profile: &Profile) -> Shelf {
        let pages_sell = profile.details.products;
        let items =
            || (0..).zip(site.pages()).filter(|(_, page)| page.kind == PageKind::Item).map(|(id, _)| id);
        let mut of_page = vec![None; site.len()];
        let products: Vec<Product> = match catalogue {
            Some(catalogue) => catalogue.products().to_vec(),
            None if pages_sell && items().nth(FEWEST - 1).is_some() => {
                let sold: Vec<PageId> = items().take(MOST_PRODUCTS).collect();
                for (product, page) in sold.iter().enumerate() {
                    of_page[*page as usize] = Some(product as u16);
                }
                filled(sold.into_iter().map(|page| product_of(site, page)).collect(), profile)
            }
            None => stock::of(profile.site),
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
        let products: Vec<Shown> =
            products.iter().zip(pages).map(|(product, page)| shown(product, page)).collect();
        let mut above = vec![false; site.len()];
        for (page, _) in site.pages().zip(&of_page).filter(|(_, product)| product.is_some()) {
            if let Some(parent) = page.parent() {
                above[parent as usize] = true;
            }
        }
        let mut ranked: Vec<u16> = (0..products.len() as u16).collect();
        ranked.sort_by_key(|&product| (products[usize::from(product)].cents, product));
        let prices = ranked.iter().scan(0, |sum, &product| {
            *sum += products[usize::from(product)].cents.0;
            Some(*sum)
        });
        let sums = std::iter::once(0).chain(prices).collect();
        Shelf { products, of_page, above, ranked, sums, is_given: catalogue.is_some() }
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

    /// What so many different products cost at least, one of each; of as many as there are at most.
    pub fn cheapest(&self, items: u32) -> Cents {
        Cents(self.sums[self.len().min(items as usize)])
    }

    /// What so many different products cost at most, one of each.
    pub fn dearest(&self, items: u32) -> Cents {
        Cents(self.sums[self.len()] - self.sums[self.len() - self.len().min(items as usize)])
    }

    /// The products by their price, the cheapest first.
    pub(crate) fn ranked(&self) -> &[u16] {
        &self.ranked
    }

    /// Whether the prices are those of a catalogue that somebody gave: they are never changed.
    pub(crate) fn is_given(&self) -> bool {
        self.is_given
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

/// What pages sell, and where that is little what comes with the program.
fn filled(mut products: Vec<Product>, profile: &Profile) -> Vec<Product> {
    let mut categories: BTreeSet<String> =
        products.iter().filter_map(|product| product.categories.last().cloned()).collect();
    for product in stock::of(profile.site) {
        let category = product.categories.last().cloned().unwrap_or_default();
        let is_new = categories.len() < FULL.1 && !categories.contains(&category);
        if products.len() < MOST_PRODUCTS && (products.len() < FULL.0 || is_new) {
            categories.insert(category);
            products.push(product);
        }
    }
    products
}

/// A page as a product: named and sorted in as the page is, priced by its name and address.
fn product_of(site: &Site, id: PageId) -> Product {
    let page = site.page(id);
    let hash = random::hash_text(page.url.raw());
    // Cheap things more often; just below a whole amount, as shops do.
    let (least, most) = price_range(page.name());
    let whole = (least * libm::pow(most / least, random::fraction(random::mix(hash)))) as u64;
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

/// Words that tell what a thing costs, about: accessories are looked for first, "laptop sleeve" is no laptop.
const PRICES: [(&[&str], f64, f64); 4] = [
    (
        &[
            "bag",
            "band",
            "bib",
            "block",
            "bottle",
            "box",
            "case",
            "charger",
            "cover",
            "cushion",
            "light",
            "mount",
            "protector",
            "sleeve",
            "strap",
            "stylus",
            "sock",
            "socks",
            "plug",
            "mug",
            "bulb",
            "cable",
            "cap",
            "goggles",
            "gloves",
        ],
        6.0,
        45.0,
    ),
    (
        &[
            "soap",
            "balm",
            "lipstick",
            "mascara",
            "shampoo",
            "conditioner",
            "lotion",
            "cream",
            "gel",
            "toner",
            "mask",
            "candle",
            "deodorant",
            "puzzle",
            "mat",
            "tee",
            "bodysuit",
            "pillowcase",
            "towel",
            "scrub",
            "salt",
            "book",
        ],
        4.0,
        32.0,
    ),
    (
        &[
            "sofa",
            "armchair",
            "sideboard",
            "bookcase",
            "ultrabook",
            "notebook",
            "laptop",
            "smartphone",
            "television",
            "projector",
            "bike",
            "camera",
            "rowing",
            "tablet",
            "monitor",
            "turntable",
            "tent",
            "dining",
            "soundbar",
            "e-reader",
            "lens",
            "console",
        ],
        119.0,
        248.0,
    ),
    (
        &[
            "coat",
            "jacket",
            "parka",
            "peacoat",
            "blazer",
            "boot",
            "shoe",
            "sneaker",
            "brogue",
            "loafer",
            "headphones",
            "lamp",
            "rug",
            "dress",
            "weekender",
            "backpack",
            "thermostat",
            "doorbell",
            "chair",
            "amplifier",
            "gown",
            "headset",
            "keyboard",
            "speaker",
            "stool",
        ],
        39.0,
        149.0,
    ),
];

/// What something with this name may cost, from and to.
fn price_range(name: &str) -> (f64, f64) {
    let name = name.to_lowercase();
    let has =
        |words: &[&str]| name.split(' ').chain(name.split([' ', '-'])).any(|word| words.contains(&word));
    PRICES.iter().find(|(words, ..)| has(words)).map_or((5.0, 120.0), |(_, least, most)| (*least, *most))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::BuiltInSite;

    fn profile(name: &str) -> Profile {
        Profile::built_in(name).unwrap()
    }

    #[test]
    fn the_built_in_shop_sells_what_its_pages_show() {
        let site = Site::built_in(BuiltInSite::Shop);
        let shelf = Shelf::new(None, &site, &profile("ecommerce"));
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
        let shelf = Shelf::new(Some(&catalogue), &site, &profile("ecommerce"));
        assert_eq!(
            (0..5).map(|page| shelf.product(page)).collect::<Vec<_>>(),
            [None, None, Some(0), Some(1), Some(2)]
        );
    }

    #[test]
    fn whatever_the_site_there_are_fifty_products_in_five_categories() {
        let lines = |lines: Vec<String>| lines.join("\n");
        let few = lines(
            (0..6).map(|page| format!("https://a.example/wine/bottle-{page} Wine / B{page}")).collect(),
        );
        let many = lines(
            (0..90).map(|page| format!("https://a.example/wine/{page} Wine / Number {page}")).collect(),
        );
        let sites = [
            (Site::parse("https://a.example/").unwrap(), 0),
            (Site::parse(&few).unwrap(), 6),
            (Site::parse(&many).unwrap(), 90),
            (Site::built_in(BuiltInSite::Shop), 1_624),
        ];
        for (site, on_pages) in sites {
            let shelf = Shelf::new(None, &site, &profile("ecommerce"));
            let shown = (0..shelf.len() as u16).filter(|product| shelf.page(*product).is_some());
            assert_eq!(shown.count(), on_pages);
            let categories: BTreeSet<&str> =
                (0..shelf.len() as u16).map(|product| shelf.get(product).category.raw()).collect();
            assert!(shelf.len() >= 50 && categories.len() >= 5, "{} {categories:?}", shelf.len());
            let skus: BTreeSet<&str> =
                (0..shelf.len() as u16).map(|product| shelf.get(product).sku.raw()).collect();
            assert_eq!(skus.len(), shelf.len());
        }
    }

    #[test]
    fn magazines_and_software_services_sell_what_such_sites_do() {
        for (name, of, sold) in [
            ("content", BuiltInSite::Magazine, "Digital, one year"),
            ("saas", BuiltInSite::Software, "Team, 10 seats, monthly"),
        ] {
            let shelf = Shelf::new(None, &Site::built_in(of), &profile(name));
            assert!((0..shelf.len() as u16).any(|product| shelf.get(product).name.raw() == sold), "{name}");
        }
    }

    #[test]
    fn prices_suit_the_things() {
        let range = |name| price_range(name).1;
        assert!(range("Velvet Sofa Oslo") > 200.0 && range("Laptop Sleeve Two") < 50.0);
        assert!(range("Shaving Soap Rose") < 40.0 && range("Something Else") > 100.0);
        assert!(range("Recycled Swim Cap Ridge") < 50.0 && price_range("Outdoor E-Reader").0 > 100.0);
        let shelf = Shelf::new(None, &Site::built_in(BuiltInSite::Shop), &profile("ecommerce"));
        assert!(shelf.cheapest(3) < shelf.dearest(1));
        assert_eq!(shelf.cheapest(9_999), shelf.dearest(9_999));
        assert!(shelf.ranked().is_sorted_by_key(|product| shelf.price(*product)));
    }
}
