//! Runs that send to several targets.

use std::path::Path;

use super::program::{Program, trafficinator};

/// A scenario file with these targets, each a name, a URL and more lines.
pub(crate) fn scenario(folder: &Path, head: &str, targets: &[(&str, &str, &str)]) -> String {
    let table = |(name, url, more): &(&str, &str, &str)| {
        format!("[[targets]]\nname = '{name}'\nurl = '{url}'\nsite_id = 1\n{more}\n")
    };
    let tables = targets.iter().map(table).collect::<Vec<_>>().concat();
    let path = folder.join("targets.toml");
    std::fs::write(&path, format!("{head}\n{tables}")).unwrap();
    path.display().to_string()
}

/// `run` with that file.
pub(crate) fn run(scenario: &str) -> Program {
    trafficinator([
        "run",
        "--scenario",
        scenario,
        "--summary-json",
        "-",
        "--seed",
        "5",
        "--run-id",
        "several",
    ])
    .vars(&[("TRAFFICINATOR_PROFILE", "classic"), ("PAUSE_BETWEEN_PVS_MIN", "0")])
    .var("PAUSE_BETWEEN_PVS_MAX", "0.02")
}
