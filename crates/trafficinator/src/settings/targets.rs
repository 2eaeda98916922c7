//! Who gets the visits: the targets of a scenario file, or the one of `MATOMO_URL`.

use std::io;
use std::path::Path;

use engine::target::Secret;
use jiff::tz::TimeZone;
use traffic::walk::Audience;

use super::source::{Problem, Source};
use super::tables::Tables;
use super::tables::target::Declared;
use super::values::{Values, read_token};
use super::{Distribution, Target};

/// Who sends to a target goes through all visits to find those of that target.
const LEAST_SHARE: f64 = 1e-4;

/// Shares that add up to this much less than 1, or more, are 1.
const ROUNDING: f64 = 1e-9;

/// The targets of a run: never none, unless there are problems.
pub(crate) fn targets(
    values: &Values,
    tables: &Tables,
    read: &dyn Fn(&Path) -> io::Result<String>,
) -> Result<Vec<Target>, Vec<Problem>> {
    if tables.target_lines.is_empty() {
        return Ok(only(values).into_iter().collect());
    }
    let mut problems = Vec::new();
    let place = |line| Source::Scenario { path: tables.path.clone(), line };
    let problem = |line, key: &str, message| Problem {
        setting: format!("targets{key} ({})", place(line)),
        value: None,
        message,
    };
    let enabled: Vec<&Declared> = tables.enabled_targets().collect();
    let first = tables.target_lines[0];
    if enabled.is_empty() && tables.targets.len() == tables.target_lines.len() {
        problems.push(problem(first, "", "none is enabled; enable one, or leave them out".to_owned()));
    }
    let distribution = distribution(values);
    let audiences = match distribution {
        Distribution::Mirrored => vec![Audience::Everybody; enabled.len()],
        Distribution::RoundRobin => {
            let of = enabled.len() as u64;
            (0..of).map(|index| Audience::InTurn { index, of }).collect()
        }
        Distribution::Weighted => audiences(&enabled).unwrap_or_else(|message| {
            problems.push(problem(first, "", message));
            Vec::new()
        }),
    };
    if distribution != Distribution::Weighted {
        for declared in &enabled {
            let key = if declared.weight.is_some() { ".weight" } else { ".share" };
            if declared.weight.is_some() || declared.share.is_some() {
                let message = format!(
                    "is not used where the distribution is {}; leave it out, or give the distribution weighted",
                    distribution.name()
                );
                problems.push(problem(declared.line, key, message));
            }
        }
    }
    let mut targets = Vec::new();
    for (declared, audience) in enabled.iter().zip(audiences) {
        let token = declared.token_file.as_ref().and_then(|file| {
            let path = tables.beside(&file.path);
            read_token(&path, read)
                .map_err(|reason| {
                    let value = Some(path.display().to_string());
                    problems.push(Problem { value, ..problem(file.line, ".token_file", reason) });
                })
                .ok()
        });
        targets.push(Target {
            name: declared.name.clone(),
            place: Some(place(declared.line)),
            url: Some(declared.url.clone()),
            site_id: declared.site_id.or_else(|| site_id(values)).unwrap_or(1),
            token,
            audience,
            max_visits_per_day: declared.max_visits_per_day,
            time_zone: declared.time_zone.clone().or_else(|| time_zone(values)).unwrap_or(TimeZone::UTC),
            thresholds: declared.thresholds.clone(),
        });
    }
    if problems.is_empty() { Ok(targets) } else { Err(problems) }
}

/// The target of `MATOMO_URL`; nothing where a setting of it was not accepted.
fn only(values: &Values) -> Option<Target> {
    let url: Option<super::TrackingUrl> = values.get("MATOMO_URL");
    Some(Target {
        name: url.as_ref().map_or_else(String::new, super::TrackingUrl::host_and_port),
        place: None,
        url,
        site_id: site_id(values)?,
        token: values.get::<Secret>("MATOMO_TOKEN_AUTH"),
        audience: Audience::Everybody,
        max_visits_per_day: None,
        time_zone: time_zone(values)?,
        thresholds: Vec::new(),
    })
}

fn site_id(values: &Values) -> Option<u32> {
    values.get::<u64>("MATOMO_SITE_ID").map(|id| id as u32)
}

/// Of the site in Matomo, unless a target says otherwise.
fn time_zone(values: &Values) -> Option<TimeZone> {
    values.get("TRAFFICINATOR_SITE_TIMEZONE").or_else(|| values.get("TIMEZONE"))
}

/// How visits are divided.
pub(super) fn distribution(values: &Values) -> Distribution {
    match values.get("TRAFFICINATOR_DISTRIBUTION") {
        Some("mirrored") => Distribution::Mirrored,
        Some("round-robin") => Distribution::RoundRobin,
        _ => Distribution::Weighted,
    }
}

/// Shares first; those with weights divide what is left.
fn audiences(targets: &[&Declared]) -> Result<Vec<Audience>, String> {
    let given: f64 = targets.iter().filter_map(|target| target.share).sum();
    let weight = |target: &Declared| if target.share.is_some() { 0.0 } else { target.weight.unwrap_or(1.0) };
    let weights: f64 = targets.iter().map(|target| weight(target)).sum();
    let rest = 1.0 - given;
    if rest < -ROUNDING {
        return Err(format!("shares add up to {given}; give shares of at most 1 together"));
    }
    if weights == 0.0 && rest > ROUNDING && !targets.is_empty() {
        return Err(format!(
            "shares add up to {given}; give shares of 1 together, or leave out that of one target"
        ));
    }
    if weights > 0.0 && rest < ROUNDING {
        return Err("shares add up to 1 and leave nothing for the targets without one; give smaller shares"
            .to_owned());
    }
    let share = |target: &Declared| target.share.unwrap_or_else(|| rest * weight(target) / weights);
    if let Some(target) = targets.iter().find(|target| share(target) < LEAST_SHARE) {
        return Err(format!(
            "{} would get less than one visit of {}; give it a larger share, or enabled = false",
            target.name,
            1.0 / LEAST_SHARE
        ));
    }
    let mut from = 0.0;
    Ok(targets
        .iter()
        .map(|target| {
            let share = share(target);
            let audience = match share {
                whole if whole > 1.0 - ROUNDING => Audience::Everybody,
                share => Audience::Share { from, share },
            };
            from += share;
            audience
        })
        .collect())
}
