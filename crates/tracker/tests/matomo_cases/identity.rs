//! Which hits belong to the same visitor, and to the same visit.

use serde_json::json;

use crate::case::{case, check, measured};
use crate::stand_in::{A, B, MINUTE, Matomo};

#[tokio::test]
async fn an_unknown_id_is_a_hint_and_whoever_looks_the_same_is_the_same_visitor() {
    let matomo = Matomo::start().await;
    for (at, id) in [(0, "1111111111111111"), (10, "2222222222222222"), (20, "3333333333333333")] {
        assert_eq!(matomo.hit(at, &format!("_id={id}")).await, 204);
    }
    let visit = matomo.only_visit().await;
    assert_eq!(visit["actions"], 3);
    assert_eq!(visit["visitorId"], "3333333333333333", "the latest hint overwrites");
}

#[tokio::test]
async fn hints_with_another_address_are_other_visitors() {
    let matomo = Matomo::start().await;
    for visitor in 1..=9 {
        for at in [0, 10, 20] {
            matomo.hit(at, &format!("_id={visitor:016x}&cip=198.51.100.{visitor}")).await;
        }
    }
    assert_eq!(matomo.actions().await, [3; 9]);
}

#[tokio::test]
async fn a_cid_matches_only_its_own_visitor() {
    let matomo = Matomo::start().await;
    for at in [0, 10, 20] {
        for visitor in 1..=30 {
            assert_eq!(matomo.hit(at, &format!("cid={visitor:016x}")).await, 204);
        }
    }
    assert_eq!(matomo.actions().await, [3; 30]);
}

#[tokio::test]
async fn a_user_swallows_the_anonymous_visit_that_looks_the_same() {
    let matomo = Matomo::start().await;
    matomo.hit(0, A).await;
    matomo.hit(10, &format!("uid=bob&{B}")).await;
    let visit = matomo.only_visit().await;
    assert_eq!((&visit["userId"], &visit["visitorId"]), (&json!("bob"), &json!("48181acd22b3edae")));
}

#[tokio::test]
async fn users_without_anonymous_neighbours_keep_apart() {
    let matomo = Matomo::start().await;
    for at in [0, 10] {
        for user in 1..=20 {
            matomo.hit(at, &format!("uid=user-{user}&{A}")).await;
        }
    }
    assert_eq!(matomo.actions().await, [2; 20]);
}

#[tokio::test]
async fn a_cid_of_another_length_is_refused_and_one_that_is_not_hexadecimal_is_nobody() {
    let matomo = Matomo::start().await;
    assert_eq!(matomo.hit(0, "cid=abc").await, 400);
    assert_eq!(matomo.hit(0, "cid=zzzzzzzzzzzzzzzz").await, 204);
    assert_eq!(matomo.hit(10, "cid=yyyyyyyyyyyyyyyy").await, 204);
    let visit = matomo.only_visit().await;
    assert_eq!((&visit["visitorId"], &visit["actions"]), (&json!("0000000000000000"), &json!(2)));
}

#[tokio::test]
async fn sites_do_not_share_visitors() {
    let matomo = Matomo::start().await;
    matomo.hit(0, A).await;
    matomo.hit(10, &format!("{A}&idsite=2")).await;
    assert_eq!((matomo.visits(1).await.len(), matomo.visits(2).await.len()), (1, 1));
    assert_eq!(matomo.hit(0, &format!("{A}&idsite=101")).await, 400);
}

#[tokio::test]
async fn new_visit_with_a_hint_counts_right_and_identifies_wrong() {
    let matomo = Matomo::start().await;
    for visitor in 1..=10 {
        matomo.hit(0, &format!("_id={visitor:016x}&new_visit=1")).await;
    }
    let visits = matomo.visits(1).await;
    assert_eq!(visits.len(), 10);
    let returning = visits.iter().filter(|visit| visit["visitorType"] == "returning").count();
    assert_eq!(returning, 9);
    assert!(visits.iter().all(|visit| visit["visitorId"] == "0000000000000001"));
}

#[tokio::test]
async fn guarantee_a_holds_every_planned_visit_arrives() {
    let matomo = Matomo::start().await;
    let mut hits = Vec::new();
    for (visit, start) in [(1, 0), (2, 10 * MINUTE)] {
        for action in 0..3 {
            for visitor in 1..=100 {
                let new = if visit == 2 && action == 0 { "&new_visit=1" } else { "" };
                let cip = format!("203.0.113.{visitor}");
                hits.push(matomo.query(start + action * 20, &format!("cid={visitor:016x}&cip={cip}{new}")));
            }
        }
    }
    let answer = matomo.bulk(&hits).await;
    assert_eq!(answer, json!({ "status": "success", "tracked": 600, "invalid": 0, "invalid_indices": [] }));
    assert_eq!(matomo.actions().await, [3; 200]);
    let returning = matomo.visits(1).await.iter().filter(|visit| visit["visitorType"] == "returning").count();
    assert_eq!(returning, 100);
}

/// Visitors who come one after the other, ten seconds apart, and do three things each, a minute apart.
fn crowd(visitors: u64, who: impl Fn(u64) -> String) -> Vec<(i64, String)> {
    queue(visitors, 10, who)
}

/// The same, so many seconds apart.
fn queue(visitors: u64, apart: i64, who: impl Fn(u64) -> String) -> Vec<(i64, String)> {
    let mut hits: Vec<(i64, u64)> = (1..=visitors)
        .flat_map(|visitor| (0..3).map(move |hit| (apart * visitor as i64 + 60 * hit, visitor)))
        .collect();
    hits.sort_unstable();
    hits.into_iter().map(|(at, visitor)| (at, who(visitor))).collect()
}

/// The visits a crowd makes: their number, and how many visitors and actions they have.
async fn recorded(hits: &[(i64, String)]) -> (usize, usize, Vec<u64>) {
    let matomo = Matomo::start().await;
    let hits: Vec<String> = hits.iter().map(|(at, extra)| matomo.query(*at, extra)).collect();
    assert_eq!(matomo.bulk(&hits).await["invalid"], 0);
    let visits = matomo.visits(1).await;
    let visitors: std::collections::BTreeSet<_> =
        visits.iter().filter_map(|visit| visit["visitorId"].as_str()).collect();
    (visits.len(), visitors.len(), matomo.actions().await)
}

/// One of 250 addresses: unique for a crowd of fewer.
fn address(visitor: u64) -> String {
    format!("203.0.{}.{}", 100 + visitor / 250, 1 + visitor % 250)
}

#[tokio::test]
async fn hints_need_an_address_each() {
    let unique =
        recorded(&crowd(200, |visitor| format!("_id={visitor:016x}&cip={}", address(visitor)))).await;
    assert_eq!((unique.0, unique.1, unique.2), (200, 200, vec![3; 200]));
    let shared =
        recorded(&crowd(200, |visitor| format!("_id={visitor:016x}&cip={}", address(visitor / 10)))).await;
    assert!((20..150).contains(&shared.0), "measured were half of the planned visits: {}", shared.0);
    let cid =
        recorded(&crowd(200, |visitor| format!("cid={visitor:016x}&cip={}", address(visitor / 10)))).await;
    assert_eq!(cid.2, [3; 200], "with a cid the address does not matter");
}

#[tokio::test]
async fn new_visit_on_the_first_hit_of_a_hint_is_not_sufficient() {
    let first = |hits: Vec<(i64, String)>| {
        let mut seen = std::collections::BTreeSet::new();
        let mark = |(at, who): (i64, String)| {
            let new = if seen.insert(who.clone()) { "&new_visit=1" } else { "" };
            (at, format!("{who}{new}"))
        };
        hits.into_iter().map(mark).collect::<Vec<_>>()
    };
    let (visits, visitors, actions) =
        recorded(&first(crowd(200, |visitor| format!("_id={visitor:016x}")))).await;
    assert_eq!(visits, 200);
    assert!(visitors < 200, "visitors taken for one another: {visitors}");
    assert!(actions.iter().any(|actions| *actions != 3), "hits in the wrong visit: {actions:?}");
    let mixed = |visitor: u64| match visitor % 4 {
        0 => format!("cid={visitor:016x}&uid=user-{visitor}"),
        _ => format!("cid={visitor:016x}"),
    };
    let (visits, _, actions) = recorded(&first(crowd(400, mixed))).await;
    assert!((400..=404).contains(&visits), "measured were 400 of 400: {visits}");
    assert!(actions.iter().any(|actions| *actions != 3), "{actions:?}");
}

#[tokio::test]
async fn users_swallow_anonymous_visits_unless_everybody_has_an_address() {
    let who = |visitor: u64| match visitor % 4 {
        0 => format!("cid={visitor:016x}&uid=user-{visitor}"),
        _ => format!("cid={visitor:016x}"),
    };
    // A swallowed visitor who goes on begins another visit, which hides the loss; one who has left does not.
    let overlapping = recorded(&crowd(400, who)).await.2;
    assert!(overlapping.iter().any(|actions| *actions != 3), "{overlapping:?}");
    let shared = recorded(&queue(100, 130, who)).await.0;
    assert!((75..97).contains(&shared), "measured were 385 and 389 of 400: {shared}");
    let unique = recorded(&crowd(400, |visitor| format!("{}&cip={}", who(visitor), address(visitor)))).await;
    assert_eq!((unique.0, unique.2), (400, vec![3; 400]));
    let all_users = recorded(&crowd(400, |visitor| format!("cid={visitor:016x}&uid=user-{visitor}"))).await;
    assert_eq!((all_users.0, all_users.2), (400, vec![3; 400]));
}

#[tokio::test]
async fn guarantee_b_holds_without_a_token() {
    let matomo = Matomo::start().await;
    let mut hits = Vec::new();
    for (start, new) in [(0, "&new_visit=1"), (600, "&new_visit=1")] {
        for action in 0..3 {
            for visitor in 1..=60 {
                let new = if action == 0 { new } else { "" };
                hits.push(format!(
                    "?idsite=1&rec=1&url=https://shop.example.com/&cid={visitor:016x}&cdt={}{new}&lang=fr&ua=Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
                    matomo.now - 7_200 + start + action * 20
                ));
            }
        }
    }
    let answer = matomo.post("/matomo.php", &json!({ "requests": hits }).to_string()).await.text();
    assert_eq!(answer, r#"{"status":"success","tracked":360,"invalid":0}"#);
    // Where the sender's midnight lies in between, there are more visits and none is wrong.
    let visits = matomo.visits(1).await;
    assert!(visits.len() >= 120, "{}", visits.len());
    assert_eq!(matomo.actions().await.iter().sum::<u64>(), 360);
    assert!(visits.iter().all(|visit| visit["browserCode"] == "FF" && visit["countryCode"] == "fr"));
}

#[tokio::test]
async fn a_user_is_known_by_its_name_and_nothing_else() {
    let long = "u".repeat(300);
    let cases = vec![
        case(
            "uid beats cid",
            &[(0, "cid=aaaaaaaaaaaaaaaa&uid=bob"), (10, "cid=bbbbbbbbbbbbbbbb&uid=bob")],
            &[2],
        )
        .fact("/0/visitorId", "48181acd22b3edae")
        .fact("/0/userId", "bob"),
        case(
            "anonymous, then a user who looks the same",
            &[(0, "cid=aaaaaaaaaaaaaaaa"), (10, "uid=bob&cid=bbbbbbbbbbbbbbbb")],
            &[2],
        )
        .fact("/0/visitorId", "48181acd22b3edae")
        .fact("/0/userId", "bob"),
        case("uid kept to 200 characters", &[(0, format!("uid={long}"))], &[1])
            .fact("/0/userId", &long[..200]),
        case("an _id of another length is none", &[(0, "_id=abc"), (10, "_id=abc")], &[2]),
        case("cid of another length", &[(0, "cid=abc")], &[]).refused(0),
        case(
            "cid that is not hexadecimal",
            &[(0, "cid=zzzzzzzzzzzzzzzz"), (10, "cid=yyyyyyyyyyyyyyyy")],
            &[2],
        )
        .fact("/0/visitorId", "0000000000000000"),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn the_same_system_browser_address_and_language_look_the_same() {
    let chrome = |version: &str| {
        format!(
            "ua=Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version} Safari/537.36"
        )
    };
    let hints = |version: &str, platform: &str| {
        format!(
            r#"&uadata={{"fullVersionList":[{{"brand":"Google Chrome","version":"{version}"}}],"mobile":false,"platform":"Windows","platformVersion":"{platform}"}}"#
        )
    };
    let chrome_142 = chrome("142.0.0.0");
    let windows_11 = format!("{chrome_142}{}", hints("142.0.7444.60", "15.0.0"));
    let windows_10 = format!("{chrome_142}{}", hints("142.0.7444.175", "10.0.0"));
    let same = |row, one: &str, other: &str| case(row, &[(0, one), (10, other)], &[2]);
    let different = |row, one: &str, other: &str| case(row, &[(0, one), (10, other)], &[1, 1]);
    let base = |more: &str| format!("{chrome_142}&{more}");
    let cases = vec![
        same("hints or none", &chrome_142, &windows_11),
        same("Windows 10 or 11, another build", &windows_11, &windows_10),
        same("another order of the same languages", &base("lang=en-US,en;q=0.9"), &base("lang=en-us,en")),
        same("another screen", &base("res=1920x1080"), &base("res=1366x768")),
        different("another version", &chrome_142, &chrome("141.0.0.0")),
        different("another browser", &chrome_142, &format!("{chrome_142} Edg/142.0.0.0")),
        different(
            "another system",
            &chrome_142,
            &chrome_142.replace("Windows NT 10.0; Win64; x64", "X11; Linux x86_64"),
        ),
        different("another address", &base("cip=203.0.113.1"), &base("cip=203.0.113.2")),
        different("another language", &base("lang=de"), &base("lang=fr")),
        different("another plugin", &base("pdf=1"), &base("pdf=0")),
        different("30 minutes later", &chrome_142, &chrome_142).at(1, 1_800),
        same("a second less than 30 minutes later", &chrome_142, &chrome_142).at(1, 1_799),
    ];
    check(measured(), cases).await;
}
