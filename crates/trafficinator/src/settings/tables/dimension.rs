//! `[[dimension]]`: custom dimensions as they are set up in Matomo, and what goes into them.

use toml::de::{DeTable, DeValue};
use traffic::dimension::{ActionValues, Dimension, Listed, Values, VisitValues};

use super::{Once, Tables, each};
use crate::lines::Lines;
use crate::settings::fields::{Fields, number};
use crate::settings::scenario_file::Entry;

/// Matomo cuts values here.
const LONGEST: usize = 250;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Visit,
    Action,
}

pub(super) fn read<'a>(
    table: &'a DeTable<'a>,
    lines: Lines<'a>,
    problems: &mut Vec<Entry<String>>,
    tables: &mut Tables,
) {
    let mut known = Once::default();
    let dimensions = each((table, "dimension", "dimension"), lines, problems, |fields| {
        let dimension = dimension(fields, lines)?;
        let (line, _) = fields.value("id")?;
        if let Some(first) = known.again(dimension.id, line) {
            let message = format!("{} is already on line {first}; give each dimension once", dimension.id);
            fields.complain("id", line, message);
        }
        Some(dimension)
    });
    tables.dimensions =
        dimensions.into_iter().filter_map(|(line, dimension)| Some((line, dimension?))).collect();
}

fn dimension(fields: &mut Fields<'_, '_>, lines: Lines<'_>) -> Option<Dimension> {
    fields.need("id", "id = 1, the N of Matomo's dimensionN");
    let id = fields.whole("id", 1..=999);
    fields.need("scope", "scope = \"visit\" or \"action\"");
    let scope = fields.choice("scope", &[(Scope::Visit, "visit"), (Scope::Action, "action")]);
    fields.need("values", "values = \"customer_type\" or { gold = 1, silver = 3 }");
    let (line, value) = fields.value("values")?;
    let values = match (scope?, value) {
        (Scope::Visit, DeValue::String(_)) => {
            let words = [(VisitValues::CustomerType, "customer_type"), (VisitValues::Device, "device")];
            Values::Visit(fields.choice("values", &words)?)
        }
        (Scope::Action, DeValue::String(_)) => {
            let words =
                [(ActionValues::PageCategory, "page_category"), (ActionValues::PageType, "page_type")];
            Values::Action(fields.choice("values", &words)?)
        }
        (Scope::Visit, _) => Values::Visit(VisitValues::Listed(listed(fields, lines, line, value)?)),
        (Scope::Action, _) => Values::Action(ActionValues::Listed(listed(fields, lines, line, value)?)),
    };
    Some(Dimension { id: id?, values })
}

/// Values of one's own: a list of equals, or a table with weights.
fn listed(fields: &mut Fields<'_, '_>, lines: Lines<'_>, line: usize, value: &DeValue<'_>) -> Option<Listed> {
    let values: Vec<(String, f64)> = match value {
        DeValue::Array(_) => fields.texts("values").into_iter().map(|text| (text, 1.0)).collect(),
        DeValue::Table(table) => table
            .iter()
            .filter_map(|(key, weight)| {
                let text = key.get_ref().to_string();
                let found = number(weight.get_ref()).filter(|weight| (0.0..=1e6).contains(weight));
                if found.is_none() {
                    let line = lines.of(weight.span().start);
                    let accepts = "give a weight from 0 to 1000000";
                    fields.refuse::<()>(&format!("values.{text}"), line, weight.get_ref(), accepts);
                }
                Some((text, found?))
            })
            .collect(),
        _ => {
            let accepts = "give a word, a list of values, or a table of values with weights";
            return fields.refuse("values", line, value, accepts);
        }
    };
    for (text, _) in &values {
        if text.trim().is_empty() || text.chars().count() > LONGEST {
            let message = format!("{text:?} is not accepted; give 1 to {LONGEST} characters");
            fields.complain("values", line, message);
        }
    }
    if !values.iter().any(|(_, weight)| *weight > 0.0) {
        let message = "has no value that could be drawn; give at least one with a weight above 0";
        fields.complain("values", line, message.to_owned());
        return None;
    }
    Some(Listed::new(&values))
}
