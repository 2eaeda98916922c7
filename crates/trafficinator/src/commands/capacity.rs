//! `capacity`: finds how much a target sustains.

use std::time::Duration;

use traffic::curve::Nanos;

use super::{Environment, Ready, complain, ready};
use crate::capacity::{Rules, Search, settle};
use crate::cli::{CapacityArgs, SettingsArgs};
use crate::exit::Exit;
use crate::settings::layers::Purpose;
use crate::settings::registry::find;
use crate::threshold::{Metric, Threshold, parse};

/// What has to hold where nothing is said.
const OBJECTIVES: [&str; 2] = ["response.p95<500ms", "errors<1%"];

/// After so long a rate has settled, however long visits take.
const SETTLED: Duration = Duration::from_mins(1);

/// What sets the rate, or ends a run by it.
const RIVALS: [&str; 10] = [
    "TARGET_VISITS_PER_DAY",
    "TRAFFICINATOR_RATE",
    "TRAFFICINATOR_STAGES",
    "TRAFFICINATOR_CURVE",
    "TRAFFICINATOR_WARM_UP",
    "TRAFFICINATOR_THRESHOLD",
    "MAX_TOTAL_VISITS",
    "MAX_VISITS_PER_DAY",
    "TRAFFICINATOR_SHARD",
    "TRAFFICINATOR_START_AT",
];

/// The `capacity` command.
pub(super) fn capacity(args: CapacityArgs, environment: &Environment) -> anyhow::Result<Exit> {
    let CapacityArgs { mut settings, slo, from, most, precision, step, hold } = args;
    let mut problems = rivals(&settings);
    let objectives = objectives(&slo).unwrap_or_else(|wrong| {
        problems.extend(wrong);
        Vec::new()
    });
    if from > most {
        problems.push(format!("--from {from}/s is above --max-rate {most}/s; give a lower one"));
    }
    if !problems.is_empty() {
        complain(problems);
        return Ok(Exit::Usage);
    }
    let give = |name: &str, value: String| find(name).map(|setting| (setting, value));
    settings.flags.extend(give("TRAFFICINATOR_RATE", format!("{from}/s")));
    settings.flags.extend(give("TRAFFICINATOR_CURVE", "flat".to_owned()));
    settings.flags.extend(give("TRAFFICINATOR_WARM_UP", "0s".to_owned()));
    let Some(Ready { mut settings, scenario, mut warnings }) = ready(settings, Purpose::Send, environment)
    else {
        return Ok(Exit::Usage);
    };
    // A limit protects the target: whoever gave one does not expect that it is passed over.
    let limits = [
        ("MAX_TOTAL_VISITS", settings.run.max_total_visits),
        ("MAX_VISITS_PER_DAY", settings.run.max_visits_per_day),
    ];
    let limited: Vec<String> = limits
        .into_iter()
        .filter(|(_, limit)| limit.is_some())
        .map(|(name, _)| {
            format!("{}: capacity sends as many visits as it takes; leave it out", settings.label(name))
        })
        .collect();
    let parted = [
        ("TRAFFICINATOR_SHARD", settings.run.shard.is_some()),
        ("TRAFFICINATOR_START_AT", settings.run.start.at_ms().is_some()),
    ];
    let parted = parted.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| {
        format!("{}: capacity changes the rate as it goes on, alone; leave it out", settings.label(name))
    });
    let refused: Vec<String> = limited.into_iter().chain(parted).collect();
    if !refused.is_empty() {
        complain(refused);
        return Ok(Exit::Usage);
    }
    if settings.targets.len() > 1 {
        let names: Vec<&str> = settings.targets.iter().map(|target| target.name.as_str()).collect();
        complain([format!(
            "targets {}: capacity finds what one Matomo sustains; enable one of them",
            names.join(", ")
        )]);
        return Ok(Exit::Usage);
    }
    if !settings.run.thresholds.is_empty() {
        warnings
            .push(format!("{} is not used: capacity has --slo", settings.label("TRAFFICINATOR_THRESHOLD")));
        settings.run.thresholds.clear();
    }
    let nanos = |time: Duration| time.as_nanos() as Nanos;
    let rules = Rules {
        objectives,
        from,
        most,
        factor: 1.5,
        precision,
        step: nanos(step),
        settle: settle(scenario.longest_sending(), step),
        settle_hold: settle(scenario.longest_sending(), step.max(SETTLED)),
        hold: nanos(hold),
    };
    super::run::carry_out(
        Ready { settings, scenario, warnings },
        "capacity",
        Some(Search::new(rules)),
        environment,
    )
}

/// Flags that set the rate themselves. What other layers say of it is overruled: they are often shared with `run`.
fn rivals(settings: &SettingsArgs) -> Vec<String> {
    let given = settings.flags.iter().filter(|(setting, _)| RIVALS.contains(&setting.name));
    given
        .map(|(setting, _)| {
            let instead = match setting.name {
                "TARGET_VISITS_PER_DAY" | "TRAFFICINATOR_RATE" => {
                    "give the first rate as --from, or leave it out"
                }
                "TRAFFICINATOR_THRESHOLD" => "give objectives as --slo",
                _ => "leave it out",
            };
            format!("--{} does not go with capacity, which sets the rate itself; {instead}", setting.flag())
        })
        .collect()
}

fn objectives(texts: &[String]) -> Result<Vec<Threshold>, Vec<String>> {
    let defaults = OBJECTIVES.map(str::to_owned);
    let texts = if texts.is_empty() { &defaults[..] } else { texts };
    let mut problems = Vec::new();
    let mut objectives = Vec::new();
    for text in texts.iter().flat_map(|text| text.split(',')) {
        match parse(text) {
            Ok(Threshold { metric: Metric::Time { kind: Some(kind), .. }, .. }) => {
                problems.push(format!("--slo {text:?}: objectives are about all hits; leave [{kind}] out"));
            }
            Ok(objective) => objectives.push(objective),
            Err(problem) => problems.push(format!("--slo {problem}")),
        }
    }
    if problems.is_empty() { Ok(objectives) } else { Err(problems) }
}
