//! What is accepted and yet deserves a word before the run.

use jiff::civil::Date;

use super::layers::{Inputs, Purpose};
use super::registry::find;
use super::source::{Raws, Source, label};
use super::tables::Tables;
use super::tables::target::Declared;
use super::values::Values;
use super::{Rate, Target};

/// Warnings about settings that were all accepted.
pub(crate) fn about(
    raws: &Raws,
    values: &Values,
    tables: &Tables,
    targets: &[Target],
    inputs: &Inputs<'_>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    warnings.extend(countries_without_token(raws, values, targets));
    warnings.extend(unused_token(raws, tables));
    warnings.extend(settings_of_targets(raws, tables));
    warnings.extend(nothing_to_divide(raws, tables, targets));
    warnings.extend(unused_pauses(raws, values));
    warnings.extend(two_windows(raws, values));
    if inputs.purpose != Purpose::Plan {
        warnings.extend(default_site(raws, tables));
        warnings.extend(targets.iter().filter_map(token_in_clear));
        warnings.extend(proxy(inputs));
    }
    warnings
}

fn countries_without_token(raws: &Raws, values: &Values, targets: &[Target]) -> Option<String> {
    let name = "RANDOMIZE_VISITOR_COUNTRIES";
    let without: Vec<&str> =
        targets.iter().filter(|target| target.token.is_none()).map(|target| target.name.as_str()).collect();
    if !values.must::<bool>(name) || without.is_empty() {
        return None;
    }
    if targets.len() > 1 {
        return Some(format!(
            "{} is switched off for {}: Matomo takes a visitor's country only with a token; give a token_file",
            name_of(raws, name),
            without.join(", ")
        ));
    }
    Some(format!(
        "{} is switched off: Matomo takes a visitor's country only with a token; set MATOMO_TOKEN_AUTH (in Matomo: \
         Administration > Personal > Security > Auth tokens) or {name}=false",
        name_of(raws, name)
    ))
}

fn unused_pauses(raws: &Raws, values: &Values) -> Option<String> {
    let explicit = |name: &&'static str| raws.get(name).is_some_and(|raw| raw.source.is_explicit());
    let given: Vec<String> = ["PAUSE_BETWEEN_PVS_MIN", "PAUSE_BETWEEN_PVS_MAX"]
        .into_iter()
        .filter(explicit)
        .map(|name| name_of(raws, name))
        .collect();
    let why = if values.must::<&str>("TRAFFICINATOR_CLOCK") == "real" {
        "with --clock real visits last VISIT_DURATION"
    } else if values.get("TRAFFICINATOR_RATE") == Some(Rate::Max) {
        "with --rate max nothing pauses"
    } else {
        return None;
    };
    (!given.is_empty()).then(|| format!("{} not used: {why}", given.join(", ")))
}

fn two_windows(raws: &Raws, values: &Values) -> Option<String> {
    values.get::<Date>("BACKFILL_START_DATE")?;
    values.get::<u64>("BACKFILL_DAYS_BACK")?;
    Some(format!(
        "{} is not used: {} says when the window begins",
        name_of(raws, "BACKFILL_DAYS_BACK"),
        name_of(raws, "BACKFILL_START_DATE")
    ))
}

/// A token belongs to one Matomo, and is never sent to another.
fn unused_token(raws: &Raws, tables: &Tables) -> Option<String> {
    let given =
        ["MATOMO_TOKEN_AUTH", "MATOMO_TOKEN_AUTH_FILE"].into_iter().find(|name| raws.contains_key(name))?;
    let without = tables.enabled_targets().any(|target| target.token_file.is_none());
    let why = if without {
        "a token belongs to one Matomo; give each target a token_file"
    } else {
        "each of the targets has a token_file of its own"
    };
    (!tables.target_lines.is_empty()).then(|| format!("{} not used: {why}", name_of(raws, given)))
}

/// Settings that every target has of its own.
fn settings_of_targets(raws: &Raws, tables: &Tables) -> Vec<String> {
    let unused = |name, key: &str, is_own: fn(&Declared) -> bool| {
        let is_given = raws.get(name).is_some_and(|raw| raw.source != Source::Default);
        (is_given && !tables.targets.is_empty() && tables.enabled_targets().all(is_own))
            .then(|| format!("{} not used: each of the targets has a {key} of its own", name_of(raws, name)))
    };
    let site = unused("MATOMO_SITE_ID", "site_id", |target| target.site_id.is_some());
    let zone = unused("TRAFFICINATOR_SITE_TIMEZONE", "time_zone", |target| target.time_zone.is_some());
    site.into_iter().chain(zone).collect()
}

fn nothing_to_divide(raws: &Raws, tables: &Tables, targets: &[Target]) -> Option<String> {
    let name = "TRAFFICINATOR_DISTRIBUTION";
    let is_given = raws.get(name).is_some_and(|raw| raw.source != Source::Default);
    let why = if tables.target_lines.is_empty() {
        "there are no [[targets]] in a scenario file"
    } else {
        "there is one target"
    };
    (is_given && targets.len() < 2).then(|| format!("{} not used: {why}", name_of(raws, name)))
}

fn default_site(raws: &Raws, tables: &Tables) -> Option<String> {
    let is_given = |target: &Declared| target.site_id.is_some() || !target.enabled;
    if !tables.targets.is_empty() && tables.targets.iter().all(is_given) {
        return None;
    }
    (raws.get("MATOMO_SITE_ID")?.source == Source::Default).then(|| {
        "MATOMO_SITE_ID is not set: visits go to site 1, the first of that Matomo; make sure that is the one you mean"
            .to_owned()
    })
}

fn token_in_clear(target: &Target) -> Option<String> {
    let url = target.url.as_ref().filter(|_| target.token.is_some())?;
    (!url.is_https() && !url.is_loopback())
        .then(|| format!("the token travels in clear text to {url}: use https:// if that Matomo offers it"))
}

/// Names only: a proxy's URL may hold a password.
fn proxy(inputs: &Inputs<'_>) -> Option<String> {
    let set: Vec<&str> = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
        .into_iter()
        .filter(|name| inputs.environment.get(*name).is_some_and(|text| !text.trim().is_empty()))
        .collect();
    (!set.is_empty()).then(|| {
        format!("{} set, but a proxy is not used yet: the target is connected to directly", set.join(", "))
    })
}

fn name_of(raws: &Raws, name: &'static str) -> String {
    let setting = find(name).expect("in the registry");
    raws.get(name).map_or_else(|| name.to_owned(), |raw| label(setting, &raw.source))
}
