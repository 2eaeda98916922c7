//! A run: workers on threads of their own, what they have counted so far, and the way to stop them.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::watch;
use traffic::curve::Nanos;
use traffic::plan::Plan;

use crate::clock::Clock;
use crate::recorder::Snapshot;
use crate::skew::Skew;
use crate::transport::Client;
use crate::worker::{self, Assignment};

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
    phase: watch::Sender<Phase>,
    published: Arc<Mutex<Snapshot>>,
    threads: Vec<JoinHandle<()>>,
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
        let published = Arc::new(Mutex::new(Snapshot::default()));
        let (phase, receiver) = watch::channel(Phase::Run);
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
                phase: receiver.clone(),
                published: Arc::clone(&published),
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
        Ok(Run { clock, phase, published, threads })
    }

    /// The clock of the run.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Totals so far, at most a second old.
    pub fn snapshot(&self) -> Snapshot {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// No new visits; open ones may finish within the grace time.
    pub fn drain(&self) {
        let since = self.clock.now();
        self.phase.send_if_modified(|phase| {
            let first = *phase == Phase::Run;
            if first {
                *phase = Phase::Drain { since };
            }
            first
        });
    }

    /// Stops at once.
    pub fn abort(&self) {
        self.phase.send_replace(Phase::Abort);
    }

    /// Whether all workers are done.
    pub fn is_over(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }

    /// Waits for the workers and returns the totals and how long the run took. A worker that panicked is a bug: the
    /// panic goes on here.
    pub fn join(self) -> (Snapshot, Duration) {
        for thread in self.threads {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
        let took = Duration::from_nanos(self.clock.now());
        let total = self.published.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (total, took)
    }
}
