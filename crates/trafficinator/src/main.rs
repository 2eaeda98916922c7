//! Trafficinator: sends realistic visits to a Matomo and accounts for every one of them.

mod capacity;
mod catalogue;
mod cli;
mod commands;
mod comparison;
mod emit;
mod exit;
#[cfg(unix)]
mod first_process;
mod lines;
mod listen;
mod live;
mod log;
mod matomo;
mod merging;
mod progress;
mod report;
mod scenario;
mod settings;
mod shell;
mod sitemap;
mod stages;
mod summary;
mod threshold;
mod whole;

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Context as _;
use exit::Exit;

/// Says what went wrong in one line; the exit code tells the rest.
#[expect(clippy::print_stderr, reason = "the one place where an error ends the program")]
fn main() -> ExitCode {
    match prepare().and_then(|()| commands::run(cli::parse_or_exit(), &environment())) {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("trafficinator: {error:#}");
            Exit::Runtime.into()
        }
    }
}

#[cfg(unix)]
fn prepare() -> anyhow::Result<()> {
    conceal_secrets()?;
    first_process::end_on_signals().context("failed to handle signals")
}

#[cfg(not(unix))]
fn prepare() -> anyhow::Result<()> {
    Ok(())
}

/// A secret on the command line can be read by everybody on this machine: the program starts again without it.
#[cfg(unix)]
fn conceal_secrets() -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt as _;

    let args: Vec<_> = std::env::args_os().collect();
    let Some((args, variables)) = settings::conceal::conceal_secrets(&args) else { return Ok(()) };
    let program = std::env::current_exe()?;
    let error = std::process::Command::new(program).arg0(&args[0]).args(&args[1..]).envs(variables).exec();
    Err(anyhow::Error::new(error).context("failed to start again without the secret on the command line"))
}

/// The environment, read once and passed on as an argument.
#[expect(clippy::disallowed_methods, reason = "the home of the environment")]
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .collect()
}
