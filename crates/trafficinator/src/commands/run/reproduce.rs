//! A command line that does the same again, without its secrets.

use traffic::plan::Plan;

use crate::settings::registry::{Group, find};
use crate::settings::{AS_THE_PROFILE_HAS_IT, Described, Settings};
use crate::summary::{ReproducePart, SettingPart};

/// What names a run, or belongs to one of its shards on one day, and changes nothing in what the plan is. A start that
/// is over cannot be had again, so a shard tells how to send the whole plan.
const NOT_REPEATED: [&str; 5] = [
    "TRAFFICINATOR_SEED",
    "TRAFFICINATOR_RUN_ID",
    "TRAFFICINATOR_SHARD",
    "TRAFFICINATOR_SHARDS",
    "TRAFFICINATOR_START_AT",
];

/// How to send the same visits again.
pub(super) fn reproduce(settings: &Settings, plan: &Plan, command: &str) -> ReproducePart {
    let described = settings.describe();
    let part = |setting: &Described| SettingPart {
        name: setting.name.to_owned(),
        value: setting.value.clone(),
        source: setting.source.clone(),
    };
    let mut words = vec!["trafficinator".to_owned(), command.to_owned()];
    let mut secrets = String::new();
    for setting in described.iter().filter(|setting| setting.is_given) {
        let Some(known) = find(setting.name) else { continue };
        // How it is watched changes nothing in what is sent.
        if NOT_REPEATED.contains(&known.name) || known.group == Group::Output {
            continue;
        }
        match &setting.raw {
            Some(text) => words.push(known.argument(text)),
            None => secrets.extend([known.name, "=... "]),
        }
    }
    words.push(format!("--seed {}", plan.seed()));
    // What is drawn from distributions of the profile has no value to tell.
    let has_value =
        |setting: &&Described| setting.source != "default" && setting.value != AS_THE_PROFILE_HAS_IT;
    let given = described.iter().filter(has_value);
    ReproducePart { command: secrets + &words.join(" "), settings: given.map(part).collect() }
}
