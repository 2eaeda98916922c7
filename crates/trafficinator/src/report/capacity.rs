//! What a report tells of a search for the capacity.

use super::table::{Cell, Column, Row, Table, Tone};
use super::{Additions, Section, Stage};
use crate::capacity::{CapacityPart, Purpose, StepPart, number};
use crate::summary::text::milliseconds;

/// The rates that were tried: marked in the charts over time, and in a table.
pub(super) fn additions(capacity: &CapacityPart) -> Additions {
    let stage = |step: &StepPart| Stage {
        from: step.from_seconds,
        to: step.to_seconds,
        label: format!("{}/s", number(step.visits_per_second)),
    };
    let section = Section {
        heading: "Capacity".to_owned(),
        paragraphs: vec![
            format!("{}.", capacity.sentence),
            format!(
                "What had to hold: {}; that hits were sent when they were due, at least 95 of 100; and that no backlog \
                 grew.",
                capacity.objectives.join(", ")
            ),
        ],
        table: Some(table(&capacity.steps)),
    };
    Additions { stages: capacity.steps.iter().map(stage).collect(), sections: vec![section] }
}

fn table(steps: &[StepPart]) -> Table {
    let row = |step: &StepPart| {
        let ms = |value: Option<f64>| Cell::Text(value.map_or("-".to_owned(), milliseconds));
        let purpose = match step.purpose {
            Purpose::Climb => "higher",
            Purpose::Bisect => "in between",
            Purpose::Hold => "held",
        };
        let errors = step.errors.map_or("-".to_owned(), |share| format!("{:.2} %", share * 100.0));
        Row {
            tone: if step.holds { Tone::Plain } else { Tone::Bad },
            cells: vec![
                Cell::Text(number(step.visits_per_second)),
                Cell::Text(purpose.to_owned()),
                Cell::Text(number(step.hits_per_second)),
                Cell::Text(number(step.achieved_hits_per_second)),
                ms(step.response_p50_ms),
                ms(step.response_p95_ms),
                ms(step.response_p99_ms),
                Cell::Text(errors),
                Cell::Text(step.reason.clone().unwrap_or_else(|| "it holds".to_owned())),
            ],
        }
    };
    Table {
        columns: vec![
            Column::numbers("visits/s"),
            Column::words("tried as"),
            Column::numbers("hits/s due"),
            Column::numbers("sent"),
            Column::numbers("p50, ms"),
            Column::numbers("p95, ms"),
            Column::numbers("p99, ms"),
            Column::numbers("errors"),
            Column::long("what came of it"),
        ],
        rows: steps.iter().map(row).collect(),
    }
}
