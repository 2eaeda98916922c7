//! `merge`: makes one result of those of all shards.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{complain, complain_line, print, results};
use crate::cli::MergeArgs;
use crate::exit::Exit;
use crate::merging::{Merged, merge as merged};
use crate::settings::SummaryTo;
use crate::summary::text::ledgers;

/// The `merge` command.
pub(super) fn merge(args: &MergeArgs) -> anyhow::Result<Exit> {
    if let Some(SummaryTo::File(path)) = &args.to
        && let Err(problem) = check_target(path, &args.files)
    {
        complain([problem]);
        return Ok(Exit::Usage);
    }
    let Some(given) = results(&args.files) else { return Ok(Exit::Usage) };
    let Merged { summary, snapshot } = match merged(given) {
        Ok(merged) => merged,
        Err(problems) => {
            complain(problems);
            return Ok(Exit::Usage);
        }
    };
    let text = summary.head() + &ledgers(&snapshot.counts) + &summary.tail();
    let json = || Ok::<_, serde_json::Error>(serde_json::to_string_pretty(&summary)? + "\n");
    match &args.to {
        None => print(&text)?,
        Some(SummaryTo::Stdout) => {
            print(&json()?)?;
            complain_line(&text);
        }
        Some(SummaryTo::File(path)) => {
            crate::whole::write(path, &json()?)
                .with_context(|| format!("cannot write the result to {}", path.display()))?;
            print(&text)?;
        }
    }
    Ok(summary.exit())
}

/// A result that cannot be written there is better known before the work.
fn check_target(path: &Path, sources: &[PathBuf]) -> Result<(), String> {
    let shown = path.display();
    if sources.iter().any(|source| source == path) {
        return Err(format!(
            "--output {shown}: it would replace one of the results that it is made of; give another name"
        ));
    }
    if !crate::whole::has_folder(path) {
        return Err(format!(
            "--output {shown}: it cannot be written; give a file in a folder that exists, or - for standard output"
        ));
    }
    Ok(())
}
