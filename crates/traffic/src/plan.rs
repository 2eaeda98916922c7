//! The plan: (scenario, seed) and everything that follows from it.

mod draw;
mod parameters;

use std::sync::Arc;

use jiff::tz::TimeZone;

pub use draw::Planner;
pub use parameters::{Scratch, Stamp};

use crate::arrivals::Arrivals;
use crate::curve::{Curve, DAY, HORIZON_DAYS, Nanos};
use crate::population::Population;
use crate::random::{self, Domain};
use crate::scenario::{Rate, Scenario};
use crate::source::Sources;
use crate::visit::Visit;
use crate::visitor::Visitors;

/// Rates may be changed while a run goes on, up to this factor: visits of a visitor stay apart all the same.
const FASTEST: f64 = 4.0;

/// Seconds between two visits of a visitor beyond what both may last: Matomo's 30 minutes and some grace.
const APART: f64 = 1_800.0 + 60.0;

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
    scenario: Scenario,
    tracking: Tracking,
    seed: u64,
    run_id: String,
    /// Hash of the run id, mixed into identifiers and into nothing else.
    run: u64,
    visitors: Visitors,
    population: Population,
    sources: Sources,
    /// None in a closed model: visits have no due times.
    curve: Option<Arc<Curve>>,
    time_zones: Vec<TimeZone>,
    /// Name of the parameter that holds the run id.
    tag: Option<String>,
}

impl Plan {
    /// Plans a run that begins at the start of a day, every day being 24 hours long.
    pub fn new(scenario: Scenario, tracking: Tracking, seed: u64, run_id: &str) -> Plan {
        Plan::starting(scenario, tracking, seed, run_id, std::iter::repeat_n(DAY, HORIZON_DAYS))
    }

    /// Plans a run, given the lengths of its days in the scenario's time zone: what is left of the first, then whole
    /// ones. Only a daily cap makes use of them.
    pub fn starting(
        scenario: Scenario,
        tracking: Tracking,
        seed: u64,
        run_id: &str,
        days: impl IntoIterator<Item = Nanos>,
    ) -> Plan {
        let run = random::hash_text(run_id);
        let (curve, gap) = match scenario.rate {
            Rate::Max => (None, None),
            Rate::PerSecond(rate) => {
                let curve = match scenario.most_visits_per_day {
                    Some(cap) => Curve::capped(rate, cap, days),
                    None => Curve::constant(rate),
                };
                let seconds = 2.0 * scenario.longest_visit() + scenario.longest_sending() + APART;
                let gap = (seconds * curve.peak() * FASTEST).ceil() as u64;
                (Some(Arc::new(curve)), Some(gap))
            }
        };
        let visitors = Visitors::new(seed, run);
        let mut time_zones = vec![scenario.time_zone.clone()];
        time_zones.extend(visitors.countries.iter().map(|country| country.time_zone.clone()));
        Plan {
            population: Population::new(seed, scenario.shares.returning.get(), gap),
            sources: Sources::new(scenario.shares.direct),
            run_id: run_id.to_owned(),
            scenario,
            tracking,
            seed,
            run,
            visitors,
            curve,
            time_zones,
            tag: tracking.tag_dimension.map(|number| format!("dimension{number}")),
        }
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
        let draft = &*self.scenario;
        let site = draft.site.pages().fold(0, |hash, page| {
            random::mix(
                hash ^ random::hash_text(page.url.raw()) ^ random::hash_text(page.title.raw()).rotate_left(7),
            )
        });
        let parts = format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {site:x}",
            draft.rate,
            draft.pattern,
            draft.most_visits,
            draft.most_visits_per_day,
            draft.clock,
            draft.time_zone.iana_name(),
            draft.pageviews,
            draft.pause,
            draft.length,
            draft.shares,
            draft.shop,
            draft.funnels,
            (self.tracking.authenticated, self.tracking.countries),
        );
        random::hash_text(&parts)
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

    /// Whether the plan has a visit with this number.
    pub fn contains(&self, number: u64) -> bool {
        self.scenario.most_visits.is_none_or(|most| number < most)
    }

    /// Which of `workers` sends a visit: that of its visitor, so that one visitor is always one lane.
    pub fn worker(&self, number: u64, workers: u64) -> u64 {
        if workers == 1 {
            return 0;
        }
        random::hash(self.seed, Domain::Worker, self.population.attendance(number).visitor) % workers
    }

    /// The share of known visitors that the first `visits` visits reach.
    pub fn expected_returning(&self, visits: u64) -> f64 {
        self.population.expected_returning(visits)
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
        if self.tracking.countries { usize::from(visit.visitor.country) + 1 } else { 0 }
    }
}
