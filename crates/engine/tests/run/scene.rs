//! What the tests have in common: a small scenario, a run of it, and what must hold after any run.

use std::sync::Arc;
use std::time::Duration;

use engine::clock::Clock;
use engine::observation::Failure;
use engine::recorder::{Counts, Snapshot};
use engine::route::Route;
use engine::run::{Options, Run};
use engine::target::{Secret, Target, Trust};
use engine::transport::Client;
use traffic::curve::{Nanos, SECOND};
use traffic::hit::Kind;
use traffic::ledger::Ledger;
use traffic::plan::{Plan, Tracking};
use traffic::profile::Profile;
use traffic::scenario::{Draft, Rate, Scenario, Share, Shares};
use traffic::site::Site;
use traffic::walk::Shard;
use url::Url;

use crate::server::Server;

const SITE: &str = "https://shop.example.org/    Home
https://shop.example.org/shoes/    Shoes
https://shop.example.org/shoes/boots    Shoes / Boots
https://shop.example.org/about    About
";

/// `visits` visits at `rate` a second: of one page view and a ping, without pauses.
pub(crate) fn short(rate: f64, visits: u64) -> Draft {
    let site = Site::parse(SITE).unwrap();
    let mut profile = Profile::built_in("classic").unwrap();
    profile.visitors.returning = 0.0;
    Draft {
        rate: Rate::PerSecond(rate),
        most_visits: Some(visits),
        pageviews: Some((1, 1)),
        pause: (0.0, 0.0),
        length: Some((6.0, 60.0)),
        shares: Shares::default(),
        ..Draft::new(profile, site)
    }
}

/// `visits` visits at `rate` a second: of one to three page views, often with everything else that happens on pages.
pub(crate) fn rich(rate: f64, visits: u64) -> Draft {
    let half = Share::new(0.5).unwrap();
    let shares = Shares {
        direct: half,
        search: half,
        outlink: half,
        download: half,
        click: half,
        event: half,
        order: half,
    };
    Draft { pageviews: Some((1, 3)), shares, ..short(rate, visits) }
}

pub(crate) fn plan(draft: Draft) -> Arc<Plan> {
    let tracking = Tracking { site: 7, authenticated: false, countries: false, tag_dimension: None };
    Arc::new(Plan::new(Scenario::new(draft).unwrap(), tracking, 42, "test"))
}

/// So many requests in flight, one worker, a long grace.
pub(crate) fn options(concurrency: usize) -> Options {
    Options { concurrency, workers: 1, until: None, grace: 30 * SECOND, shard: Shard::WHOLE, warm_up: 0 }
}

pub(crate) fn client(server: &Server) -> Client {
    client_with(server, Duration::from_secs(20), None)
}

pub(crate) fn client_with(server: &Server, timeout: Duration, token: Option<&str>) -> Client {
    let url = Url::parse(&format!("http://{}/matomo.php", server.address())).unwrap();
    let token = token.map(Secret::new);
    Client::new(Target::new(url, None, token, Trust::Roots, timeout)).unwrap()
}

pub(crate) fn start(plan: &Arc<Plan>, client: &Client, options: &Options, clock: Clock) -> Run {
    Run::start(&[Route::only(plan, client)], options, clock).unwrap()
}

/// The same on a way that is not the usual one.
pub(crate) fn follow(route: Route, options: &Options, clock: Clock) -> Snapshot {
    end(Run::start(&[route], options, clock).unwrap(), clock)
}

/// Carries a plan out to its end and checks what must always hold.
pub(crate) fn carry_out(plan: &Arc<Plan>, server: &Server, options: &Options, clock: Clock) -> Snapshot {
    end(start(plan, &client(server), options, clock), clock)
}

/// Waits for the end of a run and checks what must always hold.
pub(crate) fn end(run: Run, clock: Clock) -> Snapshot {
    wait_for(clock, 30, "the end of the run", || run.is_over());
    let snapshot = run.join().whole;
    check_identities(&snapshot);
    snapshot
}

/// Asks again and again until it is so.
pub(crate) fn wait_for(clock: Clock, seconds: u64, what: &str, mut so: impl FnMut() -> bool) {
    let deadline = clock.now() + seconds * SECOND;
    while !so() {
        assert!(clock.now() < deadline, "no {what} within {seconds} s");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What holds after any run, whatever the target did.
pub(crate) fn check_identities(snapshot: &Snapshot) {
    let Counts { visits, hits, errors, .. } = &snapshot.counts;
    assert_eq!(visits.planned, visits.started + visits.dropped, "{visits:?}");
    assert_eq!(visits.started, visits.completed + visits.incomplete, "{visits:?}");
    assert_eq!(hits.planned, hits.sent + hits.dropped, "{visits:?} {hits:?}");
    assert_eq!(hits.sent, hits.accepted + hits.rejected + hits.failed, "{hits:?}");
    assert_eq!(hits.by_kind.iter().sum::<u64>(), hits.sent, "{hits:?}");
    assert_eq!(errors.total(), hits.rejected + hits.failed, "{errors:?} {hits:?}");
    assert!(hits.late <= hits.sent, "{hits:?}");
    assert_eq!(snapshot.counts.planned.visits, visits.planned);
    let measured = hits.sent - errors.failure(Failure::Aborted);
    let (cold, warm) = (&snapshot.warm_up, &snapshot.statistics);
    let pairs = [
        (&cold.response, &warm.response),
        (&cold.service, &warm.service),
        (&cold.wait, &warm.wait),
        (&cold.lag, &warm.lag),
    ];
    for (cold, warm) in pairs {
        assert_eq!(cold.count() + warm.count(), measured, "{hits:?} {errors:?}");
    }
    check_windows(snapshot);
}

/// Every window accounts for the hits that were due in it, and together they are the run.
fn check_windows(snapshot: &Snapshot) {
    let mut sum = Counts::default();
    for (number, window) in snapshot.series.windows() {
        let hits = window.hits;
        let over = hits.accepted + hits.rejected + hits.failed + hits.dropped;
        assert_eq!(hits.planned, over, "window {number}: {hits:?}");
        let visits = window.visits;
        let over = visits.completed + visits.incomplete + visits.dropped;
        assert_eq!(visits.planned, over, "window {number}: {visits:?}");
        assert_eq!(window.errors.total(), hits.rejected + hits.failed, "window {number}");
        let measured = hits.accepted + hits.rejected + hits.failed - window.errors.failure(Failure::Aborted);
        for times in [&window.response, &window.service, &window.wait, &window.lag] {
            assert_eq!(times.unpack().count(), measured, "window {number}");
        }
        sum.visits += window.visits;
        sum.hits += hits;
        sum.errors += &window.errors;
    }
    let Counts { visits, hits, errors, .. } = &snapshot.counts;
    assert_eq!((sum.visits, &sum.errors), (*visits, errors));
    // What was not due when the run was cut off is dropped, and in no window.
    let never_due = hits.planned - sum.hits.planned;
    assert_eq!(sum.hits.dropped + never_due, hits.dropped);
    sum.hits.planned += never_due;
    sum.hits.dropped += never_due;
    assert_eq!(sum.hits, *hits);
    let by_kind: u64 = snapshot.statistics.by_kind.values().map(|latency| latency.response.count()).sum();
    assert_eq!(by_kind, snapshot.statistics.response.count());
}

/// What Matomo would have recorded of what arrived and was taken note of.
pub(crate) fn recorded(server: &Server) -> Ledger {
    let mut ledger = Ledger::default();
    for hits in server.by_cid().values() {
        let recorded = || hits.iter().filter(|hit| hit.recorded);
        // A lonely ping is recorded nowhere.
        ledger.visits += u64::from(recorded().any(|hit| hit.parameter("ping").is_none()));
        for hit in recorded() {
            let kind = hit.kind();
            ledger.actions += u64::from(kind.is_action());
            match kind {
                Kind::Pageview => ledger.pageviews += 1,
                Kind::Event => ledger.events += 1,
                Kind::Search => ledger.searches += 1,
                Kind::Outlink => ledger.outlinks += 1,
                Kind::Download => ledger.downloads += 1,
                Kind::Order => {
                    let revenue = hit.parameter("revenue").unwrap().replace('.', "");
                    ledger.orders += 1;
                    ledger.revenue.0 += revenue.parse::<u64>().unwrap();
                }
                Kind::Ping => {}
                other => panic!("{other:?} is not in the plan"),
            }
        }
    }
    ledger
}

/// Names and values of what a ledger counts.
pub(crate) fn columns(ledger: &Ledger) -> [(&'static str, u64); 9] {
    [
        ("visits", ledger.visits),
        ("actions", ledger.actions),
        ("pageviews", ledger.pageviews),
        ("events", ledger.events),
        ("searches", ledger.searches),
        ("outlinks", ledger.outlinks),
        ("downloads", ledger.downloads),
        ("orders", ledger.orders),
        ("revenue", ledger.revenue.0),
    ]
}

/// What was recorded lies between what was acknowledged and that plus what is uncertain.
pub(crate) fn check_ledger(snapshot: &Snapshot, server: &Server) {
    let recorded = recorded(server);
    let bounds = columns(&snapshot.counts.acknowledged).into_iter().zip(columns(&snapshot.counts.uncertain));
    for (((name, least), (_, uncertain)), (_, is)) in bounds.zip(columns(&recorded)) {
        let most = least + uncertain;
        assert!((least..=most).contains(&is), "{name}: {is} recorded, between {least} and {most} announced");
    }
}

/// The most requests that the server had before it at once.
pub(crate) fn most_at_once(server: &Server) -> i32 {
    let mut changes: Vec<(Nanos, i32)> = server
        .requests()
        .iter()
        .flat_map(|request| [(request.at, 1), (request.over.expect("an answer"), -1)])
        .collect();
    changes.sort_unstable();
    changes
        .iter()
        .scan(0, |open, (_, change)| {
            *open += change;
            Some(*open)
        })
        .max()
        .unwrap_or(0)
}
