//! Brings together what workers hand over once a second: counts, and every hit that is over. Making histograms of them
//! is done here, on a thread of its own, and not where hits are sent.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use traffic::curve::Nanos;

use crate::observation::{Dropped, Fate, Observation};
use crate::recorder::series::Gauges;
use crate::recorder::{Counts, Snapshot};
use crate::usage;

/// Who hands over.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Origin {
    /// For which target.
    pub(crate) route: usize,
    /// On which thread.
    pub(crate) worker: usize,
    /// Which of all of them.
    pub(crate) lane: usize,
}

/// What a worker hands over.
#[derive(Debug, Default)]
pub(crate) struct Portion {
    pub(crate) origin: Origin,
    /// From when on this was counted, in nanoseconds since the start of the run.
    pub(crate) since: Nanos,
    /// What was counted.
    pub(crate) counts: Counts,
    /// Visits and hits that were due, by the second in which they were, of which a time is given.
    pub(crate) due: Vec<(Nanos, Due)>,
    /// Hits that are over.
    pub(crate) observations: Vec<Observation>,
    /// Hits that were dropped after they were due.
    pub(crate) dropped: Vec<Dropped>,
    /// When visits that are over were due, and what became of them.
    pub(crate) fates: Vec<(Nanos, Fate)>,
    /// How things stand with this worker.
    pub(crate) gauges: Gauges,
    /// Whether it has seen all visits of the plan.
    pub(crate) is_through: bool,
    /// Processor time of its thread until now.
    pub(crate) cpu: Nanos,
}

/// What was due in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) visits: u32,
    pub(crate) hits: u32,
}

/// A run so far: all of it and, where there are several targets, each of them.
#[derive(Debug)]
pub(crate) struct Snapshots {
    whole: Mutex<Snapshot>,
    routes: Vec<Mutex<Snapshot>>,
}

impl Snapshots {
    pub(crate) fn new(routes: usize, warm_up: Nanos) -> Snapshots {
        let new = || Mutex::new(Snapshot::new(warm_up));
        // What is counted for the only target is the whole.
        let routes = if routes > 1 { routes } else { 0 };
        Snapshots { whole: new(), routes: std::iter::repeat_with(new).take(routes).collect() }
    }

    pub(crate) fn whole(&self) -> MutexGuard<'_, Snapshot> {
        lock(&self.whole)
    }

    /// What was counted for one of several targets.
    pub(crate) fn of(&self, route: usize) -> Option<MutexGuard<'_, Snapshot>> {
        self.routes.get(route).map(lock)
    }

    /// The whole, and each target where there are several.
    pub(crate) fn into_parts(self) -> (Snapshot, Vec<Snapshot>) {
        let inner = |snapshot: Mutex<Snapshot>| snapshot.into_inner().unwrap_or_else(PoisonError::into_inner);
        (inner(self.whole), self.routes.into_iter().map(inner).collect())
    }
}

impl Clone for Snapshots {
    fn clone(&self) -> Snapshots {
        let copy = |snapshot: &Mutex<Snapshot>| Mutex::new(lock(snapshot).clone());
        Snapshots { whole: copy(&self.whole), routes: self.routes.iter().map(copy).collect() }
    }
}

fn lock(snapshot: &Mutex<Snapshot>) -> MutexGuard<'_, Snapshot> {
    snapshot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Collects until every worker is gone; there are so many, for all targets together.
pub(crate) fn collect(portions: &Receiver<Portion>, lanes: &[Origin], snapshots: &Snapshots) {
    let mut meter = Meter::new(lanes);
    let mut whole = Account::new(lanes.len());
    let mut routes: Vec<Account> = snapshots
        .routes
        .iter()
        .enumerate()
        .map(|(route, _)| Account::new(lanes.iter().filter(|lane| lane.route == route).count()))
        .collect();
    while let Ok(mut portion) = portions.recv() {
        // Sorted, every window is unpacked once.
        portion.observations.sort_unstable_by_key(|observation| observation.due);
        let Origin { route, worker, lane } = portion.origin;
        {
            let mut snapshot = snapshots.whole();
            whole.take_in(&portion, lane, &mut snapshot);
            meter.measure(&portion, &mut snapshot);
        }
        if let (Some(account), Some(mut snapshot)) = (routes.get_mut(route), snapshots.of(route)) {
            account.take_in(&portion, worker, &mut snapshot);
        }
    }
}

/// What has to be remembered of those who hand over to one snapshot.
struct Account {
    /// How things stood with each when it last told.
    gauges: Vec<Gauges>,
    is_through: Vec<bool>,
    /// Hits that were due so far.
    due: u64,
}

impl Account {
    fn new(lanes: usize) -> Account {
        Account { gauges: vec![Gauges::default(); lanes], is_through: vec![false; lanes], due: 0 }
    }

    fn take_in(&mut self, portion: &Portion, lane: usize, snapshot: &mut Snapshot) {
        let warm_up = snapshot.series.warm_up();
        snapshot.counts += &portion.counts;
        for (at, due) in &portion.due {
            let window = snapshot.series.at(*at);
            window.visits.planned += u64::from(due.visits);
            window.hits.planned += u64::from(due.hits);
            self.due += u64::from(due.hits);
        }
        for observation in &portion.observations {
            let is_warm_up = observation.due < warm_up;
            let statistics = if is_warm_up { &mut snapshot.warm_up } else { &mut snapshot.statistics };
            statistics.observe(observation);
        }
        snapshot.series.observe(&portion.observations);
        for dropped in &portion.dropped {
            let hits = &mut snapshot.series.at(dropped.due).hits;
            hits.dropped += 1;
            hits.dropped_idle += u64::from(dropped.is_idle);
        }
        for (due, fate) in &portion.fates {
            fate.count(&mut snapshot.series.at(*due).visits);
        }
        self.is_through[lane] = portion.is_through;
        snapshot.is_through = self.is_through.iter().all(|is_through| *is_through);
        self.stand(portion, lane, snapshot);
    }

    /// How things stand, and what happened when it did.
    fn stand(&mut self, portion: &Portion, lane: usize, snapshot: &mut Snapshot) {
        self.gauges[lane] = portion.gauges;
        let mut gauges = Gauges::default();
        for lane in &self.gauges {
            gauges += *lane;
        }
        let counted = &snapshot.counts.hits;
        gauges.backlog = self.due.saturating_sub(counted.sent + counted.dropped);
        snapshot.gauges = gauges;

        let window = snapshot.series.at(portion.since);
        let (visits, hits) = (&portion.counts.visits, &portion.counts.hits);
        window.visits.started += visits.started;
        window.hits.sent += hits.sent;
        window.hits.late += hits.late;
        window.hits.retried += hits.retried;
        for (sum, count) in window.hits.by_kind.iter_mut().zip(hits.by_kind) {
            *sum += count;
        }
        window.gauges = window.gauges.max(gauges);
    }
}

/// What the process uses, and each of its threads that send.
struct Meter {
    /// Processor time of each thread when it was last told.
    cpu: Vec<Nanos>,
    /// Processor time of the process at the last look.
    process: Nanos,
    /// What the busiest thread used in the second that is going on.
    busiest: Nanos,
    /// What each of them did.
    used: Vec<Nanos>,
    second: i64,
    open_files: u64,
}

impl Meter {
    fn new(lanes: &[Origin]) -> Meter {
        let threads = lanes.iter().map(|lane| lane.worker + 1).max().unwrap_or(0);
        Meter {
            cpu: vec![0; threads],
            process: usage::usage().cpu.as_nanos() as Nanos,
            busiest: 0,
            used: vec![0; threads],
            second: i64::MIN,
            open_files: 0,
        }
    }

    fn measure(&mut self, portion: &Portion, snapshot: &mut Snapshot) {
        let second = snapshot.series.number(portion.since) * snapshot.series.width() as i64;
        if second != self.second {
            self.second = second;
            self.busiest = 0;
            self.used.fill(0);
            self.open_files = usage::open_files();
        }
        let process = usage::usage().cpu.as_nanos() as Nanos;
        let used = process.saturating_sub(std::mem::replace(&mut self.process, process));
        // Workers for several targets on one thread each tell what all of it used so far.
        let thread = portion.origin.worker;
        self.used[thread] += portion.cpu.saturating_sub(self.cpu[thread]);
        self.cpu[thread] = self.cpu[thread].max(portion.cpu);
        let more = self.used[thread].saturating_sub(self.busiest);
        self.busiest = self.busiest.max(self.used[thread]);

        snapshot.gauges.open_files = self.open_files;
        let window = snapshot.series.at(portion.since);
        window.gauges.open_files = window.gauges.open_files.max(self.open_files);
        window.cpu.process += used;
        window.cpu.busiest += more;
    }
}

/// What was handed over; what is left of it when the collector is gone.
pub(crate) type Shared = Arc<Snapshots>;
