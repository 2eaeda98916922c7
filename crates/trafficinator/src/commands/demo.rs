//! `demo`: sends visits to a stand-in of its own and holds what that recorded against the plan.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use engine::clock::Clock;
use engine::recorder::Counts;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;

use super::run::Direction;
use super::{begin, load_with, random, runtime};
use crate::cli::{DemoArgs, SettingsArgs};
use crate::exit::Exit;
use crate::listen::state::State;
use crate::matomo::{Api, Span};
use crate::settings::layers::Purpose;
use crate::settings::registry::find;
use crate::settings::{Rate, SummaryTo};
use crate::summary::text::ledger_table;

/// Short pauses between page views: the demo is to be over while one watches.
const PAUSE: (&str, &str) = ("0.1", "0.5");

/// What the site of the stand-in has: goals and dimensions. The name is that of no file.
const SCENARIO: (&str, &str) = ("the scenario of the demo", include_str!("demo.toml"));

/// The `demo` command.
pub(super) fn demo(args: &DemoArgs) -> anyhow::Result<Exit> {
    let token = format!("{:016x}{:016x}", random()?, random()?);
    let options = tracker::Options {
        drop: args.drop,
        fail: args.fail,
        token: Some(token.clone()),
        ..tracker::Options::measured_site()
    };
    let stand_in = StandIn::start(options)?;
    let given = settings(args, stand_in.address, &token);
    let Some(loaded) = load_with(given, Purpose::Send, &BTreeMap::new(), &read) else {
        stand_in.stop()?;
        return Ok(Exit::Usage);
    };
    let settings = loaded.settings;
    let mut notes = Vec::new();
    let scenario = crate::scenario::scenario(&settings, &mut notes)
        .map_err(|problems| anyhow::anyhow!(problems.join("; ")))?;
    let clients = super::run::clients(&settings).map_err(|problem| anyhow::anyhow!(problem))?;
    let screen = begin(&settings, &notes);
    tracing::info!("a stand-in Matomo listens on http://{}/", stand_in.address);
    let goals = scenario.goals.clone();
    let outcome = runtime()?.block_on(async {
        let state = State::new();
        let mut direction = Direction { command: "run", theme: None, state: &state, search: None };
        let ended = super::run::send(&settings, scenario, &clients, &screen, &mut direction).await?;
        let target = &settings.targets[0];
        let url = target.url.as_ref().context("a target")?;
        let token = target.token.as_ref().context("a token")?;
        let days = days()?;
        let span = Span { site: target.site_id, days: (&days.0, &days.1), goals: &goals };
        let recorded = Api::new(&clients[0], &url.base(), token)
            .totals(span)
            .await
            .context("reading the totals back")?;
        anyhow::Ok((ended, recorded))
    });
    stand_in.stop()?;
    let (ended, recorded) = outcome?;
    let Counts { planned, acknowledged, .. } = ended.snapshot.counts;
    let columns = [("planned", planned), ("acknowledged", acknowledged), ("recorded", recorded)];
    let (table, differing) = ledger_table(&columns, |cells| cells[0] != cells[1] || cells[1] != cells[2]);
    let verdict = match differing.as_slice() {
        [] => "ok: the stand-in recorded exactly what was planned".to_owned(),
        rows => format!("DIFFERENT: {}", rows.join(", ")),
    };
    super::run::tell(&settings, &ended, &format!("{table}\n  {verdict}\n"))?;
    // What was recorded does not depend on how punctual the generator was.
    Ok(match ended.exit() {
        Exit::Void if differing.is_empty() => Exit::Ok,
        Exit::Ok | Exit::Void if !differing.is_empty() => Exit::Difference,
        Exit::Runtime if ended.snapshot.counts.hits.sent > 0 => Exit::Difference,
        exit => exit,
    })
}

/// Reads the scenario of the demo, or a file.
fn read(path: &Path) -> std::io::Result<String> {
    match SCENARIO {
        (name, text) if path == Path::new(name) => Ok(text.to_owned()),
        _ => std::fs::read_to_string(path),
    }
}

/// The settings of a run against the stand-in: nothing of the environment is used.
fn settings(args: &DemoArgs, address: SocketAddr, token: &str) -> SettingsArgs {
    let rate = match args.rate {
        Rate::Max => "max".to_owned(),
        Rate::PerSecond(rate) => format!("{rate}/s"),
    };
    let mut flags = vec![
        ("MATOMO_URL", format!("http://{address}/")),
        ("MATOMO_SITE_ID", "1".to_owned()),
        ("MATOMO_TOKEN_AUTH", token.to_owned()),
        ("TRAFFICINATOR_SCENARIO", SCENARIO.0.to_owned()),
        ("TRAFFICINATOR_PROFILE", args.profile.clone()),
        ("TRAFFICINATOR_RATE", rate),
        ("MAX_TOTAL_VISITS", args.visits.to_string()),
        ("TRAFFICINATOR_QUIET", args.quiet.to_string()),
    ];
    if args.rate != Rate::Max {
        flags.push(("PAUSE_BETWEEN_PVS_MIN", PAUSE.0.to_owned()));
        flags.push(("PAUSE_BETWEEN_PVS_MAX", PAUSE.1.to_owned()));
    }
    flags.extend(args.seed.map(|seed| ("TRAFFICINATOR_SEED", seed.to_string())));
    flags.extend(args.summary_json.as_ref().map(|to| {
        let to = match to {
            SummaryTo::Stdout => "-".to_owned(),
            SummaryTo::File(path) => path.display().to_string(),
        };
        ("TRAFFICINATOR_SUMMARY_JSON", to)
    }));
    let flags = flags.into_iter().filter_map(|(name, value)| Some((find(name)?, value))).collect();
    SettingsArgs { flags, env_files: Vec::new() }
}

/// Yesterday and tomorrow: visits of the simulated clock happened some minutes ago.
fn days() -> anyhow::Result<(String, String)> {
    let now = Timestamp::from_millisecond(Clock::start().unix_ms(0))?;
    let day = |moment: Timestamp| moment.strftime("%Y-%m-%d").to_string();
    let one = SignedDuration::from_hours(24);
    Ok((day(now.checked_sub(one)?), day(now.checked_add(one)?)))
}

/// A stand-in on a thread of its own.
struct StandIn {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<std::io::Result<()>>,
}

impl StandIn {
    fn start(options: tracker::Options) -> anyhow::Result<StandIn> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("cannot listen on 127.0.0.1")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("stand-in".to_owned()).spawn(move || {
            runtime()?.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                tracker::serve(listener, options, async {
                    let _ = stopped.await;
                })
                .await
            })
        })?;
        Ok(StandIn { address, stop, thread })
    }

    fn stop(self) -> anyhow::Result<()> {
        let _ = self.stop.send(());
        // Kept-alive connections may still be open; nobody waits for them.
        for _ in 0..50 {
            if self.thread.is_finished() {
                return match self.thread.join() {
                    Ok(served) => served.context("the stand-in"),
                    Err(panic) => std::panic::resume_unwind(panic),
                };
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use traffic::goal::Trigger;

    use super::*;
    use crate::cli::{Task, parse};
    use crate::settings::profile::names;

    #[test]
    fn a_demo_of_any_profile_has_three_goals_and_two_dimensions() {
        for profile in names() {
            let line = ["t", "demo", "--profile", profile].map(std::ffi::OsString::from);
            let Ok(Task::Demo(args)) = parse(line) else { panic!("a demo") };
            let given = settings(&args, ([127, 0, 0, 1], 9).into(), "token");
            let loaded = load_with(given, Purpose::Send, &BTreeMap::new(), &read).expect("settings");
            assert_eq!(loaded.settings.profile.name, profile);
            let scenario = crate::scenario::scenario(&loaded.settings, &mut Vec::new()).expect("a scenario");
            let triggers: Vec<(u32, &Trigger)> =
                scenario.goals.iter().map(|goal| (goal.id, &goal.trigger)).collect();
            assert!(matches!(triggers[0], (1, Trigger::Manual(share)) if share.get() > 0.0));
            assert_eq!(triggers[1], (2, &Trigger::UrlContains("thank-you".to_owned())));
            assert_eq!(triggers[2], (3, &Trigger::EventAction("play".to_owned())));
            let dimensions: Vec<u32> = scenario.dimensions.iter().map(|dimension| dimension.id).collect();
            assert_eq!((triggers.len(), dimensions), (3, vec![1, 2]));
        }
    }
}
