//! When visits arrive.

use crate::support::program::run;
use crate::support::server::{Seen, Server, status};

/// So many gaps lie within 100 ± 20 ms at ten visits a second.
const SHARE: f64 = 0.95;

#[test]
fn visits_come_evenly() {
    // A machine that does something else may spoil an attempt, not three.
    let mut shares = Vec::new();
    for _ in 0..3 {
        let server = Server::obliging();
        run(&server.url()).args(["--rate", "10/s", "--max-total-visits", "41"]).finish().expect(0);
        let gaps = gaps_ms(&server.hits());
        assert_eq!(gaps.len(), 40);
        let even = gaps.iter().filter(|gap| (80.0..=120.0).contains(*gap)).count();
        shares.push(even as f64 / gaps.len() as f64);
        let whole: f64 = gaps.iter().sum();
        assert!((3_500.0..4_500.0).contains(&whole), "{whole} ms for 40 gaps");
        if shares.last() >= Some(&SHARE) {
            return;
        }
    }
    panic!("shares of even gaps: {shares:?}");
}

#[test]
fn poisson_visits_come_unevenly() {
    let server = Server::obliging();
    let args = ["--rate", "50/s", "--arrivals", "poisson", "--max-total-visits", "120", "--seed", "3"];
    run(&server.url()).args(args).finish().expect(0);
    let gaps = gaps_ms(&server.hits());
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let short = gaps.iter().filter(|gap| **gap < mean / 2.0).count() as f64 / gaps.len() as f64;
    // Of exponential gaps 39 % are shorter than half the mean; of even ones none.
    assert!((0.2..0.6).contains(&short), "{short} of the gaps are short");
}

#[test]
fn a_target_that_stalls_gets_no_fewer_visits() {
    let server = Server::start(|seen| match seen.hit {
        Some(20..30) => status(204).after(std::time::Duration::from_millis(600)),
        _ => status(204),
    });
    run(&server.url()).args(["--rate", "50/s", "--max-total-visits", "100"]).finish().expect(0);
    let starts = starts(&server.hits());
    // An open model: visits begin when they are due, whatever becomes of the others.
    let took = (starts.last().unwrap() - starts[0]) as f64 / 1e9;
    assert!((1.7..2.6).contains(&took), "99 gaps of 20 ms took {took} s");
}

fn starts(hits: &[Seen]) -> Vec<u64> {
    let mut starts: Vec<u64> =
        hits.iter().filter(|hit| hit.get("new_visit") == "1").map(|hit| hit.at).collect();
    starts.sort_unstable();
    starts
}

fn gaps_ms(hits: &[Seen]) -> Vec<f64> {
    starts(hits).windows(2).map(|pair| (pair[1] - pair[0]) as f64 / 1e6).collect()
}
