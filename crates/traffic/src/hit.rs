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
    /// A piece of content was shown.
    Impression,
    /// A piece of content was used.
    Interaction,
    /// The cart was changed.
    Cart,
    /// An order was placed.
    Order,
    /// The visitor was still there: gives the last page its length.
    Ping,
    /// A crawler asked for a page. Matomo makes no visit of it.
    Crawler,
    /// An AI chatbot asked for a page for somebody. No visit either; Matomo 5.6 and newer count it apart.
    Chatbot,
}

impl Kind {
    /// All kinds, in the order of their declaration.
    pub const ALL: [Kind; 13] = [
        Kind::Pageview,
        Kind::Event,
        Kind::Search,
        Kind::Outlink,
        Kind::Download,
        Kind::Goal,
        Kind::Impression,
        Kind::Interaction,
        Kind::Cart,
        Kind::Order,
        Kind::Ping,
        Kind::Crawler,
        Kind::Chatbot,
    ];

    /// Its name in reports and plans; both kinds of content have one.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Pageview => "pageview",
            Kind::Event => "event",
            Kind::Search => "search",
            Kind::Outlink => "outlink",
            Kind::Download => "download",
            Kind::Goal => "goal",
            Kind::Impression | Kind::Interaction => "content",
            Kind::Cart => "cart",
            Kind::Order => "order",
            Kind::Ping => "ping",
            Kind::Crawler => "crawler",
            Kind::Chatbot => "chatbot",
        }
    }

    /// Whether Matomo counts it among the actions of a visit (measured: page views, searches, events, downloads and
    /// outlinks).
    pub fn is_action(self) -> bool {
        matches!(self, Kind::Pageview | Kind::Event | Kind::Search | Kind::Outlink | Kind::Download)
    }
}
