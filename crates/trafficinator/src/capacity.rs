//! Finds how much a target sustains: raises the rate until something gives way, closes in on that rate, and holds what
//! is left. Time and what was measured are arguments; nothing here sends.

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use engine::recorder::Measured;
use engine::recorder::series::{Series, Window};
use engine::recorder::statistics::Statistics;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use traffic::curve::{Nanos, SECOND};

use crate::summary::text::{grouped, milliseconds};
use crate::summary::verdict::{MOST_LAG_MS, ThresholdPart};
use crate::summary::{Model, RatePart, thousandths};
use crate::threshold::{Bound, Sample, Threshold, Unit, judge};

/// Less of what was due is not sustained.
const LEAST_ACHIEVED: f64 = 0.95;

/// So many seconds of hits waiting are too many to go on with.
const MOST_BACKLOG: f64 = 3.0;

/// After so long the hits that were due at the end of a step are known.
const SETTLED: Nanos = SECOND + SECOND / 2;

/// Fewer hits than this tell nothing: the step goes on, up to so many times its length.
const FEWEST_HITS: u64 = 50;
const LONGEST_STEP: u64 = 8;

/// After a failure nothing new is sent until what waits is gone, for at most this long.
const LONGEST_RECOVERY: Nanos = 60 * SECOND;

/// A rate that fails while it is held is lowered; so often.
const MOST_HOLDS: usize = 8;

/// Below this part of the first rate nothing is looked for.
const LEAST: f64 = 1e-3;

/// How to search.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) objectives: Vec<Threshold>,
    /// The first rate, in visits per second.
    pub(crate) from: f64,
    /// The highest, likewise.
    pub(crate) most: f64,
    /// What the rate is multiplied with while nothing fails.
    pub(crate) factor: f64,
    /// How close to each other the highest rate that holds and the lowest that does not shall be.
    pub(crate) precision: f64,
    /// How long a rate is tried.
    pub(crate) step: Nanos,
    /// How much of that goes by before anything is measured: visits that began at the rate before are under way.
    pub(crate) settle: Nanos,
    /// The same for the rate that is held: there all visits that began before are to be over.
    pub(crate) settle_hold: Nanos,
    /// How long the answer is held.
    pub(crate) hold: Nanos,
}

/// How things stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look<'a> {
    /// Nanoseconds since the start of the run.
    pub(crate) now: Nanos,
    pub(crate) series: &'a Series,
    /// Hits that were due and are neither sent nor dropped.
    pub(crate) backlog: u64,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Next {
    /// Go on as it is.
    Wait,
    /// Change to so many visits per second.
    Rate(f64),
    /// The search is over.
    Over,
}

/// What was found, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct CapacityPart {
    /// In one sentence.
    pub(crate) sentence: String,
    /// What had to hold.
    pub(crate) objectives: Vec<String>,
    /// The highest rate that was held, if one was.
    pub(crate) sustained: Option<StepPart>,
    /// The lowest rate that could not be held.
    pub(crate) failed: Option<StepPart>,
    /// Whether the generator was the bottleneck, so that the target may sustain more.
    pub(crate) is_lower_bound: bool,
    /// All rates that were tried, in their order.
    pub(crate) steps: Vec<StepPart>,
}

/// A rate that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct StepPart {
    /// When what is told here began and ended, in seconds since the start of the run.
    pub(crate) from_seconds: f64,
    pub(crate) to_seconds: f64,
    /// Why it was tried.
    pub(crate) purpose: Purpose,
    /// What was asked for.
    pub(crate) visits_per_second: f64,
    /// Hits that were due, per second.
    pub(crate) hits_per_second: f64,
    /// Hits that were sent, per second.
    pub(crate) achieved_hits_per_second: f64,
    /// Due to done, milliseconds.
    pub(crate) response_p50_ms: Option<f64>,
    pub(crate) response_p95_ms: Option<f64>,
    pub(crate) response_p99_ms: Option<f64>,
    /// Share of hits that were not accepted.
    pub(crate) errors: Option<f64>,
    /// Whether it was sustained.
    pub(crate) holds: bool,
    /// Why not.
    pub(crate) reason: Option<String>,
}

/// Why a rate is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// It is higher than the one before.
    Climb,
    /// It lies between one that holds and one that does not.
    Bisect,
    /// It is to be the answer.
    Hold,
}

/// A search that goes on.
#[derive(Debug)]
pub(crate) struct Search {
    rules: Rules,
    state: State,
    steps: Vec<StepPart>,
    /// The highest rate that held.
    passed: Option<f64>,
    /// The lowest that did not.
    failed: Option<f64>,
    holds: usize,
    /// Rates at which the generator was the bottleneck once: such a step is tried again.
    doubted: Option<f64>,
    is_generator_bound: bool,
    sustained: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Trying {
        rate: f64,
        since: Nanos,
        purpose: Purpose,
    },
    /// Waiting until the backlog is gone.
    Recovering {
        since: Nanos,
    },
    Over,
}

/// Why a rate is not sustained.
#[derive(Clone, Debug, PartialEq)]
enum Reason {
    /// The target's doing, in words.
    Target(String),
    /// The generator's.
    Generator(String),
}

impl fmt::Display for StepPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let p95 = self.response_p95_ms.map_or("-".to_owned(), milliseconds);
        let came = self.reason.as_deref().unwrap_or("it holds");
        write!(
            f,
            "{} visits/s, {} hits/s: response p95 {p95} ms; {came}",
            number(self.visits_per_second),
            number(self.achieved_hits_per_second)
        )
    }
}

impl Reason {
    fn words(&self) -> String {
        let (Reason::Target(words) | Reason::Generator(words)) = self;
        words.clone()
    }
}

impl Search {
    pub(crate) fn new(rules: Rules) -> Search {
        let state = State::Trying { rate: rules.from, since: 0, purpose: Purpose::Climb };
        Search {
            rules,
            state,
            steps: Vec::new(),
            passed: None,
            failed: None,
            holds: 0,
            doubted: None,
            is_generator_bound: false,
            sustained: None,
        }
    }

    /// What is being done, for people.
    pub(crate) fn doing(&self) -> String {
        match self.state {
            State::Trying { rate, purpose: Purpose::Climb, .. } => {
                format!("trying {} visits/s", number(rate))
            }
            State::Trying { rate, purpose: Purpose::Bisect, .. } => {
                format!("closing in: trying {} visits/s", number(rate))
            }
            State::Trying { rate, purpose: Purpose::Hold, .. } => {
                format!("holding {} visits/s", number(rate))
            }
            State::Recovering { .. } => "waiting for the backlog to go away".to_owned(),
            State::Over => "over".to_owned(),
        }
    }

    /// Rates that were tried so far.
    pub(crate) fn steps(&self) -> &[StepPart] {
        &self.steps
    }

    /// To be called about once a second.
    pub(crate) fn tick(&mut self, look: &Look<'_>) -> Next {
        match self.state {
            State::Over => Next::Over,
            State::Recovering { since } => self.recover(look, since),
            State::Trying { rate, since, purpose } => self.judge_step(look, rate, since, purpose),
        }
    }

    fn recover(&mut self, look: &Look<'_>, since: Nanos) -> Next {
        let waited = look.now - since;
        if waited < 2 * SECOND || (look.backlog > 0 && waited < LONGEST_RECOVERY) {
            return Next::Wait;
        }
        let (rate, purpose) = match (self.passed, self.failed) {
            (Some(passed), Some(failed))
                if failed / passed > 1.0 + self.rules.precision && self.holds == 0 =>
            {
                ((passed * failed).sqrt(), Purpose::Bisect)
            }
            (Some(passed), _) => (passed, Purpose::Hold),
            (None, Some(failed)) if failed / self.rules.factor >= self.rules.from * LEAST => {
                (failed / self.rules.factor, Purpose::Climb)
            }
            (None, _) => {
                self.state = State::Over;
                return Next::Over;
            }
        };
        self.start(look.now, rate, purpose)
    }

    fn start(&mut self, now: Nanos, rate: f64, purpose: Purpose) -> Next {
        self.state = State::Trying { rate, since: now, purpose };
        Next::Rate(rate)
    }

    fn judge_step(&mut self, look: &Look<'_>, rate: f64, since: Nanos, purpose: Purpose) -> Next {
        let Rules { step, hold, .. } = self.rules;
        let (settle, length) = match purpose {
            Purpose::Hold => (self.rules.settle_hold, self.rules.settle_hold + hold),
            Purpose::Climb | Purpose::Bisect => (self.rules.settle, self.rules.settle + step),
        };
        let at_least_settled = look.now >= since + settle + 2 * SECOND;
        let span =
            Span::of(look.series, since + settle, look.now.saturating_sub(SETTLED).min(since + length));
        let drowning = at_least_settled
            && look.backlog as f64 > MOST_BACKLOG * span.due_per_second().max(1.0)
            && span.seconds > 0.0;
        if !drowning && look.now < since + length + SETTLED {
            return Next::Wait;
        }
        let is_short =
            span.measured.hits.planned < FEWEST_HITS && look.now < since + settle + LONGEST_STEP * step;
        if !drowning && is_short {
            return Next::Wait;
        }
        let reason = if drowning {
            Some(span.backlog(look.backlog))
        } else {
            span.reason(&self.rules.objectives, look.backlog)
        };
        let words = reason.as_ref().map(Reason::words);
        self.steps.push(span.step(rate, purpose, words));
        match reason {
            None => self.pass(look, rate, purpose),
            Some(Reason::Generator(_)) if self.doubted != Some(rate) => {
                self.doubted = Some(rate);
                self.start(look.now, rate, purpose)
            }
            Some(reason) => {
                self.is_generator_bound = matches!(reason, Reason::Generator(_));
                self.fail(look, rate, purpose)
            }
        }
    }

    fn pass(&mut self, look: &Look<'_>, rate: f64, purpose: Purpose) -> Next {
        self.passed = Some(self.passed.map_or(rate, |passed| passed.max(rate)));
        if purpose == Purpose::Hold {
            self.sustained = Some(self.steps.len() - 1);
            self.state = State::Over;
            return Next::Over;
        }
        match self.failed {
            Some(failed) if failed / rate > 1.0 + self.rules.precision => {
                self.start(look.now, (rate * failed).sqrt(), Purpose::Bisect)
            }
            None if rate < self.rules.most => {
                self.start(look.now, (rate * self.rules.factor).min(self.rules.most), Purpose::Climb)
            }
            _ => self.start(look.now, rate, Purpose::Hold),
        }
    }

    fn fail(&mut self, look: &Look<'_>, rate: f64, purpose: Purpose) -> Next {
        self.failed = Some(self.failed.map_or(rate, |failed| failed.min(rate)));
        if purpose == Purpose::Hold {
            self.holds += 1;
            // What held for a short time does not for a long one: what is held next is lower.
            self.passed = Some(rate * (1.0 - self.rules.precision));
            if self.holds >= MOST_HOLDS {
                self.state = State::Over;
                return Next::Over;
            }
        }
        self.state = State::Recovering { since: look.now };
        Next::Rate(0.0)
    }

    /// What was found.
    pub(crate) fn result(&self) -> CapacityPart {
        let sustained = self.sustained.map(|index| self.steps[index].clone());
        let by_rate = |a: &&StepPart, b: &&StepPart| a.visits_per_second.total_cmp(&b.visits_per_second);
        let failed = self.steps.iter().filter(|step| !step.holds).min_by(by_rate).cloned();
        let is_lower_bound = sustained.is_some() && (failed.is_none() || self.is_generator_bound);
        CapacityPart {
            sentence: sentence(sustained.as_ref(), failed.as_ref(), is_lower_bound, self.steps.last()),
            objectives: self.rules.objectives.iter().map(ToString::to_string).collect(),
            sustained,
            failed,
            is_lower_bound,
            steps: self.steps.clone(),
        }
    }
}

fn sentence(
    sustained: Option<&StepPart>,
    failed: Option<&StepPart>,
    is_lower_bound: bool,
    last: Option<&StepPart>,
) -> String {
    let because = |step: &StepPart| {
        let reason = step.reason.as_deref().unwrap_or("it failed");
        format!("at {} {reason}", number(step.hits_per_second))
    };
    match (sustained, failed) {
        (Some(step), failed) => {
            let sustains = if is_lower_bound { "sustains at least" } else { "sustains" };
            let rates = format!(
                "this Matomo {sustains} {} hits/s ({} visits/s, {} visits a day)",
                number(step.achieved_hits_per_second),
                number(step.visits_per_second),
                scale(step.visits_per_second * 86_400.0)
            );
            match failed {
                Some(failed) => format!("{rates}; {}", because(failed)),
                None => format!("{rates}; no higher rate was tried"),
            }
        }
        (None, Some(failed)) => {
            let held = last.is_some_and(|last| last.holds);
            let until = if held { "; the search was ended before a rate had been held" } else { "" };
            format!("no rate was found that this Matomo sustains: {}{until}", because(failed))
        }
        (None, None) => match last {
            Some(step) => format!(
                "the search was ended before it was over: {} hits/s held for a while",
                number(step.achieved_hits_per_second)
            ),
            None => "the search was ended before anything was known".to_owned(),
        },
    }
}

/// What was measured in a stretch of time: of the hits that were due in it.
struct Span {
    from: f64,
    seconds: f64,
    measured: Measured,
    statistics: Statistics,
    /// Most hits that waited, in the first and in the last third.
    waiting: (u64, u64),
}

impl Span {
    /// Of the windows that lie in it as a whole.
    fn of(series: &Series, from: Nanos, to: Nanos) -> Span {
        let seconds = |nanos: Nanos| nanos as f64 / SECOND as f64;
        let width = series.width() as f64;
        let inside: Vec<(f64, &Window)> = series
            .windows()
            .map(|(number, window)| (series.begins(number), window))
            .filter(|(begins, _)| *begins >= seconds(from) && begins + width <= seconds(to))
            .collect();
        let mut span = Span {
            from: inside.first().map_or(seconds(from), |(begins, _)| *begins),
            seconds: inside.len() as f64 * width,
            measured: Measured::default(),
            statistics: Statistics::default(),
            waiting: (0, 0),
        };
        let third = inside.len().div_ceil(3);
        for (index, (_, window)) in inside.iter().enumerate() {
            span.measured += *window;
            span.statistics.response += &window.response.unpack();
            span.statistics.service += &window.service.unpack();
            span.statistics.wait += &window.wait.unpack();
            span.statistics.lag += &window.lag.unpack();
            if index < third {
                span.waiting.0 = span.waiting.0.max(window.gauges.backlog);
            }
            if index + third >= inside.len() {
                span.waiting.1 = span.waiting.1.max(window.gauges.backlog);
            }
        }
        span
    }

    fn due_per_second(&self) -> f64 {
        if self.seconds > 0.0 { self.measured.hits.planned as f64 / self.seconds } else { 0.0 }
    }

    fn backlog(&self, backlog: u64) -> Reason {
        let rate = number(self.due_per_second());
        Reason::Target(format!("{} hits were waiting, of {rate} hits/s that were due", grouped(backlog)))
    }

    /// Why this is not sustained, if it is not.
    fn reason(&self, objectives: &[Threshold], backlog: u64) -> Option<Reason> {
        let hits = &self.measured.hits;
        let lag = self.statistics.lag.quantile_ms(0.99);
        if self.statistics.lag.count() > 0 && lag > MOST_LAG_MS {
            let words = format!("the generator was the bottleneck (lag p99 {} ms)", milliseconds(lag));
            return Some(Reason::Generator(words));
        }
        if hits.dropped_idle > 0 {
            let words =
                format!("the generator was the bottleneck ({} hits dropped)", grouped(hits.dropped_idle));
            return Some(Reason::Generator(words));
        }
        let sample = Sample {
            statistics: &self.statistics,
            measured: &self.measured,
            rates: RatePart {
                visits_per_second: self.measured.visits.started as f64 / self.seconds,
                hits_per_second: hits.sent as f64 / self.seconds,
            },
            model: Model::Open,
        };
        for objective in objectives {
            let part = judge(objective, &sample);
            if !part.holds {
                return Some(Reason::Target(left(objective, &part)));
            }
        }
        if hits.dropped > 0 {
            return Some(Reason::Target(format!("{} hits were dropped", grouped(hits.dropped))));
        }
        let achieved = hits.sent as f64 / (hits.planned as f64).max(1.0);
        if achieved < LEAST_ACHIEVED {
            let words = format!("{:.0} % of what was due was sent", (achieved * 100.0).floor());
            return Some(Reason::Target(words));
        }
        let (early, late) = self.waiting;
        let second = self.due_per_second();
        if late as f64 > second && late as f64 > 1.5 * early as f64 {
            return Some(Reason::Target(format!(
                "the backlog grew from {} to {} hits",
                grouped(early),
                grouped(late.max(backlog))
            )));
        }
        None
    }

    fn step(&self, rate: f64, purpose: Purpose, reason: Option<String>) -> StepPart {
        let hits = &self.measured.hits;
        let over = hits.over();
        let response = &self.statistics.response;
        let quantile = |share| (response.count() > 0).then(|| thousandths(response.quantile_ms(share)));
        let per_second =
            |count: u64| if self.seconds > 0.0 { thousandths(count as f64 / self.seconds) } else { 0.0 };
        StepPart {
            from_seconds: thousandths(self.from),
            to_seconds: thousandths(self.from + self.seconds),
            purpose,
            visits_per_second: rate,
            hits_per_second: per_second(hits.planned),
            achieved_hits_per_second: per_second(hits.sent),
            response_p50_ms: quantile(0.50),
            response_p95_ms: quantile(0.95),
            response_p99_ms: quantile(0.99),
            errors: (over > 0).then(|| hits.refused() as f64 / over as f64),
            holds: reason.is_none(),
            reason,
        }
    }
}

/// `response p95 left 500 ms (812 ms)`.
fn left(objective: &Threshold, part: &ThresholdPart) -> String {
    let name = objective.metric.to_string().replacen('.', " ", 1);
    let Bound { value, unit } = objective.bound;
    let bound = match unit {
        Unit::Milliseconds => format!("{value} ms"),
        Unit::Share => format!("{} %", value * 100.0),
        Unit::Count => format!("{value}"),
        Unit::PerSecond => format!("{value}/s"),
    };
    format!("{name} left {bound} ({})", part.measured())
}

/// Three digits or so.
pub(crate) fn number(value: f64) -> String {
    match value {
        value if value < 1.0 => format!("{value:.3}"),
        value if value < 10.0 => format!("{value:.1}"),
        value => grouped(value.round() as u64),
    }
}

/// `2.2 M`.
fn scale(value: f64) -> String {
    match value {
        value if value >= 999_500.0 => format!("{:.1} M", value / 1e6),
        value => grouped(value.round() as u64),
    }
}

/// How long visits that began at the rate before are under way, and at most so long.
pub(crate) fn settle(longest_sending: f64, most: Duration) -> Nanos {
    let longest = Duration::try_from_secs_f64(longest_sending).unwrap_or(Duration::MAX);
    (longest.min(most).as_nanos() as Nanos).max(SECOND)
}
