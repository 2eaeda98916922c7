use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use engine::observation::Observation;
use engine::observation::Outcome::Answered;
use engine::recorder::Snapshot;
use proptest::prelude::*;
use traffic::hit::Kind;

use super::figures::{BOUNDS_US, Figures};
use super::metrics::{self, Format};
use super::state::{Facts, Phase};
use super::*;

const ANYWHERE: &str = "127.0.0.1:0";

fn hit(took: u64) -> Observation {
    Observation { kind: Kind::Event, due: 0, ready: 0, sent: 0, done: took, outcome: Answered(204) }
}

fn page(figures: Figures) -> String {
    metrics::page(figures, Format::Text).unwrap()
}

/// The value of a sample.
fn sample(page: &str, name: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} in {page}")).parse().unwrap()
}

#[test]
fn labels_are_escaped() {
    let mut figures = Figures::none(Phase::Sending);
    let nasty = "a\"b\\c\nd{e=\"f\"} 1\n# TYPE x counter".to_owned();
    let facts = Facts {
        run_id: nasty,
        seed: 1,
        plan: String::new(),
        target: "http://host/\"".to_owned(),
        site_id: Some(1),
        targets: Vec::new(),
        in_flight_limit: 7,
    };
    figures.facts = Some(Arc::new(facts));
    for format in [Format::Text, Format::OpenMetrics] {
        let page = metrics::page(figures.clone(), format).unwrap();
        let line = page.lines().find(|line| line.starts_with("trafficinator_run_info{")).unwrap();
        assert_eq!(
            line,
            "trafficinator_run_info{run_id=\"a\\\"b\\\\c\\nd{e=\\\"f\\\"} 1\\n# TYPE x counter\",\
             seed=\"1\",plan=\"\",target=\"http://host/\\\"\",site_id=\"1\"} 1"
        );
        assert!(!page.contains("\n# TYPE x "), "{page}");
    }
}

#[test]
fn hits_of_the_warm_up_count_too() {
    let mut snapshot = Snapshot::new(0);
    snapshot.warm_up.observe(&hit(4_000_000));
    snapshot.statistics.observe(&hit(40_000_000));
    let mut figures = Figures::none(Phase::Sending);
    figures.take_in(&snapshot);
    let page = page(figures);
    for name in ["response", "service"] {
        let of = |suffix: &str, more: &str| {
            sample(
                &page,
                &format!("trafficinator_{name}_time_seconds_{suffix}{{{more}kind=\"event\",status=\"2xx\"}}"),
            )
        };
        assert_eq!(of("count", "") as u64, 2);
        assert!((of("sum", "") - 0.044).abs() < 0.000_05, "{}", of("sum", ""));
        let bounds = ["0.0025", "0.005", "0.025", "0.05", "60.0", "+Inf"];
        let within = bounds.map(|bound| of("bucket", &format!("le=\"{bound}\",")) as u64);
        assert_eq!(within, [0, 1, 1, 2, 2, 2]);
    }
    assert_eq!(sample(&page, "trafficinator_wait_seconds_bucket{le=\"0.001\"}") as u64, 2);
}

#[test]
fn both_kinds_of_content_are_one_series() {
    let mut snapshot = Snapshot::new(0);
    snapshot.counts.hits.by_kind.fill(1);
    for kind in [Kind::Impression, Kind::Interaction] {
        snapshot.statistics.observe(&Observation { kind, ..hit(1) });
    }
    let mut figures = Figures::none(Phase::Sending);
    figures.take_in(&snapshot);
    let page = page(figures);
    assert_eq!(sample(&page, "trafficinator_hits_sent_total{kind=\"content\"}") as u64, 2);
    let count = "trafficinator_service_time_seconds_count{kind=\"content\",status=\"2xx\"}";
    assert_eq!(sample(&page, count) as u64, 2);
    assert_eq!(page.matches(count).count(), 1);
}

#[test]
fn a_closed_model_has_no_response_times_and_no_plan() {
    let mut figures = Figures::none(Phase::Sending);
    (figures.response, figures.planned) = (None, None);
    let page = page(figures);
    assert!(page.contains("trafficinator_service_time_seconds_bucket"));
    for name in ["response_time", "planned_visits_per_second", "arrival_speed"] {
        assert!(!page.contains(name), "{name}");
    }
}

#[test]
fn open_metrics_are_for_who_asks_for_them() {
    for accept in [
        "application/openmetrics-text",
        "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "text/plain, Application/OpenMetrics-Text; version=0.0.1; q=0.75",
    ] {
        assert_eq!(Format::wanted(accept), Format::OpenMetrics, "{accept}");
    }
    for accept in ["", "*/*", "text/plain;version=0.0.4", "application/openmetrics-text;q=0, */*", ",;,="] {
        assert_eq!(Format::wanted(accept), Format::Text, "{accept}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn buckets_ascend_to_the_count(times in proptest::collection::vec(0..100_000_000_000_u64, 0..50)) {
        let mut snapshot = Snapshot::new(0);
        for (index, nanos) in times.iter().enumerate() {
            let half = if index % 2 == 0 { &mut snapshot.warm_up } else { &mut snapshot.statistics };
            half.observe(&hit(*nanos));
        }
        let mut figures = Figures::none(Phase::Sending);
        figures.take_in(&snapshot);
        let page = page(figures);
        let within: Vec<u64> = page
            .lines()
            .filter(|line| line.starts_with("trafficinator_service_time_seconds_bucket"))
            .filter(|line| line.contains("kind=\"event\""))
            .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
            .collect();
        prop_assert_eq!(within.len(), BOUNDS_US.len() + 1);
        prop_assert!(within.is_sorted(), "{:?}", within);
        prop_assert_eq!(within.last(), Some(&(times.len() as u64)));
    }
}

#[test]
fn only_addresses_that_others_reach_are_warned_about() {
    for address in ["127.0.0.1:9464", "127.8.9.1:1", "[::1]:9464"] {
        assert_eq!(warning(address.parse().unwrap()), None);
    }
    for address in ["0.0.0.0:9464", "192.0.2.7:9464", "[::]:9464", "[2001:db8::1]:9464"] {
        let warning = warning(address.parse().unwrap()).unwrap();
        assert!(warning.contains(address) && warning.contains("127.0.0.1:9464"), "{warning}");
    }
}

#[test]
fn an_address_that_is_not_ours_is_refused_with_a_cure() {
    // Of a network for documents.
    let said = bind("192.0.2.7:9464".parse().unwrap()).unwrap_err();
    assert!(said.starts_with("TRAFFICINATOR_LISTEN: 192.0.2.7:9464 "), "{said}");
    assert!(said.contains("give 127.0.0.1"), "{said}");
}

#[test]
fn who_is_slow_is_cut_off_and_others_are_answered() {
    let listener = bind(ANYWHERE.parse().unwrap()).unwrap();
    let address = listener.address;
    let limits = Limits { longest: Duration::from_millis(150), most: 2 };
    let serving = serve_within(listener, State::new(), limits).unwrap();
    let mut slow: Vec<TcpStream> = (0..6).map(|_| TcpStream::connect(address).unwrap()).collect();
    slow[0].write_all(b"GET /metrics HTTP/1.1\r\nHost: ").unwrap();
    // All places are taken until those are cut off.
    let mut quick = TcpStream::connect(address).unwrap();
    quick.write_all(b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
    let mut answer = String::new();
    quick.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("\"phase\":\"starting\""), "{answer}");
    for stream in &mut slow {
        assert!(matches!(stream.read(&mut [0; 1]), Ok(0) | Err(_)));
    }
    drop(serving);
    assert!(TcpStream::connect(address).is_err(), "it listens no more");
}
