//! A real Prometheus that reads the metrics of a run once a second, and its tool that judges them.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tempfile::TempDir;

use super::http::{get, try_ask};
use super::{PATIENCE, eventually};

const MISSING: &str = "install Debian's package `prometheus` (`make test` does)";

/// Prometheus while it runs.
pub(crate) struct Prometheus {
    child: Child,
    directory: TempDir,
    address: String,
}

/// Reads metrics at an address.
pub(crate) fn start(target: &str) -> Prometheus {
    // It cannot choose a port by itself; somebody may be quicker than it to take the one that was free.
    for _ in 0..5 {
        if let Some(prometheus) = try_start(target) {
            return prometheus;
        }
    }
    panic!("Prometheus found no free port in five attempts");
}

fn try_start(target: &str) -> Option<Prometheus> {
    let address = TcpListener::bind("127.0.0.4:0").unwrap().local_addr().unwrap().to_string();
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let configuration = format!(
        "global: {{ scrape_interval: 1s, scrape_timeout: 1s }}\n\
         scrape_configs:\n- job_name: trafficinator\n  static_configs:\n  - targets: ['{target}']\n"
    );
    std::fs::write(path("prometheus.yml"), configuration).unwrap();
    let log = std::fs::File::create(path("log")).unwrap();
    let child = Command::new("prometheus")
        .arg(format!("--config.file={}", path("prometheus.yml")))
        .arg(format!("--storage.tsdb.path={}", path("data")))
        .arg(format!("--web.listen-address={address}"))
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap_or_else(|error| panic!("prometheus cannot be started ({error}): {MISSING}"));
    let mut prometheus = Prometheus { child, directory, address };
    let is_ready = eventually(PATIENCE, "a Prometheus that is ready", || {
        if prometheus.child.try_wait().unwrap().is_some() {
            return Some(false);
        }
        let answer = try_ask(&prometheus.address, "GET", "/-/ready", "").ok()?;
        (answer.status == 200).then_some(true)
    });
    if !is_ready {
        let said = prometheus.log();
        assert!(said.contains("address already in use"), "Prometheus does not start:\n{said}");
    }
    is_ready.then_some(prometheus)
}

impl Prometheus {
    /// The one number that a query gives now; none where there is no series.
    #[track_caller]
    pub(crate) fn number(&self, query: &str) -> Option<f64> {
        self.one(query, "")
    }

    /// The same at a moment, in seconds of Unix time.
    #[track_caller]
    pub(crate) fn number_at(&self, query: &str, at: f64) -> f64 {
        self.one(query, &format!("&time={at}")).unwrap_or_else(|| panic!("{query} gives nothing at {at}"))
    }

    /// The series that a query gives now.
    #[track_caller]
    pub(crate) fn series(&self, query: &str) -> Vec<Value> {
        self.ask(query, "")
    }

    /// The same at a moment.
    #[track_caller]
    pub(crate) fn series_at(&self, query: &str, at: f64) -> Vec<Value> {
        self.ask(query, &format!("&time={at}"))
    }

    #[track_caller]
    fn one(&self, query: &str, more: &str) -> Option<f64> {
        let series = self.ask(query, more);
        assert!(series.len() <= 1, "{query} gives {} series: {series:?}", series.len());
        series.first().map(|series| series["value"][1].as_str().unwrap().parse().unwrap())
    }

    #[track_caller]
    fn ask(&self, query: &str, more: &str) -> Vec<Value> {
        let encoded = utf8_percent_encode(query, NON_ALPHANUMERIC);
        let answer = get(&self.address, &format!("/api/v1/query?query={encoded}{more}"));
        let json: Value = serde_json::from_str(&answer.body)
            .unwrap_or_else(|error| panic!("{query}: {error}: {answer:?}; it said:\n{}", self.log()));
        assert_eq!(json["status"], "success", "{query}: {json}");
        json["data"]["result"].as_array().unwrap().clone()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _already_over = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `promtool check metrics` has to say about a page, and whether it accepts it.
pub(crate) fn judge(page: &str) -> (bool, String) {
    let mut tool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("promtool cannot be started ({error}): {MISSING}"));
    tool.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let judged = tool.wait_with_output().unwrap();
    let said = [judged.stdout, judged.stderr].concat();
    (judged.status.success(), String::from_utf8_lossy(&said).into_owned())
}
