//! Run ids: what tells two runs apart, and generated visits from real ones.

use crate::support::ledger::Ledger;
use crate::support::program::run;
use crate::support::server::Server;
use crate::support::stand_in::StandIn;

#[test]
fn a_tag_dimension_carries_the_run_id_on_every_hit() {
    let server = Server::obliging();
    let args = ["--rate", "100/s", "--max-total-visits", "10", "--tag-dimension", "3", "--run-id", "nightly"];
    let ended = run(&server.url()).args(args).finish().expect(0);
    assert!(server.hits().iter().all(|hit| hit.get("dimension3") == "nightly"));
    assert!(ended.stderr.contains("dimension 3"), "{}", ended.stderr);
    assert_eq!(ended.json()["run"]["id"], "nightly");
}

#[test]
fn a_run_id_that_is_drawn_is_the_one_of_the_summary() {
    let server = Server::obliging();
    let args = ["--rate", "100/s", "--max-total-visits", "3", "--tag-dimension", "1"];
    let summary = run(&server.url()).args(args).finish().expect(0).json();
    assert!(server.hits().iter().all(|hit| hit.get("dimension1") == summary["run"]["id"]));
}

#[test]
fn two_runs_of_one_seed_never_collide() {
    let stand_in = StandIn::start(&[]);
    let send = || {
        let args = ["--rate", "150/s", "--max-total-visits", "100", "--seed", "5"];
        let summary =
            run(&stand_in.url()).args(args).var("ECOMMERCE_PROBABILITY", "0.5").finish().expect(0).json();
        Ledger::of_summary(&summary, "acknowledged")
    };
    let first = send();
    assert_eq!(first.visits, 100);
    assert!(first.orders > 20);
    let second = send();
    assert_eq!(first, second, "one seed plans one sum");
    let twice: Vec<i64> = first.counts().map(|(_, count)| 2 * count).into();
    assert_eq!(stand_in.recorded().counts().map(|(_, count)| count).to_vec(), twice);
}

#[test]
fn one_run_id_twice_is_refused_order_by_order() {
    let stand_in = StandIn::start(&[]);
    let send = || {
        let args = ["--rate", "150/s", "--max-total-visits", "40", "--seed", "5", "--run-id", "same"];
        run(&stand_in.url()).args(args).var("ECOMMERCE_PROBABILITY", "1").finish().expect(0).json()
    };
    send();
    let again = send();
    assert_eq!(again["errors"]["http_400"], 40, "{again:#}");
    assert_eq!(stand_in.recorded().orders, 40);
}
