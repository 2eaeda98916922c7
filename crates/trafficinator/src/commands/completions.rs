//! `completions`: prints what makes a shell complete commands and flags.

use super::print;
use crate::cli::{self, Shell};
use crate::exit::Exit;

/// The `completions` command.
pub(super) fn completions(shell: Shell) -> anyhow::Result<Exit> {
    print(&String::from_utf8(cli::completions(shell))?)?;
    Ok(Exit::Ok)
}
