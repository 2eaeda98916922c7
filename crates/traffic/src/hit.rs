//! Kinds of tracking requests, named as Matomo names them.

/// What one tracking request reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A page was viewed.
    Pageview,
    /// An event: category, action, name, value.
    Event,
    /// The site's own search was used.
    Search,
    /// A link to another site was clicked.
    Outlink,
    /// A file was downloaded.
    Download,
    /// A goal was converted by hand.
    Goal,
    /// A piece of content was seen or used.
    Content,
    /// The cart was changed.
    Cart,
    /// An order was placed.
    Order,
    /// The visitor was still there: gives the last page its length.
    Ping,
}

impl Kind {
    /// All kinds, in the order of their declaration.
    pub const ALL: [Kind; 10] = [
        Kind::Pageview,
        Kind::Event,
        Kind::Search,
        Kind::Outlink,
        Kind::Download,
        Kind::Goal,
        Kind::Content,
        Kind::Cart,
        Kind::Order,
        Kind::Ping,
    ];

    /// Its name in reports and plans.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Pageview => "pageview",
            Kind::Event => "event",
            Kind::Search => "search",
            Kind::Outlink => "outlink",
            Kind::Download => "download",
            Kind::Goal => "goal",
            Kind::Content => "content",
            Kind::Cart => "cart",
            Kind::Order => "order",
            Kind::Ping => "ping",
        }
    }

    /// Whether Matomo counts it among the actions of a visit (measured: page views, searches, events, downloads and
    /// outlinks).
    pub fn is_action(self) -> bool {
        matches!(self, Kind::Pageview | Kind::Event | Kind::Search | Kind::Outlink | Kind::Download)
    }
}
