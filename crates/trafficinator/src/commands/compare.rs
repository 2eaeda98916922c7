//! `compare`: says what a new run does worse or better than a base, and how sure that is.

use super::{complain, complain_line, print, results};
use crate::cli::{CompareArgs, CompareFormat};
use crate::comparison::decision::Outcome;
use crate::comparison::fit;
use crate::comparison::html::html;
use crate::comparison::markdown::markdown;
use crate::comparison::text::text;
use crate::comparison::{Comparison, compare};
use crate::exit::Exit;

/// The `compare` command.
pub(super) fn run(args: &CompareArgs) -> anyhow::Result<Exit> {
    let (Some(base), Some(new)) = (results(&args.base), results(&args.new)) else { return Ok(Exit::Usage) };
    let impossible = fit::impossible(&base, &new);
    if !impossible.is_empty() {
        complain(impossible);
        return Ok(Exit::Usage);
    }
    let differences = fit::differences(&base, &new);
    if !differences.is_empty() && !args.force {
        complain(differences);
        complain_line("error: these runs cannot be compared; --force does it nevertheless, and says so");
        return Ok(Exit::Usage);
    }
    let mut warnings = differences;
    warnings.extend(fit::remarks(&base, &new));
    let comparison = compare(&base, &new, warnings, args.options);
    let written = written(&comparison, args.format)?;
    match &args.output {
        None => print(&written)?,
        Some(path) => {
            if let Err(error) = crate::whole::write(path, &written) {
                complain([format!("{}: the comparison cannot be written: {error}", path.display())]);
                return Ok(Exit::Usage);
            }
            print(&text(&comparison))?;
        }
    }
    Ok(if comparison.verdict.outcome == Outcome::Worse { Exit::Difference } else { Exit::Ok })
}

fn written(comparison: &Comparison, format: CompareFormat) -> anyhow::Result<String> {
    Ok(match format {
        CompareFormat::Text => text(comparison),
        CompareFormat::Markdown => markdown(comparison),
        CompareFormat::Html => html(comparison),
        CompareFormat::Json => serde_json::to_string_pretty(comparison)? + "\n",
    })
}
