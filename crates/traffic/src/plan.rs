//! The plan: (scenario, seed) and everything that follows from it.

mod draw;
mod parameters;
mod timing;

use std::sync::Arc;

use jiff::tz::TimeZone;

pub use draw::Planner;
pub(crate) use draw::{BEGAN_CHECKOUT, LOOKED_AT_CART};
pub use parameters::{Scratch, Stamp};

use crate::arrivals::{self, Arrivals};
use crate::behaviour::Behaviour;
use crate::curve::{Curve, Nanos, SECOND};
use crate::day;
use crate::encode::Text;
use crate::funnel::StepDeed;
use crate::goal::Trigger;
use crate::population::{HIGHEST, Population, Returns, SameDay};
use crate::profile;
use crate::random::{self, Domain, Weighted};
use crate::robot::Robots;
use crate::scenario::{Clock, Rate, Scenario};
use crate::source::{Channel, Source, Sources};
use crate::visit::{Deed, Place, Visit};
use crate::visitor::{Visitor, Visitors};
use crate::wording::{self, Wording};

/// Rates may be changed while a run goes on, up to this factor: visits of a visitor stay apart all the same.
const FASTEST: f64 = 4.0;

/// Seconds between two visits of a visitor beyond what both may last: some grace, and Matomo's 30 minutes, within
/// which a hint does not begin a visit.
const APART: f64 = 1_800.0 + 60.0;

/// Matomo takes hits of the last 24 hours without a token; some seconds less, for what is sent late.
const DAY_BACK: f64 = 85_000.0;

/// At most so many visits a visitor on a day; more where nearly everybody is to be known.
const ROWS: f64 = 3.0;

/// Visits between two of a visitor on the same day: at least, and where nothing is due.
const SOON: u64 = 96;
const MOST_APART: u64 = 1_024;

/// What belongs to the target and not to the plan, but is part of every hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tracking {
    /// Matomo's number of the site (`idsite`).
    pub site: u32,
    /// Whether a token goes along, so that parameters that need one may be sent.
    pub authenticated: bool,
    /// Whether visitors are spread over countries (needs a token).
    pub countries: bool,
    /// The visit dimension that is to hold the run id.
    pub tag_dimension: Option<u32>,
}

/// A planned run.
#[derive(Clone, Debug)]
pub struct Plan {
    scenario: Arc<Scenario>,
    tracking: Tracking,
    seed: u64,
    run_id: String,
    /// Hash of the run id, mixed into identifiers and into nothing else.
    run: u64,
    visitors: Visitors,
    population: Population,
    sources: Sources,
    behaviour: Behaviour,
    /// Words of the profile's kind of site.
    wording: &'static Wording,
    robots: Robots,
    /// Where visits of each channel begin: home, a section, or a page inside.
    entries: [Weighted; 7],
    /// Goals that the pages, and the steps of the funnels, convert, one bit each.
    page_goals: Vec<u16>,
    step_goals: Vec<Vec<u16>>,
    /// Goals that the parameters of campaigns convert, by channel and place.
    campaign_goals: [Vec<u16>; 7],
    /// Goals that the built-in click events and other events convert.
    click_goals: Vec<u16>,
    event_goals: Vec<u16>,
    /// Titles and names of parameters that hits are made of.
    texts: Arc<Texts>,
    /// None in a closed model: visits have no due times.
    curve: Option<Arc<Curve>>,
    starts_ms: i64,
    time_zones: Vec<TimeZone>,
    /// Name of the parameter that holds the run id, and that.
    tag: Option<(String, Text)>,
}

impl Plan {
    /// Plans a run that begins on some Monday at midnight UTC.
    pub fn new(scenario: Scenario, tracking: Tracking, seed: u64, run_id: &str) -> Plan {
        Plan::starting(scenario, tracking, seed, run_id, day::SOME_MONDAY)
    }

    /// Plans a run that begins at a moment, in milliseconds of Unix time. Only a daily cap and a daily curve make use
    /// of it.
    pub fn starting(scenario: Scenario, tracking: Tracking, seed: u64, run_id: &str, unix_ms: i64) -> Plan {
        let run = random::hash_text(run_id);
        let curve = curve(&scenario, unix_ms).map(Arc::new);
        let apart = curve.as_ref().map(|curve| {
            let seconds = 2.0 * scenario.longest_visit() + scenario.longest_sending() + APART;
            (seconds * curve.peak() * FASTEST).ceil() as u64
        });
        let mut visitors =
            Visitors::new(seed, run, logged_in(&scenario, tracking), &scenario.profile.devices);
        if let (Some(rhythm), Some(curve)) = (&scenario.rhythm, &curve) {
            visitors.countries.follow_the_sun(rhythm, curve, &scenario.time_zone, unix_ms);
        }
        let mut time_zones = vec![scenario.time_zone.clone()];
        time_zones.extend(visitors.countries.time_zones());
        let peak = curve.as_ref().map(|curve| curve.peak());
        let returns = Returns { same_day: same_day(&scenario, peak), apart };
        let population = Population::new(seed, scenario.profile.visitors.returning, returns);
        let sources = Sources::new(scenario.shares.direct, &scenario.profile);
        let channels = Channel::ALL.map(|channel| sources.share(channel));
        let behaviour = Behaviour::new(&scenario, channels, visitors.class_shares(), population.stages());
        let wording = wording::of(scenario.profile.site);
        let texts = Arc::new(Texts::new(&scenario));
        let address = |url: &str| {
            goals(
                &scenario,
                |trigger| matches!(trigger, Trigger::UrlContains(part) if url.to_lowercase().contains(&part.to_lowercase())),
            )
        };
        let action = |name: &str| {
            goals(
                &scenario,
                |trigger| matches!(trigger, Trigger::EventAction(action) if action.eq_ignore_ascii_case(name)),
            )
        };
        let page_goals = scenario.site.pages().map(|page| address(page.url.raw())).collect();
        let step_goals = scenario
            .funnels
            .iter()
            .map(|funnel| {
                let step = |step: &crate::funnel::Step| match &step.deed {
                    StepDeed::Pageview(_) => step.url.as_ref().map_or(0, |url| address(url.raw())),
                    StepDeed::Event { action: name, .. } => action(name.raw()),
                    _ => 0,
                };
                funnel.steps.iter().map(step).collect()
            })
            .collect();
        let campaign_goals = Channel::ALL.map(|channel| {
            let parameters = sources.places(channel).map(|(place, _)| place.parameters.as_deref());
            parameters.map(|text| text.map_or(0, address)).collect()
        });
        Plan {
            campaign_goals,
            click_goals: wording.clicks.iter().map(|event| action(event.action)).collect(),
            event_goals: wording.events.iter().map(|event| action(event.action)).collect(),
            wording,
            page_goals,
            step_goals,
            entries: entries(&scenario.profile.channels),
            robots: Robots::new(scenario.robots),
            population,
            sources,
            behaviour,
            texts,
            run_id: run_id.to_owned(),
            scenario: Arc::new(scenario),
            tracking,
            seed,
            run,
            visitors,
            curve,
            starts_ms: unix_ms,
            time_zones,
            tag: tag(tracking, run_id),
        }
    }

    /// The same for another target: the same visits of the same people, as that one wants to be told of them.
    #[must_use]
    pub fn aimed_at(&self, tracking: Tracking) -> Plan {
        let mut visitors = self.visitors.clone();
        visitors.logged_in = logged_in(&self.scenario, tracking);
        Plan { tracking, visitors, tag: tag(tracking, &self.run_id), ..self.clone() }
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What belongs to the target.
    pub fn tracking(&self) -> Tracking {
        self.tracking
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The run id.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// A fingerprint of the plan: the same for two runs that send the same visits, whatever seed, run id and target.
    pub fn fingerprint(&self) -> u64 {
        let draft = &**self.scenario;
        let site = draft.site.fingerprint();
        let parts = format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {site:x}",
            draft.profile,
            draft.rate,
            draft.pattern,
            draft.rhythm,
            draft.most_visits,
            draft.most_visits_per_day,
            draft.clock,
            draft.identity,
            draft.time_zone.iana_name(),
            draft.pageviews,
            draft.pause,
            draft.length,
            draft.shares,
            draft.robots,
            draft.shop,
            draft.catalogue,
            draft.funnels,
            draft.goals,
            draft.dimensions,
            (self.tracking.authenticated, self.tracking.countries),
        );
        random::hash_text(&parts)
    }

    /// Where visits come from.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// How often things happen.
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// Who makes which visit.
    pub fn population(&self) -> &Population {
        &self.population
    }

    /// Robots that come along with visit `number`: they are planned like visits and make none.
    pub fn robots(&self, number: u64) -> u32 {
        self.robots.along(self.seed, number)
    }

    /// The goals that an action converts, one bit each.
    fn converts(&self, deed: Deed, place: Place) -> u16 {
        match (deed, place) {
            (Deed::Pageview, Place::Page(page)) => self.page_goals[page as usize],
            (Deed::Pageview, Place::Step(id)) | (Deed::Step { id, .. }, _) => {
                self.step_goals[usize::from(id.funnel)][usize::from(id.step)]
            }
            (Deed::Click(event), _) => self.click_goals[usize::from(event)],
            (Deed::Event(event), _) => self.event_goals[usize::from(event)],
            (Deed::Goal(goal), _) => 1 << goal,
            _ => 0,
        }
    }

    /// The goals that the first page view of a visit converts by the campaign in its address.
    fn converts_on_arrival(&self, source: Source) -> u16 {
        self.campaign_goals[source.channel as usize].get(source.place()).copied().unwrap_or(0)
    }

    /// The visitor with a number.
    fn visitor(&self, number: u64) -> Visitor {
        self.visitors.visitor(number)
    }

    /// Everything visitors are drawn from.
    pub fn visitors(&self) -> &Visitors {
        &self.visitors
    }

    /// Due times of the visits; `None` in a closed model.
    pub fn arrivals(&self) -> Option<Arrivals<Arc<Curve>>> {
        self.curve.as_ref().map(|curve| Arrivals::new(Arc::clone(curve), self.scenario.pattern, self.seed))
    }

    /// Visits per second that the plan wants at a time; 0 in a closed model.
    pub fn rate(&self, at: Nanos) -> f64 {
        self.curve.as_ref().map_or(0.0, |curve| curve.rate(at))
    }

    /// When the last stage is over; `None` for a plan that goes on until it is stopped.
    pub fn ends(&self) -> Option<Nanos> {
        match self.scenario.rate {
            Rate::Stages(_) => self.curve.as_ref().map(|curve| curve.length()),
            Rate::PerSecond(_) | Rate::Max => None,
        }
    }

    /// Visits expected from the start to a time; `None` in a closed model.
    pub fn expected(&self, until: Nanos) -> Option<f64> {
        Some(self.curve.as_ref()?.expected(until))
    }

    /// A number near the first visit that is due at a time or later, and not after it.
    pub(crate) fn first_near(&self, at: Nanos) -> u64 {
        self.expected(at).map_or(0, |expected| (expected as u64).saturating_sub(arrivals::FARTHEST))
    }

    /// Whether the plan has a visit with this number.
    pub fn contains(&self, number: u64) -> bool {
        self.scenario.most_visits.is_none_or(|most| number < most)
    }

    /// A hash of the visitor of a visit, by which machines and workers divide visits among themselves: one visitor is
    /// always one lane.
    pub fn lane(&self, number: u64) -> u64 {
        random::hash(self.seed, Domain::Worker, self.population.attendance(number).visitor)
    }

    /// When the plan begins, in milliseconds of Unix time: daily curves and caps go by it.
    pub fn starts_ms(&self) -> i64 {
        self.starts_ms
    }

    /// The share of known visitors that the first `visits` visits reach.
    pub fn expected_returning(&self, visits: u64) -> f64 {
        self.population.expected_returning(visits)
    }

    /// When a visit begins: when it arrives, or a second after the visitor's visit before it is over, where visits that
    /// were dated back are sent soon after each other. `None` when the curve ends before it.
    pub fn start(&self, number: u64, arrivals: &mut Arrivals<Arc<Curve>>) -> Option<Nanos> {
        let arrival = arrivals.due(number)?;
        let Some(before) = self.population.attendance(number).predecessor else { return Some(arrival) };
        let longest = (self.scenario.longest_sending() * 2e9) as Nanos;
        if arrivals.due(before)?.saturating_add(longest) < arrival {
            return Some(arrival);
        }
        let last = self.visit(before).actions.last().map_or(0, |last| last.due_ms);
        Some(begin_after(arrival, self.start(before, arrivals)?, last))
    }

    /// Plans one visit. Use a [`Planner`] for many.
    pub fn visit(&self, number: u64) -> Visit {
        Planner::default().visit(self, number, Vec::new())
    }

    /// The time zones visitors live in.
    pub fn time_zones(&self) -> &[TimeZone] {
        &self.time_zones
    }

    /// Index of a visit's local time among [`Plan::time_zones`].
    pub fn time_zone(&self, visit: &Visit) -> usize {
        let Visitor { country, city, .. } = visit.visitor;
        if self.tracking.countries { self.visitors.countries.time_zone(country, city) + 1 } else { 0 }
    }
}

/// The share of visitors with a user id, which only a token makes safe.
fn logged_in(scenario: &Scenario, tracking: Tracking) -> f64 {
    if tracking.authenticated && tracking.countries { scenario.profile.visitors.logged_in } else { 0.0 }
}

/// What carries the run id.
fn tag(tracking: Tracking, run_id: &str) -> Option<(String, Text)> {
    tracking.tag_dimension.map(|number| (format!("dimension{number}"), Text::new(run_id)))
}

/// The rate over the time of a run that begins at a moment; none in a closed model.
fn curve(scenario: &Scenario, unix_ms: i64) -> Option<Curve> {
    match (&scenario.rate, scenario.most_visits_per_day, &scenario.rhythm) {
        (Rate::Max, ..) => None,
        (Rate::Stages(stages), ..) => Some(Curve::stages(stages)),
        (Rate::PerSecond(rate), None, None) => Some(Curve::constant(*rate)),
        (Rate::PerSecond(rate), cap, rhythm) => {
            Some(Curve::daily(*rate, rhythm.as_ref(), cap, day::from(&scenario.time_zone, unix_ms)))
        }
    }
}

/// When a visit begins that arrives while the visitor's visit before it, given its start and the last of its due
/// times in milliseconds, may not be over.
pub fn begin_after(arrival: Nanos, start: Nanos, last_ms: u32) -> Nanos {
    let over = start + Nanos::from(last_ms) * 1_000_000;
    if over > arrival { over + SECOND } else { arrival }
}

/// How visitors come back on the same day, where visits can be dated back: at the peak of a curve so many visits a
/// second, or as fast as can be.
fn same_day(scenario: &Scenario, peak: Option<f64>) -> Option<SameDay> {
    if scenario.clock == Clock::Real || !scenario.profile.visitors.same_day {
        return None;
    }
    let least = 2.0 * scenario.longest_visit() + APART;
    let room = DAY_BACK - 2.0 * scenario.longest_visit();
    let needed = libm::ceil(HIGHEST / (HIGHEST - scenario.profile.visitors.returning.min(HIGHEST - 0.05)));
    let rows = libm::floor(room / least).min(needed.max(ROWS));
    // Nearly all visits are sent by then; who is still there has the next one a little later.
    let sent = scenario.usual_sending() * peak.unwrap_or(0.0);
    let apart = if peak.is_none() { MOST_APART } else { SOON.max(libm::ceil(sent) as u64) };
    (rows >= 2.0).then(|| SameDay { apart, rows: rows as u64, least, most: least.max(room / (rows + 1.0)) })
}

/// Goals that are triggered, one bit each.
fn goals(scenario: &Scenario, is_triggered: impl Fn(&Trigger) -> bool) -> u16 {
    let bits = scenario.goals.iter().enumerate().filter(|(_, goal)| is_triggered(&goal.trigger));
    bits.fold(0, |bits, (index, _)| bits | 1 << index)
}

fn entries(channels: &profile::Channels) -> [Weighted; 7] {
    let profile::Channels { direct, search, social, website, ai, campaign, email } = *channels;
    let direct = [direct.home, direct.section, direct.page];
    let others = [search, social, website, ai, campaign, email];
    let mut all = [direct; 7];
    for (entry, channel) in all[1..].iter_mut().zip(others) {
        *entry = [channel.home, channel.section, channel.page];
    }
    all.map(|weights| Weighted::new(&weights))
}

/// What parameters tell that is the same for many hits.
#[derive(Clone, Debug)]
struct Texts {
    /// `_cvar` by whether the visitor is new, known, or logged in.
    visit_variables: [Text; 3],
    /// `cvar` by the kind of the page, and of a page with a product.
    page_variables: Vec<Text>,
    product_variable: Text,
    /// Values of dimensions.
    customer_types: [Text; 3],
    page_types: Vec<Text>,
    product_type: Text,
    devices: [Text; 5],
    /// `dimensionN` of the scenario's dimensions.
    dimensions: Vec<String>,
    /// Medians of the sizes of the pages, and of pages that are none of the site's, in bytes.
    sizes: Vec<f64>,
    other_size: f64,
}

/// How large the page at an address is, about, in bytes.
fn size(url: &str) -> f64 {
    38_000.0 * libm::pow(9.0, random::fraction(random::hash_text(url)))
}

/// New, known, and known by name.
const CUSTOMER_TYPES: [&str; 3] = ["new", "returning", "member"];

impl Texts {
    fn new(scenario: &Scenario) -> Texts {
        let visit = |kind: &str| Text::new(&format!(r#"{{"1":["Customer type","{kind}"]}}"#));
        let page = |kind: &str| Text::new(&format!(r#"{{"1":["Page type","{kind}"]}}"#));
        let kinds = || crate::site::PageKind::ALL.iter().map(|(_, name)| *name);
        Texts {
            visit_variables: CUSTOMER_TYPES.map(visit),
            page_variables: kinds().map(page).collect(),
            product_variable: page("product"),
            customer_types: CUSTOMER_TYPES.map(Text::new),
            page_types: kinds().map(Text::new).collect(),
            product_type: Text::new("product"),
            devices: crate::visitor::device::Class::ALL.map(|class| Text::new(class.name())),
            dimensions: scenario
                .dimensions
                .iter()
                .map(|dimension| format!("dimension{}", dimension.id))
                .collect(),
            sizes: scenario.site.pages().map(|page| size(page.url.raw())).collect(),
            other_size: size(""),
        }
    }
}
