//! Which hits belong to the same visitor, and to the same visit.

use serde_json::json;

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
