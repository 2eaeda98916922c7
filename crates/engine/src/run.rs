//! A run: workers on threads of their own, what they have counted so far, and the way to stop them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::watch;
use traffic::curve::{Nanos, SECOND};
use traffic::plan::Plan;
use traffic::walk::Shard;

use crate::clock::Clock;
use crate::collector::{self, Shared};
use crate::pace::Pace;
use crate::recorder::Snapshot;
use crate::skew::Skew;
use crate::transport::Client;
use crate::worker::{self, Assignment};

/// A hit that could not be sent for so long after it was due is dropped.
pub const LAG_LIMIT: Nanos = 30 * SECOND;

/// How a run is carried out. None of it changes what is planned.
#[derive(Clone, Debug)]
pub struct Options {
    /// Most requests in flight at once.
    pub concurrency: usize,
    /// Threads; at most one for each request in flight is of use.
    pub workers: usize,
    /// No visit arrives from this time on, in nanoseconds since the start.
    pub until: Option<Nanos>,
    /// How long open visits may go on after that, or after a stop, in nanoseconds.
    pub grace: Nanos,
    /// The time zone of the Matomo site: no visit crosses its midnight.
    pub site_time_zone: TimeZone,
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
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// Starts the workers. `clock` is the start of the run: due times count from there. `date` is the `Date` header of
    /// an answer of the target and when it was read, where one is known.
    pub fn start(
        plan: &Arc<Plan>,
        client: &Client,
        options: &Options,
        clock: Clock,
        date: Option<(&str, i64)>,
    ) -> Result<Run, StartError> {
        let workers = options.workers.clamp(1, options.concurrency.max(1));
        let shared: Shared = Arc::new(Mutex::new(Snapshot::new(options.warm_up)));
        let (portions, collected) = mpsc::channel();
        let collector = {
            let shared = Arc::clone(&shared);
            let collect = move || collector::collect(&collected, workers, &shared);
            std::thread::Builder::new().name("collector".to_owned()).spawn(collect)?
        };
        let (control, receiver) = watch::channel(Control { phase: Phase::Run, pace: Pace::STEADY });
        let mut skew = Skew::default();
        if let Some((date, unix_ms)) = date {
            skew.observe(date.as_bytes(), unix_ms);
        }
        let mut threads = Vec::new();
        for index in 0..workers {
            let slots = options.concurrency / workers + usize::from(index < options.concurrency % workers);
            let assignment = Assignment {
                plan: Arc::clone(plan),
                client: client.clone(),
                clock,
                options: options.clone(),
                index: index as u64,
                of: workers as u64,
                slots: slots.max(1),
                skew: skew.clone(),
                control: receiver.clone(),
                portions: portions.clone(),
            };
            let thread = std::thread::Builder::new().name(format!("worker-{index}")).spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build_local(tokio::runtime::LocalOptions::default());
                match runtime {
                    Ok(runtime) => {
                        runtime.block_on(worker::work(assignment));
                        // A name that is being looked up holds nobody up.
                        runtime.shutdown_background();
                    }
                    Err(error) => tracing::error!("a worker cannot start: {error}"),
                }
            })?;
            threads.push(thread);
        }
        Ok(Run { clock, control, shared, threads, collector })
    }

    /// The clock of the run.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The run so far, at most a second old. Whoever looks at it keeps others from doing so, and workers from nothing.
    pub fn snapshot(&self) -> MutexGuard<'_, Snapshot> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Waits for the workers and returns the run and how long it took. A worker that panicked is a bug: the panic goes
    /// on here.
    pub fn join(self) -> (Snapshot, Duration) {
        for thread in self.threads.into_iter().chain([self.collector]) {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
        let took = Duration::from_nanos(self.clock.now());
        let snapshot = match Arc::try_unwrap(self.shared) {
            Ok(shared) => shared.into_inner().unwrap_or_else(PoisonError::into_inner),
            // A reader is left.
            Err(shared) => shared.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        };
        (snapshot, took)
    }
}
