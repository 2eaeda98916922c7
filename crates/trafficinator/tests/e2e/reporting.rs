//! Reports of real runs, opened in a real browser; and what is said of results that are none.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::{run, trafficinator};
use crate::support::server::{Server, status};

/// A run whose result is in a folder of its own: every tenth hit is answered with 500.
fn result() -> (TempDir, PathBuf, Value) {
    let server =
        Server::start(|seen| status(if seen.hit.is_some_and(|hit| hit % 10 == 9) { 500 } else { 204 }));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.json");
    let args = ["--rate", "40/s", "--max-total-visits", "80", "--run-id", "monday", "--seed", "7"];
    let ended = run(&server.url()).args(args).finish().expect(0);
    // No run calls itself so; a file may.
    let text = ended.stdout.replacen("\"monday\"", "\"<b>monday</b>\"", 1);
    std::fs::write(&file, &text).unwrap();
    let summary = serde_json::from_str(&text).unwrap();
    (folder, file, summary)
}

/// The page as a browser shows it in a window of this width, after the mouse went to the middle of the first chart. No
/// window is as narrow as a telephone, so it is shown in a frame.
fn opened(page: &Path, width: u32) -> String {
    let profile = tempfile::tempdir().unwrap();
    let frame = profile.path().join("frame.html");
    let page = page.to_str().unwrap();
    std::fs::write(
        &frame,
        format!(
            r##"<!doctype html><body style="margin:0"><iframe style="border:0;width:{width}px;height:900px" src="file://{page}"></iframe>
            <script>addEventListener("load", () => {{
                const page = document.querySelector("iframe").contentDocument;
                const chart = page.querySelector("#chart-times .u-over");
                const {{ left, top, width }} = chart.getBoundingClientRect();
                const place = {{ clientX: left + width / 2, clientY: top + 20, bubbles: true }};
                for (const name of ["mouseenter", "mousemove"]) chart.dispatchEvent(new MouseEvent(name, place));
                document.replaceChild(page.documentElement, document.documentElement);
            }});</script>"##
        ),
    )
    .unwrap();
    let output = Command::new("timeout")
        .args([
            "60",
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--allow-file-access-from-files",
        ])
        .args(["--dump-dom", "--virtual-time-budget=5000", "--window-size=1700,1000"])
        .arg(format!("--user-data-dir={}", profile.path().join("profile").display()))
        .arg(format!("file://{}", frame.display()))
        .output()
        .expect("chromium");
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(dom.contains("</html>"), "{}", String::from_utf8_lossy(&output.stderr));
    dom
}

/// What stands between two texts, the first time.
#[track_caller]
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap_or_else(|| panic!("no {after} after {before}")).0
}

/// An element of a chart, up to the next card.
#[track_caller]
fn chart<'a>(dom: &'a str, id: &str) -> &'a str {
    between(dom, &format!("<div class=\"chart\" id=\"{id}\""), "</section>")
}

#[test]
fn a_browser_shows_the_report_of_a_run_at_every_width() {
    let (_folder, file, summary) = result();
    let ended = trafficinator(["report", file.to_str().unwrap()]).finish().expect(0);
    let page = file.with_extension("html");
    assert_eq!(ended.stdout, format!("{}\n", page.display()));
    let windows = summary["series"]["windows"].as_array().unwrap().len();
    for width in [400, 1000, 1600] {
        let dom = opened(&page, width);
        let html = between(&dom, "<html", ">");
        assert!(html.contains(&format!("data-width=\"{width}\"")), "{html}");
        assert!(html.contains("data-overflow=\"0\""), "nothing sticks out at {width}: {html}");

        // On a busy machine the run may be void.
        let outcome = summary["verdict"]["outcome"].as_str().unwrap();
        assert!(["incomplete", "void"].contains(&outcome), "{outcome}");
        assert!(dom.contains(&format!("data-outcome=\"{outcome}\"")));
        let p95 = summary["response_ms"]["p95"].as_f64().unwrap();
        let figure = between(&dom, "data-figure=\"Response time p95\"", "</div>");
        let shown: f64 = between(figure, "<dd class=\"value\">", " <i>ms").parse().unwrap();
        assert!((shown - p95).abs() <= p95 * 0.01, "{shown} is {p95}");
        assert!(dom.contains("&lt;b&gt;monday&lt;/b&gt;") && !dom.contains("<b>monday"));

        for (id, lines) in [
            ("chart-times", 5),
            ("chart-hits", 3),
            ("chart-visits", 2),
            ("chart-errors", 1),
            ("chart-queues", 3),
            ("chart-generator", 3),
        ] {
            let drawn: usize = between(chart(&dom, id), "data-drawn=\"", "\"").parse().unwrap();
            // The last stretch may be too short for a rate, and in one second there may be no hit.
            assert!(drawn <= windows * lines && drawn >= (windows - 2) * lines, "{id}: {drawn} of {windows}");
            assert!(chart(&dom, id).contains("<canvas"), "{id}");
        }
        let label = between(chart(&dom, "chart-errors"), "aria-label=\"", "\"");
        assert!(label.starts_with("HTTP 500 at most "), "{label}");
        let drawn: usize = between(chart(&dom, "chart-distribution"), "data-drawn=\"", "\"").parse().unwrap();
        assert!(drawn > 100, "{drawn}");

        // The mouse is over one chart; all charts over time tell their values there.
        for (id, unit) in [("chart-times", "ms"), ("chart-hits", "hits/s"), ("chart-generator", "cores")] {
            let value = chart(&dom, id).split("u-value\">").nth(2).unwrap().split('<').next().unwrap();
            assert!(
                value.ends_with(unit) && value.starts_with(|char: char| char.is_ascii_digit()),
                "{id}: {value:?}"
            );
        }
    }
}

#[test]
fn a_word_alone_prints_and_a_file_is_written() {
    let (folder, file, summary) = result();
    let file = file.to_str().unwrap();
    let markdown = trafficinator(["report", file, "-o", "md"]).finish().expect(0).stdout;
    let outcome = summary["verdict"]["outcome"].as_str().unwrap();
    assert!(markdown.starts_with(&format!("## ⚠️ {outcome}: ")), "{markdown}");
    assert!(markdown.contains("`<b>monday</b>`"), "{markdown}");
    let html = trafficinator(["report", file, "-o", "html"]).finish().expect(0).stdout;
    assert!(html.starts_with("<!doctype html>"), "{html}");

    let windows = summary["series"]["windows"].as_array().unwrap();
    let csv = trafficinator(["report", file, "-o", "csv"]).finish().expect(0).stdout;
    assert_eq!(csv.lines().count(), windows.len() + 1);
    let column = csv.lines().next().unwrap().split(',').position(|name| name == "error_http_500").unwrap();
    let errors: u64 =
        csv.lines().skip(1).map(|line| line.split(',').nth(column).unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(errors, summary["errors"]["http_500"].as_u64().unwrap());

    let elsewhere = folder.path().join("elsewhere.csv");
    trafficinator(["report", file, "--output", elsewhere.to_str().unwrap()]).finish().expect(0);
    assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), csv);
    trafficinator(["report", file, "--format", "md"]).finish().expect(0);
    assert_eq!(std::fs::read_to_string(folder.path().join("run.md")).unwrap(), markdown);
}

#[test]
fn what_is_no_result_is_told_with_its_place_and_a_cure() {
    let (folder, file, _) = result();
    let text = std::fs::read_to_string(&file).unwrap();
    let cure = "give a file that `trafficinator run --summary-json FILE` wrote";
    let refused = |text: &str, says: &[&str]| {
        let wrong = folder.path().join("wrong.json");
        std::fs::write(&wrong, text).unwrap();
        let said = trafficinator(["report", wrong.to_str().unwrap()]).finish().expect(2).stderr;
        for part in says.iter().chain(&[cure, "error: ", "wrong.json"]) {
            assert!(said.contains(part), "no {part:?} in {said}");
        }
        assert!(!folder.path().join("wrong.html").exists());
    };
    refused(&text[..text.len() / 2], &["line ", "it ends in the middle"]);
    refused(&text.replace("summary/v1", "summary/v9"), &["its schema is \"trafficinator/summary/v9\""]);
    refused("{}", &["it has no \"schema\""]);
    refused("PK\u{3}\u{4}", &["line 1, column 1"]);
    refused(
        &text.replacen("\"seed\": 7", "\"seed\": \"seven\"", 1),
        &["line ", "invalid type: string \"seven\""],
    );
    let missing = folder.path().join("missing.json");
    let said = trafficinator(["report", missing.to_str().unwrap()]).finish().expect(2).stderr;
    assert!(said.contains("missing.json: the file cannot be read"), "{said}");
}

#[test]
fn a_report_is_not_written_where_it_cannot_be_or_over_its_own_result() {
    let (folder, file, _) = result();
    let before = std::fs::read(&file).unwrap();
    let page = folder.path().join("result.html");
    std::fs::copy(&file, &page).unwrap();
    let file = file.to_str().unwrap();
    let folder = folder.path().to_str().unwrap();
    let nowhere = format!("{folder}/nowhere/run.html");
    for (args, says) in [
        (vec!["report", file, "-o", "run.pdf"], "give a file that ends in .html, .md, .csv"),
        (vec!["report", file, "-o", &nowhere], "give a file in a folder that exists"),
        (vec!["report", page.to_str().unwrap()], "it would replace the result that it is made of"),
        (vec!["report", file, "--format", "pdf"], "possible values: html, md, csv"),
        (vec!["schema", "report"], "possible values: result"),
    ] {
        let said = trafficinator(args.iter().copied()).finish().expect(2).stderr;
        assert!(said.contains(says), "{args:?}: {said}");
    }
    assert_eq!(std::fs::read(&page).unwrap(), before);
}

#[test]
fn the_schema_of_results_is_printed() {
    let schema = trafficinator(["schema", "result"]).finish().expect(0).json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let (_folder, _, summary) = result();
    let known = schema["properties"].as_object().unwrap();
    for name in summary.as_object().unwrap().keys() {
        assert!(known.contains_key(name), "{name}");
    }
}
