//! What the stand-in is told before it starts: who may do what, how slow and how unreliable it is, and how its sites
//! are set up.

use jiff::tz::TimeZone;

use crate::{Delay, Share};

/// How the stand-in behaves. The default is a fast, reliable Matomo in UTC that takes any well-formed token.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long every tracking request waits for its answer, after it was recorded.
    pub delay: Delay,
    /// The share of tracking requests answered with 500, recording nothing.
    pub fail: Share,
    /// The share of hits answered as if all were well, recording nothing.
    pub drop: Share,
    /// The superuser's token; `None` takes any 32 lower-case hexadecimal digits.
    pub token: Option<String>,
    /// Who else has a token, with less rights.
    pub users: Vec<User>,
    /// The time zone of every site: visits split at its midnight, reports count its days.
    pub time_zone: TimeZone,
    /// Where the draws of delay, failure and drop start; the same seed draws the same sequence.
    pub seed: u64,
    /// The address of every site; `None` gives site 7 the address `https://site7.example.com`.
    pub site_url: Option<String>,
    /// The goals of every site; a hit with any other `idgoal` is refused.
    pub goals: Vec<Goal>,
    /// The custom dimensions of every site; the value of any other is ignored.
    pub dimensions: Vec<Dimension>,
    /// What no site records.
    pub exclusions: Exclusions,
    /// Whom to tell how many visits there are, every few seconds while they become more.
    pub tell: Option<fn(usize)>,
}

impl Options {
    /// The site on which Matomo was measured: three goals, a dimension of visits and one of actions.
    pub fn measured_site() -> Options {
        let goal = |id, name: &str, matches, revenue_cents, per_visit| Goal {
            id,
            name: name.to_owned(),
            matches,
            revenue_cents,
            per_visit,
        };
        let url = GoalMatch::UrlContains("thank-you".to_owned());
        let event = GoalMatch::EventAction("play".to_owned());
        let dimension = |id, scope, name: &str| Dimension { id, scope, name: name.to_owned() };
        Options {
            goals: vec![
                goal(1, "Newsletter signup", GoalMatch::Manual, 500, Conversions::Once),
                goal(2, "Thank-you page", url, 1_000, Conversions::Once),
                goal(3, "Video play event", event, 100, Conversions::Every),
            ],
            dimensions: vec![
                dimension(1, Scope::Visit, "Customer type"),
                dimension(2, Scope::Action, "Page category"),
            ],
            ..Options::default()
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            delay: Delay::default(),
            fail: Share::default(),
            drop: Share::default(),
            token: None,
            users: Vec::new(),
            time_zone: TimeZone::UTC,
            seed: 0,
            site_url: None,
            goals: (1..=10).map(Goal::manual).collect(),
            dimensions: (1..=10).map(Dimension::numbered).collect(),
            exclusions: Exclusions::default(),
            tell: None,
        }
    }
}

impl Options {
    /// The address of a site.
    pub(crate) fn site_url(&self, site: u32) -> String {
        self.site_url.clone().unwrap_or_else(|| format!("https://site{site}.example.com"))
    }

    /// What a custom dimension belongs to, if there is one of this number.
    pub(crate) fn scope(&self, dimension: u8) -> Option<Scope> {
        self.dimensions.iter().find(|known| known.id == dimension).map(|known| known.scope)
    }
}

/// Somebody with a token of the same rights on every site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The `token_auth`.
    pub token: String,
    /// What it allows.
    pub role: Role,
}

/// The rights of a user who is not a superuser, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads reports.
    View,
    /// Also says where and when hits happened.
    Write,
    /// Also manages the site.
    Admin,
}

/// One goal of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// Matomo's `idgoal`, from 1.
    pub id: u32,
    /// What Matomo calls it in its reports.
    pub name: String,
    /// What converts it, besides a hit with its `idgoal`.
    pub matches: GoalMatch,
    /// What a conversion is worth, in cents, when the hit does not say.
    pub revenue_cents: i64,
    /// How often one visit can convert it.
    pub per_visit: Conversions,
}

/// How often one visit can convert a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversions {
    /// The first counts, the others are answered 204 and not recorded.
    Once,
    /// Every one counts, but some within the same second are lost.
    Every,
}

/// What converts a goal without being asked to. Case does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GoalMatch {
    /// Nothing: only a hit with its `idgoal`.
    Manual,
    /// A page view whose address contains this.
    UrlContains(String),
    /// An event with exactly this action.
    EventAction(String),
}

impl Goal {
    /// A goal that only `idgoal` converts, once per visit, worth nothing unless the hit says so.
    pub fn manual(id: u32) -> Self {
        Self {
            id,
            name: format!("Goal {id}"),
            matches: GoalMatch::Manual,
            revenue_cents: 0,
            per_visit: Conversions::Once,
        }
    }
}

/// One custom dimension of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// The `N` of `dimensionN`.
    pub id: u8,
    /// What its value belongs to.
    pub scope: Scope,
    /// What Matomo calls it in its reports.
    pub name: String,
}

/// What the value of a custom dimension belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The visit; the last value wins.
    Visit,
    /// The action that carries it.
    Action,
}

impl Dimension {
    /// One of ten that fill the five slots of each scope: 1, 3, 4, 5 and 6 belong to visits.
    fn numbered(id: u8) -> Self {
        let scope = if matches!(id, 1 | 3..=6) { Scope::Visit } else { Scope::Action };
        Self { id, scope, name: format!("Dimension {id}") }
    }
}

/// What a site is set up to drop or to forget, without telling the sender.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclusions {
    /// Addresses of visitors; `203.0.113.*` is a whole network.
    pub ips: Vec<String>,
    /// Parts of user agents.
    pub user_agents: Vec<String>,
    /// Query parameters that are removed from the addresses of pages.
    pub query_parameters: Vec<String>,
    /// Hosts whose visits count as direct.
    pub referrers: Vec<String>,
    /// What becomes of hits of pages elsewhere.
    pub unknown_urls: UnknownUrls,
}

/// What becomes of hits whose `url` is missing or does not belong to the site.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnknownUrls {
    /// They are recorded.
    #[default]
    Recorded,
    /// They are dropped.
    Dropped,
}
