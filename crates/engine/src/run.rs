//! A run: workers on threads of their own, what they have counted so far, and the way to stop them.

use std::sync::{Arc, MutexGuard, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;
use traffic::curve::{Nanos, SECOND};
use traffic::walk::{Part, Shard};

use crate::clock::Clock;
use crate::collector::{self, Origin, Shared, Snapshots};
use crate::pace::Pace;
use crate::recorder::Snapshot;
use crate::route::{self, Route};
use crate::skew::Skew;
use crate::worker::{self, Assignment};

/// A hit that could not be sent for so long after it was due is dropped.
pub const LAG_LIMIT: Nanos = 30 * SECOND;

/// How a run is carried out. None of it changes what is planned.
#[derive(Clone, Debug)]
pub struct Options {
    /// Most requests in flight at once, to all targets together: at least one to each.
    pub concurrency: usize,
    /// Threads; at most one for each request in flight is of use.
    pub workers: usize,
    /// No visit arrives from this time on, in nanoseconds since the start.
    pub until: Option<Nanos>,
    /// How long open visits may go on after that, or after a stop, in nanoseconds.
    pub grace: Nanos,
    /// Whose visits are sent here.
    pub shard: Shard,
    /// What is due before is sent and recorded, and left out of the statistics, in nanoseconds since the start.
    pub warm_up: Nanos,
}

/// What the workers are told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Control {
    pub(crate) phase: Phase,
    pub(crate) pace: Pace,
}

/// What the workers are told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Go on.
    Run,
    /// No new visits; open ones may finish within the grace time.
    Drain {
        /// When that was said.
        since: Nanos,
    },
    /// Stop at once.
    Abort,
}

/// A run that goes on.
#[derive(Debug)]
pub struct Run {
    clock: Clock,
    control: watch::Sender<Control>,
    shared: Shared,
    threads: Vec<JoinHandle<()>>,
    collector: JoinHandle<()>,
}

/// Looks at a run from elsewhere, also when it is over.
#[derive(Clone, Debug)]
pub struct Reader {
    clock: Clock,
    control: watch::Receiver<Control>,
    shared: Shared,
}

impl Reader {
    /// The clock of the run.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The run so far: see [`Run::snapshot`].
    pub fn snapshot(&self) -> MutexGuard<'_, Snapshot> {
        self.shared.whole()
    }

    /// The same of one target: see [`Run::snapshot_of`].
    pub fn snapshot_of(&self, route: usize) -> Option<MutexGuard<'_, Snapshot>> {
        self.shared.of(route)
    }

    /// How the time of the plan goes by.
    pub fn pace(&self) -> Pace {
        self.control.borrow().pace
    }
}

/// What prevents a run from starting.
#[derive(Debug, thiserror::Error)]
#[error("cannot start a worker: {0}")]
pub struct StartError(#[from] std::io::Error);

impl Run {
    /// Starts the workers. `clock` is the start of the run: due times count from there.
    pub fn start(routes: &[Route], options: &Options, clock: Clock) -> Result<Run, StartError> {
        let (control, receiver) = watch::channel(Control { phase: Phase::Run, pace: Pace::STEADY });
        let (portions, collected) = mpsc::channel();
        let mut threads: Vec<Vec<Assignment>> = Vec::new();
        let mut lanes = Vec::new();
        for (number, (route, slots)) in
            routes.iter().zip(route::slots(routes, options.concurrency)).enumerate()
        {
            // A worker without a connection would never send the visits that are its own.
            let workers = options.workers.clamp(1, slots);
            if threads.len() < workers {
                threads.resize_with(workers, Vec::new);
            }
            for (worker, assignments) in threads.iter_mut().take(workers).enumerate() {
                let origin = Origin { route: number, worker, lane: lanes.len() };
                lanes.push(origin);
                let mut skew = Skew::default();
                if let Some((date, unix_ms)) = &route.date {
                    skew.observe(date.as_bytes(), *unix_ms);
                }
                assignments.push(Assignment {
                    plan: Arc::clone(&route.plan),
                    client: route.client.clone(),
                    clock,
                    options: options.clone(),
                    site_time_zone: route.site_time_zone.clone(),
                    part: Part {
                        shard: options.shard,
                        audience: route.audience,
                        most_a_day: route.most_a_day,
                        worker: (worker as u64, workers as u64),
                    },
                    origin,
                    slots: slots / workers + usize::from(worker < slots % workers),
                    skew,
                    control: receiver.clone(),
                    portions: portions.clone(),
                });
            }
        }
        let shared: Shared = Arc::new(Snapshots::new(routes.len(), options.warm_up));
        let collector = {
            let shared = Arc::clone(&shared);
            let collect = move || collector::collect(&collected, &lanes, &shared);
            std::thread::Builder::new().name("collector".to_owned()).spawn(collect)?
        };
        let start = |(index, assignments)| {
            std::thread::Builder::new().name(format!("worker-{index}")).spawn(move || work(assignments))
        };
        let threads = threads.into_iter().enumerate().map(start).collect::<Result<_, _>>()?;
        Ok(Run { clock, control, shared, threads, collector })
    }

    /// The clock of the run.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The run so far, at most a second old. Whoever looks at it keeps others from doing so, and workers from nothing.
    pub fn snapshot(&self) -> MutexGuard<'_, Snapshot> {
        self.shared.whole()
    }

    /// The same of one of several targets. Of the only one there is none besides the whole.
    pub fn snapshot_of(&self, route: usize) -> Option<MutexGuard<'_, Snapshot>> {
        self.shared.of(route)
    }

    /// A way to look at it from elsewhere.
    pub fn reader(&self) -> Reader {
        Reader { clock: self.clock, control: self.control.subscribe(), shared: Arc::clone(&self.shared) }
    }

    /// How the time of the plan goes by.
    pub fn pace(&self) -> Pace {
        self.control.borrow().pace
    }

    /// Makes the plan go by faster or slower from now on; 0 is a pause. The visits stay the same, and what has begun
    /// goes on.
    pub fn set_speed(&self, speed: f64) {
        let now = self.clock.now();
        self.control.send_modify(|control| control.pace = control.pace.changed(now, speed));
    }

    /// No new visits; open ones may finish within the grace time.
    pub fn drain(&self) {
        let since = self.clock.now();
        self.control.send_if_modified(|control| {
            let first = control.phase == Phase::Run;
            if first {
                control.phase = Phase::Drain { since };
            }
            first
        });
    }

    /// Stops at once.
    pub fn abort(&self) {
        self.control.send_modify(|control| control.phase = Phase::Abort);
    }

    /// Whether all workers are done.
    pub fn is_over(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }

    /// Waits for the workers and returns what came of the run. A worker that panicked is a bug: the panic goes on here.
    pub fn join(self) -> Ended {
        let workers = self.threads.len();
        for thread in self.threads.into_iter().chain([self.collector]) {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
        let took = Duration::from_nanos(self.clock.now());
        // A reader may be left.
        let snapshots = Arc::try_unwrap(self.shared).unwrap_or_else(|shared| (*shared).clone());
        let (whole, routes) = snapshots.into_parts();
        Ended { whole, routes, workers, took }
    }
}

/// A run that is over.
#[derive(Debug)]
pub struct Ended {
    /// All of it.
    pub whole: Snapshot,
    /// Of each target, where there are several.
    pub routes: Vec<Snapshot>,
    /// Threads that sent.
    pub workers: usize,
    /// How long it took.
    pub took: Duration,
}

/// A thread that works for several targets, each on its own.
fn work(assignments: Vec<Assignment>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build_local(tokio::runtime::LocalOptions::default());
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!("a worker cannot start: {error}"),
    };
    runtime.block_on(async {
        let lanes: Vec<_> = assignments
            .into_iter()
            .map(|assignment| tokio::task::spawn_local(worker::work(assignment)))
            .collect();
        for lane in lanes {
            if let Err(panic) = lane.await.map_err(tokio::task::JoinError::try_into_panic) {
                std::panic::resume_unwind(panic.unwrap_or_else(|error| Box::new(error)));
            }
        }
    });
    // A name that is being looked up holds nobody up.
    runtime.shutdown_background();
}
