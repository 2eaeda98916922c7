//! The report as markdown: short, for a pull request or a wiki.

use std::fmt::Write as _;

use super::escape::{markdown, markdown_block, markdown_code};
use super::facts;
use super::table::{Cell, Column, Row, Table, Tone};
use super::{Section, Subject};
use crate::summary::verdict::Outcome;

/// The text.
pub(super) fn text(subject: &Subject<'_>) -> String {
    let mut out = String::new();
    write(&mut out, subject).expect("a string takes everything");
    out
}

fn write(out: &mut String, subject: &Subject<'_>) -> std::fmt::Result {
    let Subject { summary, statistics, additions, .. } = *subject;
    let verdict = &summary.verdict;
    let mark = match verdict.outcome {
        Outcome::Ok => "✅",
        Outcome::Failed | Outcome::Threshold => "❌",
        Outcome::Void | Outcome::Incomplete | Outcome::Nothing => "⚠️",
    };
    let word = facts::word(verdict.outcome);
    writeln!(out, "## {mark} {word}: {}\n", markdown(&facts::headline(verdict)))?;
    for reason in &verdict.void {
        writeln!(out, "- {}", markdown(reason))?;
    }
    for warning in &verdict.warnings {
        writeln!(out, "- warning: {}", markdown(warning))?;
    }
    if !verdict.void.is_empty() || !verdict.warnings.is_empty() {
        writeln!(out)?;
    }
    writeln!(
        out,
        "{}{}, {}, {} measured. {}\n",
        markdown_code(&summary.address()),
        facts::site(summary),
        facts::moment(summary.run.started_at),
        facts::duration(summary.measured.seconds),
        facts::advice(verdict.outcome)
    )?;
    let figures = facts::figures(summary).into_iter().map(|figure| {
        let value = format!("{} {}", figure.value, figure.unit);
        Row::new(Tone::Plain, [figure.name.to_owned(), value.trim_end().to_owned(), figure.note])
    });
    let columns = vec![Column::words(""), Column::numbers("value"), Column::words("")];
    table(out, &Table { columns, rows: figures.collect() })?;
    for Section { heading, paragraphs, table: more } in &additions.sections {
        writeln!(out, "### {}\n", markdown(heading))?;
        for paragraph in paragraphs {
            writeln!(out, "{}\n", markdown(paragraph))?;
        }
        if let Some(more) = more {
            table(out, more)?;
        }
    }
    if !summary.thresholds.is_empty() {
        writeln!(out, "### Thresholds\n")?;
        table(out, &facts::thresholds(&summary.thresholds))?;
    }
    writeln!(out, "### Times\n")?;
    table(out, &facts::latency(summary))?;
    writeln!(
        out,
        "response: due to done, queue included; service: sent to done; wait: due to ready, the target's doing; lag: ready \
         to sent, the generator's own.\n"
    )?;
    if let Some(errors) = facts::errors(summary) {
        writeln!(out, "### Errors\n")?;
        table(out, &errors)?;
    }
    writeln!(out, "### By kind of hit\n")?;
    table(out, &facts::kinds(statistics, summary.model))?;
    writeln!(out, "### Generator\n")?;
    table(out, &facts::generator(summary))?;
    writeln!(out, "### Do the same again\n")?;
    if !summary.reproduce.command.is_empty() {
        writeln!(out, "{}", markdown_block(&summary.reproduce.command))?;
    }
    writeln!(
        out,
        "Seed {}, plan {}, run {}, trafficinator {}.\n",
        summary.run.seed,
        markdown_code(&summary.run.plan),
        markdown_code(&summary.run.id),
        markdown(&summary.run.version)
    )?;
    if !summary.reproduce.settings.is_empty() {
        table(out, &facts::settings(summary))?;
    }
    Ok(())
}

fn table(out: &mut String, table: &Table) -> std::fmt::Result {
    let names: Vec<String> = table.columns.iter().map(|column| markdown(column.name())).collect();
    writeln!(out, "| {} |", names.join(" | "))?;
    let rules: Vec<&str> = table
        .columns
        .iter()
        .map(|column| if matches!(column, Column::Numbers(_)) { "---:" } else { "---" })
        .collect();
    writeln!(out, "| {} |", rules.join(" | "))?;
    for row in &table.rows {
        let cells: Vec<String> =
            row.cells.iter().enumerate().map(|(index, cell)| shown(row, index, cell)).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    writeln!(out)
}

fn shown(row: &Row, index: usize, cell: &Cell) -> String {
    let text = match cell {
        Cell::Text(text) => markdown(text),
        Cell::Code(text) => markdown_code(text),
    };
    match row.tone {
        Tone::Part if index == 0 => format!("· {text}"),
        Tone::Bad if index == 0 && matches!(cell, Cell::Text(_)) => format!("**{text}**"),
        _ => text,
    }
}
