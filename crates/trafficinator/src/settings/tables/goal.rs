//! `[[goal]]`: goals as they are set up in Matomo.

use toml::de::DeTable;
use traffic::goal::{Goal, Trigger};
use traffic::scenario::Share;

use super::{Once, Tables, each};
use crate::lines::Lines;
use crate::settings::fields::Fields;
use crate::settings::scenario_file::Entry;

/// What can convert a goal.
const TRIGGERS: [&str; 3] = ["manual", "url_contains", "event_action"];

/// The highest revenue of a conversion.
const MOST: f64 = 1e6;

pub(super) fn read<'a>(
    table: &'a DeTable<'a>,
    lines: Lines<'a>,
    problems: &mut Vec<Entry<String>>,
    tables: &mut Tables,
) {
    let mut known = Once::default();
    let goals = each((table, "goal", "goal"), lines, problems, |fields| {
        let goal = goal(fields)?;
        let (line, _) = fields.value("id")?;
        if let Some(first) = known.again(goal.id, line) {
            fields.complain(
                "id",
                line,
                format!("{} is already on line {first}; give each goal once", goal.id),
            );
        }
        Some(goal)
    });
    tables.goals = goals.into_iter().filter_map(|(line, goal)| Some((line, goal?))).collect();
}

fn goal(fields: &mut Fields<'_, '_>) -> Option<Goal> {
    fields.need("id", "id = 1, Matomo's number of the goal");
    let id = fields.whole("id", 1..=u32::MAX);
    let manual = fields.number("manual", 0.0..=1.0, "the share of visits that convert,").map(Share::new);
    let address = fields.text("url_contains");
    let event = fields.text("event_action");
    if TRIGGERS.iter().filter(|key| fields.has(key)).count() != 1 {
        fields.complain_of_all(
            "needs exactly one of manual (a share of visits), url_contains and event_action: what converts it"
                .to_owned(),
        );
    }
    let revenue = fields.money("revenue", 0.0..=MOST, "an amount");
    let repeats = fields.switch("repeats");
    let trigger = match (manual, address, event) {
        (Some(share), None, None) => Trigger::Manual(share.ok()?),
        (None, Some(part), None) => Trigger::UrlContains(part),
        (None, None, Some(action)) => Trigger::EventAction(action),
        _ => return None,
    };
    Some(Goal { id: id?, trigger, revenue: revenue.unwrap_or_default(), repeats: repeats.unwrap_or(false) })
}
