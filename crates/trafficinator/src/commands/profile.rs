//! `profile`: prints the profiles that come with the program.

use std::fmt::Write as _;

use traffic::profile::{BUILT_IN, Profile};

use super::print;
use crate::cli::ProfileTask;
use crate::exit::Exit;

/// The `profile` command.
pub(super) fn profile(task: &ProfileTask) -> anyhow::Result<Exit> {
    match task {
        ProfileTask::Show(text) => print(text)?,
        ProfileTask::List => print(&list())?,
    }
    Ok(Exit::Ok)
}

fn list() -> String {
    let mut text = String::new();
    for (name, _) in BUILT_IN {
        let description = Profile::built_in(name).map(|profile| profile.description).unwrap_or_default();
        let _infallible = writeln!(text, "{name:<10} {description}");
    }
    text
}
