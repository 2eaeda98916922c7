//! "Did you mean": the known name a misspelt one stands for.

use strsim::damerau_levenshtein;

/// The name nearest to `given`, if it is near enough for its length. Case, `-` and `_` do not count.
pub(crate) fn suggest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let plain = |name: &str| name.to_lowercase().replace('-', "_");
    let given = plain(given);
    let (edits, name) = names
        .map(|name| (damerau_levenshtein(&given, &plain(name)), name))
        .min_by_key(|(edits, _)| *edits)?;
    let allowed = match name.len() {
        0..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    (edits <= allowed).then(|| name.to_owned())
}
