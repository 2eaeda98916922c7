//! Progress while a run goes on: a live line on a terminal, a line every ten seconds elsewhere.

use std::time::Duration;

use engine::recorder::Snapshot;
use engine::run::Run;

use crate::log::Screen;
use crate::summary::text::{grouped, milliseconds};

/// Lines in a log come this far apart.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// How far a run has come.
#[derive(Debug)]
pub(crate) struct Progress<'a> {
    screen: &'a Screen,
    is_quiet: bool,
    /// Visits of the whole plan, where it has an end.
    of: Option<u64>,
    last: (Duration, u64, u64),
    logged_at: Duration,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(screen: &'a Screen, is_quiet: bool, of: Option<u64>) -> Progress<'a> {
        Progress { screen, is_quiet, of, last: (Duration::ZERO, 0, 0), logged_at: Duration::ZERO }
    }

    /// Shows where the run is. To be called about once a second.
    pub(crate) fn tick(&mut self, run: &Run, snapshot: &Snapshot) {
        let elapsed = Duration::from_nanos(run.clock().now());
        let is_due = self.screen.is_terminal() || elapsed >= self.logged_at + LOG_EVERY;
        if self.is_quiet || !is_due {
            return;
        }
        let line = self.line(elapsed, snapshot);
        self.last = (elapsed, snapshot.counts.visits.started, snapshot.counts.hits.sent);
        if self.screen.is_terminal() {
            self.screen.show(&line);
        } else {
            self.logged_at = elapsed;
            tracing::info!("{line}");
        }
    }

    fn line(&self, elapsed: Duration, snapshot: &Snapshot) -> String {
        let (then, visits, hits) = self.last;
        let seconds = elapsed.saturating_sub(then).as_secs_f64().max(0.001);
        let rate = |now: u64, before: u64| (now - before) as f64 / seconds;
        let time = elapsed.as_secs();
        let hours = if time >= 3_600 { format!("{:02}:", time / 3_600) } else { String::new() };
        let of = self.of.map(|of| format!("/{}", grouped(of))).unwrap_or_default();
        let quantile = |share| match snapshot.statistics.service.count() {
            0 => "-".to_owned(),
            _ => milliseconds(snapshot.statistics.service.quantile_ms(share)),
        };
        let dropped = match snapshot.counts.hits.dropped {
            0 => String::new(),
            hits => format!("  dropped {}", grouped(hits)),
        };
        format!(
            "{hours}{:02}:{:02}  visits {}{of} {:.1}/s  hits {} {:.0}/s  errors {}{dropped}  p50 {} p95 {} ms",
            time / 60 % 60,
            time % 60,
            grouped(snapshot.counts.visits.started),
            rate(snapshot.counts.visits.started, visits),
            grouped(snapshot.counts.hits.sent),
            rate(snapshot.counts.hits.sent, hits),
            grouped(snapshot.counts.errors.total()),
            quantile(0.5),
            quantile(0.95),
        )
    }
}
