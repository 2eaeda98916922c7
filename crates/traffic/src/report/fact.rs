//! Facts: what reports need to have a row.

/// Something that happens, or is told, in visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A visit.
    Visit,
    /// A visit by somebody who was here before.
    ReturningVisit,
    /// A page view.
    PageView,
    /// A page view with a title.
    PageTitle,
    /// A visit that begins with a page view.
    EntryPage,
    /// A page view that follows a search.
    PageAfterSearch,
    /// A use of the site's search.
    Search,
    /// A search in a category.
    SearchCategory,
    /// A search that finds nothing.
    FailedSearch,
    /// An event.
    Event,
    /// An event with a name.
    EventName,
    /// A piece of content that is shown.
    Content,
    /// A piece of content that says what it is.
    ContentPiece,
    /// A click on a link to another site.
    Outlink,
    /// A download.
    Download,
    /// A page view that says how large the page was (`bw_bytes`).
    Bandwidth,
    /// A page view that says how fast the page was (`pf_*`).
    Performance,
    /// A value of a custom dimension of visits.
    VisitDimension,
    /// A value of a custom dimension of actions.
    ActionDimension,
    /// A custom variable of a visit or of a page.
    CustomVariable,
    /// A goal that a hit names.
    GoalByHand,
    /// A goal that the address of a page converts.
    GoalByUrl,
    /// A goal that an event converts.
    GoalByEvent,
    /// Any goal or order.
    Conversion,
    /// An order.
    Order,
    /// An ordered product with its number.
    ItemSku,
    /// An ordered product with its name.
    ItemName,
    /// An ordered product with its category.
    ItemCategory,
    /// A cart that is left.
    AbandonedCart,
    /// A visit that comes from somewhere.
    Referrer,
    /// A visit from a search engine.
    SearchEngine,
    /// A visit from a search engine that tells what was searched.
    SearchEngineKeyword,
    /// A visit from a social network.
    SocialNetwork,
    /// A visit from any other website.
    Website,
    /// A visit from a campaign.
    Campaign,
    /// A user agent.
    UserAgent,
    /// A device of which brand and model are told.
    DeviceModel,
    /// A country, or a language to guess it from.
    Country,
    /// A region.
    Region,
    /// A city.
    City,
    /// A language.
    Language,
    /// A screen.
    Resolution,
    /// A plugin of the browser.
    Plugins,
    /// A user id.
    UserId,
}

impl Fact {
    /// All of them with their names in the table of reports.
    pub const ALL: [(Fact, &'static str); 44] = [
        (Fact::Visit, "visit"),
        (Fact::ReturningVisit, "returning-visit"),
        (Fact::PageView, "page-view"),
        (Fact::PageTitle, "page-title"),
        (Fact::EntryPage, "entry-page"),
        (Fact::PageAfterSearch, "page-after-search"),
        (Fact::Search, "search"),
        (Fact::SearchCategory, "search-category"),
        (Fact::FailedSearch, "failed-search"),
        (Fact::Event, "event"),
        (Fact::EventName, "event-name"),
        (Fact::Content, "content"),
        (Fact::ContentPiece, "content-piece"),
        (Fact::Outlink, "outlink"),
        (Fact::Download, "download"),
        (Fact::Bandwidth, "bandwidth"),
        (Fact::Performance, "performance"),
        (Fact::VisitDimension, "visit-dimension"),
        (Fact::ActionDimension, "action-dimension"),
        (Fact::CustomVariable, "custom-variable"),
        (Fact::GoalByHand, "goal-by-hand"),
        (Fact::GoalByUrl, "goal-by-url"),
        (Fact::GoalByEvent, "goal-by-event"),
        (Fact::Conversion, "conversion"),
        (Fact::Order, "order"),
        (Fact::ItemSku, "item-sku"),
        (Fact::ItemName, "item-name"),
        (Fact::ItemCategory, "item-category"),
        (Fact::AbandonedCart, "abandoned-cart"),
        (Fact::Referrer, "referrer"),
        (Fact::SearchEngine, "search-engine"),
        (Fact::SearchEngineKeyword, "search-engine-keyword"),
        (Fact::SocialNetwork, "social-network"),
        (Fact::Website, "website"),
        (Fact::Campaign, "campaign"),
        (Fact::UserAgent, "user-agent"),
        (Fact::DeviceModel, "device-model"),
        (Fact::Country, "country"),
        (Fact::Region, "region"),
        (Fact::City, "city"),
        (Fact::Language, "language"),
        (Fact::Resolution, "resolution"),
        (Fact::Plugins, "plugins"),
        (Fact::UserId, "user-id"),
    ];

    /// The fact with a name.
    pub fn named(name: &str) -> Option<Fact> {
        Fact::ALL.iter().find(|(_, known)| *known == name).map(|(fact, _)| *fact)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Fact::ALL[self as usize].1
    }
}

/// A set of facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FactSet(u64);

impl FactSet {
    /// Everything that any report needs.
    pub const ALL: FactSet = FactSet((1 << Fact::ALL.len()) - 1);

    /// Adds a fact.
    pub fn insert(&mut self, fact: Fact) {
        self.0 |= 1 << fact as u32;
    }

    /// Adds all facts of another set.
    pub fn extend(&mut self, other: FactSet) {
        self.0 |= other.0;
    }

    /// Whether all facts of another set are in this one.
    pub fn contains(self, other: FactSet) -> bool {
        self.0 & other.0 == other.0
    }

    /// The facts that are not in another set.
    #[must_use]
    pub fn without(self, other: FactSet) -> FactSet {
        FactSet(self.0 & !other.0)
    }

    /// Its facts.
    pub fn iter(self) -> impl Iterator<Item = Fact> {
        Fact::ALL.iter().map(|(fact, _)| *fact).filter(move |fact| self.0 >> *fact as u32 & 1 == 1)
    }
}

impl FromIterator<Fact> for FactSet {
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> FactSet {
        let mut set = FactSet::default();
        for fact in facts {
            set.insert(fact);
        }
        set
    }
}
