//! The shares a plan will produce, as they follow from its chances, beside what its first visits come to.

use std::fmt::Write as _;

use traffic::goal::Trigger;
use traffic::outlook::Outlook;
use traffic::plan::Plan;
use traffic::scenario::Rate;

use super::country;
use super::paper::Paper;
use super::sample::{Sample, Trait};
use super::words::{count, grouped, harmless};
use crate::settings::{self, Settings};
use crate::stages;

/// So many countries have rows of their own, and fewer, down to these, where other rows take their place: the table
/// is to fit on two screens.
const COUNTRIES: usize = 10;
const FEWEST_COUNTRIES: usize = 4;

/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// A row: what follows from the plan, where that can be computed, and what the first visits come to.
#[derive(Debug)]
struct Row {
    label: String,
    expected: Option<f64>,
    drawn: f64,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// 0.124 is 12.4 %.
    Share,
    /// Something small: two decimals.
    Mean,
    Whole,
    Money,
}

/// Rows that belong together.
#[derive(Debug)]
struct Section {
    title: String,
    rows: Vec<Row>,
}

fn row(label: impl Into<String>, expected: impl Into<Option<f64>>, drawn: f64, unit: Unit) -> Row {
    Row { label: label.into(), expected: expected.into(), drawn, unit }
}

/// The table, and what there is to know about it.
pub(super) fn table(plan: &Plan, settings: &Settings, sample: &Sample, paper: &Paper) -> String {
    let visits = sample.ledger.visits;
    if visits == 0 {
        return "The plan has no visits.\n".to_owned();
    }
    let outlook = plan.outlook(visits);
    let sections = sections(plan, settings.shop.currency.as_deref(), &outlook, sample);
    let head = match plan.scenario().most_visits {
        Some(most) if most == visits => format!("all {}", grouped(visits)),
        _ => format!("first {}", grouped(visits)),
    };
    let label = sections.iter().flat_map(|section| &section.rows).map(|row| row.label.chars().count()).max();
    // Two columns of numbers and some space beside the labels.
    let label = label.unwrap_or(0).clamp(28, paper.width.saturating_sub(34));
    let mut text = String::new();
    for (index, Section { title, rows }) in sections.iter().enumerate() {
        let columns = if index == 0 { format!("{:>14}{head:>16}", "expected") } else { String::new() };
        let title = format!("{title:<width$}", width = label + 2);
        let line = paper.strong(&title) + &columns;
        text += line.trim_end();
        text.push('\n');
        for Row { label: name, expected, drawn, unit } in rows {
            let name: String = name.chars().take(label).collect();
            let expected = expected.map_or("-".to_owned(), |value| shown(value, *unit));
            let _infallible = writeln!(text, "  {name:<label$}{expected:>14}{:>16}", shown(*drawn, *unit));
        }
        text.push('\n');
    }
    for note in notes(plan, settings, &outlook) {
        text += &paper.paragraph("* ", "  ", &note);
    }
    text
}

fn shown(value: f64, unit: Unit) -> String {
    match unit {
        // What is rare needs another digit to be told apart.
        Unit::Share if value > 0.0 && value < 0.009_95 => format!("{:.2} %", value * 100.0),
        Unit::Share => format!("{:.1} %", value * 100.0),
        Unit::Mean => format!("{value:.2}"),
        Unit::Whole if value < 10.0 => format!("{value:.1}"),
        Unit::Whole => grouped(value.round() as u64),
        Unit::Money => {
            let cents = (value * 100.0).round() as u64;
            format!("{}.{:02}", grouped(cents / 100), cents % 100)
        }
    }
}

fn sections(plan: &Plan, currency: Option<&str>, outlook: &Outlook, sample: &Sample) -> Vec<Section> {
    let visits = sample.ledger.visits as f64;
    let of_visits = |count: u64| count as f64 / visits;
    let share = |label: &str, expected: f64, count: u64| row(label, expected, of_visits(count), Unit::Share);
    let section = |title: &str, rows: Vec<Row>| Section { title: title.to_owned(), rows };
    let mut sections = vec![section("Visits by channel", come(outlook, sample))];

    let [desktop, phone, tablet, tv, console] = outlook.classes;
    let [desktops, phones, tablets, tvs, consoles] = sample.classes;
    let devices = [
        ("desktop", desktop, desktops),
        ("phone", phone, phones),
        ("tablet", tablet, tablets),
        ("television or console", tv + console, tvs + consoles),
    ];
    let devices = devices.into_iter().filter(|(_, expected, _)| *expected > 0.0);
    let devices = devices.map(|(name, expected, count)| share(name, expected, count));
    sections.push(section("Visits by device", devices.collect()));

    if !outlook.countries.is_empty() {
        let others = plan.scenario().goals.len() + 2 * usize::from(outlook.crawlers + outlook.chatbots > 0.0);
        let most = COUNTRIES.saturating_sub(others).max(FEWEST_COUNTRIES);
        sections.push(section("Visits by country", countries(plan, outlook, sample, most)));
    }

    let everybody = visits + (sample.crawlers + sample.chatbots) as f64;
    let mut who = vec![
        share("new", 1.0 - outlook.returning, sample.ledger.visits - sample.ledger.returning),
        share("returning", outlook.returning, sample.ledger.returning),
    ];
    if outlook.logged_in > 0.0 {
        who.push(share("logged in", outlook.logged_in, sample.with(Trait::LoggedIn)));
    }
    let robots = [
        ("crawlers (of everybody who comes)", outlook.crawlers, sample.crawlers),
        ("AI chatbots (of everybody)", outlook.chatbots, sample.chatbots),
    ];
    let robots = robots.into_iter().filter(|(_, expected, _)| *expected > 0.0);
    who.extend(
        robots.map(|(name, expected, count)| row(name, expected, count as f64 / everybody, Unit::Share)),
    );
    sections.push(section("Visits by visitor", who));

    let mut what =
        vec![share("one page and nothing else (bounce)", outlook.bounce, sample.with(Trait::Bounce))];
    let deeds = [
        ("a site search", outlook.search, Trait::Search),
        ("an outlink", outlook.outlink, Trait::Outlink),
        ("a download", outlook.download, Trait::Download),
        ("a click event", outlook.click, Trait::Click),
        ("another event", outlook.event, Trait::Event),
        ("a cart left behind", outlook.cart, Trait::Cart),
        ("an order", outlook.orders, Trait::Order),
    ];
    // Where carts are not told nobody can leave one.
    let deeds = deeds.into_iter().filter(|(_, expected, what)| *what != Trait::Cart || *expected > 0.0);
    what.extend(deeds.map(|(name, expected, what)| {
        let count = if what == Trait::Order { sample.ledger.orders } else { sample.with(what) };
        share(name, expected, count)
    }));
    for ((goal, expected), count) in plan.scenario().goals.iter().zip(&outlook.goals).zip(&sample.goals) {
        let why = match &goal.trigger {
            Trigger::Manual(_) => "by hand".to_owned(),
            Trigger::UrlContains(part) => format!("address with {}", harmless(part)),
            Trigger::EventAction(action) => format!("event {}", harmless(action)),
        };
        what.push(row(format!("goal {} ({why})", goal.id), *expected, of_visits(*count), Unit::Share));
    }
    sections.push(section("Visits with", what));

    let ledger = &sample.ledger;
    let with_carts = outlook.cart + outlook.orders;
    let money = |name: &str| match currency {
        Some(code) => format!("{name}, {code}"),
        None => name.to_owned(),
    };
    let mut means = vec![
        row("page views a visit", outlook.pageviews, of_visits(ledger.pageviews), Unit::Mean),
        row("hits a visit", None, of_visits(sample.hits), Unit::Mean),
        row("minutes a visit", None, of_visits(sample.seconds) / 60.0, Unit::Mean),
    ];
    if outlook.cart > 0.0 {
        let drawn = ledger.carts as f64 / ((ledger.carts + ledger.orders) as f64).max(1.0);
        means.push(row("carts that are left", outlook.cart / with_carts, drawn, Unit::Share));
    }
    if ledger.orders > 0 {
        let mean = ledger.revenue.0 as f64 / 100.0 / ledger.orders as f64;
        means.push(row(money("revenue an order"), None, mean, Unit::Money));
    }
    sections.push(section("On average", means));

    if let Some(daily) = daily(plan) {
        let a_day = |count: u64| of_visits(count) * daily;
        let mut rows = vec![
            row("page views", outlook.pageviews * daily, a_day(ledger.pageviews), Unit::Whole),
            row("hits", None, a_day(sample.hits + sample.robot_hits), Unit::Whole),
        ];
        if outlook.orders > 0.0 {
            rows.push(row("orders", outlook.orders * daily, a_day(ledger.orders), Unit::Whole));
            let revenue = a_day(ledger.revenue.0) / 100.0;
            rows.push(row(money("revenue"), None, revenue, Unit::Whole));
        }
        let visits = if (daily - 1.0).abs() < 1e-9 { "visit" } else { "visits" };
        sections.push(section(&format!("A day of {} {visits}", shown(daily, Unit::Whole)), rows));
    }
    sections
}

fn come(outlook: &Outlook, sample: &Sample) -> Vec<Row> {
    let names = [
        "direct",
        "search engines",
        "social networks",
        "other websites",
        "AI assistants",
        "advertisements",
        "newsletters",
    ];
    let rows = names.iter().zip(outlook.channels).zip(sample.channels);
    let rows = rows.filter(|((_, expected), count)| *expected > 0.0 || *count > 0);
    let visits = sample.ledger.visits as f64;
    rows.map(|((name, expected), count)| row(*name, expected, count as f64 / visits, Unit::Share)).collect()
}

/// The countries with the largest shares, and all others together.
fn countries(plan: &Plan, outlook: &Outlook, sample: &Sample, most: usize) -> Vec<Row> {
    let codes: Vec<&str> = plan.visitors().countries.iter().map(|country| country.code).collect();
    let mut ranked: Vec<usize> = (0..codes.len()).collect();
    ranked.sort_by(|&one, &other| outlook.countries[other].total_cmp(&outlook.countries[one]));
    let (first, others) = ranked.split_at(most.min(ranked.len()));
    let visits = sample.ledger.visits as f64;
    let sum = |label: String, countries: &[usize]| {
        let expected: f64 = countries.iter().map(|&country| outlook.countries[country]).sum();
        let count: u64 = countries.iter().map(|&country| sample.countries[country]).sum();
        row(label, expected, count as f64 / visits, Unit::Share)
    };
    let mut rows: Vec<Row> =
        first.iter().map(|&country| sum(country::name(codes[country]).to_owned(), &[country])).collect();
    if !others.is_empty() {
        let what = if others.len() == 1 { "country" } else { "countries" };
        rows.push(sum(format!("{} other {what}", others.len()), others));
    }
    rows
}

/// Visits a day; none in a closed model.
fn daily(plan: &Plan) -> Option<f64> {
    let Rate::PerSecond(rate) = plan.scenario().rate else { return None };
    let cap = plan.scenario().most_visits_per_day.map_or(f64::INFINITY, |cap| cap as f64);
    Some((rate * DAY).min(cap))
}

/// What the numbers do not say.
fn notes(plan: &Plan, settings: &Settings, outlook: &Outlook) -> Vec<String> {
    let mut notes = Vec::new();
    let percent = |share: f64| shown(share, Unit::Share).replace(".0 %", " %");
    let long_run = outlook.returning_in_the_long_run;
    let run = run_visits(plan, settings);
    let reached = run.map(|visits| (visits, plan.expected_returning(visits)));
    match reached {
        Some((visits, share)) if (share - long_run).abs() >= 0.005 => notes.push(format!(
            "A run has no past, so at first everybody is new: returning visitors make {} of the {} of this run, and {} \
             in the long run.",
            percent(share),
            count(visits, "visit"),
            percent(long_run),
        )),
        None if (outlook.returning - long_run).abs() >= 0.005 => notes.push(format!(
            "A run has no past, so at first everybody is new: returning visitors make {} of the first {}, and {} in the \
             long run.",
            percent(outlook.returning),
            count(outlook.visits, "visit"),
            percent(long_run),
        )),
        _ => {}
    }
    if let Rate::Stages(stages) = &plan.scenario().rate {
        notes.push(format!("Visits come in stages: {}.", stages::words(stages)));
    }
    if plan.scenario().rate == Rate::Max {
        notes.push(
            "With --rate max visits come as fast as the target answers: nothing can be said of a day."
                .to_owned(),
        );
        if long_run <= 0.0 && plan.scenario().profile.visitors.returning > 0.0 {
            notes.push(
                "With --rate max nobody comes back unless MAX_TOTAL_VISITS is given: no time is between visits."
                    .to_owned(),
            );
        }
    }
    if plan.scenario().rhythm.is_some() && !outlook.countries.is_empty() {
        notes.push("Countries follow the sun: their shares are those of a whole day.".to_owned());
    }
    notes.extend(plan.behaviour().notes().iter().map(|note| format!("{note}.")));
    notes.extend(plan.scenario().notes().iter().map(|note| format!("{note}.")));
    notes
}

/// How many visits a run with these settings makes, where it has an end.
fn run_visits(plan: &Plan, settings: &Settings) -> Option<u64> {
    let settings::Run { max_total_visits, duration, auto_stop, .. } = &settings.run;
    let longest = duration.iter().chain(auto_stop).min();
    let within = match plan.ends() {
        None => longest.zip(daily(plan)).map(|(time, daily)| (time.as_secs_f64() / DAY * daily) as u64),
        Some(end) => {
            let until =
                longest.map_or(end, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).min(end));
            plan.expected(until).map(|visits| visits.round() as u64)
        }
    };
    max_total_visits.iter().copied().chain(within).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_exact_as_they_deserve() {
        let texts = [
            shown(0.2184, Unit::Share),
            shown(0.0042, Unit::Share),
            shown(0.0, Unit::Share),
            shown(4.5, Unit::Mean),
            shown(20_000.4, Unit::Whole),
            shown(2.34, Unit::Whole),
            shown(1_234.5, Unit::Money),
        ];
        assert_eq!(texts, ["21.8 %", "0.42 %", "0.0 %", "4.50", "20,000", "2.3", "1,234.50"]);
    }
}
