//! The built-in wording of events, outlinks and downloads.

/// An event as Matomo takes it.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) category: &'static str,
    pub(crate) action: &'static str,
    pub(crate) name: &'static str,
    pub(crate) value: Option<u16>,
}

const fn event(
    category: &'static str,
    action: &'static str,
    name: &'static str,
    value: Option<u16>,
) -> Event {
    Event { category, action, name, value }
}

pub(crate) const CLICKS: [Event; 8] = [
    event("Navigation", "Click", "Main menu", None),
    event("Navigation", "Click", "Breadcrumb", None),
    event("Button", "Click", "Add to wish list", None),
    event("Button", "Click", "Show size guide", None),
    event("Button", "Click", "Load more", None),
    event("Image", "Click", "Zoom", None),
    event("Tab", "Click", "Reviews", None),
    event("Share", "Click", "Copy link", None),
];

pub(crate) const EVENTS: [Event; 8] = [
    event("Video", "Start", "Product film", None),
    event("Video", "Watched", "Product film", Some(75)),
    event("Form", "Submit", "Newsletter", None),
    event("Form", "Error", "Postcode", None),
    event("Scroll", "Depth", "Half of the page", Some(50)),
    event("Scroll", "Depth", "End of the page", Some(100)),
    event("Filter", "Apply", "Price", Some(3)),
    event("Rating", "Give", "Product", Some(4)),
];

pub(crate) const OUTLINKS: [&str; 8] = [
    "https://www.instagram.com/shop.example/",
    "https://www.youtube.com/@shop-example",
    "https://en.wikipedia.org/wiki/Organic_cotton",
    "https://www.openstreetmap.org/?mlat=48.8566&mlon=2.3522",
    "https://careers.example.net/jobs",
    "https://partners.example.net/become-one",
    "https://tracking.example.org/parcel?id=4711",
    "https://www.trustpilot.com/review/shop.example.com",
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
