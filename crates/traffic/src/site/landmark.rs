//! Kinds of pages, told by their addresses, and the pages that are one of their kind.

use super::{Page, PageId};

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

    /// Whether such pages have blocks of content besides their own: nothing is to distract on the way to an order.
    pub fn has_blocks(self) -> bool {
        !matches!(self, PageKind::Cart | PageKind::Checkout | PageKind::Confirmation)
    }

    /// Whether people come here by strolling along links.
    pub(crate) fn is_strolled(self) -> bool {
        matches!(self, PageKind::Home | PageKind::Section | PageKind::Item | PageKind::Article)
    }
}

/// Parts of paths that tell what is below them, in the languages of many sites.
const READING: [&str; 43] = [
    "about",
    "academy",
    "article",
    "articles",
    "author",
    "authors",
    "blog",
    "careers",
    "changelog",
    "community",
    "company",
    "contact",
    "customers",
    "demo",
    "docs",
    "documentation",
    "faq",
    "features",
    "glossary",
    "guide",
    "guides",
    "help",
    "integrations",
    "jobs",
    "legal",
    "magazin",
    "magazine",
    "news",
    "newsletter",
    "newsletters",
    "podcasts",
    "post",
    "posts",
    "press",
    "pricing",
    "privacy",
    "ratgeber",
    "resources",
    "solutions",
    "stories",
    "support",
    "terms",
    "wiki",
];
const SEARCH: [&str; 6] = ["search", "suche", "recherche", "buscar", "cerca", "zoeken"];
const CART: [&str; 7] = ["cart", "basket", "bag", "warenkorb", "panier", "carrito", "carrello"];
const CHECKOUT: [&str; 9] =
    ["checkout", "kasse", "caisse", "pago", "cassa", "signup", "sign-up", "register", "subscribe"];
const CONFIRMATION: [&str; 9] = [
    "thank-you",
    "thankyou",
    "thank_you",
    "thanks",
    "danke",
    "merci",
    "gracias",
    "order-confirmation",
    "order-placed",
];

/// Parameters of a query that make Matomo take a page view for a search.
const QUERY: [&str; 8] = ["q", "query", "s", "search", "searchword", "k", "keyword", "keywords"];

/// Parameters that make Matomo begin another visit, of a campaign, in the query or behind `#`.
const CAMPAIGN: [&str; 9] = [
    "mtm_campaign",
    "matomo_campaign",
    "mtm_cpn",
    "pk_campaign",
    "piwik_campaign",
    "pk_cpn",
    "utm_campaign",
    "utm_source",
    "utm_medium",
];

/// Whether Matomo takes a view of an address for a page view and nothing else: not for a search, and not for the start
/// of a campaign's visit.
pub(crate) fn is_only_a_page(url: &str) -> bool {
    let (_, query, fragment) = parts(url);
    let names = |parameters: &str, known: &[&str]| {
        parameters.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
            !value.is_empty() && known.iter().any(|known| known.eq_ignore_ascii_case(name))
        })
    };
    !names(query, &QUERY) && !names(query, &CAMPAIGN) && !names(fragment, &CAMPAIGN)
}

/// An address without its query and fragment, and both of these.
fn parts(url: &str) -> (&str, &str, &str) {
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    (address, query, fragment)
}

/// The kind of the page at an address; `leads_on` if there are pages below it.
pub(super) fn kind_of(url: &str, leads_on: bool) -> PageKind {
    let (address, query, _) = parts(url);
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
    let is_read = any(&READING) || is_dated(&segments);
    let buys = |words: &[&str]| any(words) && !is_read;
    if CONFIRMATION.contains(&last.as_str()) || (last == "success" && (buys(&CART) || buys(&CHECKOUT))) {
        PageKind::Confirmation
    } else if SEARCH.contains(&last.as_str()) && !(is_read && leads_on) {
        PageKind::Search
    } else if buys(&CART) {
        PageKind::Cart
    } else if buys(&CHECKOUT) {
        PageKind::Checkout
    } else if leads_on {
        PageKind::Section
    } else if is_read {
        PageKind::Article
    } else {
        PageKind::Item
    }
}

/// Whether a path holds a year and a month, as those of articles do: products have no date.
fn is_dated(segments: &[String]) -> bool {
    let number =
        |text: &str, from: u16, to: u16| text.parse().is_ok_and(|number: u16| (from..=to).contains(&number));
    segments.windows(2).any(|pair| {
        pair[0].len() == 4 && number(&pair[0], 1_990, 2_099) && pair[1].len() == 2 && number(&pair[1], 1, 12)
    })
}

/// Pages with a meaning of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Landmarks {
    /// Results of the site's search.
    pub search: Option<PageId>,
    /// The cart.
    pub cart: Option<PageId>,
    /// The way from the cart to the order.
    pub checkout: Vec<PageId>,
    /// What is shown once an order is placed.
    pub confirmation: Option<PageId>,
}

/// The most steps of a checkout that are walked.
const MOST_STEPS: usize = 4;

impl Landmarks {
    /// Finds them among the pages of a site.
    pub(super) fn of(pages: &[Page]) -> Landmarks {
        let all = |kind: PageKind| (0..).zip(pages).filter(move |(_, page)| page.kind == kind);
        let first = |kind: PageKind| all(kind).next().map(|(id, _)| id);
        let leads_on = |page: &Page| page.children.0 < page.children.1;
        let is_below_another =
            |page: &Page| page.parent.is_some_and(|parent| pages[parent as usize].kind == PageKind::Checkout);
        let mut checkout: Vec<PageId> = all(PageKind::Checkout)
            .filter(|(_, page)| leads_on(page) && is_below_another(page))
            .map(|(id, _)| id)
            .collect();
        if checkout.is_empty() {
            checkout = all(PageKind::Checkout).map(|(id, _)| id).collect();
        }
        checkout.truncate(MOST_STEPS);
        Landmarks {
            search: first(PageKind::Search),
            cart: first(PageKind::Cart),
            checkout,
            confirmation: all(PageKind::Confirmation)
                .find(|(_, page)| is_paid(pages, page))
                .map(|(id, _)| id)
                .or_else(|| first(PageKind::Confirmation)),
        }
    }
}

/// Whether a page lies below a cart or checkout.
pub(super) fn is_paid(pages: &[Page], page: &Page) -> bool {
    let above = std::iter::successors(page.parent, |parent| pages[*parent as usize].parent);
    above.map(|id| pages[id as usize].kind).any(|kind| matches!(kind, PageKind::Cart | PageKind::Checkout))
}

#[cfg(test)]
mod tests {
    use super::PageKind::{Article, Cart, Checkout, Confirmation, Home, Item, Search, Section};
    use super::*;
    use crate::profile::BuiltInSite;
    use crate::site::Site;

    #[test]
    fn addresses_tell_kinds_of_pages() {
        let cases = [
            ("https://a.example/", Home),
            ("https://a.example/women/bags/tote", Item),
            ("https://a.example/2024/05/black-holes.html", Article),
            ("https://a.example/science/2024/05/black-holes", Article),
            ("https://a.example/p/2024/red-boots", Item),
            ("https://a.example/docs/api/cart/create", Article),
            ("https://a.example/blog/checkout", Article),
            ("https://a.example/basket", Cart),
            ("https://a.example/kasse/adresse", Checkout),
            ("https://a.example/subscribe/payment", Checkout),
            ("https://a.example/checkout/success", Confirmation),
            ("https://a.example/customers/success", Article),
            ("https://a.example/newsletter/thank-you", Confirmation),
            ("https://a.example/Search.html", Search),
            ("https://a.example/find?q=boots", Search),
        ];
        for (url, kind) in cases {
            assert_eq!(kind_of(url, false), kind, "{url}");
        }
        assert_eq!(kind_of("https://a.example/docs/", true), Section);
        assert_eq!(kind_of("https://a.example/help/checkout/", true), Section);
    }

    /// How many pages of a kind a built-in site has below each first part of a path.
    fn kinds(of: BuiltInSite, kind: PageKind) -> Vec<String> {
        let site = Site::built_in(of);
        let pages = site.pages().filter(|page| page.kind == kind);
        pages.map(|page| page.url.raw()[page.origin().len()..].to_owned()).collect()
    }

    fn tops(paths: &[String]) -> Vec<&str> {
        let mut tops: Vec<&str> = paths.iter().filter_map(|path| path.split('/').nth(1)).collect();
        tops.dedup();
        tops
    }

    #[test]
    fn in_the_shop_products_are_products_and_articles_are_articles() {
        let shelves = ["women", "men", "kids", "living", "electronics", "sports", "beauty"];
        let items = kinds(BuiltInSite::Shop, Item);
        assert_eq!((tops(&items).as_slice(), items.len()), (&shelves[..], 7 * 8 * 29));
        let articles = kinds(BuiltInSite::Shop, Article);
        assert_eq!(tops(&articles), ["magazine", "help"]);
        assert!(articles.len() > 250, "{}", articles.len());
        assert_eq!(kinds(BuiltInSite::Shop, Home), ["/"]);
        assert_eq!(kinds(BuiltInSite::Shop, Search), ["/search"]);
        assert_eq!(kinds(BuiltInSite::Shop, Confirmation), ["/checkout/order/thank-you"]);
        assert!(kinds(BuiltInSite::Shop, Cart).contains(&"/checkout/cart/".to_owned()));
        let sections = kinds(BuiltInSite::Shop, Section);
        assert!(sections.iter().all(|path| path.ends_with('/')), "{sections:?}");
        assert_eq!(sections.len(), 7 * 9 + 11 + 10);
    }

    #[test]
    fn in_the_magazine_and_the_software_site_no_page_is_taken_for_a_product() {
        for (of, checkout, confirmations) in [
            (BuiltInSite::Magazine, "subscribe", ["/newsletters/thank-you", "/subscribe/thank-you"]),
            (BuiltInSite::Software, "signup", ["/demo/thank-you", "/signup/thank-you"]),
        ] {
            assert_eq!(kinds(of, Item), [""; 0]);
            assert_eq!(kinds(of, Cart), [""; 0]);
            assert_eq!(kinds(of, Home), ["/"]);
            assert_eq!(kinds(of, Search), ["/search"]);
            assert_eq!(kinds(of, Confirmation), confirmations);
            let steps = kinds(of, Checkout);
            assert_eq!((tops(&steps), steps.len()), (vec![checkout], 4));
            assert!(kinds(of, Article).len() > 600);
            assert!(kinds(of, Section).iter().all(|path| path.ends_with('/')));
            let site = Site::built_in(of);
            let landmarks = site.landmarks();
            let path = |page| &site.page(page).url.raw()[site.page(page).origin().len()..];
            assert_eq!(landmarks.confirmation.map(path), Some(confirmations[1]));
            assert_eq!(landmarks.checkout.iter().map(|page| path(*page)).collect::<Vec<_>>(), steps);
        }
    }
}
