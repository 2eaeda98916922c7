//! Rules that concern more than one setting. Each problem names both sides.

use std::cmp::Ordering;
use std::time::Duration;

use jiff::civil::Date;
use traffic::curve::Stage;

use super::Rate;
use super::build::{cents_at_least, cents_at_most};
use super::layers::Purpose;
use super::registry::{Setting, find};
use super::source::{Problem, Raws, Source, label};
use super::tables::Tables;
use super::values::Values;
use crate::stages;

/// Two names for one setting: both at one level is an error, otherwise the higher level wins.
const RIVALS: [(&str, &str, &str); 3] = [
    ("TRAFFICINATOR_RATE", "TARGET_VISITS_PER_DAY", "both set the rate of visits"),
    ("MATOMO_TOKEN_AUTH", "MATOMO_TOKEN_AUTH_FILE", "both give the token"),
    ("URLS_FILE", "TRAFFICINATOR_SITEMAP", "both give the pages of the site"),
];

const RANGES: [(&str, &str); 5] = [
    ("PAGEVIEWS_MIN", "PAGEVIEWS_MAX"),
    ("PAUSE_BETWEEN_PVS_MIN", "PAUSE_BETWEEN_PVS_MAX"),
    ("VISIT_DURATION_MIN", "VISIT_DURATION_MAX"),
    ("ECOMMERCE_ORDER_VALUE_MIN", "ECOMMERCE_ORDER_VALUE_MAX"),
    ("ECOMMERCE_ITEMS_MIN", "ECOMMERCE_ITEMS_MAX"),
];

/// Settings of which one needs the other.
const TOGETHER: [(&str, &str); 2] =
    [("BACKFILL_START_DATE", "BACKFILL_END_DATE"), ("BACKFILL_DAYS_BACK", "BACKFILL_DURATION_DAYS")];

/// Removes the lower of two rivals, or reports that they are level.
pub(crate) fn settle_rivals(raws: &mut Raws) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (one, other, why) in RIVALS {
        let (Some(first), Some(second)) = (raws.get(one), raws.get(other)) else { continue };
        let (first, second) = (first.source.level(), second.source.level());
        if first == second {
            let message = format!("cannot go with {}: {why}; give one of them", name_of(raws, other));
            problems.push(Problem { setting: name_of(raws, one), value: None, message });
        }
        raws.remove(if first < second { one } else { other });
    }
    problems
}

/// Tables of a scenario file, what they are, and settings that say the same in another way.
const RIVALS_OF_TABLES: [(&str, &str, &[&str]); 5] = [
    ("targets", "both say where visits go", &["MATOMO_URL"]),
    ("site.page", "both give the pages of the site", &["URLS_FILE", "TRAFFICINATOR_SITEMAP"]),
    ("product", "both give the catalogue", &["TRAFFICINATOR_CATALOGUE"]),
    ("stage", "both give the stages", &["TRAFFICINATOR_STAGES"]),
    ("threshold", "both give the thresholds", &["TRAFFICINATOR_THRESHOLD"]),
];

/// Tables and settings that say the same: the higher level wins, and where it is not the tables' that is worth a word.
pub(crate) fn settle_tables(
    raws: &mut Raws,
    tables: &mut Tables,
    warnings: &mut Vec<String>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, why, rivals) in RIVALS_OF_TABLES {
        let lines = match name {
            "targets" => &tables.target_lines,
            "product" => &tables.products,
            "stage" => &tables.stage_lines,
            "threshold" => &tables.threshold_lines,
            _ => &tables.pages,
        };
        let Some(line) = lines.first().copied() else { continue };
        let own = Source::Scenario { path: tables.path.clone(), line };
        for rival in rivals {
            let Some(level) = raws.get(*rival).map(|raw| raw.source.level()) else { continue };
            let other = name_of(raws, rival);
            match level.cmp(&own.level()) {
                Ordering::Equal => {
                    let message = format!("cannot go with {other}: {why}; give one of them");
                    problems.push(Problem { setting: format!("{name} ({own})"), value: None, message });
                }
                Ordering::Less => {
                    raws.remove(*rival);
                }
                Ordering::Greater => {
                    warnings.push(format!("{name} ({own}) not used: {why}, and {other} wins"));
                    match name {
                        "targets" => (tables.targets, tables.target_lines) = (Vec::new(), Vec::new()),
                        "product" => tables.catalogue = None,
                        "stage" => (tables.stages, tables.stage_lines) = (Vec::new(), Vec::new()),
                        "threshold" => (tables.thresholds, tables.threshold_lines) = (Vec::new(), Vec::new()),
                        _ => tables.site = None,
                    }
                }
            }
        }
    }
    problems
}

/// Settings that stages push aside where a lower level gives them, and cannot go with where it does not.
const RIVALS_OF_STAGES: [(&str, &str); 4] = [
    ("TRAFFICINATOR_RATE", "both set the rate of visits"),
    ("TARGET_VISITS_PER_DAY", "both set the rate of visits"),
    ("TRAFFICINATOR_CURVE", "both say how the rate changes"),
    ("MAX_VISITS_PER_DAY", "stages say how many visits come"),
];

/// Stages, as a setting or as tables, against everything else that says how many visits come.
pub(crate) fn settle_stages(raws: &mut Raws, tables: &Tables) -> Vec<Problem> {
    let (own, level) = match (raws.get("TRAFFICINATOR_STAGES"), tables.stage_lines.first()) {
        (Some(raw), _) => (name_of(raws, "TRAFFICINATOR_STAGES"), raw.source.level()),
        (None, Some(line)) => {
            let source = Source::Scenario { path: tables.path.clone(), line: *line };
            (format!("stage ({source})"), source.level())
        }
        (None, None) => return Vec::new(),
    };
    let mut problems = Vec::new();
    for (rival, why) in RIVALS_OF_STAGES {
        let Some(raw) = raws.get(rival) else { continue };
        let is_said = match rival {
            "TRAFFICINATOR_CURVE" => raw.text.eq_ignore_ascii_case("daily"),
            "MAX_VISITS_PER_DAY" => raw.text.parse() != Ok(0_u64),
            _ => true,
        };
        // A cap protects the target: whoever gave one does not expect that it is gone.
        let is_level =
            raw.source.level() >= level || rival == "MAX_VISITS_PER_DAY" && raw.source.is_explicit();
        if is_said && is_level {
            let message = format!("cannot go with {}: {why}; give one of them", name_of(raws, rival));
            problems.push(Problem { setting: own.clone(), value: None, message });
        } else if is_said {
            raws.remove(rival);
        }
    }
    problems
}

/// A run must be longer than its warm-up, or nothing would be measured.
pub(crate) fn check_warm_up(raws: &Raws, values: &Values, tables: &Tables) -> Vec<Problem> {
    let name = "TRAFFICINATOR_WARM_UP";
    let Some(warm_up) = values.get::<Duration>(name).filter(|warm_up| !warm_up.is_zero()) else {
        return Vec::new();
    };
    let given = |name| Some((name_of(raws, name), raws.get(name)?.text.clone()));
    let duration = values.get("TRAFFICINATOR_DURATION").zip(given("TRAFFICINATOR_DURATION"));
    let hours = values.get::<f64>("AUTO_STOP_AFTER_HOURS").filter(|hours| *hours > 0.0);
    let hours = hours.and_then(|hours| Duration::try_from_secs_f64(hours * 3_600.0).ok());
    let auto_stop = hours.zip(given("AUTO_STOP_AFTER_HOURS"));
    let stages = match (values.get::<Vec<Stage>>("TRAFFICINATOR_STAGES"), tables.stage_lines.first()) {
        (Some(stages), _) => Some((stages, name_of(raws, "TRAFFICINATOR_STAGES"))),
        (None, Some(line)) if !tables.stages.is_empty() => {
            let source = Source::Scenario { path: tables.path.clone(), line: *line };
            Some((tables.stages.clone(), format!("stage ({source})")))
        }
        _ => None,
    };
    let stages = stages.map(|(stages, label)| {
        let length = stages::length(&stages);
        (length, (label, stages::spell(length)))
    });
    [duration, auto_stop, stages]
        .into_iter()
        .flatten()
        .filter(|(length, _)| warm_up >= *length)
        .map(|(_, (label, text))| {
            let message = format!(
                "is not shorter than {label}, which is {text}: nothing would be measured; give a shorter warm-up"
            );
            problem(raws, name, message)
        })
        .collect()
}

/// A dimension cannot hold the run id and something else.
pub(crate) fn check_tag(raws: &Raws, values: &Values, tables: &Tables) -> Option<Problem> {
    let name = "TRAFFICINATOR_TAG_DIMENSION";
    let tag = values.get::<u64>(name)?;
    let (line, _) = tables.dimensions.iter().find(|(_, dimension)| u64::from(dimension.id) == tag)?;
    let message = format!(
        "holds the run id and cannot be that of dimension ({}:{line}) as well; give another one",
        tables.path.display()
    );
    Some(problem(raws, name, message))
}

/// Settings that the purpose needs.
pub(crate) fn missing(raws: &Raws, tables: &Tables, purpose: Purpose) -> Option<Problem> {
    let is_given = raws.contains_key("MATOMO_URL") || !tables.target_lines.is_empty();
    // A scenario file that was not read may name it.
    let is_unknown = raws.contains_key("TRAFFICINATOR_SCENARIO") && tables.path.as_os_str().is_empty();
    (purpose != Purpose::Plan && !is_given && !is_unknown).then(|| Problem {
        setting: "MATOMO_URL".to_owned(),
        value: None,
        message: "is not set, and no host is guessed; give the Matomo to send to, for example --matomo-url \
                  https://matomo.example.org/, or try `trafficinator demo`, which needs none"
            .to_owned(),
    })
}

/// Settings that are fine alone and wrong together. What did not parse is left out.
pub(crate) fn contradictions(raws: &Raws, values: &Values, tables: &Tables) -> Vec<Problem> {
    let mut problems: Vec<Problem> =
        RANGES.iter().filter_map(|(min, max)| check_range(raws, values, min, max)).collect();
    problems.extend(check_cents(raws, values));
    problems.extend(check_workers(raws, values));
    problems.extend(check_closed_model(raws, values));
    problems.extend(check_curve(raws, values));
    problems.extend(check_identity(raws, values, tables));
    problems.extend(check_backfill_enabled(raws, values));
    problems.extend(TOGETHER.iter().filter_map(|(one, other)| check_together(raws, one, other)));
    problems.extend(check_window(raws, values));
    problems
}

fn check_range(raws: &Raws, values: &Values, min: &'static str, max: &'static str) -> Option<Problem> {
    if values.number(min)? <= values.number(max)? {
        return None;
    }
    let message = format!(
        "is more than {}, which is {}; give a smaller or a larger one",
        name_of(raws, max),
        raws[max].text
    );
    Some(problem(raws, min, message))
}

/// An order's revenue has whole cents: there must be such an amount between the limits.
fn check_cents(raws: &Raws, values: &Values) -> Option<Problem> {
    let (min, max) = ("ECOMMERCE_ORDER_VALUE_MIN", "ECOMMERCE_ORDER_VALUE_MAX");
    let (low, high) = (values.number(min)?, values.number(max)?);
    if low > high || cents_at_least(low) <= cents_at_most(high) {
        return None;
    }
    let message = format!(
        "leaves no amount in whole cents up to {}, which is {}; give limits further apart",
        name_of(raws, max),
        raws[max].text
    );
    Some(problem(raws, min, message))
}

fn check_workers(raws: &Raws, values: &Values) -> Option<Problem> {
    let (workers, concurrency) = ("TRAFFICINATOR_WORKERS", "CONCURRENCY");
    if values.get::<u64>(workers)? <= values.get::<u64>(concurrency)? {
        return None;
    }
    let message = format!(
        "is more than {}, which is {}; give at most as many workers as connections",
        name_of(raws, concurrency),
        raws[concurrency].text
    );
    Some(problem(raws, workers, message))
}

fn check_closed_model(raws: &Raws, values: &Values) -> Option<Problem> {
    let (rate, clock) = ("TRAFFICINATOR_RATE", "TRAFFICINATOR_CLOCK");
    if values.get(rate) != Some(Rate::Max) || values.get::<&str>(clock)? != "real" {
        return None;
    }
    let message = format!(
        "cannot go with {}, which is real: a visit that starts whenever a slot is free cannot take real time; \
         give a rate such as 5/s or the clock simulated",
        name_of(raws, clock)
    );
    Some(problem(raws, rate, message))
}

fn check_curve(raws: &Raws, values: &Values) -> Option<Problem> {
    let (rate, curve) = ("TRAFFICINATOR_RATE", "TRAFFICINATOR_CURVE");
    if values.get(rate) != Some(Rate::Max) || values.get::<&str>(curve)? != "daily" {
        return None;
    }
    let message = format!(
        "needs a rate that can follow the day, and {} is max; give a rate such as 5/s or the curve flat",
        name_of(raws, rate)
    );
    Some(problem(raws, curve, message))
}

/// Matomo takes `_id` for a hint only: visits stay apart by their addresses, which it takes with a token.
fn check_identity(raws: &Raws, values: &Values, tables: &Tables) -> Option<Problem> {
    let (identity, countries) = ("TRAFFICINATOR_IDENTITY", "RANDOMIZE_VISITOR_COUNTRIES");
    if values.get::<&str>(identity)? != "browser" {
        return None;
    }
    let has_token = raws.contains_key("MATOMO_TOKEN_AUTH") || raws.contains_key("MATOMO_TOKEN_AUTH_FILE");
    let without = tables.targets.iter().find(|target| target.enabled && target.token_file.is_none());
    let message = if let Some(target) = without {
        format!(
            "needs a token: Matomo keeps such visits apart by their addresses, and takes those only with one; give \
             targets ({}:{}) a token_file, or the identity exact",
            tables.path.display(),
            target.line
        )
    } else if tables.target_lines.is_empty() && !has_token {
        "needs a token: Matomo keeps such visits apart by their addresses, and takes those only with one; set \
         MATOMO_TOKEN_AUTH (in Matomo: Administration > Personal > Security > Auth tokens) or give the identity exact"
            .to_owned()
    } else if values.get(countries) == Some(false) {
        format!(
            "needs an address of its own for every visitor, and {} is false; give true there or the identity exact",
            name_of(raws, countries)
        )
    } else {
        return None;
    };
    Some(problem(raws, identity, message))
}

fn check_backfill_enabled(raws: &Raws, values: &Values) -> Option<Problem> {
    let message = "is not accepted yet: sending history comes in a later version; give false or leave it out";
    values.get::<bool>("BACKFILL_ENABLED")?.then(|| problem(raws, "BACKFILL_ENABLED", message.to_owned()))
}

fn check_together(raws: &Raws, one: &'static str, other: &'static str) -> Option<Problem> {
    let (given, lacking) = match (raws.contains_key(one), raws.contains_key(other)) {
        (true, false) => (one, other),
        (false, true) => (other, one),
        _ => return None,
    };
    Some(problem(raws, given, format!("needs {lacking} as well; give both or neither")))
}

fn check_window(raws: &Raws, values: &Values) -> Option<Problem> {
    let (start, end) = ("BACKFILL_START_DATE", "BACKFILL_END_DATE");
    if values.get::<Date>(start)? <= values.get::<Date>(end)? {
        return None;
    }
    let message =
        format!("is later than {}, which is {}; give an earlier day", name_of(raws, end), raws[end].text);
    Some(problem(raws, start, message))
}

fn problem(raws: &Raws, name: &'static str, message: String) -> Problem {
    let setting = known(name);
    let value = raws.get(name).map(|raw| setting.shown(&raw.text));
    Problem { setting: name_of(raws, name), value, message }
}

/// The setting as its user gave it.
fn name_of(raws: &Raws, name: &'static str) -> String {
    raws.get(name).map_or_else(|| name.to_owned(), |raw| label(known(name), &raw.source))
}

fn known(name: &'static str) -> &'static Setting {
    find(name).expect("in the registry")
}
