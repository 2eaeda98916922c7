//! What a report tells of each of several targets.

use super::Section;
use super::table::{Cell, Column, Row, Table, Tone};
use crate::summary::Summary;
use crate::summary::targets::TargetResult;
use crate::summary::text::{grouped, milliseconds};

/// A row for each; nothing where there is one target only.
pub(super) fn section(summary: &Summary) -> Option<Section> {
    if summary.targets.is_empty() {
        return None;
    }
    Some(Section {
        heading: "Targets".to_owned(),
        paragraphs: vec![
            "All other numbers are those of all targets together. A report of one of them is made of the result, by the \
             name of the file, an @ and the name of the target."
                .to_owned(),
        ],
        table: Some(table(&summary.targets)),
    })
}

fn table(targets: &[TargetResult]) -> Table {
    let row = |target: &TargetResult| {
        let (visits, hits) = (&target.visits, &target.hits);
        let bad = hits.refused();
        let ms = |ms: Option<f64>| Cell::Text(ms.map_or("-".to_owned(), milliseconds));
        let response = |of: fn(&crate::summary::Percentiles) -> Option<f64>| {
            ms(target.response_ms.as_ref().and_then(of))
        };
        Row {
            tone: if bad > 0 || target.is_failed() { Tone::Bad } else { Tone::Plain },
            cells: vec![
                Cell::Text(target.name.clone()),
                Cell::Code(target.url.clone()),
                Cell::Text(format!("{:.0} %", target.share * 100.0)),
                Cell::Text(format!("{} of {}", grouped(visits.completed), grouped(visits.planned))),
                Cell::Text(grouped(bad)),
                Cell::Text(grouped(hits.dropped)),
                response(|times| times.p50),
                response(|times| times.p95),
                response(|times| times.p99),
                ms(target.service_ms.p95),
            ],
        }
    };
    Table {
        columns: vec![
            Column::words("target"),
            Column::long("address"),
            Column::numbers("share"),
            Column::numbers("visits sent whole"),
            Column::numbers("errors"),
            Column::numbers("dropped"),
            Column::numbers("response p50, ms"),
            Column::numbers("p95, ms"),
            Column::numbers("p99, ms"),
            Column::numbers("service p95, ms"),
        ],
        rows: targets.iter().map(row).collect(),
    }
}
