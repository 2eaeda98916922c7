//! Reports of Matomo: what each of them needs, what a plan's visits give, and which will stay empty and why.
//!
//! The table beside this file names the 86 reports of a stock Matomo with ecommerce, site search, goals, custom
//! dimensions and the plugins `CustomVariables` and `Bandwidth`. Facts are read from the parameters that are sent.

mod fact;
mod reading;
mod reason;

pub use fact::{Fact, FactSet};
pub use reading::{facts, read};

use crate::plan::{Plan, Planner};
use crate::population::LONG_RUN;

/// A report of Matomo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Category and name, as Matomo shows them: `Actions/Downloads`.
    pub name: &'static str,
    /// The method of the reporting API that answers it, with its parameters.
    pub method: &'static str,
    /// What it needs to have a row: all of these.
    pub needs: FactSet,
}

const TABLE: &str = include_str!("report/reports.tsv");

/// Visits that are looked at before something is said not to happen.
const VISITS: u64 = 20_000;

/// All reports, in the order of the table.
pub fn all() -> impl Iterator<Item = Report> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| parse(line).unwrap_or_else(|| panic!("reports.tsv: {line}")))
}

fn parse(line: &'static str) -> Option<Report> {
    let mut fields = line.split('\t');
    let (name, method) = (fields.next()?, fields.next()?);
    let needs = fields.next()?.split(' ').map(Fact::named).collect::<Option<FactSet>>()?;
    Some(Report { name, method, needs })
}

/// The reports that have a row, given what happened.
pub fn filled(facts: FactSet) -> impl Iterator<Item = Report> {
    all().filter(move |report| facts.contains(report.needs))
}

/// What happens in the first visits of a plan, up to so many: as many as it takes to see everything.
pub fn facts_of_plan(plan: &Plan, visits: u64) -> FactSet {
    let mut found = FactSet::default();
    let mut planner = Planner::default();
    let mut actions = Vec::new();
    for number in (0..visits).take_while(|number| plan.contains(*number)) {
        let visit = planner.visit(plan, number, actions);
        found.extend(facts(plan, &visit));
        if found == FactSet::ALL {
            break;
        }
        actions = visit.actions;
    }
    found
}

/// The reports that will stay empty, each with the reason, in words for people.
pub fn empty(plan: &Plan) -> Vec<(&'static str, String)> {
    let mut facts = facts_of_plan(plan, VISITS);
    let is_endless = plan.scenario().most_visits.is_none();
    // Who comes back does so after more visits than are looked at; an endless run has them.
    if is_endless && plan.expected_returning(LONG_RUN) > 0.0 {
        facts.insert(Fact::ReturningVisit);
    }
    let empty = all().filter(|report| !facts.contains(report.needs));
    empty.map(|report| (report.name, reason::why(plan, report.needs.without(facts)))).collect()
}
