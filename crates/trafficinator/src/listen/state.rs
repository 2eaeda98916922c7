//! What the program tells those who look: in which phase it is, which run it is, and where its numbers are.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::clock::Clock;
use engine::run::Reader;
use tokio::sync::Notify;
use traffic::curve::Nanos;
use traffic::plan::Plan;

/// What the program is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It takes a first look at the target.
    Starting,
    /// It waits for `START_SIGNAL_FILE`.
    Waiting,
    /// It waits for the time that `--start-at` gives.
    Scheduled,
    /// It sends visits.
    Sending,
    /// `MAX_VISITS_PER_DAY` is reached: it sends no new visits until tomorrow.
    Capped,
    /// Somebody paused it.
    Paused,
    /// It begins no new visits; open ones may finish.
    Draining,
    /// The run is over.
    Over,
}

impl Phase {
    /// All of them.
    pub(crate) const ALL: [Phase; 8] = [
        Phase::Starting,
        Phase::Waiting,
        Phase::Scheduled,
        Phase::Sending,
        Phase::Capped,
        Phase::Paused,
        Phase::Draining,
        Phase::Over,
    ];

    /// Its name in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Phase::Starting => "starting",
            Phase::Waiting => "waiting",
            Phase::Scheduled => "scheduled",
            Phase::Sending => "sending",
            Phase::Capped => "capped",
            Phase::Paused => "paused",
            Phase::Draining => "draining",
            Phase::Over => "over",
        }
    }
}

/// What does not change during a run. None of it is secret.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Facts {
    pub(crate) run_id: String,
    pub(crate) seed: u64,
    /// Fingerprint of the plan: 16 hexadecimal digits.
    pub(crate) plan: String,
    /// The tracking endpoint, without credentials.
    pub(crate) target: String,
    /// Nothing where there are several targets.
    pub(crate) site_id: Option<u32>,
    /// Names of all targets.
    pub(crate) targets: Vec<String>,
    /// Most requests in flight at once.
    pub(crate) in_flight_limit: u64,
}

/// A run that was begun.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) reader: Reader,
    pub(crate) plan: Arc<Plan>,
    /// Visits that are sent here for each of the plan.
    pub(crate) scale: f64,
}

/// What was told last.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) phase: Phase,
    /// Whether each of the targets answered the first look as a Matomo does; nothing before that.
    pub(crate) looks: Option<Vec<bool>>,
    pub(crate) facts: Option<Arc<Facts>>,
    pub(crate) begun: Option<Begun>,
}

impl Told {
    /// Whether one of several targets, or any of them, answered the first look; nothing before that.
    pub(crate) fn first_look(&self, target: Option<usize>) -> Option<bool> {
        let looks = self.looks.as_ref()?;
        Some(match target {
            Some(index) => looks.get(index) == Some(&true),
            None => looks.contains(&true),
        })
    }
}

/// What the program tells, and when somebody looked.
#[derive(Debug)]
pub(crate) struct State {
    clock: Clock,
    told: Mutex<Told>,
    looks: Looks,
}

impl State {
    /// The state of a program that has just started.
    pub(crate) fn new() -> Arc<State> {
        let told = Told { phase: Phase::Starting, looks: None, facts: None, begun: None };
        Arc::new(State { clock: Clock::start(), told: Mutex::new(told), looks: Looks::default() })
    }

    /// From now on it is this phase.
    pub(crate) fn enter(&self, phase: Phase) {
        self.lock().phase = phase;
    }

    /// Whether each of the targets answered the first look as a Matomo does.
    pub(crate) fn looked(&self, looks: Vec<bool>) {
        self.lock().looks = Some(looks);
    }

    /// Which run it is, as soon as that is known.
    pub(crate) fn announce(&self, facts: Facts) {
        self.lock().facts = Some(Arc::new(facts));
    }

    /// The run has begun: [`Phase::Sending`].
    pub(crate) fn begin(&self, reader: Reader, plan: &Arc<Plan>, scale: f64) {
        let mut told = self.lock();
        told.begun = Some(Begun { reader, plan: Arc::clone(plan), scale });
        told.phase = Phase::Sending;
    }

    /// What was told last.
    pub(crate) fn told(&self) -> Told {
        self.lock().clone()
    }

    /// When the program was started, in milliseconds of Unix time.
    pub(crate) fn started_ms(&self) -> i64 {
        self.clock.unix_ms(0)
    }

    /// Nanoseconds since then.
    pub(crate) fn now(&self) -> Nanos {
        self.clock.now()
    }

    /// Who looked when.
    pub(crate) fn looks(&self) -> &Looks {
        &self.looks
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever is due later than this is not waited for.
const MOST_PATIENCE: Duration = Duration::from_secs(20);

/// How much later than usual somebody may be.
const LENIENCE: Duration = Duration::from_millis(500);

/// When somebody read the metrics.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    times: Mutex<Times>,
    last: Notify,
}

#[derive(Clone, Copy, Debug, Default)]
struct Times {
    last: Option<Nanos>,
    before: Option<Nanos>,
}

impl Looks {
    /// Somebody read the metrics of a run in this phase.
    pub(crate) fn note(&self, now: Nanos, phase: Phase) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        *times = Times { last: Some(now), before: times.last };
        if phase == Phase::Over {
            self.last.notify_one();
        }
    }

    /// How long the next look may take, where one is to be expected soon: somebody has looked again and again.
    pub(crate) fn patience(&self, now: Nanos) -> Option<Duration> {
        let Times { last, before } = *self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, before) = (last?, before?);
        let (every, since) = (Duration::from_nanos(last - before), Duration::from_nanos(now - last));
        let patience = (every + LENIENCE).checked_sub(since)?;
        (patience <= MOST_PATIENCE).then_some(patience)
    }

    /// Waits until somebody has read the metrics of a run that is over.
    pub(crate) async fn last(&self) {
        self.last.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Nanos = 1_000_000_000;

    fn looked(at: &[Nanos]) -> Looks {
        let looks = Looks::default();
        for at in at {
            looks.note(*at, Phase::Sending);
        }
        looks
    }

    #[test]
    fn nobody_is_waited_for_who_did_not_look_twice() {
        assert_eq!(looked(&[]).patience(SECOND), None);
        assert_eq!(looked(&[SECOND]).patience(2 * SECOND), None);
    }

    #[test]
    fn the_next_look_is_awaited_until_a_little_after_it_is_due() {
        let looks = looked(&[0, 3 * SECOND, 13 * SECOND]);
        assert_eq!(looks.patience(14 * SECOND), Some(Duration::from_millis(9_500)));
        assert_eq!(looks.patience(23 * SECOND), Some(LENIENCE));
    }

    #[test]
    fn nobody_is_waited_for_who_stopped_looking_or_is_due_too_late() {
        assert_eq!(looked(&[0, SECOND]).patience(3 * SECOND), None);
        let rare = looked(&[0, 60 * SECOND]);
        assert_eq!(rare.patience(61 * SECOND), None);
        assert_eq!(rare.patience(110 * SECOND), Some(Duration::from_millis(10_500)));
    }

    #[tokio::test]
    async fn a_look_after_the_end_is_remembered() {
        let looks = looked(&[0, SECOND]);
        looks.note(2 * SECOND, Phase::Over);
        looks.last().await;
    }
}
