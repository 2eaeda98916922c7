//! Pauses, midnight, pings, duration, and sources that change in mid-visit.

use serde_json::{Value, json};
use tracker::Options;

use crate::case::{case, check, measured};
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

#[tokio::test]
async fn new_visit_begins_one_and_later_hits_follow_the_newest() {
    let mut cases = Vec::new();
    for minutes in [10, 29, 30, 31] {
        let at = minutes * MINUTE;
        let hits = [(0, A.to_owned()), (at, format!("{A}&new_visit=1")), (at + 10, A.to_owned())];
        cases.push(case("new_visit=1", &hits, &[1, 2]).fact("/1/visitCount", 2));
    }
    check(measured(), cases).await;
}

#[tokio::test]
async fn pings_extend_the_time_of_a_visit_and_nothing_else() {
    let ping = format!("{A}&ping=1");
    let a = A.to_owned();
    let cases = vec![
        case("a ping 15 seconds after a page view", &[(0, a.clone()), (15, ping.clone())], &[1])
            .fact("/0/visitDuration", 14)
            .fact("/0/interactions", 1),
        case("a ping alone", &[(0, ping.clone())], &[]),
        case("a ping after 30 minutes", &[(0, a.clone()), (1_800, ping.clone())], &[1])
            .fact("/0/visitDuration", 0),
        case("no bridge", &[(0, a.clone()), (1_700, ping.clone()), (1_900, a.clone())], &[1, 1]),
        case("a ping of another visitor", &[(0, a.clone()), (15, format!("{B}&ping=1"))], &[1])
            .fact("/0/visitDuration", 0),
        case("a page view after pings", &[(0, a.clone()), (15, ping.clone()), (30, ping), (60, a)], &[2])
            .fact("/0/visitDuration", 61),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn a_last_hit_that_converts_makes_a_visit_longer() {
    let last = |row, more: &str, duration: i64, actions: &[u64]| {
        case(row, &[(0, A.to_owned()), (120, format!("{A}{more}"))], actions)
            .fact("/0/visitDuration", duration)
    };
    let cases = vec![
        last("a page view", "", 121, &[2]),
        last("goal 1 by hand: + 3", "&idgoal=1", 124, &[1]),
        last("goal 2 by hand: + 4", "&idgoal=2", 125, &[1]),
        last("an order: + 2", "&idgoal=0&ec_id=O1&revenue=1", 123, &[1]),
        last("goal 2 by address: + 1", "&url=https://shop.example.com/thank-you", 122, &[2]),
        last("goal 3 by event: + 1", "&e_c=Video&e_a=play", 122, &[2]),
        last("a cart: + 0", "&idgoal=0&revenue=1", 121, &[1]),
        case("one action", &[(0, A)], &[1]).fact("/0/visitDuration", 0),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn campaigns_in_mid_visit_split_it_or_are_taken_on() {
    let page = |campaign: &str| format!("{A}&url=https://shop.example.com/?mtm_campaign={campaign}");
    let a = A.to_owned();
    let google = format!("{A}&urlref=https://www.google.com/");
    let own = format!("{A}&urlref=https://shop.example.com/cart");
    let blog = format!("{A}&urlref=https://blog.example.org/");
    let cases = vec![
        case("direct, then a campaign", &[(0, a.clone()), (10, page("x"))], &[2])
            .fact("/0/referrerType", "campaign")
            .fact("/0/referrerName", "x"),
        case("another campaign", &[(0, page("x")), (10, page("y"))], &[1, 1]),
        case("the same campaign again", &[(0, page("x")), (10, page("X"))], &[2]),
        case("a campaign, then nothing", &[(0, page("x")), (10, a.clone())], &[2])
            .fact("/0/referrerName", "x"),
        case(
            "as a parameter of the tracker",
            &[(0, page("x")), (10, format!("{A}&utm_source=news"))],
            &[1, 1],
        )
        .fact("/1/referrerName", "news"),
        case("direct, then a referrer", &[(0, a.clone()), (10, google.clone())], &[2])
            .fact("/0/referrerType", "search"),
        case("a referrer, then another", &[(0, google.clone()), (10, blog)], &[2])
            .fact("/0/referrerName", "Google"),
        case("a referrer, then the own domain", &[(0, google), (10, own.clone())], &[2])
            .fact("/0/referrerName", "Google"),
        case("direct, then the own domain", &[(0, a), (10, own)], &[2]).fact("/0/referrerType", "direct"),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn what_came_before_is_told_of_every_visit() {
    const DAY: i64 = 86_400;
    let order = format!("{A}&idgoal=0&ec_id=O1&revenue=5");
    let a = A.to_owned();
    let cases = vec![
        case("three days apart", &[(-3 * DAY, A), (0, A)], &[1, 1])
            .fact("/0/visitorType", "new")
            .fact("/1/visitorType", "returning")
            .fact("/1/visitCount", 2)
            .fact("/1/secondsSinceFirstVisit", 259_200)
            .fact("/1/secondsSinceLastVisit", 259_200)
            .fact("/1/secondsSinceLastEcommerceOrder", json!(null)),
        case("the newer one was sent first", &[(0, A), (-3 * DAY, A)], &[1, 1])
            .fact("/0/visitorType", "new")
            .fact("/0/visitCount", 1)
            .fact("/1/visitorType", "new")
            .fact("/1/visitCount", 1),
        case("a third visit", &[(-3 * DAY, A), (-2 * DAY, A), (0, A)], &[1, 1, 1])
            .fact("/2/visitCount", 3)
            .fact("/2/secondsSinceFirstVisit", 3 * DAY)
            .fact("/2/secondsSinceLastVisit", 2 * DAY),
        case(
            "after an order",
            &[(-2 * DAY, a.clone()), (-2 * DAY + 60, order), (-DAY, a.clone()), (0, a)],
            &[1, 1, 1],
        )
        .fact("/0/secondsSinceLastEcommerceOrder", 0)
        .fact("/1/visitorType", "returningCustomer")
        .fact("/1/secondsSinceLastEcommerceOrder", DAY)
        .fact("/2/visitorType", "returningCustomer")
        .fact("/2/secondsSinceLastEcommerceOrder", 2 * DAY),
    ];
    check(measured(), cases).await;
}
