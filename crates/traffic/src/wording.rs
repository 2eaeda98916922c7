//! The built-in wording of events, content, outlinks and downloads, for each kind of site.

use crate::profile::BuiltInSite;
use crate::site::PageKind;

/// The words of a kind of site.
#[derive(Debug)]
pub(crate) struct Wording {
    /// The usual ones first.
    pub(crate) clicks: [Event; 12],
    /// Likewise; `play` stands for a film that begins: a usual goal.
    pub(crate) events: [Event; 12],
    pub(crate) blocks: [Block; 8],
    pub(crate) outlinks: [&'static str; 8],
    /// Files below the host of the page they are linked on.
    pub(crate) downloads: [&'static str; 8],
}

/// The words of a kind of site: also of a site of somebody's own, by its profile.
pub(crate) fn of(site: BuiltInSite) -> &'static Wording {
    match site {
        BuiltInSite::Shop => &SHOP,
        BuiltInSite::Magazine => &MAGAZINE,
        BuiltInSite::Software => &SOFTWARE,
    }
}

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
    /// Pages that people stroll through.
    Strolled,
    /// Carts, and the way to an order.
    Ordering,
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
            On::Strolled => kind.is_strolled(),
            On::Ordering => matches!(kind, PageKind::Cart | PageKind::Checkout),
            On::Product => kind == PageKind::Item && sells,
            On::Reading => kind == PageKind::Article || (kind == PageKind::Item && !sells),
            On::Leading => matches!(kind, PageKind::Home | PageKind::Section),
        }
    }
}

/// Draws an event that may happen on a page: the index of one of `events`. Those named first happen more often.
pub(crate) fn pick(events: &[Event], kind: PageKind, sells: bool, draw: impl FnOnce(u32) -> u32) -> u16 {
    let fitting = || (0..).zip(events).filter(|(_, event)| event.on.takes(kind, sells));
    // By Zipf's law, in whole numbers.
    let weight = |rank: usize| 840 / (rank as u32 + 1);
    let total = (0..fitting().count()).map(weight).sum();
    let mut left = draw(total);
    for (rank, (index, _)) in fitting().enumerate() {
        match left.checked_sub(weight(rank)) {
            Some(rest) => left = rest,
            None => return index,
        }
    }
    0
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

const fn click(on: On, category: &'static str, name: &'static str) -> Event {
    Event { category, action: "Click", name: Some(name), value: None, on }
}

/// An event about the page it happens on.
const fn here(on: On, category: &'static str, action: &'static str, value: Option<u16>) -> Event {
    Event { category, action, name: None, value, on }
}

const fn event(
    on: On,
    category: &'static str,
    action: &'static str,
    name: &'static str,
    value: Option<u16>,
) -> Event {
    Event { category, action, name: Some(name), value, on }
}

const fn block(
    name: &'static str,
    piece: &'static str,
    target: &'static str,
    interaction: &'static str,
) -> Block {
    Block { name, piece, target, interaction }
}

const SHOP: Wording = Wording {
    clicks: [
        click(On::Any, "Navigation", "Main menu"),
        click(On::Strolled, "Navigation", "Breadcrumb"),
        click(On::Ordering, "Button", "Change quantity"),
        click(On::Product, "Button", "Add to wish list"),
        click(On::Product, "Button", "Show size guide"),
        click(On::Product, "Image", "Zoom"),
        click(On::Product, "Tab", "Reviews"),
        click(On::Product, "Share", "Copy link"),
        click(On::Leading, "Button", "Load more"),
        click(On::Leading, "Filter", "Sort by price"),
        click(On::Reading, "Button", "Save for later"),
        click(On::Reading, "Share", "Send by mail"),
    ],
    events: [
        event(On::Strolled, "Scroll", "Depth", "Half of the page", Some(50)),
        event(On::Strolled, "Scroll", "Depth", "End of the page", Some(100)),
        event(On::Strolled, "Form", "Submit", "Newsletter", None),
        event(On::Ordering, "Form", "Error", "Voucher code", None),
        here(On::Product, "Video", "play", None),
        here(On::Product, "Video", "progress", Some(75)),
        here(On::Product, "Rating", "Give", Some(4)),
        event(On::Leading, "Filter", "Apply", "Price", Some(3)),
        event(On::Leading, "Video", "play", "Welcome film", None),
        here(On::Reading, "Video", "play", None),
        event(On::Reading, "Poll", "Vote", "Was this helpful?", Some(1)),
        event(On::Any, "Chat", "Open", "Customer service", None),
    ],
    blocks: [
        block("Hero banner", "hero-season.jpg", "/?from=hero", "click"),
        block("Hero banner", "hero-new-in.jpg", "/?from=hero-new", "click"),
        block("Newsletter box", "Ten percent off your next order", "/?from=newsletter-box", "submit"),
        block("Recommendations", "Others also bought", "/?from=also-bought", "click"),
        block("Recommendations", "Last viewed", "/?from=last-viewed", "click"),
        block("Teaser", "teaser-gift-cards.jpg", "/?from=teaser-gift-cards", "click"),
        block("Teaser", "teaser-free-returns.jpg", "/?from=teaser-returns", "click"),
        block("App badge", "Get the app", "/?from=app-badge", "click"),
    ],
    outlinks: [
        "https://www.instagram.com/shop.example/",
        "https://www.youtube.com/@shop-example",
        "https://en.wikipedia.org/wiki/Organic_cotton",
        "https://www.openstreetmap.org/?mlat=48.8566&mlon=2.3522",
        "https://careers.example.net/jobs",
        "https://partners.example.net/become-one",
        "https://tracking.example.org/parcel?id=4711",
        "https://reviews.example.org/shops/shop.example.com",
    ],
    downloads: [
        "/downloads/catalogue.pdf",
        "/downloads/size-guide.pdf",
        "/downloads/care-instructions.pdf",
        "/downloads/price-list.xlsx",
        "/downloads/press-kit.zip",
        "/downloads/returns-form.pdf",
        "/downloads/gift-card.pdf",
        "/downloads/sustainability-report.pdf",
    ],
};

const MAGAZINE: Wording = Wording {
    clicks: [
        click(On::Any, "Navigation", "Main menu"),
        click(On::Strolled, "Navigation", "Most read"),
        click(On::Strolled, "Button", "Dark mode"),
        click(On::Reading, "Share", "Copy link"),
        click(On::Reading, "Share", "Send by mail"),
        click(On::Reading, "Button", "Show comments"),
        click(On::Reading, "Button", "Save for later"),
        click(On::Reading, "Button", "Follow the author"),
        click(On::Reading, "Text", "Footnote"),
        click(On::Leading, "Button", "Load more"),
        click(On::Leading, "Filter", "This week"),
        click(On::Product, "Button", "Look inside"),
    ],
    events: [
        event(On::Any, "Scroll", "Depth", "Half of the page", Some(50)),
        event(On::Reading, "Scroll", "Depth", "End of the article", Some(100)),
        event(On::Strolled, "Form", "Submit", "Newsletter", None),
        here(On::Reading, "Video", "play", None),
        here(On::Reading, "Audio", "play", None),
        here(On::Reading, "Audio", "progress", Some(75)),
        here(On::Reading, "Poll", "Vote", Some(1)),
        here(On::Reading, "Comment", "Write", None),
        event(On::Reading, "Paywall", "Show", "Three articles a month", Some(3)),
        event(On::Leading, "Video", "play", "The week in a minute", None),
        event(On::Leading, "Quiz", "Start", "Ten questions", Some(10)),
        here(On::Product, "Video", "play", None),
    ],
    blocks: [
        block("Top story", "lead-photo.jpg", "/?from=top-story", "click"),
        block("Top story", "lead-cartoon.jpg", "/?from=top-cartoon", "click"),
        block("Newsletter box", "The morning in five minutes", "/newsletters/?from=box", "submit"),
        block("Newsletter box", "The week in one mail", "/newsletters/?from=box-weekend", "submit"),
        block("Read next", "More from this section", "/?from=read-next", "click"),
        block("Read next", "More by this author", "/?from=read-author", "click"),
        block("Subscription banner", "First month for one euro", "/subscribe/?from=banner", "click"),
        block("Podcast player", "Latest episode", "/podcasts/?from=player", "play"),
    ],
    outlinks: [
        "https://en.wikipedia.org/wiki/Long-form_journalism",
        "https://archive.example.org/papers/2024/117.html",
        "https://www.youtube.com/@magazine-example",
        "https://mastodon.social/@magazine-example",
        "https://university.example.edu/studies/night-trains",
        "https://www.openstreetmap.org/?mlat=38.7223&mlon=-9.1393",
        "https://publisher.example.net/books/maps",
        "https://statistics.example.net/cities?year=2025",
    ],
    downloads: [
        "/downloads/media-kit.pdf",
        "/downloads/issue-12-sample.pdf",
        "/downloads/crossword.pdf",
        "/downloads/recipe-cards.pdf",
        "/downloads/reading-list.epub",
        "/downloads/podcast-episode.mp3",
        "/downloads/data-behind-the-story.csv",
        "/downloads/annual-report.pdf",
    ],
};

const SOFTWARE: Wording = Wording {
    clicks: [
        click(On::Any, "Navigation", "Main menu"),
        click(On::Strolled, "Button", "Start free trial"),
        click(On::Strolled, "Button", "Book a demo"),
        click(On::Strolled, "Navigation", "Sign in"),
        click(On::Reading, "Button", "Copy code"),
        click(On::Reading, "Tab", "Command line"),
        click(On::Reading, "Navigation", "On this page"),
        click(On::Reading, "Button", "Edit this page"),
        click(On::Leading, "Button", "Watch the tour"),
        click(On::Ordering, "Switch", "Billed yearly"),
        click(On::Leading, "Tab", "For teams"),
        click(On::Product, "Button", "Compare plans"),
    ],
    events: [
        event(On::Strolled, "Scroll", "Depth", "Half of the page", Some(50)),
        event(On::Any, "Chat", "Open", "Ask sales", None),
        event(On::Strolled, "Form", "Submit", "Newsletter", None),
        here(On::Reading, "Video", "play", None),
        here(On::Reading, "Video", "progress", Some(75)),
        here(On::Reading, "Feedback", "Helpful", Some(1)),
        here(On::Reading, "Feedback", "Not helpful", Some(0)),
        event(On::Reading, "Example", "Run", "Try it", None),
        event(On::Leading, "Video", "play", "Product tour", None),
        event(On::Ordering, "Calculator", "Change", "Seats", Some(25)),
        event(On::Ordering, "Form", "Error", "Work email", None),
        here(On::Product, "Video", "play", None),
    ],
    blocks: [
        block("Hero", "screenshot-board.png", "/?from=hero-board", "click"),
        block("Hero", "screenshot-timeline.png", "/?from=hero-timeline", "click"),
        block("Trial banner", "Fourteen days for free", "/signup/?from=banner", "click"),
        block("Customer quote", "Two hours saved a week", "/customers/?from=quote", "click"),
        block("Customer quote", "Set up before lunch", "/customers/?from=quote-lunch", "click"),
        block("Announcement bar", "What is new this month", "/changelog/?from=bar", "click"),
        block("Webinar box", "Planning without meetings", "/resources/?from=webinar-box", "submit"),
        block("Docs tip", "There is a shortcut for this", "/docs/?from=tip", "click"),
    ],
    outlinks: [
        "https://github.com/software-example/examples",
        "https://stack.example.net/questions/tagged/planning",
        "https://www.youtube.com/@software-example",
        "https://www.linkedin.com/company/software-example/",
        "https://status.example.org/software",
        "https://marketplace.example.net/apps/planning",
        "https://reviews.example.org/software/planning",
        "https://en.wikipedia.org/wiki/Gantt_chart",
    ],
    downloads: [
        "/downloads/desktop-app.dmg",
        "/downloads/desktop-app.exe",
        "/downloads/cli-linux-x64.tar.gz",
        "/downloads/api-client.zip",
        "/downloads/import-template.xlsx",
        "/downloads/security-whitepaper.pdf",
        "/downloads/data-processing-agreement.pdf",
        "/downloads/planning-handbook.pdf",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::check_referrer;

    const SITES: [BuiltInSite; 3] = [BuiltInSite::Shop, BuiltInSite::Magazine, BuiltInSite::Software];

    #[test]
    fn something_can_happen_and_a_film_can_begin_on_nearly_every_page() {
        for site in SITES {
            let words = of(site);
            for (kind, _) in PageKind::ALL {
                for sells in [false, true] {
                    let some = |events: &[Event]| events.iter().any(|event| event.on.takes(kind, sells));
                    assert!(some(&words.clicks) && some(&words.events), "{site:?} {kind:?}");
                    let plays = words
                        .events
                        .iter()
                        .any(|event| event.action == "play" && event.on.takes(kind, sells));
                    assert!(plays || !kind.is_strolled(), "{site:?} {kind:?}");
                }
            }
        }
    }

    #[test]
    fn an_event_is_drawn_among_those_of_the_page() {
        for site in SITES {
            let events = &of(site).events;
            for draw in 0..3_000 {
                let index = pick(events, PageKind::Article, false, |bound| draw % bound);
                assert!(matches!(events[usize::from(index)].on, On::Any | On::Strolled | On::Reading));
            }
        }
    }

    #[test]
    fn each_kind_of_site_has_words_of_its_own_that_matomo_takes() {
        for site in SITES {
            let words = of(site);
            for url in words.outlinks {
                check_referrer(url).unwrap();
                let others = SITES.iter().filter(|other| **other != site);
                let is_shared = others.filter(|other| of(**other).outlinks.contains(&url)).count() > 0;
                assert!(!is_shared || url.contains("reviews"), "{url}");
            }
            assert!(words.downloads.iter().all(|path| path.starts_with('/') && path.contains('.')));
            assert!(words.blocks.iter().all(|block| block.target.starts_with('/')));
        }
    }
}
