//! What a report tells of shards that were merged.

use super::Section;
use super::table::{Cell, Column, Row, Table, Tone};
use crate::summary::shards::MergedPart;
use crate::summary::text::{grouped, milliseconds};
use crate::summary::verdict::Outcome;

/// A row for each; nothing where none was merged.
pub(super) fn section(shards: &[MergedPart]) -> Option<Section> {
    let of = shards.len();
    let row = |shard: &MergedPart| Row {
        tone: match shard.outcome {
            Outcome::Void | Outcome::Failed => Tone::Bad,
            _ => Tone::Plain,
        },
        cells: vec![
            Cell::Text(format!("{}/{of}", shard.index)),
            Cell::Text(grouped(shard.visits_planned)),
            Cell::Text(grouped(shard.hits_sent)),
            Cell::Text(format!("{:.1}", shard.seconds)),
            Cell::Text(shard.lag_p99_ms.map_or("-".to_owned(), milliseconds)),
            Cell::Text(format!("{:.2} of {}", shard.cores_used, shard.cores)),
            Cell::Text(shard.sentence.clone()),
        ],
    };
    let columns = vec![
        Column::words("shard"),
        Column::numbers("visits"),
        Column::numbers("hits"),
        Column::numbers("seconds"),
        Column::numbers("lag p99, ms"),
        Column::numbers("cores"),
        Column::long("verdict"),
    ];
    (of > 0).then(|| Section {
        heading: "Shards".to_owned(),
        paragraphs: vec![format!("{of} machines have sent this plan, each the visits of its visitors.")],
        table: Some(Table { columns, rows: shards.iter().map(row).collect() }),
    })
}
