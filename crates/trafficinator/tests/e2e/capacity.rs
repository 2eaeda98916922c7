//! `capacity`: how much a target sustains, found by itself.

use std::sync::Mutex;
use std::time::Duration;

use crate::support::program::{SHORT, run, trafficinator};
use crate::support::server::{Server, status};
use crate::support::summary::{assert_true, count};

/// A server of four workers, each of which takes 10 ms for a hit, one after the other.
fn four_workers() -> Server {
    let free_at = Mutex::new([0_u64; 4]);
    Server::start(move |seen| {
        let mut free_at = free_at.lock().unwrap();
        let worker = free_at.iter_mut().min().unwrap();
        let done = seen.at.max(*worker) + 10_000_000;
        *worker = done;
        status(204).after(Duration::from_nanos(done - seen.at))
    })
}

#[test]
fn it_finds_what_a_server_of_four_workers_delivers_when_saturated() {
    let server = four_workers();
    let saturated = run(&server.url())
        .vars(&SHORT)
        .vars(&[
            ("TRAFFICINATOR_RATE", "max"),
            ("TRAFFICINATOR_DURATION", "5s"),
            ("PAUSE_BETWEEN_PVS_MAX", "0"),
        ])
        .finish()
        .expect(0)
        .json();
    let delivers = saturated["rate"]["hits_per_second"].as_f64().unwrap();
    assert!((300.0..=410.0).contains(&delivers), "{delivers}");

    let server = four_workers();
    let arguments = [
        "capacity",
        "--slo",
        "response.p95<500ms",
        "--slo",
        "errors<1%",
        "--from",
        "60/s",
        "--step",
        "4s",
        "--hold",
        "8s",
        "--summary-json",
        "-",
    ];
    let ended = trafficinator(arguments)
        .var("MATOMO_URL", &server.url())
        .var("TRAFFICINATOR_PROFILE", "classic")
        .vars(&SHORT)
        .vars(&[("PAUSE_BETWEEN_PVS_MIN", "0"), ("PAUSE_BETWEEN_PVS_MAX", "0")])
        .start()
        .finish_within(Duration::from_mins(4));
    let ended = ended.expect(0);
    let result = ended.json();
    assert_true(&result, &server);
    let capacity = &result["capacity"];
    let found = capacity["sustained"]["achieved_hits_per_second"].as_f64().unwrap();
    assert!((found / delivers - 1.0).abs() < 0.1, "{found} and {delivers}: {capacity:#}");
    assert_eq!(result["run"]["stopped_by"], "capacity");
    let sentence = capacity["sentence"].as_str().unwrap();
    assert!(
        sentence.starts_with("this Matomo sustains ") && sentence.contains(" visits a day); at "),
        "{sentence}"
    );
    assert!(ended.stderr.contains(sentence), "{}", ended.stderr);
    assert!(capacity["steps"].as_array().unwrap().len() >= 4, "{capacity:#}");
    assert!(
        count(&result, "visits.dropped") * 10 < count(&result, "visits.planned"),
        "{:#}",
        result["visits"]
    );
}

#[test]
fn what_sets_the_rate_itself_does_not_go_with_it() {
    let ended = trafficinator(["capacity", "--matomo-url", "http://127.0.0.1:9/", "--stages", "5/s@1m"])
        .args(["--max-total-visits", "7", "--slo", "response.p95<1"])
        .finish()
        .expect(2);
    for text in ["--stages", "--max-total-visits", "--slo", "a time needs a unit"] {
        assert!(ended.stderr.contains(text), "{text}: {}", ended.stderr);
    }
}
