//! One run of the engine, watched: what is shown of it, signals, what ends it, and the summary at its end.

use std::sync::Arc;
use std::time::Duration;

use engine::clock::Clock;
use engine::recorder::{Counts, LATE_NS, Snapshot};
use engine::route::Route;
use engine::run::{self, Options, Run};
use engine::usage::{Usage, most_open_files, usage};
use jiff::Timestamp;
use traffic::curve::Nanos;
use traffic::day;
use traffic::plan::Plan;
use traffic::scenario::Rate;

use super::display::{Display, Keys};
use super::guard::Guard;
use super::reproduce::reproduce;
use super::{Direction, Ended, Signal, Signals};
use crate::capacity::{Look, Next, Search};
use crate::listen::state::Phase;
use crate::live::{self, Command, Facts};
use crate::log::Screen;
use crate::progress::Progress;
use crate::settings::{Settings, Target};
use crate::summary::generator::Allowed;
use crate::summary::text::LIKELY_CAUSES;
use crate::summary::verdict::ThresholdPart;
use crate::summary::{
    Circumstances, GeneratorPart, Model, RunPart, StoppedBy, Summary, TargetPart, thousandths,
};

/// How often the user is told, and how often the end is looked for.
const TELL: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_millis(20);

/// Requests in flight that a worker has at least, where nobody said how many workers there are: with a few only, one
/// slow answer would hold up the visits of that worker while others have nothing to do.
const SLOTS_A_WORKER: usize = 32;

/// So many answers of 400 and no other are no accident.
const TELLING: u64 = 20;

/// A plan that is about to be sent.
#[derive(Debug)]
pub(super) struct Session<'a> {
    settings: &'a Settings,
    /// One for each target.
    routes: &'a [Route],
    /// That of the first target: they differ in what belongs to a target, and in nothing that is asked here.
    plan: &'a Arc<Plan>,
    clock: Clock,
    /// What the process had used before.
    before: Usage,
}

/// What came of watching.
#[derive(Debug, Default)]
struct Watched {
    /// The first signal that came.
    signal: Option<Signal>,
    is_adjusted: bool,
    thresholds: Vec<ThresholdPart>,
    /// What ended it, other than a limit or a signal: a threshold, or a search that was over.
    ended_by: Option<StoppedBy>,
    /// How long after `--start-at` it began, where that was too long.
    late: Option<Duration>,
    warned: bool,
}

impl<'a> Session<'a> {
    /// `clock` is the start of the run.
    pub(super) fn new(settings: &'a Settings, routes: &'a [Route], clock: Clock) -> Session<'a> {
        Session { settings, routes, plan: &routes[0].plan, clock, before: usage() }
    }

    /// A run that sent nothing.
    pub(super) fn unsent(
        &self,
        stopped_by: StoppedBy,
        signal: Option<Signal>,
        direction: &Direction<'_>,
    ) -> Ended {
        let nothing = || Snapshot::new(self.options().warm_up);
        let several = if self.routes.len() > 1 { self.routes.len() } else { 0 };
        let ended = run::Ended {
            whole: nothing(),
            routes: std::iter::repeat_with(nothing).take(several).collect(),
            workers: 0,
            took: Duration::from_nanos(self.clock.now()),
        };
        let thresholds = self.guard().judge_ended(&ended);
        let watched = Watched { signal, thresholds, ..Watched::default() };
        self.ended(stopped_by, ended, &watched, direction)
    }

    /// Sends the plan.
    pub(super) async fn drive(
        &self,
        signals: &mut Signals,
        screen: &Screen,
        direction: &mut Direction<'_>,
    ) -> anyhow::Result<Ended> {
        let late = self.late();
        let run = Run::start(self.routes, &self.options(), self.clock)?;
        direction.state.begin(run.reader(), self.plan, self.scale());
        let progress = Progress::new(screen, self.settings.output.quiet, self.most_visits());
        // Shards whose rates were changed could not be merged.
        let keys = match (self.model(), &direction.search, self.settings.run.shard) {
            (Model::Open, None, None) => Keys::SetThePace,
            _ => Keys::OnlyStop,
        };
        let mut display =
            Display::open(self.facts(), direction.theme, screen, progress, (keys, &self.settings.targets));
        let mut guard = self.guard();
        let mut watched = Watched { late, ..Watched::default() };
        let mut pausing = false;
        let mut tell = tokio::time::interval(TELL);
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !run.is_over() {
            tokio::select! {
                _ = look.tick() => for command in display.attend(&run) {
                    match command {
                        Command::Interrupt => self.stop(&run, &mut watched.signal, Signal::Interrupt),
                        _ if watched.signal.is_none() => self.stop(&run, &mut watched.signal, Signal::Terminate),
                        _ => {}
                    }
                },
                _ = tell.tick() => {
                    let now = self.clock.now();
                    let cap = self.cap(&run);
                    if let Some(cap) = cap.filter(|_| !pausing) {
                        tracing::info!("{cap} is reached: pausing until tomorrow in TIMEZONE");
                    }
                    pausing = cap.is_some();
                    let snapshot = run.snapshot();
                    if !watched.warned && is_all_400(&snapshot.counts) {
                        watched.warned = true;
                        tracing::warn!("all answers so far are 400. {LIKELY_CAUSES}");
                    }
                    let mut judged = guard.judge(&snapshot, &run);
                    let measured_for = Duration::from_nanos(now.saturating_sub(snapshot.series.warm_up()));
                    if let Some(broken) = guard.ends(&mut judged, measured_for) {
                        watched.ended_by = Some(StoppedBy::Threshold);
                        let measured = broken.measured();
                        tracing::error!("{} does not hold ({measured}): stopping", broken.label());
                        run.drain();
                    }
                    if let Some(search) = &mut direction.search {
                        self.steer(&run, search, &snapshot, &mut watched);
                    }
                    let is_ending = watched.signal.is_some() || self.is_ending(&snapshot, now);
                    let phase = match (is_ending, display.is_paused(), pausing) {
                        (true, _, _) => Phase::Draining,
                        (_, true, _) => Phase::Paused,
                        (_, _, true) => Phase::Capped,
                        _ => Phase::Sending,
                    };
                    direction.state.enter(phase);
                    let phase = match phase {
                        Phase::Draining => live::Phase::Draining,
                        Phase::Capped => live::Phase::Capped,
                        _ => live::Phase::Arriving,
                    };
                    let planned = if pausing { 0.0 } else { self.plan.rate(run.pace().plan(now)) };
                    let planned = planned * self.scale() * run.pace().speed();
                    display.update(&run, &snapshot, planned, phase, &judged);
                }
                signal = signals.next() => self.stop(&run, &mut watched.signal, signal),
            }
        }
        watched.is_adjusted = display.is_adjusted();
        drop(display);
        screen.clear();
        let ended = run.join();
        if !watched.warned && is_all_400(&ended.whole.counts) {
            tracing::warn!("all answers were 400. {LIKELY_CAUSES}");
        }
        watched.thresholds = guard.judge_ended(&ended);
        let stopped_by = self.stopped_by(&ended, &watched);
        Ok(self.ended(stopped_by, ended, &watched, direction))
    }

    /// How long after `--start-at` it is, where that is too long.
    fn late(&self) -> Option<Duration> {
        self.settings.run.start.at_ms()?;
        let late = self.clock.now();
        (late > LATE_NS).then(|| {
            let late = Duration::from_nanos(late);
            tracing::error!(
                "--start-at was {:.1} s ago: this run is late and therefore void; what can still be sent will be",
                late.as_secs_f64()
            );
            late
        })
    }

    /// The first time visits may finish, the second time all stops.
    fn stop(&self, run: &Run, first: &mut Option<Signal>, signal: Signal) {
        if first.is_some() {
            return run.abort();
        }
        *first = Some(signal);
        let grace = self.settings.run.grace.as_secs_f64();
        tracing::info!("stopping: open visits have {grace} s to finish; once more to stop at once");
        run.drain();
    }

    /// Gives the run the rate that a search for the capacity wants next.
    fn steer(&self, run: &Run, search: &mut Search, snapshot: &Snapshot, watched: &mut Watched) {
        if watched.signal.is_some() || watched.ended_by.is_some() {
            return;
        }
        let known = search.steps().len();
        let look = Look { now: self.clock.now(), series: &snapshot.series, backlog: snapshot.gauges.backlog };
        let next = search.tick(&look);
        for step in &search.steps()[known..] {
            tracing::info!("{step}");
        }
        match next {
            Next::Wait => {}
            Next::Rate(rate) => {
                let Rate::PerSecond(base) = self.plan.scenario().rate else { return };
                run.set_speed(rate / base);
                tracing::info!("{}", search.doing());
            }
            Next::Over => {
                watched.ended_by = Some(StoppedBy::Capacity);
                run.drain();
            }
        }
    }

    fn ended(
        &self,
        stopped_by: StoppedBy,
        ended: run::Ended,
        watched: &Watched,
        direction: &Direction<'_>,
    ) -> Ended {
        let mut summary = self.summary(stopped_by, &ended, watched, direction.command);
        if let Some(search) = &direction.search {
            summary.set_capacity(search.result());
        }
        Ended { summary, snapshot: ended.whole, signal: watched.signal }
    }

    fn guard(&self) -> Guard<'a> {
        Guard::new(self.settings, self.model())
    }

    fn model(&self) -> Model {
        if self.plan.scenario().rate == Rate::Max { Model::Closed } else { Model::Open }
    }

    /// What the live view says of the run.
    fn facts(&self) -> Facts {
        let preset = self.settings.describe().iter().find(|setting| setting.name == "TRAFFICINATOR_PRESET");
        let ends = self.plan.ends().map(Duration::from_nanos);
        Facts {
            target: address(self.routes),
            site_id: self.settings.only_site(),
            profile: self.settings.profile.name.clone(),
            preset: preset.filter(|preset| preset.source != "default").map(|preset| preset.value.clone()),
            seed: self.plan.seed(),
            run_id: self.plan.run_id().to_owned(),
            model: self.model(),
            concurrency: self.settings.connections(),
            cores: cores(),
            warm_up: self.settings.run.warm_up,
            most_visits: self.most_visits(),
            until: self.until().map(|(until, _)| until).into_iter().chain(ends).min(),
            grace: self.settings.run.grace,
        }
    }

    fn options(&self) -> Options {
        let Settings { load, run, .. } = self.settings;
        let concurrency = self.settings.connections();
        Options {
            concurrency,
            workers: load.workers.unwrap_or(cores().min(concurrency.div_ceil(SLOTS_A_WORKER))),
            until: self.until().map(|(until, _)| until.as_nanos() as u64),
            grace: run.grace.as_nanos() as u64,
            shard: run.part(),
            warm_up: run.warm_up.as_nanos() as u64,
        }
    }

    /// When visits stop arriving, and which setting says so.
    fn until(&self) -> Option<(Duration, StoppedBy)> {
        let run = &self.settings.run;
        let duration = run.duration.map(|limit| (limit, StoppedBy::Duration));
        let auto_stop = run.auto_stop.map(|limit| (limit, StoppedBy::AutoStop));
        [duration, auto_stop].into_iter().flatten().min_by_key(|(limit, _)| *limit)
    }

    /// How many visits are sent in all, where that is known: how many a shard has, or a target with a cap, only the end
    /// tells.
    fn most_visits(&self) -> Option<u64> {
        let most = self.plan.scenario().most_visits?;
        let is_capped = self.routes.iter().any(|route| route.most_a_day.is_some());
        let is_whole = self.settings.run.shard.is_none() && !is_capped;
        is_whole.then(|| (most as f64 * self.scale()).round() as u64)
    }

    /// Visits that are sent from here for each of the plan.
    fn scale(&self) -> f64 {
        let shares: f64 = self.routes.iter().map(|route| route.audience.share()).sum();
        shares / f64::from(self.settings.run.part().of())
    }

    /// Which daily cap keeps visits from arriving now: that of the whole plan, or those of all targets.
    fn cap(&self, run: &Run) -> Option<&'static str> {
        let now = run.pace().plan(run.clock().now());
        if self.plan.scenario().most_visits_per_day.is_some() && self.plan.rate(now) <= 0.0 {
            return Some("MAX_VISITS_PER_DAY");
        }
        self.routes.iter().all(|route| has_enough(route, now)).then_some("max_visits_per_day of every target")
    }

    /// Whether no more visits arrive.
    fn is_ending(&self, snapshot: &Snapshot, now: u64) -> bool {
        snapshot.is_through || self.until().is_some_and(|(until, _)| until.as_nanos() as u64 <= now)
    }

    /// The first limit that was reached: a plan that ended by itself was neither stopped nor cut.
    fn stopped_by(&self, ended: &run::Ended, watched: &Watched) -> StoppedBy {
        let visits = &ended.whole.counts.visits;
        let is_whole = ended.whole.is_through;
        let reached = self.until().filter(|(until, _)| ended.took >= *until);
        match (is_whole, watched.signal, reached) {
            _ if watched.ended_by == Some(StoppedBy::Capacity) => StoppedBy::Capacity,
            (false, Some(_), _) => StoppedBy::Signal,
            (true, Some(_), _) if visits.incomplete + visits.dropped > 0 => StoppedBy::Signal,
            (false, None, _) if let Some(ended_by) = watched.ended_by => ended_by,
            (false, None, Some((_, limit))) if self.plan.ends().is_none_or(|end| !self.is_before(end)) => {
                limit
            }
            (false, None, _) if self.plan.ends().is_some() => StoppedBy::Stages,
            _ => StoppedBy::MaxTotalVisits,
        }
    }

    /// Whether a moment comes before the limits of time.
    fn is_before(&self, at: u64) -> bool {
        self.until().is_none_or(|(until, _)| at < until.as_nanos() as u64)
    }

    fn summary(
        &self,
        stopped_by: StoppedBy,
        ended: &run::Ended,
        watched: &Watched,
        command: &str,
    ) -> Summary {
        let run::Ended { whole, routes, workers, took } = ended;
        let moment = |after: Duration| {
            let ms = self.clock.unix_ms(after.as_nanos() as u64);
            Timestamp::from_millisecond(ms).unwrap_or_default()
        };
        let run = RunPart {
            id: self.plan.run_id().to_owned(),
            seed: self.plan.seed(),
            plan: fingerprint(self.settings, self.routes),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: moment(Duration::ZERO),
            ended_at: moment(*took),
            seconds: (took.as_secs_f64() * 1_000.0).round() / 1_000.0,
            stopped_by,
            shard: self.settings.run.shard.map(Into::into),
            start_at: self.settings.run.start.at_ms().and_then(|ms| Timestamp::from_millisecond(ms).ok()),
            late_seconds: watched.late.map(|late| thousandths(late.as_secs_f64())),
            until_ns: self.options().until,
        };
        let target = |(target, route): (&Target, &Route)| TargetPart {
            name: (self.routes.len() > 1).then(|| target.name.clone()),
            url: route.client.target().address().to_owned(),
            site_id: target.site_id,
        };
        let mut targets: Vec<TargetPart> =
            self.settings.targets.iter().zip(self.routes).map(target).collect();
        let shares = self.settings.targets.iter().map(|target| target.audience.share());
        let several = targets.iter().cloned().zip(shares).zip(routes);
        let several = several.map(|((target, share), snapshot)| (target, share, snapshot)).collect();
        let now = usage();
        let usage = Usage { cpu: now.cpu.saturating_sub(self.before.cpu), ..now };
        let allowed = Allowed {
            cores: cores() as u64,
            workers: *workers as u64,
            open_files: most_open_files(),
            in_flight: self.settings.connections() as u64,
        };
        let circumstances = Circumstances {
            run,
            target: targets.swap_remove(0),
            model: self.model(),
            adjusted: watched.is_adjusted,
            thresholds: watched.thresholds.clone(),
            generator: GeneratorPart::new(&whole.series, usage, *took, allowed),
            reproduce: reproduce(self.settings, self.plan, command),
        };
        Summary::new(circumstances, whole, several)
    }
}

/// Where it goes, as one text.
pub(super) fn address(routes: &[Route]) -> String {
    match routes {
        [route] => route.client.target().address().to_owned(),
        routes => format!("{} targets", routes.len()),
    }
}

/// A fingerprint of what is sent where: that of the plan where there is one target that gets all of it.
pub(super) fn fingerprint(settings: &Settings, routes: &[Route]) -> String {
    if let [route @ Route { most_a_day: None, .. }] = routes {
        return format!("{:016x}", route.plan.fingerprint());
    }
    let part = |route: &Route| {
        format!("{:x} {} {:?}", route.plan.fingerprint(), route.audience.share(), route.most_a_day)
    };
    let parts: Vec<String> = routes.iter().map(part).collect();
    let whole = format!("{} {}", settings.sending.distribution.name(), parts.join(" "));
    format!("{:016x}", traffic::random::hash_text(&whole))
}

/// Whether a target has got all visits of this day of the plan.
fn has_enough(route: &Route, now: Nanos) -> bool {
    let Route { plan, most_a_day: Some(most), .. } = route else { return false };
    let ends = day::from(&plan.scenario().time_zone, plan.starts_ms()).scan(0, |end, day| {
        *end += day.length;
        Some(*end)
    });
    let today = ends.take_while(|end| *end <= now).last().unwrap_or(0);
    let due = |at| plan.expected(at).unwrap_or(0.0);
    (due(now) - due(today)) * route.audience.share() >= *most as f64
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Whether Matomo answered some twenty hits, all of them with 400.
fn is_all_400(counts: &Counts) -> bool {
    let hits = &counts.hits;
    hits.accepted == 0 && hits.rejected >= TELLING && counts.errors.status(400) == hits.rejected
}
