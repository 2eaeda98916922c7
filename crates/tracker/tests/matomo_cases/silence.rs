//! What is answered well and recorded nowhere, or elsewhere, or otherwise.

use serde_json::Value;
use tracker::{Exclusions, Options, UnknownUrls};

use crate::case::{case, check, measured};
use crate::stand_in::{A, Matomo};

#[tokio::test]
async fn bots_spam_and_the_like_are_answered_well_and_not_recorded() {
    let matomo = Matomo::start().await;
    for extra in [
        "rec=0",
        "rec=",
        "ua=Googlebot/2.1",
        "ua=Mozilla/5.0+(compatible;+GPTBot/1.2)",
        "cip=66.249.80.5",
        "cip=157.55.39.1",
        "urlref=https://semalt.com/",
        "urlref=http://buttons-for-website.com/x",
        "ping=1",
    ] {
        assert_eq!(matomo.hit(0, &format!("{A}&{extra}")).await, 204, "{extra}");
    }
    let query = matomo.query(0, A);
    for header in [("X-Purpose", "preview"), ("X-Moz", "prefetch"), ("User-Agent", "Googlebot/2.1")] {
        assert_eq!(matomo.send("GET", "/matomo.php", &query, &[header], b"").await.status, 204, "{header:?}");
    }
    assert!(matomo.visits(1).await.is_empty());
    assert_eq!(matomo.hit(0, &format!("{A}&ua=Googlebot/2.1&bots=1")).await, 204);
    let headers = [("User-Agent", "Googlebot/2.1"), ("DNT", "1")];
    let query = matomo.query(10, &format!("{A}&ua=Firefox"));
    matomo.send("GET", "/matomo.php", &query, &headers, b"").await;
    assert_eq!(matomo.actions().await, [2], "bots=1, and a bot that says to be somebody else");
}

#[tokio::test]
async fn every_known_network_of_a_search_engine_is_dropped() {
    let mut cases = Vec::new();
    for ip in [
        "66.249.80.5",
        "157.55.39.1",
        "157.57.0.1",
        "65.52.0.1",
        "64.233.160.1",
        "74.125.0.1",
        "173.194.0.1",
        "209.85.128.1",
        "216.239.32.1",
        "72.14.192.1",
        "66.102.0.1",
        "64.4.0.1",
        "207.46.0.1",
    ] {
        cases.push(case("a machine of a search engine", &[(0, format!("{A}&cip={ip}"))], &[]));
        cases.push(case("with bots=1", &[(0, format!("{A}&cip={ip}&bots=1"))], &[1]));
    }
    cases.push(case("next to one", &[(0, format!("{A}&cip=66.249.96.1"))], &[1]));
    check(measured(), cases).await;
}

#[tokio::test]
async fn every_silent_row_is_silent() {
    let drop = |row, more: &str| case(row, &[(0, format!("{A}&{more}"))], &[]);
    let kept = |row, more: &str| case(row, &[(0, format!("{A}&{more}"))], &[1]);
    let goal = format!("{A}&idgoal=1");
    let long = format!("{A}&idgoal=0&ec_id={}&revenue=1", "X".repeat(130));
    let cases = vec![
        drop("rec=0", "rec=0"),
        drop("rec=2", "rec=2"),
        drop("no rec", "rec="),
        drop("a bot", "ua=Mozilla/5.0 (compatible; bingbot/2.0)"),
        drop("spam", "urlref=https://semalt.com/"),
        drop("a ping alone", "ping=1"),
        case("a late ping", &[(0, A.to_owned()), (1_801, format!("{A}&ping=1"))], &[1]),
        case("a second goal", &[(0, goal.clone()), (10, goal)], &[0]).fact("/0/goalConversions", 1),
        case("a long order id after a cart", &[(0, format!("{A}&idgoal=0&revenue=1")), (10, long)], &[0])
            .absent("/0/actionDetails/1"),
        kept("half an event", "e_c=Video").fact("/0/actionDetails/0/type", "action"),
        kept("a cid that is not hexadecimal", "cid=zzzzzzzzzzzzzzzz")
            .fact("/0/visitorId", "0000000000000000"),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn a_prefetch_is_no_visit_and_a_wish_not_to_be_tracked_is_one() {
    let matomo = Matomo::start().await;
    let query = matomo.query(0, A);
    for header in [("X-Purpose", "preview"), ("X-Moz", "prefetch")] {
        assert_eq!(matomo.send("GET", "/matomo.php", &query, &[header], b"").await.status, 204);
    }
    assert!(matomo.visits(1).await.is_empty());
    matomo.send("GET", "/matomo.php", &query, &[("DNT", "1")], b"").await;
    assert_eq!(matomo.actions().await, [1]);
}

#[tokio::test]
async fn what_a_site_is_set_up_to_drop_is_dropped() {
    let list = |one: &str| vec![one.to_owned()];
    let exclusions = Exclusions {
        ips: vec!["203.0.113.9".to_owned(), "198.51.100.*".to_owned()],
        user_agents: list("BadAgent"),
        query_parameters: list("secret"),
        referrers: list("ref.example.net"),
        unknown_urls: UnknownUrls::Dropped,
    };
    let site_url = Some("https://shop.example.com".to_owned());
    let options = Options { exclusions, site_url, ..measured() };
    let sent = |row, more: &str, actions: &[u64]| case(row, &[(0, format!("{A}&{more}"))], actions);
    let cases = vec![
        sent("an address", "cip=203.0.113.9", &[]),
        sent("a network", "cip=198.51.100.77", &[]),
        sent("a user agent", "ua=xx badagent 1", &[]),
        sent("a page elsewhere", "url=https://other.example.org/", &[]),
        sent("no page", "url=&e_c=a&e_a=b", &[]),
        sent("www.", "url=https://www.shop.example.com/", &[1]),
        sent("a query parameter", "url=https://shop.example.com/?secret=1%26x=2", &[1])
            .fact("/0/actionDetails/0/url", "https://shop.example.com/?x=2"),
        sent("a referrer", "urlref=https://ref.example.net/x", &[1])
            .fact("/0/referrerType", "direct")
            .fact("/0/referrerName", Value::Null),
        sent("another referrer", "urlref=https://blog.example.net/x", &[1])
            .fact("/0/referrerType", "website"),
    ];
    check(options, cases).await;
}
