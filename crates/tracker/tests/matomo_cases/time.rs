//! Pauses, midnight, pings, duration, and sources that change in mid-visit.

use serde_json::{Value, json};
use tracker::Options;

use crate::stand_in::{A, B, MINUTE, Matomo, TOKEN};

#[tokio::test]
async fn a_pause_of_thirty_minutes_to_the_second_begins_a_new_visit() {
    let matomo = Matomo::start().await;
    for (visitor, pause) in [(1, 10 * MINUTE), (2, 29 * MINUTE), (3, 1799), (4, 1800), (5, 31 * MINUTE)] {
        matomo.hit(0, &format!("cid={visitor:016x}")).await;
        matomo.hit(pause, &format!("cid={visitor:016x}")).await;
    }
    assert_eq!(matomo.actions().await, [2, 2, 2, 1, 1, 1, 1]);
}

#[tokio::test]
async fn a_late_hit_goes_to_the_newest_visit() {
    let matomo = Matomo::start().await;
    for (at, extra) in [(0, ""), (100, ""), (200, "&new_visit=1"), (300, ""), (150, "")] {
        matomo.hit(at, &format!("{A}{extra}")).await;
    }
    assert_eq!(matomo.actions().await, [2, 3]);
}

#[tokio::test]
async fn a_visitor_returns_if_the_older_visit_was_sent_first() {
    let matomo = Matomo::start().await;
    let days = 86_400;
    for (at, visitor) in [(-3 * days, A), (0, A), (0, B), (-3 * days, B)] {
        matomo.hit(at, visitor).await;
    }
    let of = |visit: &Value| {
        (visit["visitorType"].clone(), visit["visitCount"].clone(), visit["secondsSinceFirstVisit"].clone())
    };
    let visits = matomo.visits(1).await;
    let new = (json!("new"), json!(1), json!(0));
    assert_eq!(of(&visits[0]), new);
    assert_eq!(of(&visits[1]), (json!("returning"), json!(2), json!(259_200)));
    assert_eq!((of(&visits[2]), of(&visits[3])), (new.clone(), new));
}

#[tokio::test]
async fn midnight_of_the_site_splits_a_visit() {
    let midnight = 12 * 3600;
    for (zone, midnight) in [("UTC", midnight), ("Etc/GMT-5", midnight - 5 * 3600)] {
        let time_zone = jiff::tz::TimeZone::get(zone).expect("bundled");
        let matomo =
            Matomo::with(Options { token: Some(TOKEN.to_owned()), time_zone, ..Options::default() }).await;
        // A day earlier, so that nothing lies in the future.
        for at in [-5 * MINUTE, 5 * MINUTE, 10 * MINUTE] {
            matomo.hit(midnight - 86_400 + at, A).await;
        }
        assert_eq!(matomo.actions().await, [1, 2], "{zone}");
    }
}

#[tokio::test]
async fn a_ping_stretches_a_visit_and_neither_opens_nor_bridges_one() {
    let matomo = Matomo::start().await;
    assert_eq!(matomo.hit(0, &format!("{B}&ping=1")).await, 204);
    assert!(matomo.visits(1).await.is_empty(), "a lonely ping");
    matomo.hit(0, A).await;
    matomo.hit(15, &format!("{A}&ping=1")).await;
    let visit = matomo.only_visit().await;
    assert_eq!((&visit["actions"], &visit["visitDuration"]), (&json!(1), &json!(14)));
    matomo.hit(1700, &format!("{A}&ping=1")).await;
    matomo.hit(1900, A).await;
    assert_eq!(matomo.actions().await, [1, 1]);
}

#[tokio::test]
async fn a_visit_lasts_a_second_more_than_from_first_to_last_and_longer_if_the_last_converts() {
    let matomo = Matomo::start().await;
    for (visitor, last) in
        [(1, ""), (2, "&idgoal=1"), (3, "&idgoal=0&ec_id=o1&revenue=1"), (4, "&idgoal=0&revenue=1")]
    {
        matomo.hit(0, &format!("cid={visitor:016x}")).await;
        matomo.hit(120, &format!("cid={visitor:016x}{last}")).await;
    }
    matomo.hit(0, A).await;
    let durations: Vec<Value> =
        matomo.visits(1).await.iter().map(|visit| visit["visitDuration"].clone()).collect();
    assert_eq!(durations, [121, 124, 123, 121, 0].map(Value::from));
}

#[tokio::test]
async fn another_campaign_begins_a_new_visit_and_a_direct_one_takes_it_on() {
    let matomo = Matomo::start().await;
    let page = |campaign| format!("{A}&url=https%3A%2F%2Fshop.example.com%2F%3Fmtm_campaign%3D{campaign}");
    matomo.hit(0, A).await;
    for (at, campaign) in [(10, "X"), (20, "X"), (30, "Y")] {
        matomo.hit(at, &page(campaign)).await;
    }
    matomo.hit(40, A).await;
    let visits = matomo.visits(1).await;
    assert_eq!(matomo.actions().await, [3, 2]);
    assert_eq!((&visits[0]["referrerType"], &visits[0]["referrerName"]), (&json!("campaign"), &json!("x")));
    assert_eq!(visits[1]["referrerName"], "y");
}

#[tokio::test]
async fn campaign_parameters_of_the_tracker_count_too() {
    let matomo = Matomo::start().await;
    matomo.hit(0, &format!("{A}&mtm_campaign=x")).await;
    matomo.hit(10, &format!("{A}&utm_source=news")).await;
    assert_eq!(matomo.actions().await, [1, 1]);
}

#[tokio::test]
async fn a_referrer_in_mid_visit_only_changes_a_direct_one() {
    let matomo = Matomo::start().await;
    let google = "urlref=https%3A%2F%2Fwww.google.com%2Fsearch%3Fq%3Dred%2Bshoes";
    matomo.hit(0, A).await;
    matomo.hit(10, &format!("{A}&{google}")).await;
    matomo.hit(20, &format!("{A}&urlref=https%3A%2F%2Fblog.example.org%2F")).await;
    let visit = matomo.only_visit().await;
    assert_eq!(
        [&visit["referrerType"], &visit["referrerName"], &visit["referrerKeyword"]],
        ["search", "Google", "red shoes"]
    );
}
