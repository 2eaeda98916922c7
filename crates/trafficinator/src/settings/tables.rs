//! What a scenario file declares in tables: targets, the pages of the site, products, goals, custom dimensions, stages of
//! the load and thresholds. Each of them is checked as a whole here; that two things refer to each other is checked where
//! the scenario is built.

mod dimension;
mod goal;
mod page;
mod product;
mod stage;
pub(crate) mod target;
mod threshold;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use traffic::catalogue::Catalogue;
use traffic::curve::Stage;
use traffic::dimension::Dimension;
use traffic::goal::Goal;
use traffic::site::Site;

use super::fields::Fields;
use super::registry::find_key;
use super::scenario_file::Entry;
use crate::lines::Lines;
use crate::threshold::Threshold;
use target::Declared;

/// Keys of a scenario file that are tables.
pub(super) const NAMES: [&str; 7] = ["targets", "site", "product", "goal", "dimension", "stage", "threshold"];

/// Whether a key is one of tables and not a setting: thresholds may be either.
pub(super) fn is_declared(name: &str, value: &DeValue<'_>) -> bool {
    NAMES.contains(&name) && (find_key(name).is_none() || holds_tables(value))
}

fn holds_tables(value: &DeValue<'_>) -> bool {
    let is_table = |value: &DeValue<'_>| matches!(value, DeValue::Table(_));
    match value {
        DeValue::Array(values) => values.iter().any(|value| is_table(value.get_ref())),
        value => is_table(value),
    }
}

/// The tables of a scenario file, each entry with its line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    /// The file that they are in.
    pub(crate) path: PathBuf,
    /// Targets, those that are not enabled included.
    pub(crate) targets: Vec<Declared>,
    /// Lines of the targets.
    pub(crate) target_lines: Vec<usize>,
    /// The site of the pages, unless something is wrong with them.
    pub(crate) site: Option<Site>,
    /// Lines of its pages, in their order.
    pub(crate) pages: Vec<usize>,
    /// The catalogue of the products, unless something is wrong with them.
    pub(crate) catalogue: Option<Catalogue>,
    /// Lines of its products.
    pub(crate) products: Vec<usize>,
    pub(crate) goals: Vec<(usize, Goal)>,
    pub(crate) dimensions: Vec<(usize, Dimension)>,
    /// How the rate changes, unless something is wrong with it.
    pub(crate) stages: Vec<Stage>,
    /// Lines of the tables of stages; one table may be several stages.
    pub(crate) stage_lines: Vec<usize>,
    /// What the run must keep to.
    pub(crate) thresholds: Vec<Threshold>,
    /// Lines of the thresholds.
    pub(crate) threshold_lines: Vec<usize>,
}

impl Tables {
    /// Targets that are to get visits.
    pub(crate) fn enabled_targets(&self) -> impl Iterator<Item = &Declared> {
        self.targets.iter().filter(|target| target.enabled)
    }

    /// Files that a scenario file names are looked for beside it, so that a folder of both can be moved.
    pub(super) fn beside(&self, path: &Path) -> PathBuf {
        self.path.parent().map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }
}

/// Reads the tables of a file; what is wrong with them is added to the problems.
pub(super) fn read<'a>(
    table: &'a DeTable<'a>,
    lines: Lines<'a>,
    problems: &mut Vec<Entry<String>>,
) -> Tables {
    let mut tables = Tables::default();
    target::read(table, lines, problems, &mut tables);
    page::read(table, lines, problems, &mut tables);
    product::read(table, lines, problems, &mut tables);
    goal::read(table, lines, problems, &mut tables);
    dimension::read(table, lines, problems, &mut tables);
    stage::read(table, lines, problems, &mut tables);
    threshold::read(table, lines, problems, &mut tables);
    tables
}

/// Reads every entry of `[[name]]`, as far as it is a table. `label` is what messages call it.
fn each<'a, T>(
    (table, name, label): (&'a DeTable<'a>, &str, &'static str),
    lines: Lines<'a>,
    problems: &mut Vec<Entry<String>>,
    mut read: impl FnMut(&mut Fields<'a, '_>) -> Option<T>,
) -> Vec<(usize, Option<T>)> {
    let Some((key, value)) = table.get_key_value(name) else { return Vec::new() };
    let no_table = |offset: usize| Entry {
        line: lines.of(offset),
        key: label.to_owned(),
        value: format!("is not accepted; give tables, each under a line [[{label}]]"),
    };
    let DeValue::Array(entries) = value.get_ref() else {
        problems.push(no_table(key.span().start));
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries {
        let offset = entry.span().start;
        let DeValue::Table(inner) = entry.get_ref() else {
            problems.push(no_table(offset));
            continue;
        };
        let line = lines.of(offset);
        let mut fields = Fields::new(label, line, lines, inner, problems);
        let value = read(&mut fields);
        fields.finish();
        found.push((line, value));
    }
    found
}

/// Remembers what must be given once only; the line of the first where it is not the first.
#[derive(Default)]
struct Once<K>(BTreeMap<K, usize>);

impl<K: Ord> Once<K> {
    fn again(&mut self, key: K, line: usize) -> Option<usize> {
        match self.0.entry(key) {
            std::collections::btree_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(line);
                None
            }
        }
    }
}
