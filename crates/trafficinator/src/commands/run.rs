//! `run`: sends visits until told to stop.

mod display;
mod guard;
mod looks;
mod reproduce;
mod schedule;
mod session;
mod signals;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use engine::clock::Clock;
use engine::recorder::Snapshot;
use engine::route::Route;
use engine::target::{Target, Trust};
use engine::transport::Client;
use traffic::scenario::Scenario;

use super::{Environment, Ready, begin, complain, print, ready, run_id, runtime, seed};
use crate::capacity::Search;
use crate::cli::SettingsArgs;
use crate::exit::Exit;
use crate::listen::state::{Facts, Phase, State};
use crate::live::Theme;
use crate::log::Screen;
use crate::settings::layers::Purpose;
use crate::settings::{Distribution, LogFormat, Settings, Start, SummaryTo};
use crate::summary::text::ledgers;
use crate::summary::{StoppedBy, Summary};
use crate::{listen, live};
pub(super) use looks::{advice, doubts};
pub(super) use schedule::check as check_start;
use session::Session;
use signals::Signal;
pub(super) use signals::Signals;

/// How a run is directed, besides by its settings.
#[derive(Debug)]
pub(super) struct Direction<'a> {
    /// The command that does it again.
    pub(super) command: &'static str,
    /// How the full-screen view looks, where there is one.
    pub(super) theme: Option<Theme>,
    /// What others are told who look at it.
    pub(super) state: &'a State,
    /// What looks for the rate that the target sustains.
    pub(super) search: Option<Search>,
}

/// The `run` command.
pub(super) fn run(args: SettingsArgs, environment: &Environment) -> anyhow::Result<Exit> {
    match ready(args, Purpose::Send, environment) {
        Some(ready) => carry_out(ready, "run", None, environment),
        None => Ok(Exit::Usage),
    }
}

/// Carries out what the settings ask for and tells what came of it.
pub(super) fn carry_out(
    ready: Ready,
    command: &'static str,
    search: Option<Search>,
    environment: &Environment,
) -> anyhow::Result<Exit> {
    let Ready { settings, scenario, warnings } = ready;
    let listener = settings.output.listen.map(listen::bind).transpose();
    let (clients, listener) = match (clients(&settings), listener, check_outside(&settings)) {
        (Ok(clients), Ok(listener), problems) if problems.is_empty() => (clients, listener),
        (clients, listener, problems) => {
            complain(clients.err().into_iter().chain(listener.err()).chain(problems));
            return Ok(Exit::Usage);
        }
    };
    let screen = begin(&settings, &warnings);
    let state = State::new();
    let serving = listener.map(|listener| listen::serve(listener, Arc::clone(&state))).transpose()?;
    let theme = live::wanted(&settings.output, environment);
    let mut direction = Direction { command, theme, state: &state, search };
    let runtime = runtime()?;
    let ended = runtime.block_on(send(&settings, scenario, &clients, &screen, &mut direction))?;
    state.enter(Phase::Over);
    let table = ledgers(&ended.snapshot.counts);
    tell(&settings, &ended, &format!("{table}{}", ended.summary.tail()))?;
    if let Some(serving) = serving {
        runtime.block_on(async {
            let mut signals = Signals::listen()?;
            tokio::select! {
                () = serving.last_look() => {}
                _ = signals.next() => {}
            }
            anyhow::Ok(())
        })?;
    }
    Ok(ended.exit())
}

/// A client for each of the targets.
pub(super) fn clients(settings: &Settings) -> Result<Vec<Client>, String> {
    let sending = &settings.sending;
    let trust = match (&sending.ca_file, sending.insecure) {
        (_, true) => Trust::Anyone,
        (Some(path), false) => Trust::RootsAnd(path.clone()),
        (None, false) => Trust::Roots,
    };
    let client = |target: &crate::settings::Target| {
        let url = target.url.as_ref().ok_or("MATOMO_URL is not set")?;
        let (token, trust) = (target.token.clone(), trust.clone());
        let target = Target::new(url.endpoint().clone(), url.basic_auth(), token, trust, sending.timeout);
        Client::new(target).map_err(|error| format!("TRAFFICINATOR_CA_FILE: {error}"))
    };
    settings.targets.iter().map(client).collect()
}

/// Sends what the settings ask for.
pub(super) async fn send(
    settings: &Settings,
    scenario: Scenario,
    clients: &[Client],
    screen: &Screen,
    direction: &mut Direction<'_>,
) -> anyhow::Result<Ended> {
    let mut signals = Signals::listen()?;
    let seed = seed(settings)?;
    let run_id = run_id(settings)?;
    make_room(settings);
    announce(settings, clients, seed, &run_id);
    for note in scenario.notes() {
        tracing::info!("note: {note}");
    }
    if let Start::OnSignal { .. } = settings.run.start {
        direction.state.enter(Phase::Waiting);
    }
    if let Some(signal) = wait_for_start(&settings.run.start, &mut signals).await? {
        let routes = routes(settings, scenario, clients, (seed, &run_id));
        let session = Session::new(settings, &routes, Clock::start());
        return Ok(session.unsent(StoppedBy::Signal, Some(signal), direction));
    }
    direction.state.enter(Phase::Starting);
    let looks = looks::look(settings, clients).await;
    direction.state.looked(looks.iter().map(|look| look.is_reached).collect());
    let is_reached = looks.iter().all(|look| look.is_reached);
    let start_ms = settings.run.start.at_ms();
    if start_ms.is_some() {
        looks::compare_clocks(settings, &looks);
    }
    // Before the clock starts: the plan of a large site takes a while.
    let mut routes = routes(settings, scenario, clients, (seed, &run_id));
    for (route, look) in routes.iter_mut().zip(looks) {
        route.date = look.date;
    }
    direction.state.announce(facts(settings, &routes));
    let mut clock = start_ms.map_or_else(Clock::start, Clock::starting_at);
    if !is_reached && settings.run.fail_fast {
        return Ok(Session::new(settings, &routes, clock).unsent(StoppedBy::Error, None, direction));
    }
    if let Some(start_ms) = start_ms {
        direction.state.enter(Phase::Scheduled);
        match schedule::wait_until(start_ms, &mut signals).await {
            Ok(started) => clock = started,
            Err(signal) => {
                let session = Session::new(settings, &routes, clock);
                return Ok(session.unsent(StoppedBy::Signal, Some(signal), direction));
            }
        }
    }
    Session::new(settings, &routes, clock).drive(&mut signals, screen, direction).await
}

/// The plan on its way to each of the targets: of a run that starts when that was asked for, or now.
fn routes(
    settings: &Settings,
    scenario: Scenario,
    clients: &[Client],
    (seed, run_id): (u64, &str),
) -> Vec<Route> {
    let start_ms = settings.run.start.at_ms().unwrap_or_else(|| Clock::start().unix_ms(0));
    let plans = crate::scenario::plans(settings, scenario, seed, run_id, Some(start_ms));
    let targets = settings.targets.iter().zip(clients);
    targets
        .zip(plans)
        .map(|((target, client), plan)| Route {
            plan,
            client: client.clone(),
            audience: target.audience,
            most_a_day: target.max_visits_per_day,
            site_time_zone: target.time_zone.clone(),
            date: None,
        })
        .collect()
}

/// What others are told who look.
fn facts(settings: &Settings, routes: &[Route]) -> Facts {
    let plan = &routes[0].plan;
    let name = |target: &crate::settings::Target| target.name.clone();
    Facts {
        run_id: plan.run_id().to_owned(),
        seed: plan.seed(),
        plan: session::fingerprint(settings, routes),
        target: session::address(routes),
        site_id: settings.only_site(),
        targets: settings.targets.iter().map(name).collect(),
        in_flight_limit: settings.connections() as u64,
    }
}

/// A run that is over.
pub(super) struct Ended {
    pub(super) summary: Summary,
    pub(super) snapshot: Snapshot,
    /// The first signal that came.
    signal: Option<Signal>,
}

impl Ended {
    pub(super) fn exit(&self) -> Exit {
        match self.signal {
            Some(Signal::Interrupt) => Exit::Interrupted,
            _ => self.summary.exit(),
        }
    }
}

/// Prints the summary and writes the result and the report; `tail` is what people read last.
pub(super) fn tell(settings: &Settings, ended: &Ended, tail: &str) -> anyhow::Result<()> {
    let Ended { summary, snapshot, .. } = ended;
    let json = || Ok::<_, serde_json::Error>(serde_json::to_string_pretty(summary)? + "\n");
    let written = match &settings.output.summary_json {
        Some(SummaryTo::Stdout) => print(&json()?).context("cannot write the summary"),
        Some(SummaryTo::File(path)) => crate::whole::write(path, &json()?)
            .with_context(|| format!("cannot write the summary to {}", path.display())),
        None => Ok(()),
    };
    let reported = match &settings.output.report {
        Some(path) => crate::report::write(summary, &snapshot.series, &snapshot.statistics, path),
        None => Ok(()),
    };
    let text = || summary.head() + tail;
    match (settings.output.log_format, &settings.output.summary_json) {
        (LogFormat::Json, _) => {
            let brief = serde_json::to_string(&summary.brief())?;
            tracing::info!(summary = %brief, "{}", summary.verdict.sentence);
        }
        (LogFormat::Text, Some(SummaryTo::Stdout)) => tracing::info!("{}", text()),
        (LogFormat::Text, _) => print(&text())?,
    }
    if let Some(path) = settings.output.report.as_ref().filter(|_| reported.is_ok()) {
        tracing::info!("the report is in {}", path.display());
    }
    written.and(reported)
}

/// What the settings want of the outside and cannot be had: better known before the run than after it.
pub(super) fn check_outside(settings: &Settings) -> Vec<String> {
    check_folders(settings).into_iter().chain(schedule::check(settings)).collect()
}

fn check_folders(settings: &Settings) -> Vec<String> {
    let summary = match &settings.output.summary_json {
        Some(SummaryTo::File(path)) => Some(("TRAFFICINATOR_SUMMARY_JSON", path, ", or -")),
        _ => None,
    };
    let report = settings.output.report.as_ref().map(|path| ("TRAFFICINATOR_REPORT", path, ""));
    let problem = |(name, path, besides): (&str, &PathBuf, &str)| {
        let shown = path.display().to_string();
        if !crate::whole::has_folder(path) {
            return Some(format!(
                "{name}: {shown:?} cannot be written; give a file in a folder that exists{besides}"
            ));
        }
        let error = crate::whole::try_out(path).err()?;
        Some(format!(
            "{name}: {shown:?} cannot be written ({error}); give a file in a folder of this user{besides}"
        ))
    };
    summary.into_iter().chain(report).filter_map(problem).collect()
}

/// Every request in flight needs a file descriptor, and the program a few of its own.
fn make_room(settings: &Settings) {
    let wanted = settings.connections() as u64 + 64;
    let possible = engine::usage::raise_open_files(wanted);
    if possible < wanted {
        tracing::warn!(
            "CONCURRENCY {} needs {wanted} open files and the system allows {possible}; raise `ulimit -n`",
            settings.connections()
        );
    }
}

/// What will be sent where, before the first hit.
fn announce(settings: &Settings, clients: &[Client], seed: u64, run_id: &str) {
    let rate = match settings.load.rate {
        _ if !settings.load.stages.is_empty() => crate::stages::words(&settings.load.stages),
        crate::settings::Rate::Max => "as fast as the target answers (closed model)".to_owned(),
        crate::settings::Rate::PerSecond(rate) if rate >= 0.1 => format!("{rate:.1} visits/s"),
        crate::settings::Rate::PerSecond(rate) => format!("{:.0} visits/day", rate * 86_400.0),
    };
    match (settings.targets.as_slice(), clients) {
        ([target], [client]) => {
            tracing::info!("sending to {}, site {}, {rate}", client.target().address(), target.site_id);
        }
        (targets, clients) => {
            let how = match settings.sending.distribution {
                Distribution::Weighted => "by weight",
                Distribution::RoundRobin => "in turn",
                Distribution::Mirrored => "every visit to all",
            };
            tracing::info!("sending to {} targets, {how}, {rate}", targets.len());
            for (target, client) in targets.iter().zip(clients) {
                let (name, site) = (&target.name, target.site_id);
                let share = target.audience.share() * 100.0;
                tracing::info!(
                    "{name}: {}, site {site}, {share:.0} % of the visits",
                    client.target().address()
                );
            }
        }
    }
    let profile = &settings.profile;
    tracing::info!("profile {}: {}", profile.name, profile.profile.description);
    tracing::info!("seed {seed}, run id {run_id}");
    if let Some(shard) = settings.run.shard {
        let (index, of) = (shard.index(), shard.of());
        let most = settings.connections();
        tracing::info!("shard {index}/{of}: a part of those visits, with at most {most} requests in flight");
        for threshold in settings.thresholds().filter(|threshold| threshold.abort.is_some()) {
            if !threshold.tells_of_the_whole() {
                tracing::warn!(
                    "{threshold} cannot end a shard, which has only a part of that; merge judges it"
                );
            }
        }
    }
    if let Some(number) = settings.sending.tag_dimension {
        tracing::info!("every visit carries the run id in dimension {number}");
    } else {
        tracing::info!(
            "generated visits cannot be told from real ones later: use a site of its own, or --tag-dimension"
        );
    }
}

/// Waits for the file that starts the run, where one is wanted, and takes it away.
async fn wait_for_start(start: &Start, signals: &mut Signals) -> anyhow::Result<Option<Signal>> {
    let Start::OnSignal { file, check_every } = start else { return Ok(None) };
    tracing::info!("waiting for {} to appear", file.display());
    loop {
        if take(file)? {
            tracing::info!("{} appeared: starting", file.display());
            return Ok(None);
        }
        tokio::select! {
            () = tokio::time::sleep(*check_every) => {}
            signal = signals.next() => return Ok(Some(signal)),
        }
    }
}

/// Deletes a file; whether it was there.
fn take(file: &Path) -> anyhow::Result<bool> {
    match std::fs::remove_file(file) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(anyhow::anyhow!("START_SIGNAL_FILE {} cannot be deleted: {error}", file.display())),
    }
}
