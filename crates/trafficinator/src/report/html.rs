//! The report as one page: it needs no network, and no script for its numbers, only for its charts.

use std::fmt::Write as _;

use super::charts::{self, Chart, Shape};
use super::escape::{html, json_in_html};
use super::facts::{self, Figure};
use super::table::{Cell, Column, Table, Tone};
use super::{Section, Subject};
use crate::summary::Summary;
use crate::summary::text::ended_by;
use crate::summary::verdict::Outcome;

/// Built by `make web` from `web/report`.
const SCRIPT: &str = include_str!("../../assets/report.js");
const STYLE: &str = include_str!("../../assets/report.css");

/// Nothing is loaded from anywhere, whatever the page says.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// The page.
pub(super) fn page(subject: &Subject<'_>) -> anyhow::Result<String> {
    let data = charts::data(subject);
    let mut out = String::with_capacity(1 << 19);
    write(&mut out, subject, &data.charts).expect("a string takes everything");
    let json = json_in_html(&serde_json::to_string(&data)?);
    out.push_str("<script type=\"application/json\" id=\"data\">");
    out.push_str(&json);
    out.push_str("</script>\n<script>");
    out.push_str(SCRIPT);
    out.push_str("</script>\n</body>\n</html>\n");
    Ok(out)
}

fn write(out: &mut String, subject: &Subject<'_>, charts: &[Chart]) -> std::fmt::Result {
    let Subject { summary, statistics, additions, .. } = *subject;
    head(out, summary)?;
    writeln!(out, "<main>")?;
    verdict(out, summary)?;
    figures(out, &facts::figures(summary))?;
    writeln!(out, "<div class=\"cards\">")?;
    for (index, section) in additions.sections.iter().enumerate() {
        added(out, index, section)?;
    }
    if !summary.thresholds.is_empty() {
        let table = table_html(&facts::thresholds(&summary.thresholds));
        card(out, Room::Wide, "thresholds", ("Thresholds", "What was demanded of this run."), &table)?;
    }
    writeln!(
        out,
        "<noscript class=\"card wide\">The charts are drawn by a script, and scripts are switched off here; all tables \
         are complete.</noscript>"
    )?;
    for chart in charts {
        chart_card(out, chart)?;
    }
    let (note, table) = match facts::errors(summary) {
        Some(table) => ("Hits that were not accepted, of the whole run, by reason.", table_html(&table)),
        None if summary.hits.sent > 0 => ("None: every hit that was sent was accepted.", String::new()),
        None => ("None: nothing was sent.", String::new()),
    };
    card(out, Room::Wide, "errors", ("Errors", note), &table)?;
    let note = "Milliseconds, of all hits after the warm-up. Response and service time side by side: only the first knows \
                of the queue.";
    card(out, Room::Wide, "latency", ("Times", note), &(table_html(&facts::latency(summary)) + &words()))?;
    let note = "Times in milliseconds, after the warm-up; where a kind had several classes of answers, each by itself.";
    let table = table_html(&facts::kinds(statistics, summary.model));
    card(out, Room::Long, "kinds", ("By kind of hit", note), &table)?;
    let note = "Planned = started + dropped; started = completed + incomplete. Planned = sent + dropped; sent = accepted + \
                rejected + failed.";
    let heading = "What became of visits and hits";
    card(out, Room::Half, "outcomes", (heading, note), &table_html(&facts::outcomes(summary)))?;
    let note = "What Matomo should have recorded of this run: at least what it acknowledged, at most that and what is \
                uncertain, where the answer was lost.";
    card(out, Room::Half, "ledger", ("Ledger", note), &table_html(&facts::ledger(summary)))?;
    let note = "Whether the numbers are the target's: a generator that is out of breath measures itself.";
    card(out, Room::Half, "generator", ("Generator", note), &table_html(&facts::generator(summary)))?;
    let note = "The same seed and settings plan the same visits; runs with the same plan fingerprint can be compared.";
    card(out, Room::Half, "run", ("Run", note), &table_html(&facts::run(summary)))?;
    reproduce(out, summary)?;
    writeln!(out, "</div>\n</main>")?;
    writeln!(
        out,
        "<footer class=\"top\">Written by trafficinator {}. Times of day are UTC. In charts over time, drag to look \
         closer and double-click to go back; a click on a name hides its line.</footer>",
        html(&summary.run.version)
    )
}

fn head(out: &mut String, summary: &Summary) -> std::fmt::Result {
    let title = format!("{}: {}", facts::word(summary.verdict.outcome), summary.address());
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>",
        html(&title)
    )?;
    let links = [
        ("charts", "Charts"),
        ("errors", "Errors"),
        ("latency", "Times"),
        ("kinds", "Kinds"),
        ("ledger", "Ledger"),
        ("generator", "Generator"),
        ("reproduce", "Reproduce"),
    ];
    write!(
        out,
        "<header class=\"top\"><strong>Trafficinator</strong> <span class=\"quiet\">load test of a Matomo</span><nav>"
    )?;
    for (id, name) in links {
        let id = if id == "charts" { "chart-times-card" } else { id };
        write!(out, "<a href=\"#{id}\">{name}</a>")?;
    }
    writeln!(out, "</nav></header>")
}

fn verdict(out: &mut String, summary: &Summary) -> std::fmt::Result {
    let verdict = &summary.verdict;
    let (class, path) = match verdict.outcome {
        Outcome::Ok => ("good", "M5 12.5l4.5 4.5L19 7.5"),
        Outcome::Failed | Outcome::Threshold => ("bad", "M7 7l10 10M17 7L7 17"),
        Outcome::Void | Outcome::Incomplete | Outcome::Nothing => ("odd", "M12 6v8M12 17.5v.5"),
    };
    let word = facts::word(verdict.outcome);
    writeln!(
        out,
        "<section class=\"verdict {class}\" data-outcome=\"{word}\">\n<p class=\"mark\"><svg viewBox=\"0 0 24 24\" \
         fill=\"none\" stroke=\"currentColor\" stroke-width=\"2.4\" stroke-linecap=\"round\" stroke-linejoin=\"round\" \
         aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"10.5\" stroke-width=\"1.6\"/><path d=\"{path}\"/></svg>{word}</p>\n\
         <h1>{}</h1>",
        html(&facts::headline(verdict))
    )?;
    let failed = summary.thresholds.iter().filter(|threshold| !threshold.holds).map(|threshold| {
        let (expression, value) = (html(&threshold.label()), html(&facts::came_out(threshold)));
        format!("<code>{expression}</code> does not hold: {value}")
    });
    let reasons = verdict.void.iter().map(|reason| html(reason)).chain(failed);
    let warnings = verdict.warnings.iter().map(|warning| format!("warning: {}", html(warning)));
    let points: Vec<String> = reasons.chain(warnings).collect();
    if !points.is_empty() {
        writeln!(out, "<ul><li>{}</li></ul>", points.join("</li><li>"))?;
    }
    writeln!(out, "<p class=\"do\">{}</p>", html(facts::advice(verdict.outcome)))?;
    writeln!(
        out,
        "<p class=\"facts\"><code>{}</code>{} · {} · {} in all, ended by {}</p>\n</section>",
        html(&summary.address()),
        facts::site(summary),
        html(&facts::moment(summary.run.started_at)),
        facts::duration(summary.run.seconds),
        ended_by(summary.run.stopped_by)
    )
}

fn figures(out: &mut String, figures: &[Figure]) -> std::fmt::Result {
    write!(out, "<dl class=\"figures\">")?;
    for Figure { name, value, unit, note, tone } in figures {
        let class = if *tone == Tone::Bad { "value bad" } else { "value" };
        write!(
            out,
            "<div data-figure=\"{name}\"><dt>{name}</dt><dd class=\"{class}\">{}{}</dd><dd class=\"quiet\">{}</dd></div>",
            html(value),
            if unit.is_empty() { String::new() } else { format!(" <i>{unit}</i>") },
            html(note)
        )?;
    }
    writeln!(out, "</dl>")
}

fn added(out: &mut String, index: usize, section: &Section) -> std::fmt::Result {
    let heading = html(&section.heading);
    write!(out, "<section class=\"card wide\" id=\"added-{index}\"><h2>{heading}</h2>")?;
    for paragraph in &section.paragraphs {
        write!(out, "<p>{}</p>", html(paragraph))?;
    }
    let table = section.table.as_ref().map(table_html).unwrap_or_default();
    writeln!(out, "{table}</section>")
}

/// How much room a card takes.
#[derive(Clone, Copy)]
enum Room {
    Half,
    Wide,
    /// Wide, and it may go on on the next sheet of paper.
    Long,
}

/// Heading, note and content are HTML.
fn card(
    out: &mut String,
    room: Room,
    id: &str,
    (heading, note): (&str, &str),
    content: &str,
) -> std::fmt::Result {
    let class = match room {
        Room::Half => "card",
        Room::Wide => "card wide",
        Room::Long => "card wide long",
    };
    writeln!(out, "<section class=\"{class}\" id=\"{id}\"><h2>{heading}</h2><p>{note}</p>{content}</section>")
}

fn chart_card(out: &mut String, chart: &Chart) -> std::fmt::Result {
    let Chart { id, heading, note, shape, .. } = chart;
    let class = if *shape == Shape::WideOfTimes { "card wide" } else { "card" };
    let button = match shape {
        Shape::Half => String::new(),
        Shape::HalfOfTimes | Shape::WideOfTimes => {
            format!(
                "<button type=\"button\" data-chart=\"{id}\" aria-pressed=\"false\" hidden>logarithmic</button>"
            )
        }
    };
    writeln!(
        out,
        "<section class=\"{class}\" id=\"{id}-card\"><header><h2>{heading}</h2>{button}</header><p>{note}</p>\
         <figure><div class=\"chart\" id=\"{id}\"></div><figcaption>{}</figcaption></figure></section>",
        html(&chart.summary())
    )
}

fn words() -> String {
    let mut out = String::from("<dl class=\"words\">");
    for (word, meaning) in facts::WORDS {
        let _infallible = write!(out, "<dt>{word}</dt><dd>{}</dd>", html(meaning));
    }
    out.push_str("</dl>");
    out
}

fn reproduce(out: &mut String, summary: &Summary) -> std::fmt::Result {
    let mut content = String::new();
    if !summary.reproduce.command.is_empty() {
        write!(content, "<pre><code>{}</code></pre>", html(&summary.reproduce.command))?;
    }
    content += &if summary.reproduce.settings.is_empty() {
        "<p class=\"quiet\">Every setting was at its default.</p>".to_owned()
    } else {
        table_html(&facts::settings(summary))
    };
    let note = format!(
        "Seed {} and these settings plan the same visits again. Secrets are left out; what is not listed was at its \
         default.",
        summary.run.seed
    );
    card(out, Room::Long, "reproduce", ("Do the same again", &note), &content)
}

fn table_html(table: &Table) -> String {
    let mut out = String::from("<div class=\"scroll\" tabindex=\"0\"><table class=\"data\">");
    let class = |column: &Column| match column {
        Column::Words(_) => "",
        Column::Long(_) => " class=\"long\"",
        Column::Numbers(_) => " class=\"n\"",
    };
    if table.columns.iter().any(|column| !column.name().is_empty()) {
        out.push_str("<thead><tr>");
        for column in &table.columns {
            let _infallible = write!(out, "<th scope=\"col\"{}>{}</th>", class(column), html(column.name()));
        }
        out.push_str("</tr></thead>");
    }
    out.push_str("<tbody>");
    for row in &table.rows {
        out.push_str(match row.tone {
            Tone::Plain => "<tr>",
            Tone::Part => "<tr class=\"part\">",
            Tone::Bad => "<tr class=\"bad\">",
        });
        for (index, (cell, column)) in row.cells.iter().zip(&table.columns).enumerate() {
            let content = match cell {
                Cell::Text(text) => html(text),
                Cell::Code(text) => format!("<code>{}</code>", html(text)),
            };
            let _infallible = if index == 0 {
                write!(out, "<th scope=\"row\">{content}</th>")
            } else {
                write!(out, "<td{}>{content}</td>", class(column))
            };
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    out
}
