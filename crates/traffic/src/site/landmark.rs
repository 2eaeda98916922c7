//! Kinds of pages, told by their addresses.

/// What a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PageKind {
    /// The front of the site.
    Home,
    /// A page that leads to others.
    Section,
    /// A page at the end of the hierarchy: a product where the site is a shop, else something to read.
    Item,
    /// Something to read, whatever the site is.
    Article,
    /// Results of the site's search.
    Search,
    /// The cart.
    Cart,
    /// On the way to an order.
    Checkout,
    /// After the order.
    Confirmation,
}

impl PageKind {
    /// All of them with their names.
    pub const ALL: [(PageKind, &'static str); 8] = [
        (PageKind::Home, "home"),
        (PageKind::Section, "section"),
        (PageKind::Item, "item"),
        (PageKind::Article, "article"),
        (PageKind::Search, "search"),
        (PageKind::Cart, "cart"),
        (PageKind::Checkout, "checkout"),
        (PageKind::Confirmation, "confirmation"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        PageKind::ALL[self as usize].1
    }

    /// Whether people come here by strolling along links.
    pub(super) fn is_strolled(self) -> bool {
        matches!(self, PageKind::Home | PageKind::Section | PageKind::Item | PageKind::Article)
    }
}

/// Parts of paths that tell what is below them, in the languages of many shops.
const READING: [&str; 26] = [
    "about", "article", "articles", "blog", "careers", "company", "contact", "docs", "faq", "guide",
    "guides", "help", "jobs", "legal", "magazin", "magazine", "news", "post", "posts", "press", "privacy",
    "ratgeber", "stories", "support", "terms", "wiki",
];
const SEARCH: [&str; 6] = ["search", "suche", "recherche", "buscar", "cerca", "zoeken"];
const CART: [&str; 7] = ["cart", "basket", "bag", "warenkorb", "panier", "carrito", "carrello"];
const CHECKOUT: [&str; 5] = ["checkout", "kasse", "caisse", "pago", "cassa"];
const CONFIRMATION: [&str; 10] = [
    "thank-you",
    "thankyou",
    "thank_you",
    "thanks",
    "danke",
    "merci",
    "gracias",
    "order-confirmation",
    "order-placed",
    "success",
];

/// Parameters of a query that make Matomo take a page view for a search.
const QUERY: [&str; 8] = ["q", "query", "s", "search", "searchword", "k", "keyword", "keywords"];

/// The kind of the page at an address; `leads_on` if there are pages below it.
pub(super) fn kind_of(url: &str, leads_on: bool) -> PageKind {
    let (address, query) = url.split('#').next().unwrap_or(url).split_once('?').unwrap_or((url, ""));
    if query.split('&').any(|pair| QUERY.contains(&pair.split('=').next().unwrap_or_default())) {
        return PageKind::Search;
    }
    let path = address.split_once("://").map_or(address, |(_, rest)| rest);
    let segments: Vec<String> = path
        .split('/')
        .skip(1)
        .filter(|segment| !segment.is_empty())
        .map(|segment| segment.split('.').next().unwrap_or(segment).to_ascii_lowercase())
        .collect();
    let Some(last) = segments.last() else { return PageKind::Home };
    let any = |words: &[&str]| segments.iter().any(|segment| words.contains(&segment.as_str()));
    if CONFIRMATION.contains(&last.as_str()) {
        PageKind::Confirmation
    } else if SEARCH.contains(&last.as_str()) {
        PageKind::Search
    } else if any(&CART) {
        PageKind::Cart
    } else if any(&CHECKOUT) {
        PageKind::Checkout
    } else if leads_on {
        PageKind::Section
    } else if any(&READING) {
        PageKind::Article
    } else {
        PageKind::Item
    }
}
