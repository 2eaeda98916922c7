//! What the view shows, as numbers and texts: taken from a snapshot once a second, and small.

use std::collections::VecDeque;
use std::time::Duration;

use engine::recorder::series::{Gauges, Series};
use engine::recorder::{HitCounts, Snapshot, VisitCounts};

use super::points::Points;
use super::recent::{Quantiles, Recent, Sparse};
use super::throttle::Throttle;
use crate::summary::Model;
use crate::summary::verdict::{FULL_CORE, MOST_LAG_MS, ThresholdPart};

/// So many messages are remembered for the view.
pub(crate) const MESSAGES: usize = 200;

/// Rates are those of the last seconds.
const RATE_OVER: Duration = Duration::from_secs(5);

/// Windows whose processor time is looked at.
const CPU_WINDOWS: usize = 5;

/// A target that has not answered for so long, with requests in flight, is said to hang.
const SILENCE: Duration = Duration::from_secs(3);

/// What is known of a run before it begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// The tracking endpoint, without credentials.
    pub(crate) target: String,
    /// Nothing where there are several targets.
    pub(crate) site_id: Option<u32>,
    pub(crate) profile: String,
    pub(crate) preset: Option<String>,
    pub(crate) seed: u64,
    pub(crate) run_id: String,
    pub(crate) model: Model,
    /// Most requests in flight at once.
    pub(crate) concurrency: usize,
    /// Cores of the machine.
    pub(crate) cores: usize,
    /// Length of the warm-up.
    pub(crate) warm_up: Duration,
    /// Visits of the whole plan, where it has an end.
    pub(crate) most_visits: Option<u64>,
    /// When visits stop arriving, where a limit says so.
    pub(crate) until: Option<Duration>,
    /// How long open visits may go on after that.
    pub(crate) grace: Duration,
}

/// Where a run is, as far as the keyboard has no say in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Visits arrive.
    #[default]
    Arriving,
    /// `MAX_VISITS_PER_DAY` keeps visits from arriving until tomorrow.
    Capped,
    /// No visits arrive any more; open ones may finish.
    Draining,
}

/// A run at a moment.
#[derive(Debug)]
pub(crate) struct Moment<'a> {
    /// Since the start of the run.
    pub(crate) now: Duration,
    pub(crate) snapshot: &'a Snapshot,
    /// Visits a second that the plan wants now, at the speed that the keys have made of it.
    pub(crate) planned: f64,
    pub(crate) phase: Phase,
    pub(crate) thresholds: &'a [ThresholdPart],
    /// Each of several targets.
    pub(crate) targets: Vec<Target>,
}

/// One of several targets.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) visits: VisitCounts,
    pub(crate) hits: HitCounts,
    pub(crate) in_flight: u64,
    /// Of the whole run.
    pub(crate) times: Both,
}

impl Target {
    /// What one of several targets got so far.
    pub(crate) fn of(name: &str, snapshot: &Snapshot) -> Target {
        let statistics = &snapshot.statistics;
        Target {
            name: clean(name),
            visits: snapshot.counts.visits,
            hits: snapshot.counts.hits,
            in_flight: snapshot.gauges.in_flight,
            times: Both {
                response: Quantiles::of(&statistics.response),
                service: Quantiles::of(&statistics.service),
            },
        }
    }
}

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    WarmingUp,
    Running,
    Paused,
    Capped,
    Draining,
}

/// How severe a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    Information,
    Warning,
    Error,
}

/// A log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// When it was there, since the start of the run.
    pub(crate) at: Duration,
    pub(crate) severity: Severity,
    pub(crate) text: String,
}

/// Response and service time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Both {
    pub(crate) response: Option<Quantiles>,
    pub(crate) service: Option<Quantiles>,
}

/// The generator itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Health {
    /// Cores it uses, in the last seconds.
    pub(crate) cores: f64,
    /// Share of a core that its busiest thread uses.
    pub(crate) busiest: f64,
    /// 99 % of the hits were sent within so many milliseconds after they could have been.
    pub(crate) lag_p99: Option<f64>,
    /// Hits that were dropped although a slot was free.
    pub(crate) dropped_idle: u64,
}

impl Health {
    /// Whether the generator is the bottleneck so far.
    pub(crate) fn is_void(&self) -> bool {
        self.is_lagging() || self.dropped_idle > 0
    }

    /// Whether hits are sent later than they could be.
    pub(crate) fn is_lagging(&self) -> bool {
        self.lag_p99.is_some_and(|lag| lag > MOST_LAG_MS)
    }

    /// Whether a thread has nothing to spare.
    pub(crate) fn is_busy(&self) -> bool {
        self.busiest > FULL_CORE
    }
}

/// Counts at a moment: rates are differences.
#[derive(Clone, Copy, Debug)]
struct Mark {
    at: Duration,
    started: u64,
    sent: u64,
}

/// Everything that is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    pub(crate) facts: Facts,
    pub(crate) now: Duration,
    pub(crate) phase: Phase,
    pub(crate) throttle: Option<Throttle>,
    /// Visits a second.
    pub(crate) planned: f64,
    /// Visits a second, in the last seconds.
    pub(crate) started: f64,
    /// Hits a second that were due, in the last seconds.
    pub(crate) due: f64,
    /// Hits a second that were sent, in the last seconds.
    pub(crate) sent: f64,
    pub(crate) visits: VisitCounts,
    pub(crate) hits: HitCounts,
    pub(crate) gauges: Gauges,
    /// Of the hits that were over in the last seconds.
    pub(crate) recent: Both,
    /// Of the whole run; of the warm-up, while that goes on.
    pub(crate) whole: Both,
    /// Response times of the whole run, service times in a closed model.
    pub(crate) times: Sparse,
    pub(crate) points: Points,
    /// Why hits were not accepted, most frequent first.
    pub(crate) errors: Vec<(String, u64)>,
    pub(crate) thresholds: Vec<ThresholdPart>,
    /// Each of several targets; none where there is one.
    pub(crate) targets: Vec<Target>,
    pub(crate) health: Health,
    pub(crate) messages: VecDeque<Message>,
    pub(crate) is_help_shown: bool,
    marks: VecDeque<Mark>,
    response: Recent,
    service: Recent,
    /// How many hits were over at the last look, and since when that is so.
    over: u64,
    over_since: Duration,
    /// Since when no visits arrive any more.
    draining_since: Option<Duration>,
}

impl View {
    /// An empty view.
    pub(crate) fn new(mut facts: Facts) -> View {
        let texts = [&mut facts.target, &mut facts.profile, &mut facts.run_id];
        for text in texts.into_iter().chain(&mut facts.preset) {
            *text = clean(text);
        }
        View { facts, ..View::default() }
    }

    /// Takes in how things stand.
    pub(crate) fn update(&mut self, moment: &Moment<'_>) {
        let &Moment { now, snapshot, planned, phase, thresholds, ref targets } = moment;
        let counts = &snapshot.counts;
        self.now = now;
        self.phase = phase;
        self.draining_since = (phase == Phase::Draining).then(|| self.draining_since.unwrap_or(now));
        self.planned = planned;
        self.visits = counts.visits;
        self.hits = counts.hits;
        self.gauges = snapshot.gauges;
        self.rates(&snapshot.series);
        self.points.look(&snapshot.series);
        self.percentiles(snapshot);
        self.errors = counts.errors.iter().collect();
        self.errors.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        self.thresholds = thresholds.to_vec();
        self.targets.clone_from(targets);
        self.health = health(snapshot, now);
        let over = self.hits_over();
        if over != self.over || self.gauges.in_flight == 0 {
            (self.over, self.over_since) = (over, now);
        }
    }

    fn rates(&mut self, series: &Series) {
        let mark = Mark { at: self.now, started: self.visits.started, sent: self.hits.sent };
        while self.marks.get(1).is_some_and(|next| next.at + RATE_OVER <= self.now) {
            self.marks.pop_front();
        }
        let first = self.marks.front().copied().unwrap_or(Mark { at: Duration::ZERO, started: 0, sent: 0 });
        let seconds = self.now.saturating_sub(first.at).as_secs_f64().max(0.001);
        self.started = self.visits.started.saturating_sub(first.started) as f64 / seconds;
        self.sent = self.hits.sent.saturating_sub(first.sent) as f64 / seconds;
        self.marks.push_back(mark);
        let whole = complete(series, self.now).map(|window| window.hits.planned);
        self.due = mean(whole) / series.width() as f64;
    }

    fn percentiles(&mut self, snapshot: &Snapshot) {
        let (warm_up, measured) = (&snapshot.warm_up, &snapshot.statistics);
        let whole = if self.is_warming_up() { warm_up } else { measured };
        let is_open = self.facts.model == Model::Open;
        let response = self.response.look(self.now, [&warm_up.response, &measured.response]);
        self.recent = Both {
            response: response.filter(|_| is_open),
            service: self.service.look(self.now, [&warm_up.service, &measured.service]),
        };
        self.whole = Both {
            response: Quantiles::of(&whole.response).filter(|_| is_open),
            service: Quantiles::of(&whole.service),
        };
        let shown = if is_open { &whole.response } else { &whole.service };
        self.times = shown.iter_us().collect();
    }

    /// Remembers a log line.
    pub(crate) fn tell(&mut self, line: &str) {
        let text = line.trim_end();
        if text.is_empty() {
            return;
        }
        let prefixes = [("warning: ", Severity::Warning), ("error: ", Severity::Error)];
        let severity = prefixes.into_iter().find(|(prefix, _)| text.starts_with(prefix));
        if self.messages.len() == MESSAGES {
            self.messages.pop_front();
        }
        self.messages.push_back(Message {
            at: self.now,
            severity: severity.map_or(Severity::Information, |(_, severity)| severity),
            text: clean(text),
        });
    }

    pub(crate) fn is_warming_up(&self) -> bool {
        self.now < self.facts.warm_up
    }

    pub(crate) fn throttle(&self) -> Throttle {
        self.throttle.unwrap_or(Throttle::STEADY)
    }

    /// What the run is doing.
    pub(crate) fn state(&self) -> State {
        match self.phase {
            Phase::Draining => State::Draining,
            _ if self.throttle().is_paused() => State::Paused,
            Phase::Capped => State::Capped,
            Phase::Arriving if self.is_warming_up() => State::WarmingUp,
            Phase::Arriving => State::Running,
        }
    }

    /// Hits that are over.
    pub(crate) fn hits_over(&self) -> u64 {
        self.hits.over()
    }

    /// Whether there is nothing to show yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.hits_over() == 0
    }

    /// For how long requests have been in flight and no answer came, where that is worth saying.
    pub(crate) fn silence(&self) -> Option<Duration> {
        Some(self.now.saturating_sub(self.over_since)).filter(|silence| *silence >= SILENCE)
    }

    /// Whether every slot is taken.
    pub(crate) fn is_full(&self) -> bool {
        self.gauges.in_flight >= self.facts.concurrency as u64
    }

    /// Thresholds that do not hold; those without samples may yet.
    pub(crate) fn failing(&self) -> impl Iterator<Item = &ThresholdPart> {
        self.thresholds.iter().filter(|threshold| !threshold.holds && threshold.value.is_some())
    }

    /// What nobody should overlook, the most urgent one.
    pub(crate) fn alarm(&self) -> Option<String> {
        if let Some(silence) = self.silence() {
            return Some(format!("no answers for {} s", silence.as_secs()));
        }
        if self.health.is_void() {
            return Some("void so far: the generator is the bottleneck".to_owned());
        }
        let failing = self.failing().count();
        match failing {
            0 => None,
            1 => Some("a threshold does not hold".to_owned()),
            _ => Some(format!("{failing} thresholds do not hold")),
        }
    }

    /// How far the run is, from 0 to 1; nothing where it has no end.
    pub(crate) fn progress(&self) -> Option<f64> {
        let visits = self.facts.most_visits.map(|most| self.visits.planned as f64 / most.max(1) as f64);
        let time = self.facts.until.map(|until| self.now.as_secs_f64() / until.as_secs_f64().max(0.001));
        [visits, time].into_iter().flatten().max_by(f64::total_cmp).map(|share| share.clamp(0.0, 1.0))
    }

    /// When the first limit is reached, counted from now and as far as can be told.
    pub(crate) fn remaining(&self) -> Option<Duration> {
        let rate = match self.facts.model {
            Model::Open => self.planned,
            Model::Closed => self.started,
        };
        let left = self.facts.most_visits.map(|most| most.saturating_sub(self.visits.planned) as f64);
        // Longer than anybody waits is no estimate.
        let visits = left
            .filter(|_| rate > 0.0)
            .map(|left| left / rate)
            .filter(|seconds| *seconds < 1e9)
            .map(Duration::from_secs_f64);
        let time = self.facts.until.map(|until| until.saturating_sub(self.now));
        [visits, time].into_iter().flatten().min()
    }

    /// What is left of the grace time.
    pub(crate) fn grace_left(&self) -> Option<Duration> {
        self.draining_since.map(|since| (since + self.facts.grace).saturating_sub(self.now))
    }
}

/// The last windows that are over: the one that goes on says little.
fn complete(series: &Series, now: Duration) -> impl Iterator<Item = &engine::recorder::series::Window> {
    let going_on = series.number(now.as_nanos() as u64);
    let over = series.windows().rev().filter(move |(number, _)| *number < going_on);
    over.take(CPU_WINDOWS).map(|(_, window)| window)
}

fn mean(numbers: impl Iterator<Item = u64>) -> f64 {
    let (sum, count) = numbers.fold((0, 0), |(sum, count), number| (sum + number, count + 1));
    sum as f64 / f64::from(count.max(1))
}

fn health(snapshot: &Snapshot, now: Duration) -> Health {
    let series = &snapshot.series;
    let width = series.width() as f64 * 1e9;
    // Workers tell of a second at its end, so the last one may be there in part only.
    let cpu = || complete(series, now).skip(1).map(|window| window.cpu);
    let lag = &snapshot.statistics.lag;
    Health {
        cores: mean(cpu().map(|cpu| cpu.process)) / width,
        busiest: (mean(cpu().map(|cpu| cpu.busiest)) / width).min(1.0),
        lag_p99: (lag.count() > 0).then(|| lag.quantile_ms(0.99)),
        dropped_idle: series.measured().map(|window| window.hits.dropped_idle).sum(),
    }
}

/// Text from elsewhere as the terminal may have it: what controls the terminal, or turns the direction of writing, is
/// shown as a mark.
pub(crate) fn clean(text: &str) -> String {
    let is_control = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => ' ',
            c if is_control(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}
