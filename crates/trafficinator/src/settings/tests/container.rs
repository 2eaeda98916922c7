//! The files with which people run the program in a container, held against the settings.

use std::path::{Path, PathBuf};

use super::{Given, described, settings};
use crate::settings::preset::NAMES;
use crate::settings::registry::settings_compose_yaml;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Whether snapshots are to be written: `INSTA_UPDATE=always`.
#[expect(clippy::disallowed_methods, reason = "who updates snapshots says so in the environment")]
fn is_update() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always")
}

#[test]
fn the_compose_file_passes_on_every_setting() {
    const FILE: &str = "docker-compose.loadgen.yml";
    const BEGIN: &str = "      # <settings>\n";
    const END: &str = "      # </settings>\n";
    let text = read(FILE);
    let (before, rest) = text.split_once(BEGIN).expect("where the settings begin");
    let (listed, after) = rest.split_once(END).expect("where they end");
    let wanted = settings_compose_yaml();
    if is_update() && listed != wanted {
        return std::fs::write(root().join(FILE), format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
    }
    assert_eq!(listed, wanted, "INSTA_UPDATE=always writes it");
}

#[test]
fn each_preset_has_an_env_file_that_does_nothing_else() {
    for name in NAMES {
        let text = read(&format!("presets/.env.{name}"));
        let lines: Vec<&str> =
            text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert_eq!(lines, [format!("TRAFFICINATOR_PRESET={name}")]);
        let environment = &[("MATOMO_URL", "http://127.0.0.1/")];
        let settings = settings(&Given { environment, env_file: Some(&text), ..Given::default() });
        assert_eq!(described(&settings, "TRAFFICINATOR_PRESET").0, *name);
        assert_eq!(described(&settings, "CONCURRENCY").1, format!("preset {name}"));
    }
}

#[test]
fn the_image_has_the_version_of_the_program() {
    let line = format!("\nARG VERSION={}\n", env!("CARGO_PKG_VERSION"));
    assert!(read("Dockerfile").contains(&line), "{line}");
}

#[test]
fn the_image_has_the_defaults_of_the_compose_file() {
    let dockerfile = read("Dockerfile");
    for pair in ["TRAFFICINATOR_LISTEN=127.0.0.1:9464", "START_SIGNAL_FILE=/data/loadgen.start"] {
        assert!(dockerfile.contains(&format!("    {pair}")), "{pair}");
        let (name, value) = pair.split_once('=').unwrap();
        assert!(settings_compose_yaml().contains(&format!("      {name}: ${{{name}:-{value}}}\n")), "{pair}");
    }
}
