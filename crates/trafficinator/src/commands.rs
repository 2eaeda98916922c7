//! The commands, one module each.

mod capacity;
mod check;
mod compare;
mod completions;
mod demo;
mod emit;
mod health;
mod man;
mod merge;
mod plan;
mod profile;
mod report;
mod run;
mod schema;
mod tracker;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use traffic::scenario::Scenario;

use crate::cli::{SettingsArgs, Task};
use crate::exit::Exit;
use crate::log::{self, Screen};
use crate::settings::layers::{Inputs, Purpose};
use crate::settings::{self, Settings};
use crate::summary::read::{Given, read};

/// The environment: names and values.
type Environment = BTreeMap<String, String>;

/// Does what was asked for.
pub(crate) fn run(task: Task, environment: &Environment) -> anyhow::Result<Exit> {
    match task {
        Task::Run(args) => run::run(args, environment),
        Task::Capacity(args) => capacity::capacity(args, environment),
        Task::Check(args) => check::check(args, environment),
        Task::Plan(args) => plan::plan(args, environment),
        Task::Profile(task) => profile::profile(&task),
        Task::Tracker(args) => tracker::tracker(args),
        Task::Demo(args) => demo::demo(&args),
        Task::Health(listen) => health::health(listen, environment),
        Task::Report(args) => report::report(&args),
        Task::Schema(of) => schema::schema(of),
        Task::Compare(args) => compare::run(&args),
        Task::Merge(args) => merge::merge(&args),
        Task::Emit(args) => emit::emit(args, environment),
        Task::Completions(shell) => completions::completions(shell),
        Task::Man(to) => man::man(&to),
    }
}

/// Settings, and what was said about them; `None` where they are refused and every problem was printed.
fn load(args: SettingsArgs, purpose: Purpose, environment: &Environment) -> Option<settings::Loaded> {
    load_with(args, purpose, environment, &|path| std::fs::read_to_string(path))
}

/// The same, with a way of one's own to read files.
fn load_with(
    args: SettingsArgs,
    purpose: Purpose,
    environment: &Environment,
    read: &dyn Fn(&Path) -> io::Result<String>,
) -> Option<settings::Loaded> {
    let inputs = Inputs { purpose, flags: args.flags, env_files: args.env_files, environment, read };
    match settings::load(&inputs) {
        Ok(loaded) => Some(loaded),
        Err(refused) => {
            complain(refused.problems.iter().map(ToString::to_string));
            complain(crate::scenario::file_problems(&refused.files));
            for warning in &refused.warnings {
                complain_line(&format!("warning: {warning}"));
            }
            None
        }
    }
}

/// Settings, and the scenario they describe.
struct Ready {
    settings: Settings,
    scenario: Scenario,
    warnings: Vec<String>,
}

/// Settings with the files they name; `None` where something is wrong and every problem was printed.
fn ready(args: SettingsArgs, purpose: Purpose, environment: &Environment) -> Option<Ready> {
    let settings::Loaded { settings, mut warnings } = load(args, purpose, environment)?;
    let scenario = crate::scenario::scenario(&settings, &mut warnings).map_err(complain).ok()?;
    Some(Ready { settings, scenario, warnings })
}

/// The seed that was given, or one that is short enough to be read, told and typed.
fn seed(settings: &Settings) -> anyhow::Result<u64> {
    settings.run.seed.map_or_else(|| Ok(random()? % 1_000_000_000), Ok)
}

/// The run id that was given, or one at random.
fn run_id(settings: &Settings) -> anyhow::Result<String> {
    match &settings.run.id {
        Some(id) => Ok(id.clone()),
        None => Ok(format!("{:08x}", random()? as u32)),
    }
}

/// The results in files; nothing where one cannot be read, and every problem was printed.
fn results(files: &[PathBuf]) -> Option<Vec<Given>> {
    let mut problems = Vec::new();
    let mut results = Vec::new();
    for path in files {
        match read(path) {
            Ok(read) => results.push(Given { file: path.display().to_string(), read }),
            Err(problem) => problems.push(problem),
        }
    }
    let is_fine = problems.is_empty();
    complain(problems);
    is_fine.then_some(results)
}

/// Prints problems, one a line.
fn complain(problems: impl IntoIterator<Item = String>) {
    for problem in problems {
        complain_line(&format!("error: {problem}"));
    }
}

#[expect(clippy::print_stderr, reason = "usage errors come before logging is set up")]
fn complain_line(line: &str) {
    eprintln!("{line}");
}

/// Starts logging and says what there is to know about the settings.
fn begin(settings: &Settings, warnings: &[String]) -> Screen {
    let screen = Screen::new();
    log::start(&settings.output, &screen);
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    screen
}

/// The runtime of everything with a user: workers have their own.
fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Writes to standard output; that nobody reads any more (`| head`) is not an error.
fn print(text: &str) -> io::Result<()> {
    use std::io::Write as _;
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// A random number, for what the user did not choose.
fn random() -> anyhow::Result<u64> {
    getrandom::u64().map_err(|error| anyhow::anyhow!("the system gives no random numbers: {error}"))
}
