//! The built-in wording of events, content, outlinks and downloads.

use crate::site::PageKind;

/// An event as Matomo takes it.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) category: &'static str,
    pub(crate) action: &'static str,
    /// Without one it is the name of the page.
    pub(crate) name: Option<&'static str>,
    pub(crate) value: Option<u16>,
    /// Where it happens.
    on: On,
}

/// Kinds of pages on which something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum On {
    Any,
    /// Pages with a product.
    Product,
    /// Pages to read.
    Reading,
    /// The home page and pages that lead to others.
    Leading,
}

impl On {
    fn takes(self, kind: PageKind, sells: bool) -> bool {
        match self {
            On::Any => true,
            On::Product => kind == PageKind::Item && sells,
            On::Reading => kind == PageKind::Article || (kind == PageKind::Item && !sells),
            On::Leading => matches!(kind, PageKind::Home | PageKind::Section),
        }
    }
}

const fn event(
    on: On,
    category: &'static str,
    action: &'static str,
    name: Option<&'static str>,
    value: Option<u16>,
) -> Event {
    Event { category, action, name, value, on }
}

pub(crate) const CLICKS: [Event; 12] = [
    event(On::Any, "Navigation", "Click", Some("Main menu"), None),
    event(On::Any, "Navigation", "Click", Some("Breadcrumb"), None),
    event(On::Any, "Share", "Click", Some("Copy link"), None),
    event(On::Product, "Button", "Click", Some("Add to wish list"), None),
    event(On::Product, "Button", "Click", Some("Show size guide"), None),
    event(On::Product, "Image", "Click", Some("Zoom"), None),
    event(On::Product, "Tab", "Click", Some("Reviews"), None),
    event(On::Leading, "Button", "Click", Some("Load more"), None),
    event(On::Leading, "Filter", "Click", Some("Sort by price"), None),
    event(On::Reading, "Button", "Click", Some("Show comments"), None),
    event(On::Reading, "Button", "Click", Some("Save for later"), None),
    event(On::Reading, "Share", "Click", Some("Send by mail"), None),
];

/// `play` stands for a film that begins: a usual goal.
pub(crate) const EVENTS: [Event; 12] = [
    event(On::Any, "Form", "Submit", Some("Newsletter"), None),
    event(On::Any, "Scroll", "Depth", Some("Half of the page"), Some(50)),
    event(On::Any, "Scroll", "Depth", Some("End of the page"), Some(100)),
    event(On::Product, "Video", "play", None, None),
    event(On::Product, "Video", "progress", None, Some(75)),
    event(On::Product, "Rating", "Give", None, Some(4)),
    event(On::Leading, "Filter", "Apply", Some("Price"), Some(3)),
    event(On::Leading, "Video", "play", Some("Welcome film"), None),
    event(On::Reading, "Video", "play", None, None),
    event(On::Reading, "Audio", "play", None, None),
    event(On::Reading, "Poll", "Vote", None, Some(1)),
    event(On::Reading, "Form", "Error", Some("Postcode"), None),
];

/// Draws an event that may happen on a page: the index of one of `events`.
pub(crate) fn pick(events: &[Event], kind: PageKind, sells: bool, draw: impl FnOnce(u32) -> u32) -> u16 {
    let possible = events.iter().filter(|event| event.on.takes(kind, sells)).count() as u32;
    let wanted = draw(possible) as usize;
    let mut fitting = (0..).zip(events).filter(|(_, event)| event.on.takes(kind, sells));
    fitting.nth(wanted).map_or(0, |(index, _)| index)
}

/// A piece of content that pages show besides their own.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) name: &'static str,
    pub(crate) piece: &'static str,
    /// Path of the page it leads to.
    pub(crate) target: &'static str,
    /// What people do with it.
    pub(crate) interaction: &'static str,
}

const fn block(
    name: &'static str,
    piece: &'static str,
    target: &'static str,
    interaction: &'static str,
) -> Block {
    Block { name, piece, target, interaction }
}

pub(crate) const BLOCKS: [Block; 8] = [
    block("Hero banner", "hero-season.jpg", "/?from=hero", "click"),
    block("Hero banner", "hero-new-in.jpg", "/?from=hero-new", "click"),
    block("Newsletter box", "Ten percent off your next order", "/?from=newsletter-box", "submit"),
    block("Newsletter box", "The week in one mail", "/?from=newsletter-box", "submit"),
    block("Teaser", "teaser-01.jpg", "/?from=teaser-1", "click"),
    block("Teaser", "teaser-02.jpg", "/?from=teaser-2", "click"),
    block("Teaser", "teaser-03.jpg", "/?from=teaser-3", "click"),
    block("App badge", "Get the app", "/?from=app-badge", "click"),
];

pub(crate) const OUTLINKS: [&str; 8] = [
    "https://www.instagram.com/shop.example/",
    "https://www.youtube.com/@shop-example",
    "https://en.wikipedia.org/wiki/Organic_cotton",
    "https://www.openstreetmap.org/?mlat=48.8566&mlon=2.3522",
    "https://careers.example.net/jobs",
    "https://partners.example.net/become-one",
    "https://tracking.example.org/parcel?id=4711",
    "https://reviews.example.org/shops/shop.example.com",
];

/// Files below the host of the page they are linked on.
pub(crate) const DOWNLOADS: [&str; 8] = [
    "/downloads/catalogue.pdf",
    "/downloads/size-guide.pdf",
    "/downloads/care-instructions.pdf",
    "/downloads/price-list.xlsx",
    "/downloads/press-kit.zip",
    "/downloads/returns-form.pdf",
    "/downloads/gift-card.pdf",
    "/downloads/sustainability-report.pdf",
];
