//! What the tracking endpoint answers, and what its answers mean.

use serde_json::json;
use tracker::Options;

use crate::case::measured;
use crate::stand_in::{A, Matomo, TOKEN};

const HTML: &str = "text/html; charset=UTF-8";

#[tokio::test]
async fn a_hit_is_answered_with_nothing_or_with_a_pixel() {
    let matomo = Matomo::start().await;
    let silent = matomo.get("/matomo.php", &format!("idsite=1&rec=1&send_image=0&{A}")).await;
    assert_eq!((silent.status, silent.header("content-type"), silent.body.len()), (204, HTML, 0));
    let pixel = matomo.get("/matomo.php", &format!("idsite=1&rec=1&{A}")).await;
    assert_eq!((pixel.status, pixel.header("content-type"), pixel.body.len()), (200, "image/gif", 43));
    let nothing = matomo.get("/matomo.php", "").await;
    assert_eq!((nothing.status, nothing.header("content-type")), (200, HTML));
    assert_eq!(matomo.actions().await, [2]);
}

#[tokio::test]
async fn a_refusal_never_says_why_and_the_api_does() {
    let matomo = Matomo::start().await;
    let mut answers = Vec::new();
    for more in ["idsite=999", "idsite=0", "cip=203.0.113.1", &format!("cdt={}", matomo.now - 2 * 86_400)] {
        let query = format!("idsite=1&rec=1&url=https://shop.example.com/&send_image=0&{A}&{more}");
        let answer = matomo.get("/matomo.php", &query).await;
        assert_eq!((answer.status, answer.header("content-type")), (400, HTML), "{more}");
        answers.push(answer.text());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "always the same page");
    let failures = matomo.api("CoreAdminHome.getTrackingFailures", "").await;
    let kinds: Vec<_> = failures
        .as_array()
        .expect("a list")
        .iter()
        .map(|failure| (failure["idsite"].as_i64(), failure["idfailure"].as_i64()))
        .collect();
    assert_eq!(kinds, [(Some(0), Some(1)), (Some(1), Some(2)), (Some(999), Some(1))]);
    assert!(matomo.visits(1).await.is_empty());
}

#[tokio::test]
async fn a_form_with_a_token_is_recorded_exactly() {
    let matomo = Matomo::with(measured()).await;
    let at = matomo.noon - 2 * 86_400;
    let body = format!(
        "idsite=1&rec=1&url=https://shop.example.com/&send_image=0&{A}&token_auth={TOKEN}&cip=203.0.113.7&country=de&region=BE&city=Berlin&lat=52.52&long=13.405&cdt={at}"
    );
    assert_eq!(matomo.post("/matomo.php", &body).await.status, 204);
    let visit = matomo.only_visit().await;
    for (field, value) in [
        ("serverTimestamp", json!(at)),
        ("visitIp", json!("203.0.113.7")),
        ("countryCode", json!("de")),
        ("city", json!("Berlin")),
    ] {
        assert_eq!(visit[field], value, "{field}");
    }
}

#[tokio::test]
async fn an_invalid_token_that_nothing_needs_does_no_harm() {
    let matomo = Matomo::start().await;
    let query = format!(
        "idsite=1&rec=1&send_image=0&{A}&cdt={}&token_auth=ffffffffffffffffffffffffffffffff",
        matomo.now - 3_600
    );
    assert_eq!(matomo.get("/matomo.php", &query).await.status, 204);
    assert_eq!(matomo.actions().await, [1]);
}

#[tokio::test]
async fn a_bulk_is_answered_with_its_counts_and_with_an_error_when_the_database_is_down() {
    let matomo = Matomo::start().await;
    let body = json!({ "requests": [format!("?idsite=1&rec=1&{A}"), "?idsite=999&rec=1"] }).to_string();
    let answer = matomo.post("/matomo.php", &body).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.text(), r#"{"status":"success","tracked":1,"invalid":1}"#);
    let down = Matomo::with(Options { fail: "100%".parse().expect("a share"), ..Options::default() }).await;
    let answer = down.post("/matomo.php", &body).await;
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (500, r#"{"status":"error","tracked":0,"invalid":0}"#)
    );
}
