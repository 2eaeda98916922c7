//! `emit`: prints what starts one plan on many machines.

use std::path::{Path, PathBuf};

use engine::clock::Clock;
use jiff::Timestamp;

use super::{Environment, Ready, complain, complain_line, print, ready, run, run_id, seed};
use crate::cli::{EmitArgs, Platform};
use crate::emit::compose::{Host, compose};
use crate::emit::kubernetes::{Cluster, kubernetes, name_of};
use crate::emit::{Fleet, TOKEN_FILE, Wish};
use crate::exit::Exit;
use crate::settings::layers::Purpose;
use crate::settings::{Settings, Start};
use crate::whole;

/// From now to the start of a run, unless its user says when: images are pulled, and on a cluster pods find their nodes.
const AHEAD_ON_A_CLUSTER: i64 = 5;
const AHEAD_ON_A_HOST: i64 = 1;

const MINUTE: i64 = 60;

/// The `emit` command.
pub(super) fn emit(args: EmitArgs, environment: &Environment) -> anyhow::Result<Exit> {
    if let Some(path) = &args.output
        && let Err(problem) = check_output(path)
    {
        complain([problem]);
        return Ok(Exit::Usage);
    }
    let Some(Ready { settings, scenario: _, mut warnings }) =
        ready(args.settings, Purpose::Emit, environment)
    else {
        return Ok(Exit::Usage);
    };
    let now = Timestamp::from_millisecond(Clock::start().unix_ms(0))?;
    let start_at = match settings.run.start {
        Start::At(given) => {
            if given <= now {
                let label = settings.label("TRAFFICINATOR_START_AT");
                warnings
                    .push(format!("{label} {given} is over: every shard would be late, and the run void"));
            }
            given
        }
        Start::AtOnce | Start::OnSignal { .. } => start(now, &args.platform)?,
    };
    let wish = Wish {
        shards: args.shards,
        image: args.image,
        seed: seed(&settings)?,
        run_id: run_id(&settings)?,
        start_at,
    };
    // What a run refuses is refused here: a file of certificates that holds none.
    let mut problems: Vec<String> =
        run::clients(&settings).err().into_iter().chain(run::check_start(&settings)).collect();
    if matches!(args.platform, Platform::Compose) {
        problems.extend(check_token_file(&settings));
    }
    let written = Fleet::of(&settings, wish, &mut warnings).and_then(|fleet| match args.platform {
        Platform::Kubernetes { name, secret, results_claim } => {
            let name = name.unwrap_or_else(|| name_of(fleet.run_id()));
            kubernetes(&fleet, &Cluster { name, secret, results_claim }).map_err(|problem| vec![problem])
        }
        Platform::Compose => Ok(compose(&fleet, &Host { token_file: token_file(&settings) })),
    });
    let text = match written {
        Ok(text) if problems.is_empty() => text,
        written => {
            problems.extend(written.err().into_iter().flatten());
            complain(problems);
            return Ok(Exit::Usage);
        }
    };
    for warning in warnings {
        complain_line(&format!("warning: {warning}"));
    }
    match &args.output {
        None => print(&text)?,
        Some(path) => {
            whole::write(path, &text).map_err(|error| {
                anyhow::anyhow!("--output {}: it cannot be written: {error}", path.display())
            })?;
            print(&format!("{}\n", path.display()))?;
        }
    }
    Ok(Exit::Ok)
}

/// On the full minute, so that people can read and compare it.
fn start(now: Timestamp, platform: &Platform) -> anyhow::Result<Timestamp> {
    let ahead = match platform {
        Platform::Kubernetes { .. } => AHEAD_ON_A_CLUSTER,
        Platform::Compose => AHEAD_ON_A_HOST,
    };
    let earliest = now.as_second() + ahead * MINUTE;
    Ok(Timestamp::from_second((earliest / MINUTE + 1) * MINUTE)?)
}

/// The file of the token, from the root.
fn token_file(settings: &Settings) -> Option<PathBuf> {
    let named =
        |setting: &&crate::settings::Described| setting.name == TOKEN_FILE && setting.source != "default";
    let path = &settings.describe().iter().find(named)?.value;
    std::path::absolute(path).ok()
}

/// Containers read the file themselves, where a pipe is not there any more.
fn check_token_file(settings: &Settings) -> Option<String> {
    let path = token_file(settings).filter(|path| !path.is_file())?;
    let label = settings.label(TOKEN_FILE);
    Some(format!(
        "{label} {}: it is no regular file, and containers cannot read it; give a file",
        path.display()
    ))
}

/// A file that cannot be written is better known before the work.
fn check_output(path: &Path) -> Result<(), String> {
    if !whole::has_folder(path) {
        let shown = path.display();
        return Err(format!(
            "--output {shown}: it cannot be written; give a file in a folder that exists, or - for standard output"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_starts_on_the_full_minute_and_not_before_there_was_time() {
        let now: Timestamp = "2026-11-28T12:34:56Z".parse().unwrap();
        assert_eq!(start(now, &Platform::Compose).unwrap().to_string(), "2026-11-28T12:36:00Z");
        let kubernetes =
            Platform::Kubernetes { name: None, secret: "trafficinator".to_owned(), results_claim: None };
        assert_eq!(start(now, &kubernetes).unwrap().to_string(), "2026-11-28T12:40:00Z");
    }
}
