//! The command line of `capacity`.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{SettingsArgs, one, settings_args, with_settings};
use crate::settings::Rate;
use crate::settings::length::{parse_length, parse_rate};

/// `capacity`
#[derive(Debug, Clone)]
pub(crate) struct CapacityArgs {
    pub(crate) settings: SettingsArgs,
    /// Objectives, as given.
    pub(crate) slo: Vec<String>,
    /// The first rate, in visits per second.
    pub(crate) from: f64,
    /// The highest rate, in visits per second.
    pub(crate) most: f64,
    /// How close to each other the rate that holds and the one that does not shall be, as a share.
    pub(crate) precision: f64,
    pub(crate) step: Duration,
    pub(crate) hold: Duration,
}

/// What was asked for.
pub(super) fn args(matches: &ArgMatches) -> CapacityArgs {
    CapacityArgs {
        settings: settings_args(matches),
        slo: matches.get_many("slo").map(|texts| texts.cloned().collect()).unwrap_or_default(),
        from: one(matches, "from"),
        most: one(matches, "max-rate"),
        precision: one(matches, "precision"),
        step: one(matches, "step"),
        hold: one(matches, "hold"),
    }
}

/// The subcommand.
pub(super) fn command() -> Command {
    let per_second = |text: &str| match parse_rate(text) {
        Ok(Rate::PerSecond(rate)) => Ok(rate),
        _ => Err("give a rate such as 2/s or 90/m"),
    };
    let share = |text: &str| {
        let number = text
            .strip_suffix('%')
            .map_or_else(|| text.parse(), |percent| percent.trim().parse().map(|p: f64| p / 100.0));
        number.ok().filter(|share| (0.005..=0.5).contains(share)).ok_or("give a share from 0.5% to 50%")
    };
    let at_least = |least: u64| {
        move |text: &str| match parse_length(text) {
            Ok(length) if length >= Duration::from_secs(least) => Ok(length),
            Ok(_) => Err(format!("give a time of {least} s at least")),
            Err(problem) => Err(problem),
        }
    };
    let slo = Arg::new("slo").long("slo").value_name("OBJECTIVE").action(ArgAction::Append).help(
        "What has to hold, such as response.p95<500ms or errors<1%; may be repeated [default: these two]",
    );
    let from = Arg::new("from")
        .long("from")
        .value_name("RATE")
        .value_parser(per_second)
        .default_value("1/s")
        .help("The first rate, in visits");
    let most = Arg::new("max-rate")
        .long("max-rate")
        .value_name("RATE")
        .value_parser(per_second)
        .default_value("100000/s")
        .help("No higher rate is tried");
    let precision = Arg::new("precision")
        .long("precision")
        .value_name("SHARE")
        .value_parser(share)
        .default_value("5%")
        .help("How close the answer shall be");
    let step = Arg::new("step")
        .long("step")
        .value_name("TIME")
        .value_parser(at_least(3))
        .default_value("20s")
        .help("How long each rate is measured, after the visits of the rate before it are over");
    let hold = Arg::new("hold")
        .long("hold")
        .value_name("TIME")
        .value_parser(at_least(5))
        .default_value("2m")
        .help("How long the answer has to hold");
    with_settings(Command::new("capacity").args([slo, from, most, precision, step, hold]))
        .about("Find the rate that a Matomo sustains")
        .long_about(
            "Find the rate that a Matomo sustains: raises it by half until an objective fails, hits are sent later \
             than they are due, or a backlog grows; closes in on that rate; and holds what is left. This overloads the \
             target for some seconds at a time. Exits with 0 where a rate was found, with 99 where none holds, and \
             with 98 where the generator was the bottleneck, so that the target may sustain more.\n\n\
             All settings of `run` apply but those that set the rate.",
        )
        .after_help(
            "Examples:\n  \
             trafficinator capacity --matomo-url https://matomo.example.org/ --slo 'response.p95<500ms' --slo 'errors<1%'\n  \
             trafficinator capacity --env-file prod.env --from 5/s --hold 10m --report capacity.html",
        )
}
