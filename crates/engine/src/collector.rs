//! Brings together what workers hand over once a second: counts, and every hit that is over. Making histograms of them
//! is done here, on a thread of its own, and not where hits are sent.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use traffic::curve::Nanos;

use crate::observation::{Dropped, Fate, Observation};
use crate::recorder::series::Gauges;
use crate::recorder::{Counts, Snapshot};
use crate::usage;

/// What a worker hands over.
#[derive(Debug, Default)]
pub(crate) struct Portion {
    /// Which worker.
    pub(crate) worker: usize,
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
    /// Processor time of its thread until now.
    pub(crate) cpu: Nanos,
}

/// What was due in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) visits: u32,
    pub(crate) hits: u32,
}

/// Collects until every worker is gone.
pub(crate) fn collect(portions: &Receiver<Portion>, workers: usize, snapshot: &Mutex<Snapshot>) {
    let mut collector = Collector {
        gauges: vec![Gauges::default(); workers],
        cpu: vec![0; workers],
        process: usage::usage().cpu.as_nanos() as Nanos,
        second: i64::MIN,
        ..Collector::default()
    };
    while let Ok(mut portion) = portions.recv() {
        let mut snapshot = snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        collector.take_in(&mut portion, &mut snapshot);
    }
}

#[derive(Default)]
struct Collector {
    /// How things stood with each worker when it last told.
    gauges: Vec<Gauges>,
    cpu: Vec<Nanos>,
    /// Processor time of the process at the last look.
    process: Nanos,
    /// What each worker used in the second that is going on.
    busiest: Nanos,
    second: i64,
    /// Hits that were due so far.
    due: u64,
    open_files: u64,
}

impl Collector {
    fn take_in(&mut self, portion: &mut Portion, snapshot: &mut Snapshot) {
        let warm_up = snapshot.series.warm_up();
        snapshot.counts += &portion.counts;
        for (at, due) in &portion.due {
            let window = snapshot.series.at(*at);
            window.visits.planned += u64::from(due.visits);
            window.hits.planned += u64::from(due.hits);
            self.due += u64::from(due.hits);
        }
        // Sorted, every window is unpacked once.
        portion.observations.sort_unstable_by_key(|observation| observation.due);
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
        self.measure(portion, snapshot);
    }

    fn measure(&mut self, portion: &Portion, snapshot: &mut Snapshot) {
        let second = snapshot.series.number(portion.since) * snapshot.series.width() as i64;
        if second != self.second {
            self.second = second;
            self.busiest = 0;
            self.open_files = usage::open_files();
        }
        self.gauges[portion.worker] = portion.gauges;
        let mut gauges = Gauges { open_files: self.open_files, ..Gauges::default() };
        for worker in &self.gauges {
            gauges += *worker;
        }
        let counted = &snapshot.counts.hits;
        gauges.backlog = self.due.saturating_sub(counted.sent + counted.dropped);
        snapshot.gauges = gauges;

        let process = usage::usage().cpu.as_nanos() as Nanos;
        let used = process.saturating_sub(std::mem::replace(&mut self.process, process));
        let worker = portion.cpu.saturating_sub(self.cpu[portion.worker]);
        self.cpu[portion.worker] = portion.cpu;
        let more = worker.saturating_sub(self.busiest);
        self.busiest = self.busiest.max(worker);

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
        window.cpu.process += used;
        window.cpu.busiest += more;
    }
}

/// A run with all that was handed over; what is left of it when the collector is gone.
pub(crate) type Shared = Arc<Mutex<Snapshot>>;
