//! Numbers that one can trust: what is measured from where to where, and what is left out.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::support::program::{SHORT, run};
use crate::support::server::{Server, status};
use crate::support::summary::{assert_true, count};

#[test]
fn a_stall_of_the_target_shows_in_response_times_although_only_one_hit_was_slow() {
    let has_stalled = AtomicBool::new(false);
    let server = Server::start(move |seen| match seen.hit {
        Some(400..) if !has_stalled.swap(true, Ordering::Relaxed) => {
            status(204).after(Duration::from_secs(5))
        }
        _ => status(204),
    });
    // Two hits a visit: 20 hits/s over one connection, for a minute.
    let running = run(&server.url()).vars(&SHORT).vars(&[
        ("TRAFFICINATOR_RATE", "10/s"),
        ("TRAFFICINATOR_DURATION", "60s"),
        ("PAUSE_BETWEEN_PVS_MAX", "0"),
        ("CONCURRENCY", "1"),
    ]);
    let ended = running.start().finish_within(Duration::from_secs(100)).expect(0);
    let summary = ended.json();
    assert_true(&summary, &server);
    assert!((1_190..=1_200).contains(&count(&summary, "hits.sent")), "{:#}", summary["hits"]);
    let ms = |name: &str, quantile: &str| summary[name][quantile].as_f64().unwrap();
    assert!(ms("response_ms", "p95") > 1_000.0, "{:#}", summary["response_ms"]);
    assert!(ms("service_ms", "p99") < 500.0, "{:#}", summary["service_ms"]);
    assert!(ms("service_ms", "max") >= 5_000.0, "{:#}", summary["service_ms"]);
    assert!(ms("wait_ms", "p95") > 1_000.0, "it was the target's doing: {:#}", summary["wait_ms"]);
    // Every second accounts for what was due in it.
    let windows = summary["series"]["windows"].as_array().unwrap();
    assert!((60..=62).contains(&windows.len()), "{}", windows.len());
    let sum = |path: &str| windows.iter().map(|window| count(window, path)).sum::<u64>();
    for name in ["planned", "sent", "accepted", "rejected", "failed", "late", "dropped"] {
        assert_eq!(sum(&format!("hits.{name}")), count(&summary, &format!("hits.{name}")), "{name}");
    }
    assert!(windows.iter().all(|window| count(window, "hits.planned") == count(window, "hits.accepted")));
}

#[test]
fn the_warm_up_is_sent_and_recorded_and_left_out_of_the_statistics() {
    let server = Server::start(|seen| match seen.hit {
        Some(0..40) => status(204).after(Duration::from_millis(400)),
        _ => status(204),
    });
    let summary = run(&server.url())
        .vars(&SHORT)
        .vars(&[
            ("TRAFFICINATOR_RATE", "20/s"),
            ("MAX_TOTAL_VISITS", "80"),
            ("TRAFFICINATOR_WARM_UP", "2s"),
            ("PAUSE_BETWEEN_PVS_MAX", "0"),
        ])
        .finish()
        .expect(0)
        .json();
    assert_true(&summary, &server);
    assert_eq!((count(&summary, "visits.completed"), count(&summary, "hits.accepted")), (80, 160));
    assert_eq!(
        (count(&summary, "measured.visits.planned"), count(&summary, "measured.hits.accepted")),
        (40, 80)
    );
    assert_eq!(summary["measured"]["warm_up_seconds"], 2.0);
    assert!(summary["service_ms"]["p99"].as_f64().unwrap() < 300.0, "{:#}", summary["service_ms"]);
    let rate = summary["rate"]["visits_per_second"].as_f64().unwrap();
    assert!((18.0..25.0).contains(&rate), "{rate}");
    let by_kind: u64 = summary["histograms"]["by_kind"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part: &Value| part["count"].as_u64().unwrap())
        .sum();
    assert_eq!(by_kind, 80);
}

#[cfg(target_os = "linux")]
#[test]
fn a_generator_that_is_held_up_calls_its_own_run_void() {
    let server = Server::obliging();
    let running = run(&server.url())
        .vars(&SHORT)
        .vars(&[("TRAFFICINATOR_RATE", "50/s"), ("MAX_TOTAL_VISITS", "200"), ("PAUSE_BETWEEN_PVS_MAX", "0")])
        .start();
    server.await_hits(100);
    running.signal("STOP");
    let stopped = server.now();
    while server.now() < stopped + 1_000_000_000 {
        std::thread::sleep(Duration::from_millis(10));
    }
    running.signal("CONT");
    let ended = running.finish().expect(98);
    let summary = ended.json();
    assert_true(&summary, &server);
    assert_eq!(summary["verdict"]["outcome"], "void");
    let sentence = summary["verdict"]["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("void: the generator was the bottleneck: "), "{sentence}");
    assert!(summary["lag_ms"]["p99"].as_f64().unwrap() > 500.0, "{:#}", summary["lag_ms"]);
    assert!(summary["verdict"]["void"].as_array().unwrap().len() > 1, "what to do: {:#}", summary["verdict"]);
    assert_eq!(summary["verdict"]["delivery"], "ok: all 200 visits were sent, every hit accepted");
}
