//! The Grafana dashboard: its panels, and what they ask Prometheus for.

use std::sync::LazyLock;

use serde_json::Value;

static DASHBOARD: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/grafana/trafficinator.json"));
    serde_json::from_str(text).expect("the dashboard is JSON")
});

/// All of it.
pub(crate) fn whole() -> &'static Value {
    &DASHBOARD
}

/// What is always seen, without the rows that somebody has to open.
pub(crate) fn panels() -> Vec<&'static Value> {
    array(&DASHBOARD["panels"]).iter().filter(|panel| panel["type"] != "row").collect()
}

/// What is seen when a row is opened.
#[track_caller]
pub(crate) fn panels_of(row: &str) -> Vec<&'static Value> {
    let is_it = |panel: &&Value| panel["type"] == "row" && panel["title"] == row;
    let row = array(&DASHBOARD["panels"]).iter().find(is_it).unwrap_or_else(|| panic!("no row {row:?}"));
    array(&row["panels"]).iter().collect()
}

/// What panels ask for, with the variables of Grafana filled in for one look.
pub(crate) fn queries(panels: &[&Value]) -> Vec<String> {
    let targets = panels.iter().flat_map(|panel| array(&panel["targets"]));
    let filled = [("$__rate_interval", "5s"), ("$job", ".*"), ("$instance", ".*")];
    let fill =
        |query: &str| filled.iter().fold(query.to_owned(), |query, (name, value)| query.replace(name, value));
    targets.map(|target| fill(target["expr"].as_str().unwrap())).collect()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().expect("an array")
}
