//! The numbers of a moment: copied while the run is held, so that they can be written down when it no longer is.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::recorder::series::Gauges;
use engine::recorder::statistics::{Class, Statistics};
use engine::recorder::times::Times;
use engine::recorder::{Counts, HitCounts, Snapshot, VisitCounts};
use engine::usage;
use traffic::hit::Kind;
use traffic::scenario::Rate;

use super::state::{Facts, Phase, State};

/// Upper bounds of the buckets of all times, in microseconds.
pub(super) const BOUNDS_US: [u64; 20] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 75_000, 100_000, 150_000, 200_000, 300_000, 500_000,
    750_000, 1_000_000, 1_500_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000, 60_000_000,
];

/// Times of many hits, as a classic histogram has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Distribution {
    /// How many stay within each of the bounds.
    pub(super) within: [u64; BOUNDS_US.len()],
    pub(super) count: u64,
    pub(super) sum_us: u64,
}

impl Distribution {
    fn add(&mut self, times: &Times) {
        for (sum, count) in self.within.iter_mut().zip(times.within_each_us(BOUNDS_US)) {
            *sum += count;
        }
        self.count += times.count();
        self.sum_us += times.total_us();
    }
}

/// By the name of the kind of hit, and what became of it.
pub(super) type ByKind = BTreeMap<(&'static str, Class), Distribution>;

/// Where visits are planned by time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Planned {
    /// Visits a second that the plan wants now.
    pub(super) rate: f64,
    /// How fast the time of the plan goes by.
    pub(super) speed: f64,
}

/// What the process uses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Process {
    pub(super) cpu_seconds: f64,
    pub(super) resident_bytes: u64,
    pub(super) open_files: u64,
    pub(super) most_open_files: u64,
    pub(super) started: f64,
}

/// The numbers of one of several targets.
#[derive(Clone, Debug)]
pub(super) struct TargetFigures {
    pub(super) name: String,
    pub(super) visits: VisitCounts,
    pub(super) hits: HitCounts,
    pub(super) in_flight: u64,
    /// Due to done.
    pub(super) response: Distribution,
    pub(super) service: Distribution,
}

impl TargetFigures {
    fn of(name: &str, snapshot: &Snapshot) -> TargetFigures {
        let mut figures = TargetFigures {
            name: name.to_owned(),
            visits: snapshot.counts.visits,
            hits: snapshot.counts.hits,
            in_flight: snapshot.gauges.in_flight,
            response: Distribution::default(),
            service: Distribution::default(),
        };
        for statistics in [&snapshot.warm_up, &snapshot.statistics] {
            figures.response.add(&statistics.response);
            figures.service.add(&statistics.service);
        }
        figures
    }
}

/// The numbers of a moment, those of a warm-up included: counters never go back.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    pub(super) phase: Phase,
    pub(super) readiness: Result<(), &'static str>,
    pub(super) facts: Option<Arc<Facts>>,
    pub(super) counts: Counts,
    pub(super) gauges: Gauges,
    /// Due to done; nothing in a closed model, where nothing is due.
    pub(super) response: Option<ByKind>,
    pub(super) service: ByKind,
    pub(super) wait: Distribution,
    pub(super) lag: Distribution,
    /// Nothing in a closed model.
    pub(super) planned: Option<Planned>,
    pub(super) process: Process,
    /// Each of several targets.
    pub(super) targets: Vec<TargetFigures>,
}

impl Figures {
    /// Of a run in which nothing has happened.
    pub(super) fn none(phase: Phase) -> Figures {
        Figures {
            phase,
            readiness: Ok(()),
            facts: None,
            counts: Counts::default(),
            gauges: Gauges::default(),
            response: Some(every_kind()),
            service: every_kind(),
            wait: Distribution::default(),
            lag: Distribution::default(),
            planned: Some(Planned::default()),
            process: Process::default(),
            targets: Vec::new(),
        }
    }

    /// Copies what the run has counted.
    pub(super) fn take_in(&mut self, snapshot: &Snapshot) {
        self.counts.clone_from(&snapshot.counts);
        self.gauges = snapshot.gauges;
        for statistics in [&snapshot.warm_up, &snapshot.statistics] {
            self.add(statistics);
        }
    }

    fn add(&mut self, statistics: &Statistics) {
        self.wait.add(&statistics.wait);
        self.lag.add(&statistics.lag);
        for ((kind, class), latency) in &statistics.by_kind {
            let key = (kind.name(), *class);
            self.service.entry(key).or_default().add(&latency.service);
            if let Some(response) = &mut self.response {
                response.entry(key).or_default().add(&latency.response);
            }
        }
    }
}

/// Reads the numbers of this moment.
pub(super) fn read(state: &State) -> Figures {
    let told = state.told();
    let mut figures = Figures::none(told.phase);
    if let Some(begun) = &told.begun {
        let is_closed = begun.plan.scenario().rate == Rate::Max;
        let pace = begun.reader.pace();
        let now = pace.plan(begun.reader.clock().now());
        if is_closed {
            (figures.response, figures.planned) = (None, None);
        } else if told.phase != Phase::Draining && told.phase != Phase::Over {
            let speed = pace.speed();
            let rate = if told.phase == Phase::Capped { 0.0 } else { begun.plan.rate(now) };
            figures.planned = Some(Planned { rate: rate * begun.scale * speed, speed });
        }
        {
            let snapshot = begun.reader.snapshot();
            figures.take_in(&snapshot);
            if snapshot.is_through {
                figures.planned = figures.planned.map(|planned| Planned { rate: 0.0, ..planned });
            }
        }
        let names = told.facts.iter().flat_map(|facts| &facts.targets);
        figures.targets = names
            .enumerate()
            .filter_map(|(index, name)| Some(TargetFigures::of(name, &*begun.reader.snapshot_of(index)?)))
            .collect();
    }
    figures.readiness =
        ready(told.phase, told.first_look(None) == Some(true) || is_answered(&figures.counts));
    figures.facts = told.facts;
    figures.process = Process {
        cpu_seconds: usage::usage().cpu.as_secs_f64(),
        resident_bytes: usage::resident_bytes(),
        open_files: usage::open_files(),
        most_open_files: usage::most_open_files(),
        started: state.started_ms() as f64 / 1_000.0,
    };
    figures
}

/// Whether the run sends, or why not.
pub(super) fn readiness(state: &State) -> Result<(), &'static str> {
    let told = state.told();
    let is_answered =
        || told.begun.as_ref().is_some_and(|begun| is_answered(&begun.reader.snapshot().counts));
    ready(told.phase, told.first_look(None) == Some(true) || is_answered())
}

fn is_answered(counts: &Counts) -> bool {
    counts.hits.accepted + counts.hits.rejected > 0
}

fn ready(phase: Phase, is_reached: bool) -> Result<(), &'static str> {
    match phase {
        Phase::Starting => Err("taking a first look at the target"),
        Phase::Waiting => Err("waiting for the start signal (START_SIGNAL_FILE)"),
        Phase::Scheduled => Err("waiting for the start time (--start-at)"),
        Phase::Over => Err("the run is over"),
        Phase::Sending | Phase::Capped | Phase::Paused | Phase::Draining if !is_reached => {
            Err("the target is not reached yet")
        }
        Phase::Sending | Phase::Capped | Phase::Paused | Phase::Draining => Ok(()),
    }
}

/// Accepted hits of every kind: series that are there from the start have a rate from the start.
fn every_kind() -> ByKind {
    Kind::ALL.iter().map(|kind| ((kind.name(), Class::Success), Distribution::default())).collect()
}
