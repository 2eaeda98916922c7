//! The summary for people: aligned, short, verdict last.

use std::fmt::Write as _;

use engine::recorder::Counts;
use traffic::ledger::Ledger;

use super::{GeneratorPart, Percentiles, RatePart, StoppedBy, Summary};

impl Summary {
    /// What happened, without what was counted.
    pub(crate) fn head(&self) -> String {
        let mut text = String::new();
        self.write_head(&mut text).expect("a string takes everything");
        text
    }

    fn write_head(&self, out: &mut String) -> std::fmt::Result {
        let Summary { run, target, visits, hits, .. } = self;
        let part = match (run.shard, self.shards.len()) {
            (Some(shard), _) => format!("  shard {shard}"),
            (None, 0) => String::new(),
            (None, of) => format!("  {of} shards"),
        };
        writeln!(out, "\n  run        {}  seed {}  plan {}{part}", run.id, run.seed, run.plan)?;
        match self.targets.len() {
            0 => writeln!(out, "  target     {}  site {}", target.url, target.site_id)?,
            count => writeln!(out, "  target     {count} of them, see below")?,
        }
        writeln!(out, "  time       {:.1} s, ended by {}", run.seconds, ended_by(run.stopped_by))?;
        let counts = |pairs: &[(&str, u64)]| {
            pairs
                .iter()
                .map(|(name, count)| format!("{name} {}", grouped(*count)))
                .collect::<Vec<_>>()
                .join("  ")
        };
        writeln!(
            out,
            "  visits     {}",
            counts(&[
                ("planned", visits.planned),
                ("started", visits.started),
                ("completed", visits.completed),
                ("incomplete", visits.incomplete),
                ("dropped", visits.dropped),
            ])
        )?;
        writeln!(
            out,
            "  hits       {}",
            counts(&[
                ("planned", hits.planned),
                ("sent", hits.sent),
                ("accepted", hits.accepted),
                ("rejected", hits.rejected),
                ("failed", hits.failed),
                ("dropped", hits.dropped),
            ])
        )?;
        writeln!(out, "             {}", counts(&[("late", hits.late), ("retried", hits.retried)]))?;
        let reasons: Vec<(&str, u64)> = self
            .errors
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(name, count)| (name.as_str(), *count))
            .collect();
        writeln!(
            out,
            "  errors     {}",
            if reasons.is_empty() { "none".to_owned() } else { counts(&reasons) }
        )?;
        writeln!(out)?;
        writeln!(
            out,
            "  ms        {}",
            columns(&["mean", "p50", "p90", "p95", "p99", "p99.9", "max"].map(str::to_owned))
        )?;
        match &self.response_ms {
            Some(response) => writeln!(out, "  response  {}", row(response))?,
            None => {
                writeln!(out, "  response    closed model: nothing is due, so there is no response time")?;
            }
        }
        for (name, times) in [("service", &self.service_ms), ("wait", &self.wait_ms), ("lag", &self.lag_ms)] {
            writeln!(out, "  {name:<8}  {}", row(times))?;
        }
        writeln!(out)?;
        let RatePart { visits_per_second, hits_per_second } = self.rate;
        writeln!(out, "  rate       {visits_per_second:.1} visits/s  {hits_per_second:.1} hits/s")?;
        let GeneratorPart { cpu_seconds, max_rss_bytes, cores, cores_used, busiest_core, .. } =
            self.generator;
        let per_hit = if hits.sent > 0 { cpu_seconds * 1e6 / hits.sent as f64 } else { 0.0 };
        let megabytes = max_rss_bytes as f64 / 1e6;
        writeln!(
            out,
            "  generator  {cpu_seconds:.2} s CPU ({per_hit:.0} us a hit)  {megabytes:.0} MB memory"
        )?;
        let (busiest, most) = (busiest_core * 100.0, self.generator.connections);
        let most =
            format!("{} connections  {} open files", grouped(most), grouped(self.generator.open_files));
        writeln!(
            out,
            "             {cores_used:.2} of {cores} cores, the busiest thread {busiest:.0} %  {most}"
        )?;
        self.write_targets(out)
    }

    fn write_targets(&self, out: &mut String) -> std::fmt::Result {
        let Some(width) = self.targets.iter().map(|target| target.name.chars().count()).max() else {
            return Ok(());
        };
        let width = width.max("targets".len());
        writeln!(
            out,
            "\n  {:<width$}   share   visits whole    planned   errors   dropped   response p95   service p95",
            "targets"
        )?;
        for target in &self.targets {
            let (visits, hits) = (&target.visits, &target.hits);
            let ms = |ms: Option<f64>| ms.map_or("-".to_owned(), milliseconds);
            writeln!(
                out,
                "  {:<width$}  {:>4.0} %  {:>13}  {:>9}  {:>7}  {:>8}  {:>13}  {:>12}",
                target.name,
                target.share * 100.0,
                grouped(visits.completed),
                grouped(visits.planned),
                grouped(hits.refused()),
                grouped(hits.dropped),
                ms(target.response_ms.as_ref().and_then(|times| times.p95)),
                ms(target.service_ms.p95)
            )?;
        }
        Ok(())
    }
}

impl Summary {
    /// What is read last: what was demanded, what deserves a word, and the verdict.
    pub(crate) fn tail(&self) -> String {
        let mut text = String::new();
        self.write_tail(&mut text).expect("a string takes everything");
        text
    }

    fn write_tail(&self, out: &mut String) -> std::fmt::Result {
        let width = self.thresholds.iter().map(|threshold| threshold.label().chars().count()).max();
        for (index, threshold) in self.thresholds.iter().enumerate() {
            let title = if index == 0 { "\n  thresholds" } else { "            " };
            let came = match (threshold.holds, threshold.aborted) {
                (_, false) if self.run.shard.is_some() => "of this shard: merge judges the whole",
                (true, _) => "ok",
                (false, false) => "FAILED",
                (false, true) => "FAILED, and ended the run",
            };
            let width = width.unwrap_or(0);
            writeln!(out, "{title} {:<width$}  {:>10}  {came}", threshold.label(), threshold.measured())?;
        }
        for (index, shard) in self.shards.iter().enumerate() {
            let title = if index == 0 { "\n  shards    " } else { "            " };
            writeln!(out, "{title} {}/{}  {}", shard.index, self.shards.len(), shard.sentence)?;
        }
        for (index, step) in self.capacity.iter().flat_map(|capacity| &capacity.steps).enumerate() {
            let title = if index == 0 { "\n  tried     " } else { "            " };
            writeln!(out, "{title} {step}")?;
        }
        writeln!(out)?;
        let verdict = &self.verdict;
        for warning in &verdict.warnings {
            writeln!(out, "  warning: {warning}")?;
        }
        if verdict.sentence != verdict.delivery {
            writeln!(out, "  {}", verdict.delivery)?;
        }
        for reason in verdict.void.iter().skip(1) {
            writeln!(out, "  {reason}")?;
        }
        writeln!(out, "  {}", verdict.sentence)
    }
}

/// What ended a run, in words.
pub(crate) fn ended_by(stopped_by: StoppedBy) -> &'static str {
    match stopped_by {
        StoppedBy::MaxTotalVisits => "the last visit of the plan",
        StoppedBy::Stages => "the end of the last stage",
        StoppedBy::AutoStop => "AUTO_STOP_AFTER_HOURS",
        StoppedBy::Duration => "--duration",
        StoppedBy::Signal => "a signal",
        StoppedBy::Threshold => "a threshold",
        StoppedBy::Capacity => "the end of the search",
        StoppedBy::Error => "an error",
    }
}

/// What 400 to everything means (measured on Matomo 5.2: the answer never says).
pub(crate) const LIKELY_CAUSES: &str = "Matomo answers 400 and never says why; likely: MATOMO_SITE_ID names a site \
     that does not exist, or MATOMO_TOKEN_AUTH is wrong or has no write access to that site";

/// A table of ledgers, one row a kind and one column a ledger; a row in which `differs` holds is marked.
pub(crate) fn ledger_table(
    columns: &[(&str, Ledger)],
    differs: impl Fn(&[String]) -> bool,
) -> (String, Vec<&'static str>) {
    let mut text = format!("\n  {:<16}", "");
    for (name, _) in columns {
        let _infallible = write!(text, "{name:>14}");
    }
    text.push('\n');
    let mut marked = Vec::new();
    for (index, name) in ROWS.into_iter().enumerate() {
        let cells: Vec<String> = columns.iter().map(|(_, ledger)| cells(ledger)[index].clone()).collect();
        let _infallible = write!(text, "  {name:<16}");
        for cell in &cells {
            let _infallible = write!(text, "{cell:>14}");
        }
        if differs(&cells) {
            text.push_str("   differs");
            marked.push(name);
        }
        text.push('\n');
    }
    (text, marked)
}

/// What became of the hits of a run, as a table of ledgers.
pub(crate) fn ledgers(counts: &Counts) -> String {
    let Counts { planned, acknowledged, uncertain, .. } = *counts;
    let columns = [("planned", planned), ("acknowledged", acknowledged), ("uncertain", uncertain)];
    ledger_table(&columns, |_| false).0
}

const ROWS: [&str; 16] = [
    "visits",
    "returning visits",
    "actions",
    "page views",
    "events",
    "searches",
    "outlinks",
    "downloads",
    "content shown",
    "content used",
    "goals",
    "goal revenue",
    "carts left",
    "left in carts",
    "orders",
    "revenue",
];

fn cells(ledger: &Ledger) -> [String; 16] {
    [
        grouped(ledger.visits),
        grouped(ledger.returning),
        grouped(ledger.actions),
        grouped(ledger.pageviews),
        grouped(ledger.events),
        grouped(ledger.searches),
        grouped(ledger.outlinks),
        grouped(ledger.downloads),
        grouped(ledger.impressions),
        grouped(ledger.interactions),
        grouped(ledger.goals),
        ledger.goal_revenue.to_string(),
        grouped(ledger.carts),
        ledger.cart_revenue.to_string(),
        grouped(ledger.orders),
        ledger.revenue.to_string(),
    ]
}

fn row(times: &Percentiles) -> String {
    let Percentiles { mean, p50, p90, p95, p99, p99_9, max } = times;
    columns(&[mean, p50, p90, p95, p99, p99_9, max].map(|ms| ms.map_or("-".to_owned(), milliseconds)))
}

fn columns(cells: &[String; 7]) -> String {
    cells.iter().fold(String::new(), |mut line, cell| {
        let _infallible = write!(line, "{cell:>10}");
        line
    })
}

/// Three significant digits or so.
pub(crate) fn milliseconds(ms: f64) -> String {
    match ms {
        ms if ms < 10.0 => format!("{ms:.2}"),
        ms if ms < 100.0 => format!("{ms:.1}"),
        ms => format!("{ms:.0}"),
    }
}

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_row_that_differs_is_marked() {
        let (one, other) = (Ledger { visits: 1_000, ..Ledger::default() }, Ledger::default());
        let (table, marked) = ledger_table(&[("a", one), ("b", other)], |cells| cells[0] != cells[1]);
        assert_eq!(marked, ["visits"]);
        assert!(table.contains("  visits                   1,000             0   differs\n"), "{table}");
    }
}
