//! `report`: makes a report of a result that was written before.

use std::path::Path;

use super::{complain, print};
use crate::cli::{ReportArgs, ReportTo};
use crate::exit::Exit;
use crate::report::{Additions, Format, Subject, render, write};
use crate::summary::read::{Read, read};

/// The `report` command.
pub(super) fn report(args: &ReportArgs) -> anyhow::Result<Exit> {
    let to = match &args.to {
        ReportTo::Beside(format) => ReportTo::File(args.file.with_extension(format.extension())),
        to => to.clone(),
    };
    if let ReportTo::File(path) = &to
        && let Err(problem) = check_target(path, &args.file)
    {
        complain([problem]);
        return Ok(Exit::Usage);
    }
    let Read { summary, series, statistics } = match read(&args.file) {
        Ok(read) => read,
        Err(problem) => {
            complain([problem]);
            return Ok(Exit::Usage);
        }
    };
    match &to {
        ReportTo::Stdout(format) => {
            let (series, additions) = (&series, &Additions::of(&summary));
            let subject = Subject { summary: &summary, series, statistics: &statistics, additions };
            print(&render(&subject, *format)?)?;
        }
        ReportTo::Beside(_) => unreachable!("it has become a file"),
        ReportTo::File(path) => {
            write(&summary, &series, &statistics, path)?;
            print(&format!("{}\n", path.display()))?;
        }
    }
    Ok(Exit::Ok)
}

/// A report that cannot be written there is better known before the work.
fn check_target(path: &Path, source: &Path) -> Result<(), String> {
    let shown = path.display();
    if Format::of(path).is_none() {
        return Err(format!(
            "--output {shown}: give a file that ends in .{}, or one of these words alone for standard output",
            Format::NAMES.join(", .")
        ));
    }
    if path == source {
        return Err(format!(
            "--output {shown}: it would replace the result that it is made of; give another name"
        ));
    }
    if !crate::whole::has_folder(path) {
        return Err(format!("--output {shown}: it cannot be written; give a file in a folder that exists"));
    }
    Ok(())
}
