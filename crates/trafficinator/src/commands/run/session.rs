//! One run of the engine, watched: progress, advice, signals, and the summary at its end.

use std::sync::Arc;
use std::time::Duration;

use engine::clock::Clock;
use engine::recorder::{Counts, Snapshot};
use engine::run::{Options, Run};
use engine::transport::Client;
use engine::usage::{Usage, most_open_files, usage};
use jiff::Timestamp;
use traffic::plan::Plan;
use traffic::scenario::Rate;

use super::{Ended, Signal, Signals};
use crate::live::{self, Command, Facts, Live, Moment, Phase, Theme, Throttle};
use crate::log::Screen;
use crate::progress::Progress;
use crate::settings::{Described, Settings};
use crate::summary::generator::Allowed;
use crate::summary::text::LIKELY_CAUSES;
use crate::summary::{
    Circumstances, GeneratorPart, Model, ReproducePart, RunPart, SettingPart, StoppedBy, Summary, TargetPart,
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
    client: &'a Client,
    plan: &'a Arc<Plan>,
    clock: Clock,
    /// What the process had used before.
    before: Usage,
}

impl<'a> Session<'a> {
    /// `clock` is the start of the run.
    pub(super) fn new(
        settings: &'a Settings,
        client: &'a Client,
        plan: &'a Arc<Plan>,
        clock: Clock,
    ) -> Session<'a> {
        Session { settings, client, plan, clock, before: usage() }
    }

    /// A run that sent nothing.
    pub(super) fn unsent(&self, stopped_by: StoppedBy, signal: Option<Signal>) -> Ended {
        let snapshot = Snapshot::new(0);
        let summary =
            self.summary(stopped_by, &snapshot, Duration::from_nanos(self.clock.now()), Throttle::STEADY);
        Ended { summary, counts: snapshot.counts, signal }
    }

    /// Sends the plan.
    pub(super) async fn drive(
        &self,
        date: Option<(&str, i64)>,
        signals: &mut Signals,
        screen: &Screen,
        theme: Option<Theme>,
    ) -> anyhow::Result<Ended> {
        let run = Run::start(self.plan, self.client, &self.options(), self.clock, date)?;
        let of = self.plan.scenario().most_visits;
        let mut progress = Progress::new(screen, self.settings.output.quiet, of);
        // A terminal that cannot be taken over gets the line.
        let mut live = theme.and_then(|theme| Live::open(self.facts(), theme, screen).ok());
        let mut throttle = Throttle::STEADY;
        let mut first_signal = None;
        let mut warned = false;
        let mut pausing = false;
        let mut tell = tokio::time::interval(TELL);
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !run.is_over() {
            tokio::select! {
                _ = look.tick() => {
                    let now = Duration::from_nanos(self.clock.now());
                    let asked = live.as_mut().map(|live| live.draw(now).and_then(|()| live.poll_keys()));
                    for command in asked.transpose().unwrap_or_else(|_| { live = None; None }).unwrap_or_default() {
                        throttle = match command {
                            Command::TogglePause => throttle.toggled(),
                            Command::Faster => throttle.faster(),
                            Command::Slower => throttle.slower(),
                            Command::Stop if first_signal.is_some() => continue,
                            Command::Stop => {
                                self.stop(&run, &mut first_signal, Signal::Terminate);
                                continue;
                            }
                            Command::Interrupt => {
                                self.stop(&run, &mut first_signal, Signal::Interrupt);
                                continue;
                            }
                        };
                        run.set_speed(throttle.speed());
                        if let Some(live) = &mut live {
                            live.show_throttle(throttle);
                        }
                    }
                }
                _ = tell.tick() => {
                    let snapshot = run.snapshot();
                    if !warned && is_all_400(&snapshot.counts) {
                        warned = true;
                        tracing::warn!("all answers so far are 400. {LIKELY_CAUSES}");
                    }
                    let capped = self.is_capped(&run);
                    if capped && !pausing {
                        tracing::info!("MAX_VISITS_PER_DAY is reached: pausing until tomorrow in TIMEZONE");
                    }
                    pausing = capped;
                    let Some(live) = &mut live else {
                        progress.tick(&run, &snapshot);
                        continue;
                    };
                    let now = run.clock().now();
                    let planned = self.plan.rate(run.pace().plan(now)) * run.pace().speed();
                    let is_over = of == Some(snapshot.counts.visits.planned)
                        || self.until().is_some_and(|(until, _)| until.as_nanos() as u64 <= now);
                    let phase = match (first_signal.is_some() || is_over, capped) {
                        (true, _) => Phase::Draining,
                        (_, true) => Phase::Capped,
                        _ => Phase::Arriving,
                    };
                    let now = Duration::from_nanos(now);
                    live.update(&Moment { now, snapshot: &snapshot, planned, phase, thresholds: &[] });
                }
                signal = signals.next() => self.stop(&run, &mut first_signal, signal),
            }
        }
        drop(live);
        screen.clear();
        let (snapshot, took) = run.join();
        if !warned && is_all_400(&snapshot.counts) {
            tracing::warn!("all answers were 400. {LIKELY_CAUSES}");
        }
        let stopped_by = self.stopped_by(&snapshot, first_signal);
        let summary = self.summary(stopped_by, &snapshot, took, throttle);
        Ok(Ended { summary, counts: snapshot.counts, signal: first_signal })
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

    /// What the live view says of the run.
    fn facts(&self) -> Facts {
        let preset = self.settings.describe().iter().find(|setting| setting.name == "TRAFFICINATOR_PRESET");
        Facts {
            target: self.client.target().address().to_owned(),
            site_id: self.settings.target.site_id,
            profile: self.settings.profile.name.clone(),
            preset: preset.filter(|preset| preset.source != "default").map(|preset| preset.value.clone()),
            seed: self.plan.seed(),
            run_id: self.plan.run_id().to_owned(),
            model: match self.plan.scenario().rate {
                Rate::Max => live::Model::Closed,
                Rate::PerSecond(_) => live::Model::Open,
            },
            concurrency: self.settings.load.concurrency,
            cores: cores(),
            warm_up: Duration::from_nanos(self.options().warm_up),
            most_visits: self.plan.scenario().most_visits,
            until: self.until().map(|(until, _)| until),
            grace: self.settings.run.grace,
        }
    }

    fn options(&self) -> Options {
        let Settings { load, run, site, .. } = self.settings;
        Options {
            concurrency: load.concurrency,
            workers: load.workers.unwrap_or(cores().min(load.concurrency.div_ceil(SLOTS_A_WORKER))),
            until: self.until().map(|(until, _)| until.as_nanos() as u64),
            grace: run.grace.as_nanos() as u64,
            site_time_zone: site.matomo_time_zone.clone(),
            warm_up: 0,
        }
    }

    /// When visits stop arriving, and which setting says so.
    fn until(&self) -> Option<(Duration, StoppedBy)> {
        let run = &self.settings.run;
        let duration = run.duration.map(|limit| (limit, StoppedBy::Duration));
        let auto_stop = run.auto_stop.map(|limit| (limit, StoppedBy::AutoStop));
        [duration, auto_stop].into_iter().flatten().min_by_key(|(limit, _)| *limit)
    }

    /// Whether the daily cap keeps visits from arriving now.
    fn is_capped(&self, run: &Run) -> bool {
        self.plan.scenario().most_visits_per_day.is_some()
            && self.plan.rate(run.pace().plan(run.clock().now())) <= 0.0
    }

    /// The first limit that was reached: a plan that ended by itself was neither stopped nor cut.
    fn stopped_by(&self, snapshot: &Snapshot, signal: Option<Signal>) -> StoppedBy {
        let is_whole = self.plan.scenario().most_visits == Some(snapshot.counts.visits.planned);
        match (is_whole, signal, self.until()) {
            (false, Some(_), _) => StoppedBy::Signal,
            (true, Some(_), _) if snapshot.counts.visits.incomplete + snapshot.counts.visits.dropped > 0 => {
                StoppedBy::Signal
            }
            (false, None, Some((_, limit))) => limit,
            _ => StoppedBy::MaxTotalVisits,
        }
    }

    fn summary(
        &self,
        stopped_by: StoppedBy,
        snapshot: &Snapshot,
        took: Duration,
        throttle: Throttle,
    ) -> Summary {
        let moment = |after: Duration| {
            let ms = self.clock.unix_ms(after.as_nanos() as u64);
            Timestamp::from_millisecond(ms).unwrap_or_default()
        };
        let run = RunPart {
            id: self.plan.run_id().to_owned(),
            seed: self.plan.seed(),
            plan: format!("{:016x}", self.plan.fingerprint()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: moment(Duration::ZERO),
            ended_at: moment(took),
            seconds: (took.as_secs_f64() * 1_000.0).round() / 1_000.0,
            stopped_by,
        };
        let target = TargetPart {
            url: self.client.target().address().to_owned(),
            site_id: self.settings.target.site_id,
        };
        let now = usage();
        let usage = Usage { cpu: now.cpu.saturating_sub(self.before.cpu), ..now };
        let options = self.options();
        let allowed = Allowed {
            cores: cores() as u64,
            workers: options.workers.clamp(1, options.concurrency.max(1)) as u64,
            open_files: most_open_files(),
            in_flight: options.concurrency as u64,
        };
        let circumstances = Circumstances {
            run,
            target,
            model: if self.plan.scenario().rate == Rate::Max { Model::Closed } else { Model::Open },
            adjusted: throttle.is_adjusted(),
            thresholds: Vec::new(),
            generator: GeneratorPart::new(&snapshot.series, usage, took, allowed),
            reproduce: self.reproduce(),
        };
        Summary::new(circumstances, snapshot)
    }

    /// How to do the same again.
    fn reproduce(&self) -> ReproducePart {
        let given = self.settings.describe().iter().filter(|setting| setting.source != "default");
        let part = |setting: &Described| SettingPart {
            name: setting.name.to_owned(),
            value: setting.value.clone(),
            source: setting.source.clone(),
        };
        ReproducePart { command: String::new(), settings: given.map(part).collect() }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Whether Matomo answered some twenty hits, all of them with 400.
fn is_all_400(counts: &Counts) -> bool {
    let hits = &counts.hits;
    hits.accepted == 0 && hits.rejected >= TELLING && counts.errors.status(400) == hits.rejected
}
