//! Variables that are nearly one of ours: a misspelt name in the environment is otherwise silent.

use std::collections::BTreeSet;

use strsim::damerau_levenshtein;

use super::registry::SETTINGS;

/// The known variable an unknown name stands for, if it has one of our prefixes and is one edit away
/// (two, for long names), or only lacks or adds `TRAFFICINATOR_`.
pub(crate) fn meant(unknown: &str) -> Option<&'static str> {
    let names = || SETTINGS.iter().map(|setting| setting.name);
    if let Some(rest) = unknown.strip_prefix("TRAFFICINATOR_")
        && let Some(known) = names().find(|name| *name == rest)
    {
        return Some(known);
    }
    if !prefixes().iter().any(|prefix| unknown.starts_with(prefix)) && unknown.len() < 8 {
        return None;
    }
    let allowed = if unknown.len() >= 14 { 2 } else { 1 };
    // A name that is longer or shorter by more is not worth a look: this is asked of every variable at every start.
    let near = names().filter(|name| name.len().abs_diff(unknown.chars().count()) <= allowed);
    let (edits, known) = near.map(|name| (damerau_levenshtein(unknown, name), name)).min()?;
    (edits <= allowed).then_some(known)
}

/// `MATOMO_`, `BACKFILL_`, `PAGEVIEWS_` and so on.
fn prefixes() -> BTreeSet<&'static str> {
    SETTINGS.iter().filter_map(|setting| Some(&setting.name[..=setting.name.find('_')?])).collect()
}
