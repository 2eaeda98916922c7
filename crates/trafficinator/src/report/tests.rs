//! Reports of a run that never was.

use serde_json::Value;
use traffic::hit::Kind;

use super::fixture::{Fixture, run};
use super::*;
use crate::summary::read::parse;

fn rendered(fixture: &Fixture, format: Format) -> String {
    render(&fixture.subject(), format).unwrap()
}

/// The data that a page draws.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

fn chart<'a>(data: &'a Value, id: &str) -> &'a Value {
    data["charts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|chart| chart["id"] == id)
        .unwrap_or_else(|| panic!("{id}"))
}

fn values(chart: &Value, name: &str) -> Vec<Option<f64>> {
    let line = chart["lines"].as_array().unwrap().iter().find(|line| line["name"] == name).unwrap();
    line["values"].as_array().unwrap().iter().map(Value::as_f64).collect()
}

#[test]
fn a_run_as_markdown() {
    insta::assert_snapshot!(rendered(&run(45), Format::Markdown));
}

#[test]
fn a_run_second_by_second() {
    insta::assert_snapshot!(rendered(&run(28), Format::Csv));
}

#[test]
fn a_run_as_text() {
    insta::assert_snapshot!(run(45).summary.head());
}

/// What a page says without its charts: scripts and styles are tested where they are run.
#[test]
fn a_run_as_a_page() {
    let page = rendered(&run(45), Format::Html);
    let (_, body) = page.split_once("</head>").unwrap();
    let (body, _) = body.split_once("<script").unwrap();
    insta::assert_snapshot!(body);
}

#[test]
fn a_result_that_was_read_makes_the_same_reports() {
    let fixture = run(45);
    let text = serde_json::to_string(&fixture.summary).unwrap();
    let read = parse(&text).unwrap();
    for format in [Format::Html, Format::Markdown, Format::Csv] {
        let additions = Additions::default();
        let subject = Subject {
            summary: &read.summary,
            series: &read.series,
            statistics: &read.statistics,
            additions: &additions,
        };
        assert_eq!(render(&subject, format).unwrap(), rendered(&fixture, format), "{format:?}");
    }
}

#[test]
fn charts_show_what_was_measured_when() {
    let fixture = run(45);
    let page = rendered(&fixture, Format::Html);
    let data = data(&page);
    assert_eq!(data["warm_up"], 5.0);
    assert_eq!(data["at"].as_array().unwrap().len(), 45);
    assert_eq!(data["at"][0], 0.5);
    let p95 = values(chart(&data, "chart-times"), "p95");
    assert!(p95[10].unwrap() < 200.0, "{p95:?}");
    assert!(p95[22].unwrap() > 400.0, "{p95:?}");
    let service = values(chart(&data, "chart-times"), "service p95");
    let expected = fixture.series.windows().nth(10).unwrap().1.service.unpack().quantile_ms(0.95);
    assert_eq!(service[10], Some(expected));
    assert_eq!(values(chart(&data, "chart-hits"), "due"), vec![Some(20.0); 45]);
    let errors = values(chart(&data, "chart-errors"), "timeout");
    assert_eq!(errors.iter().flatten().sum::<f64>() as u64, fixture.summary.errors["timeout"]);
    assert!(errors[..20].iter().all(|count| *count == Some(0.0)), "{errors:?}");
}

#[test]
fn the_distribution_ends_with_the_longest_time_and_has_the_percentiles_of_the_table() {
    let fixture = run(45);
    let data = data(&rendered(&fixture, Format::Html));
    let chart = chart(&data, "chart-distribution");
    let nines: Vec<f64> =
        chart["nines"].as_array().unwrap().iter().map(|nine| nine.as_f64().unwrap()).collect();
    let response = values(chart, "response");
    let at = |share: f64| {
        let index = nines.iter().position(|nine| (nine + (1.0 - share).log10()).abs() < 1e-5).unwrap();
        response[index]
    };
    let table = fixture.summary.response_ms.unwrap();
    assert_eq!([at(0.5), at(0.9), at(0.95), at(0.99)], [table.p50, table.p90, table.p95, table.p99]);
    assert_eq!(*response.last().unwrap(), table.max);
    assert!(response.is_sorted(), "{response:?}");
}

/// At most 3,600 windows are kept, all kinds and classes occur, and there are more kinds of errors than colours.
#[test]
fn a_long_run_is_a_page_of_less_than_a_megabyte_with_at_most_a_thousand_points_a_line() {
    let mut fixture = run(300);
    let windows: Vec<_> = fixture.series.windows().map(|(_, window)| window.clone()).collect();
    let mut windows: Vec<_> = windows.iter().cycle().take(3_600).cloned().collect();
    for (index, window) in windows.iter_mut().enumerate() {
        for status in 400..420 {
            assert!(window.errors.add_named(&format!("http_{status}"), 1 + index as u64 % 977));
        }
    }
    fixture.series = Series::of(0, 1, windows).unwrap();
    fixture.summary.run.seconds = 3_600.0;
    let cell = fixture.statistics.by_kind.values().next().unwrap().clone();
    for kind in Kind::ALL {
        for class in engine::recorder::statistics::Class::ALL {
            fixture.statistics.by_kind.insert((kind, class), cell.clone());
        }
    }
    let page = rendered(&fixture, Format::Html);
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    let data = data(&page);
    assert_eq!(data["at"].as_array().unwrap().len(), 900);
    for chart in data["charts"].as_array().unwrap() {
        let lines = chart["lines"].as_array().unwrap();
        assert!(lines.len() <= 7, "{chart}");
        assert!(lines.iter().all(|line| line["values"].as_array().unwrap().len() <= 1_000));
    }
    assert_eq!(
        values(chart(&data, "chart-hits"), "due"),
        vec![Some(20.0); 900],
        "no hit is lost or counted twice"
    );
    assert_eq!(rendered(&fixture, Format::Csv).lines().count(), 3_601);
}

#[test]
fn stretches_of_several_windows_have_the_percentiles_of_all_their_hits() {
    let mut fixture = run(45);
    let windows: Vec<_> = fixture.series.windows().map(|(_, window)| window.clone()).collect();
    let windows: Vec<_> = windows.iter().cycle().take(1_998).cloned().collect();
    fixture.series = Series::of(5_000_000_000, 1, windows).unwrap();
    fixture.summary.run.seconds = 1_998.0;
    let data = data(&rendered(&fixture, Format::Html));
    // The first of five seconds of warm-up is alone: where the warm-up ends, a stretch begins.
    assert_eq!([&data["at"][0], &data["at"][1], &data["at"][3]], [0.5, 2.0, 6.0]);
    let p99 = values(chart(&data, "chart-times"), "p99");
    let of = |number: usize| fixture.series.windows().nth(number).unwrap().1.response.unpack();
    let mut both = of(21);
    both += &of(22);
    assert_eq!(p99[11], Some((both.quantile_ms(0.99) * 1_000.0).round() / 1_000.0));
}

const HOSTILE: &str = "</script><script>alert(1)</script><img src=x onerror=\"alert(2)\">'|`\u{202e}\n| x |";

fn hostile() -> Fixture {
    let mut fixture = run(30);
    let Summary { run, target, verdict, thresholds, errors, reproduce, .. } = &mut fixture.summary;
    let setting = &mut reproduce.settings[0];
    let threshold = &mut thresholds[0];
    for text in [
        &mut run.id,
        &mut run.plan,
        &mut run.version,
        &mut target.url,
        &mut verdict.sentence,
        &mut threshold.expression,
        &mut threshold.unit,
        &mut reproduce.command,
        &mut setting.name,
        &mut setting.value,
        &mut setting.source,
    ] {
        HOSTILE.clone_into(text);
    }
    verdict.void.push(HOSTILE.to_owned());
    verdict.warnings.push(HOSTILE.to_owned());
    errors.insert(HOSTILE.to_owned(), 5);
    fixture.additions = Additions {
        stages: vec![Stage { from: 0.0, to: 10.0, label: HOSTILE.to_owned() }],
        sections: vec![Section {
            heading: HOSTILE.to_owned(),
            paragraphs: vec![HOSTILE.to_owned()],
            table: Some(Table {
                columns: vec![table::Column::words(HOSTILE)],
                rows: vec![table::Row::new(table::Tone::Bad, [HOSTILE])],
            }),
        }],
    };
    fixture
}

#[test]
fn nothing_of_settings_or_servers_is_markup_in_a_page() {
    let (page, harmless) = (rendered(&hostile(), Format::Html), rendered(&run(30), Format::Html));
    let count = |page: &str, tag: &str| page.matches(tag).count();
    for tag in ["<script", "</script"] {
        assert_eq!(count(&page, tag), count(&harmless, tag), "{tag}");
    }
    assert_eq!(count(&page, "<img"), 0);
    let (body, _) = page.split_once("<script type").unwrap();
    assert!(!body.contains('\u{202e}'), "a mark that turns the direction");
    assert!(count(&page, "&lt;/script&gt;&lt;script&gt;alert(1)") >= 13, "and all of it is there to be read");
    assert_eq!(data(&page)["stages"][0]["label"], HOSTILE);
}

#[test]
fn nothing_of_settings_or_servers_is_markup_in_markdown() {
    let text = rendered(&hostile(), Format::Markdown);
    // Code is shown as it is, and what ends it is not in it.
    let outside: String = text.split("``").step_by(2).collect();
    assert!(!outside.contains("<script") && !outside.contains("<img"), "{outside}");
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut of_table = 0;
    for line in text.lines() {
        match (line.starts_with('|'), of_table) {
            (false, _) => of_table = 0,
            (true, 0) => of_table = columns(line),
            (true, wanted) => assert_eq!(columns(line), wanted, "{line}"),
        }
    }
}

#[test]
fn a_page_asks_for_nothing_from_anywhere() {
    let page = rendered(&run(30), Format::Html);
    assert!(page.contains(
        "content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\""
    ));
    let (body, _) = page.split_once("<script type").unwrap();
    for reference in ["src=", "@import", "url(", "<link", "<base", "<iframe", "<form"] {
        assert!(!body.contains(reference), "{reference}");
    }
    assert!(body.split("href=\"").skip(1).all(|rest| rest.starts_with('#')), "links lead within the page");
    let script = include_str!("../../assets/report.js");
    for reference in ["</script", "fetch(", "XMLHttpRequest", "import(", "eval("] {
        assert!(!script.contains(reference), "{reference}");
    }
}

#[test]
fn a_run_that_sent_nothing_has_every_report() {
    let mut fixture = run(30);
    let snapshot = engine::recorder::Snapshot::new(0);
    fixture.series = snapshot.series.clone();
    fixture.statistics = snapshot.statistics.clone();
    fixture.summary.run.seconds = 0.0;
    fixture.summary.measured.seconds = 0.0;
    for percentiles in [&mut fixture.summary.service_ms, &mut fixture.summary.lag_ms] {
        *percentiles = (&engine::recorder::times::Times::default()).into();
    }
    let page = rendered(&fixture, Format::Html);
    assert!(data(&page)["at"].as_array().unwrap().is_empty());
    assert!(!page.contains("NaN") || include_str!("../../assets/report.js").contains("NaN"));
    assert!(!rendered(&fixture, Format::Markdown).contains("NaN"));
    assert_eq!(rendered(&fixture, Format::Csv).lines().count(), 1);
}

#[test]
fn a_closed_model_has_no_response_time() {
    let mut fixture = run(30);
    fixture.summary.model = crate::summary::Model::Closed;
    fixture.summary.response_ms = None;
    let page = rendered(&fixture, Format::Html);
    assert!(page.contains("Service time over time") && !page.contains("Response time"));
    assert!(!rendered(&fixture, Format::Markdown).contains("| response |"));
    let data = data(&page);
    let p95 = values(chart(&data, "chart-times"), "p95");
    let expected = fixture.series.windows().nth(22).unwrap().1.service.unpack().quantile_ms(0.95);
    assert_eq!(p95[22], Some(expected));
}

#[test]
fn the_format_is_the_extension_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let Fixture { summary, series, statistics, .. } = run(30);
    for (name, begins) in [("a.html", "<!doctype html>"), ("a.md", "## "), ("a.csv", "time,")] {
        let path = folder.path().join(name);
        write(&summary, &series, &statistics, &path).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(begins), "{name}");
    }
    let wrong = write(&summary, &series, &statistics, &folder.path().join("a.pdf")).unwrap_err();
    assert!(
        wrong.to_string().ends_with("a.pdf: a report is a file that ends in .html, .md or .csv"),
        "{wrong}"
    );
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "nothing half-written is left: {left:?}");
}
