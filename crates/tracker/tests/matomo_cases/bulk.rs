//! Bulk requests: how they are counted, what spoils one hit, and what spoils all.

use serde_json::{Value, json};
use tracker::{Options, Role, User};

use crate::case::measured;
use crate::stand_in::{A, B, Matomo, TOKEN};

#[tokio::test]
async fn one_invalid_hit_spoils_only_itself() {
    let matomo = Matomo::start().await;
    let hits = [
        A,
        &format!("{B}&idsite=999"),
        "cid=abc",
        &format!("{B}&idgoal=99"),
        &format!("{A}&idgoal=0&ec_id=o1&revenue=1"),
        &format!("{A}&idgoal=0&ec_id=o1&revenue=1"),
        &format!("{B}&rec=0"),
        A,
    ]
    .iter()
    .enumerate()
    .map(|(at, extra)| matomo.query(at as i64, extra))
    .collect::<Vec<_>>();
    let answer = matomo.bulk(&hits).await;
    assert_eq!(
        answer,
        json!({ "status": "success", "tracked": 4, "invalid": 4, "invalid_indices": [1, 2, 3, 5] })
    );
    assert_eq!(matomo.actions().await, [2]);
}

#[tokio::test]
async fn hits_of_a_bulk_come_in_many_shapes() {
    let matomo = Matomo::start().await;
    let body = json!({ "requests": [
        format!("http://x/matomo.php?{}", matomo.query(0, A)),
        matomo.query(10, A),
        "",
        { "idsite": 1, "rec": 1, "cid": "aaaaaaaaaaaaaaaa", "cdt": matomo.noon + 20, "url": "https://shop.example.com/" },
        "?idsite=1&rec=1&cid=bbbbbbbbbbbbbbbb&url=https://shop.example.com/#frag&action_name=lost",
    ], "token_auth": TOKEN });
    let answer = matomo.post("/matomo.php", &body.to_string()).await;
    assert_eq!(answer.text(), r#"{"status":"success","tracked":3,"invalid":0,"invalid_indices":[]}"#);
    assert_eq!(matomo.actions().await, [2, 1]);
    let visits = matomo.visits(1).await;
    assert_eq!(visits[1]["actionDetails"][0]["pageTitle"], Value::Null, "a raw # loses the rest");
}

#[tokio::test]
async fn what_breaks_the_database_is_refused_alone_and_rolls_back_a_whole_bulk() {
    let matomo = Matomo::start().await;
    let long = "n".repeat(5000);
    for extra in ["ca=1", "lat=abc", "bw_bytes=-1", &format!("c_n={long}"), &format!("e_a=x&e_c={long}")] {
        if !extra.starts_with("bw_") {
            assert_eq!(matomo.hit(0, &format!("{B}&{extra}")).await, 400, "{extra}");
        }
        let hits = [A, &format!("{B}&{extra}"), A].map(|extra| matomo.query(0, extra));
        let answer = matomo.bulk(&hits).await;
        assert_eq!(
            answer,
            json!({ "status": "error", "tracked": 1, "invalid": 0, "invalid_indices": [] }),
            "{extra}"
        );
    }
    assert!(matomo.visits(1).await.is_empty());
}

/// Three hits of which the middle one says this, and the answer.
async fn in_the_middle(matomo: &Matomo, more: &str) -> Value {
    let hits = [A, &format!("{B}&{more}"), "cid=cccccccccccccccc"].map(|more| matomo.query(0, more));
    matomo.bulk(&hits).await
}

#[tokio::test]
async fn tracked_counts_what_was_handled_not_what_was_recorded() {
    for more in ["rec=0", "ua=Googlebot/2.1", "urlref=https://semalt.com/", "ping=1", "cip=66.249.80.5"] {
        let matomo = Matomo::start().await;
        let answer = in_the_middle(&matomo, more).await;
        assert_eq!(
            answer,
            json!({ "status": "success", "tracked": 3, "invalid": 0, "invalid_indices": [] }),
            "{more}"
        );
        assert_eq!(matomo.visits(1).await.len(), 2, "{more}");
    }
}

#[tokio::test]
async fn what_a_single_hit_is_refused_for_is_invalid_in_a_bulk() {
    for more in ["idsite=999", "cid=abc", "idgoal=9", "pf_srv=-5"] {
        let matomo = Matomo::with(measured()).await;
        let answer = in_the_middle(&matomo, more).await;
        assert_eq!(
            answer,
            json!({ "status": "success", "tracked": 2, "invalid": 1, "invalid_indices": [1] }),
            "{more}"
        );
        let stray = usize::from(more == "pf_srv=-5");
        assert_eq!(matomo.visits(1).await.len(), 2 + stray, "{more}");
    }
}

#[tokio::test]
async fn only_a_superuser_at_the_top_learns_which_hits_were_invalid() {
    let user = |token: &str, role| User { token: token.to_owned(), role };
    let users = vec![user("viewer", Role::View), user("writer", Role::Write), user("admin", Role::Admin)];
    let matomo = Matomo::with(Options { token: Some(TOKEN.to_owned()), users, ..Options::default() }).await;
    let hits = [format!("?{}", matomo.query(0, A)), "?idsite=999&rec=1".to_owned()];
    let old = [format!("?idsite=1&rec=1&{A}&cip=203.0.113.1"), format!("?idsite=1&rec=1&{B}&country=de")];
    for (token, indices) in [(TOKEN, true), ("admin", false), ("writer", false)] {
        for (hits, invalid) in [(&hits, 1), (&old, 0)] {
            let body = json!({ "requests": hits, "token_auth": token }).to_string();
            let answer = matomo.post("/matomo.php", &body).await.json();
            assert_eq!(answer["invalid"], invalid, "{token}");
            assert_eq!(answer.get("invalid_indices").is_some(), indices, "{token}");
        }
    }
    let body = json!({ "requests": old, "token_auth": "viewer" }).to_string();
    let answer = matomo.post("/matomo.php", &body).await.text();
    assert_eq!(answer, r#"{"status":"success","tracked":0,"invalid":2}"#, "to view is not enough");
}

#[tokio::test]
async fn strings_without_a_query_are_skipped_and_counted_nowhere() {
    let matomo = Matomo::start().await;
    let body = json!({ "requests": [format!("?{}", matomo.query(0, A)), matomo.query(0, B), "", "?", 7] });
    let answer = matomo.post("/matomo.php", &body.to_string()).await.text();
    assert_eq!(
        answer,
        r#"{"status":"success","tracked":1,"invalid":0,"invalid_indices":[]}"#
            .replace(r#","invalid_indices":[]"#, "")
    );
    assert_eq!(matomo.visits(1).await.len(), 1);
}

#[tokio::test]
async fn what_is_no_bulk_is_answered_in_its_own_ways() {
    let matomo = Matomo::start().await;
    for (body, status, answer) in [
        (r#"{"requests":["?idsite=1&rec=1",}"#, 200, Some(r#"{"status":"success","tracked":0,"invalid":0}"#)),
        (r#"{"requests":[]}"#, 200, Some(r#"{"status":"success","tracked":0,"invalid":0}"#)),
        (r#"{"x":1}"#, 400, None),
        (r#"requests=["?idsite=1&rec=1"]"#, 400, None),
    ] {
        let found = matomo.post("/matomo.php", body).await;
        assert_eq!(found.status, status, "{body}");
        assert!(answer.is_none_or(|answer| found.text() == answer), "{body}: {}", found.text());
    }
    assert!(matomo.visits(1).await.is_empty());
}

#[tokio::test]
async fn sites_mix_the_order_counts_and_the_content_type_does_not() {
    let matomo = Matomo::start().await;
    let hits: Vec<String> = [(0, A, 1), (10, A, 2), (20, A, 1)]
        .iter()
        .map(|(at, who, site)| format!("?{}", matomo.query(*at, &format!("{who}&idsite={site}"))))
        .collect();
    let body = json!({ "requests": hits, "token_auth": TOKEN }).to_string();
    for kind in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
        let header = [("Content-Type", kind)];
        let answer = matomo.send("POST", "/matomo.php", "", &header, body.as_bytes()).await;
        assert_eq!(answer.json()["tracked"], 3, "{kind}");
    }
    assert_eq!(matomo.actions().await, [6]);
    assert_eq!(matomo.visits(2).await[0]["actions"], 3);
    let silent = json!({ "requests": hits, "token_auth": TOKEN, "send_image": 0 }).to_string();
    let answer = matomo.post("/matomo.php", &silent).await;
    assert_eq!((answer.status, answer.text().as_str()), (204, ""));
}

#[tokio::test]
async fn a_plus_is_a_space_and_a_raw_hash_loses_the_rest() {
    let matomo = Matomo::start().await;
    let base = "?idsite=1&rec=1&cid=aaaaaaaaaaaaaaaa";
    let hits = [
        format!("{base}&url=https://shop.example.com/a&action_name=a+b%26c%23"),
        format!("{base}&url=https://shop.example.com/#frag&action_name=lost"),
        format!("{base}&url=https://shop.example.com/\u{fc}&action_name=Gr\u{fc}\u{df}e"),
    ];
    matomo.post("/matomo.php", &json!({ "requests": hits, "token_auth": TOKEN }).to_string()).await;
    let visit = matomo.only_visit().await;
    let titles: Vec<&Value> = visit["actionDetails"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|action| &action["pageTitle"])
        .collect();
    assert_eq!(titles, [&json!("a b&c#"), &Value::Null, &json!("Gr\u{fc}\u{df}e")]);
}

#[tokio::test]
async fn a_large_bulk_is_recorded_whole() {
    let matomo = Matomo::start().await;
    let title = "t".repeat(1_000);
    let hits: Vec<String> = (0..12_000)
        .map(|at| matomo.query(at % 1_000, &format!("cid={:016x}&action_name={title}", at / 3)))
        .collect();
    let answer = matomo.bulk(&hits).await;
    assert_eq!((&answer["tracked"], &answer["invalid"]), (&json!(12_000), &json!(0)));
    let totals = matomo.api("VisitsSummary.get", "idSite=1&period=day&date=yesterday").await;
    assert_eq!(totals["nb_actions"], 12_000);
}
