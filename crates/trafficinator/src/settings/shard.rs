//! Which shard of a plan this machine sends: given as K/N, or told by the system that starts many machines.

use std::collections::BTreeMap;

use traffic::walk::Shard;

use super::Start;
use super::kind::Detail;
use super::layers::{Inputs, Purpose};
use super::registry::find;
use super::source::{Problem, Raws, label};
use super::values::Values;

/// More machines than this are a mistake.
pub(crate) const MOST: u32 = 10_000;

const SHARD: &str = "TRAFFICINATOR_SHARD";
const SHARDS: &str = "TRAFFICINATOR_SHARDS";
const START_AT: &str = "TRAFFICINATOR_START_AT";

/// What all shards must have alike, and nobody may draw.
const ALIKE: [&str; 3] = ["TRAFFICINATOR_SEED", "TRAFFICINATOR_RUN_ID", START_AT];

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Whatever the environment says.
    Auto,
    /// This one.
    Of(Shard),
}

/// Reads `3/8` or `auto`.
pub(super) fn parse(text: &str) -> Result<Asked, Detail> {
    if text.eq_ignore_ascii_case("auto") {
        return Ok(Asked::Auto);
    }
    let (index, of) = text.split_once('/').ok_or(None)?;
    let number = |text: &str| -> Result<u32, Detail> {
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| text.parse().unwrap_or(u32::MAX)).ok_or(None)
    };
    let (index, of) = (number(index.trim())?, number(of.trim())?);
    if of > MOST {
        return Err(Some(format!("there are at most {MOST} shards")));
    }
    let counted =
        || format!("shards are counted from 0, so the last of {of} is {}/{of}", of.saturating_sub(1));
    Shard::new(index, of).map(Asked::Of).ok_or_else(|| (of > 0).then(counted))
}

/// Puts the shard in the place of `auto`, and holds what was given about shards against each other.
pub(super) fn settle(values: &mut Values, raws: &Raws, inputs: &Inputs<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    if inputs.purpose == Purpose::Emit {
        let given = [SHARD, SHARDS].into_iter().filter(|name| raws.contains_key(name));
        problems.extend(given.map(|name| {
            let message = "is not accepted: every shard is told its own by what is emitted; leave it out";
            problem(raws, name, message.to_owned())
        }));
        problems.extend(two_starts(raws, values));
        return problems;
    }
    let shards: Option<u64> = values.get(SHARDS);
    match values.get::<Asked>(SHARD) {
        // What is wrong with the number of shards was told.
        Some(Asked::Auto) if shards.is_none() && raws.contains_key(SHARDS) => {}
        Some(Asked::Auto) => match found(inputs.environment, shards.map(|of| (of, name_of(raws, SHARDS)))) {
            Ok(shard) => values.set_shard(SHARD, shard),
            Err(message) => problems.push(problem(raws, SHARD, message)),
        },
        Some(Asked::Of(shard)) => {
            if let Some(shards) = shards.filter(|shards| *shards != u64::from(shard.of())) {
                let message = format!(
                    "is one of {}, and {} says that there are {shards}; give the same number, or leave that out",
                    shard.of(),
                    name_of(raws, SHARDS)
                );
                problems.push(problem(raws, SHARD, message));
            }
        }
        // What is wrong with it was told.
        None if raws.contains_key(SHARD) => {}
        None => problems.extend(shards.map(|shards| {
            let message = format!(
                "does not say which of them this is, and every machine would send the whole plan; give --shard auto \
                 or --shard K/{shards} as well, or leave it out"
            );
            problem(raws, SHARDS, message)
        })),
    }
    problems.extend(alike(raws, inputs.purpose));
    problems.extend(two_starts(raws, values));
    problems
}

/// What is not given and must be the same on all machines. A plan alone is not sent: it needs neither ids of its own
/// nor a start.
fn alike(raws: &Raws, purpose: Purpose) -> Option<Problem> {
    raws.get(SHARD)?;
    let needed = match purpose {
        Purpose::Send | Purpose::Emit => &ALIKE[..],
        Purpose::Plan => &ALIKE[..1],
    };
    let missing: Vec<String> = needed
        .iter()
        .filter_map(|name| find(name))
        .filter(|setting| !raws.contains_key(setting.name))
        .map(|setting| format!("--{}", setting.flag()))
        .collect();
    let message = format!(
        "needs {}: all shards must have the same, or they would not be parts of one plan",
        missing.join(", ")
    );
    (!missing.is_empty()).then(|| problem(raws, SHARD, message))
}

/// A run can wait for a file or for a time.
fn two_starts(raws: &Raws, values: &Values) -> Option<Problem> {
    raws.get(START_AT)?;
    (values.get("AUTO_START") == Some(false)).then(|| {
        let message = format!(
            "cannot go with {}, which is false: both say when the run starts; give one of them",
            name_of(raws, "AUTO_START")
        );
        problem(raws, START_AT, message)
    })
}

/// What a system that starts many machines tells each of them.
struct Told {
    shard: Result<Shard, String>,
    /// The variables with their values.
    by: String,
}

/// The shard that the environment tells of; `shards` is how many there are, where somebody said it, and the setting
/// that did. An error follows "auto".
fn found(environment: &BTreeMap<String, String>, shards: Option<(u64, String)>) -> Result<Shard, String> {
    let variables = Variables { environment };
    let told: Vec<Told> = [
        kubernetes(variables, shards.as_ref()),
        pair(variables, "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE"),
        pair(variables, "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_COUNT"),
        slurm(variables),
    ]
    .into_iter()
    .flatten()
    .collect();
    let wrong: Vec<&str> =
        told.iter().filter_map(|told| told.shard.as_ref().err()).map(String::as_str).collect();
    if !wrong.is_empty() {
        return Err(format!("{}; or give K/N such as 3/8", wrong.join("; ")));
    }
    let mut all = told.iter().filter_map(|told| Some((*told.shard.as_ref().ok()?, told.by.as_str())));
    let Some((shard, by)) = all.next() else {
        return Err(format!("{NOBODY}; or give K/N such as 3/8"));
    };
    if let Some((_, other)) = all.find(|(other, _)| *other != shard) {
        return Err(format!(
            "is told two things, {by} and {other}; unset what is wrong, or give K/N such as 3/8"
        ));
    }
    match shards.filter(|(shards, _)| *shards != u64::from(shard.of())) {
        Some((shards, name)) => Err(format!(
            "is told {by}, and {name} says that there are {shards}; give the same number, or leave that out"
        )),
        None => Ok(shard),
    }
}

const NOBODY: &str = "finds nobody who says which shard this is: Kubernetes sets JOB_COMPLETION_INDEX (give \
    TRAFFICINATOR_SHARDS with it), AWS Batch AWS_BATCH_JOB_ARRAY_INDEX and AWS_BATCH_JOB_ARRAY_SIZE, Cloud Run \
    CLOUD_RUN_TASK_INDEX and CLOUD_RUN_TASK_COUNT, Slurm SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_MIN and \
    SLURM_ARRAY_TASK_COUNT; start this as a job of one of them";

/// An Indexed Job tells its pods their number, and not how many they are.
fn kubernetes(variables: Variables<'_>, shards: Option<&(u64, String)>) -> Option<Told> {
    const INDEX: &str = "JOB_COMPLETION_INDEX";
    let index = variables.get(INDEX)?;
    let Some((of, name)) = shards else {
        let wrong =
            format!("is told {INDEX}={index} and not how many shards there are; set {SHARDS} to that");
        return Some(Told { shard: Err(wrong), by: String::new() });
    };
    let by = format!("{INDEX}={index} with {name}={of}");
    Some(Told { shard: variables.number(INDEX).and_then(|index| shard(index, *of, &by)), by })
}

/// A number from 0, and how many there are.
fn pair(variables: Variables<'_>, index: &str, of: &str) -> Option<Told> {
    let first = variables.get(index)?;
    let by = format!("{index}={first} with {of}={}", variables.get(of).unwrap_or("(not set)"));
    let numbers = || shard(variables.number(index)?, variables.number(of)?, &by);
    Some(Told { shard: numbers(), by })
}

/// The numbers of a Slurm array need neither begin at 0 nor follow each other.
fn slurm(variables: Variables<'_>) -> Option<Told> {
    const NAMES: [&str; 3] = ["SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_COUNT"];
    const STEP: &str = "SLURM_ARRAY_TASK_STEP";
    variables.get(NAMES[0])?;
    let step = variables.get(STEP).map(|_| STEP);
    let shown = |name: &str| format!("{name}={}", variables.get(name).unwrap_or("(not set)"));
    let by = NAMES.into_iter().chain(step).map(shown).collect::<Vec<_>>().join(", ");
    let numbers = || {
        let [id, first, count] = NAMES.map(|name| variables.number(name));
        let (id, first, count) = (id?, first?, count?);
        let step = step.map_or(Ok(1), |name| variables.number(name))?;
        let whole = id.checked_sub(first).filter(|ahead| step > 0 && ahead % step == 0);
        let index = whole.map(|ahead| ahead / step).ok_or_else(|| {
            format!(
                "is told {by}, and {id} is not {first} plus a multiple of the step; give the array as 0-7, 0-14:2 \
                 or alike"
            )
        })?;
        shard(index, count, &by)
    };
    Some(Told { shard: numbers(), by })
}

fn shard(index: u64, of: u64, by: &str) -> Result<Shard, String> {
    let known = u32::try_from(of).ok().filter(|of| (1..=MOST).contains(of));
    let shard = known.and_then(|of| Shard::new(u32::try_from(index).ok()?, of));
    shard.ok_or_else(|| {
        format!(
            "is told {by}; it takes a number from 0 that is below that of the shards, of which there are 1 to {MOST}"
        )
    })
}

#[derive(Clone, Copy)]
struct Variables<'a> {
    environment: &'a BTreeMap<String, String>,
}

impl<'a> Variables<'a> {
    /// An empty one counts as unset.
    fn get(self, name: &str) -> Option<&'a str> {
        self.environment.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    fn number(self, name: &str) -> Result<u64, String> {
        let text = self.get(name).ok_or_else(|| format!("needs {name} as well, which is not set"))?;
        text.parse().map_err(|_| format!("is told {name}={text}, which must be a whole number of at least 0"))
    }
}

impl Start {
    /// The moment for which the run waits, in milliseconds of Unix time.
    pub(crate) fn at_ms(&self) -> Option<i64> {
        match self {
            Start::At(moment) => Some(moment.as_millisecond()),
            Start::AtOnce | Start::OnSignal { .. } => None,
        }
    }
}

fn problem(raws: &Raws, name: &'static str, message: String) -> Problem {
    Problem { setting: name_of(raws, name), value: raws.get(name).map(|raw| raw.text.clone()), message }
}

/// The setting as its user gave it.
fn name_of(raws: &Raws, name: &'static str) -> String {
    let setting = find(name).expect("in the registry");
    raws.get(name).map_or_else(|| name.to_owned(), |raw| label(setting, &raw.source))
}
