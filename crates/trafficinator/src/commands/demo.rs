//! `demo`: sends visits to a stand-in of its own and holds what that recorded against the plan.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use engine::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;
use traffic::ledger::{Cents, Ledger};

use super::{begin, load, print, random, runtime};
use crate::cli::{DemoArgs, SettingsArgs};
use crate::exit::Exit;
use crate::matomo::{Api, Span};
use crate::settings::layers::Purpose;
use crate::settings::registry::find;
use crate::settings::{Rate, SummaryTo};
use crate::summary::grouped;

/// Short pauses between page views: the demo is to be over while one watches.
const PAUSE: (&str, &str) = ("0.1", "0.5");

/// The `demo` command.
pub(super) fn demo(args: &DemoArgs) -> anyhow::Result<Exit> {
    let token = format!("{:016x}{:016x}", random()?, random()?);
    let options = tracker::Options {
        drop: args.drop,
        fail: args.fail,
        token: Some(token.clone()),
        ..tracker::Options::default()
    };
    let stand_in = StandIn::start(options)?;
    let Some(loaded) = load(settings(args, stand_in.address, &token), Purpose::Send, &BTreeMap::new()) else {
        anyhow::bail!("the settings of the demo are refused; this is a bug");
    };
    let settings = loaded.settings;
    let scenario =
        crate::scenario::scenario(&settings).map_err(|problems| anyhow::anyhow!(problems.join("; ")))?;
    let client = super::run::client(&settings).map_err(|problem| anyhow::anyhow!(problem))?;
    let screen = begin(&settings, &[]);
    tracing::info!("a stand-in Matomo listens on http://{}/", stand_in.address);
    let outcome = runtime()?.block_on(async {
        let (exit, snapshot) = super::run::send(&settings, scenario, &client, &screen).await?;
        if exit == Exit::Interrupted {
            return Ok((exit, None));
        }
        let url = settings.target.url.as_ref().context("a target")?;
        let token = settings.target.token.as_ref().context("a token")?;
        let days = days()?;
        let span = Span { site: settings.target.site_id, days: (&days.0, &days.1) };
        let recorded =
            Api::new(&client, &url.base(), token).totals(span).await.context("reading the totals back")?;
        anyhow::Ok((exit, Some((snapshot, recorded))))
    });
    stand_in.stop()?;
    let (exit, Some((snapshot, recorded))) = outcome? else { return Ok(Exit::Interrupted) };
    let (table, differ) = compare(&snapshot.planned, &snapshot.acknowledged, &recorded);
    if settings.output.summary_json == Some(SummaryTo::Stdout) {
        tracing::info!("{table}");
    } else {
        print(&table)?;
    }
    Ok(match (exit, differ) {
        (_, true) => Exit::Difference,
        (exit, false) => exit,
    })
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

/// The table, and whether a row differs.
fn compare(planned: &Ledger, acknowledged: &Ledger, recorded: &Ledger) -> (String, bool) {
    let counts = |ledger: &Ledger| {
        [
            ("visits", grouped(ledger.visits)),
            ("page views", grouped(ledger.pageviews)),
            ("events", grouped(ledger.events)),
            ("searches", grouped(ledger.searches)),
            ("outlinks", grouped(ledger.outlinks)),
            ("downloads", grouped(ledger.downloads)),
            ("orders", grouped(ledger.orders)),
            ("revenue", Cents(ledger.revenue.0).to_string()),
        ]
    };
    let mut text = format!("\n  {:<12}{:>14}{:>14}{:>14}\n", "", "planned", "acknowledged", "recorded");
    let mut differing = Vec::new();
    let rows = counts(planned).into_iter().zip(counts(acknowledged)).zip(counts(recorded));
    for (((name, planned), (_, acknowledged)), (_, recorded)) in rows {
        let agree = planned == acknowledged && acknowledged == recorded;
        let mark = if agree { "" } else { "   differs" };
        let _infallible = writeln!(text, "  {name:<12}{planned:>14}{acknowledged:>14}{recorded:>14}{mark}");
        if !agree {
            differing.push(name);
        }
    }
    let _infallible = match differing.as_slice() {
        [] => writeln!(text, "\n  ok: the stand-in recorded exactly what was planned"),
        rows => writeln!(text, "\n  DIFFERENT: {}", rows.join(", ")),
    };
    (text, !differing.is_empty())
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
