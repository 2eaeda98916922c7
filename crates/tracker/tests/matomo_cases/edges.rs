//! Failures on request, answers to what is no hit, and the edges of HTTP.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tracker::Options;

use crate::stand_in::{A, Matomo, TOKEN};

#[tokio::test]
async fn a_form_and_a_query_merge_and_sub_folders_work() {
    let matomo = Matomo::start().await;
    let path = "/stats/piwik.php";
    let query = format!("idsite=1&rec=1&send_image=0&{A}");
    let body = format!("token_auth={TOKEN}&cip=198.51.100.1&country=de&cdt={}", matomo.noon - 2 * 86_400);
    let answer = matomo.send("POST", path, &query, &[], body.as_bytes()).await;
    assert_eq!(answer.status, 204);
    assert_eq!(matomo.only_visit().await["serverTimestamp"], matomo.noon - 2 * 86_400);
    let image = matomo.get("/matomo.php", &format!("idsite=1&rec=1&{A}")).await;
    assert_eq!((image.status, image.header("content-type"), image.body.len()), (200, "image/gif", 43));
    let empty = matomo.get("/matomo.php", "").await;
    assert_eq!((empty.status, empty.text().contains("This resource is part of Matomo")), (200, true));
    let long = format!("idsite=1&rec=1&action_name={}", "x".repeat(40_000));
    assert_eq!(matomo.get("/matomo.php", &long).await.status, 414);
    assert_eq!(
        matomo.get("/matomo.php", &matomo.query(0, &format!("x={}", "x".repeat(7_000)))).await.status,
        204
    );
    assert_eq!(matomo.get("/nothing", "").await.status, 404);
}

#[tokio::test]
async fn failures_and_drops_are_as_many_as_asked_for_and_record_nothing() {
    let share = |text: &str| text.parse().expect("a share");
    let token = Some(TOKEN.to_owned());
    let failing =
        Matomo::with(Options { fail: share("25%"), token: token.clone(), ..Options::default() }).await;
    let mut failed = 0;
    for at in 0..200 {
        failed += usize::from(failing.hit(at, A).await == 500);
    }
    assert!((30..70).contains(&failed), "{failed}");
    assert_eq!(failing.actions().await, [200 - failed as u64]);

    let dropping = Matomo::with(Options { drop: share("25%"), token, seed: 7, ..Options::default() }).await;
    let hits: Vec<String> = (0..400).map(|at| dropping.query(at, A)).collect();
    let answer = dropping.bulk(&hits).await;
    assert_eq!((&answer["tracked"], &answer["invalid"]), (&json!(400), &json!(0)));
    let recorded = dropping.actions().await[0];
    assert!((260..340).contains(&recorded), "{recorded}");

    let down = Matomo::with(Options { fail: share("100%"), ..Options::default() }).await;
    let answer = down.post("/matomo.php", &json!({ "requests": hits }).to_string()).await;
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (500, r#"{"status":"error","tracked":0,"invalid":0}"#)
    );
}

#[tokio::test]
async fn a_slow_answer_comes_after_the_hit_was_recorded_and_never_holds_up_the_end() {
    let delay = "60m".parse().expect("a delay");
    let matomo = Matomo::with(Options { delay, token: Some(TOKEN.to_owned()), ..Options::default() }).await;
    let mut slow = matomo.connect().await;
    let idle = matomo.connect().await;
    let request = format!("GET /matomo.php?{} HTTP/1.1\r\nHost: x\r\n\r\n", matomo.query(0, A));
    slow.write_all(request.as_bytes()).await.expect("sent");
    for attempt in 0.. {
        assert!(attempt < 10_000, "the hit is never recorded");
        if matomo.visits(1).await.len() == 1 {
            break;
        }
    }
    let mut answer = [0; 12];
    assert!(slow.try_read(&mut answer).is_err(), "nothing has come yet");
    matomo.stop().await;
    slow.read_exact(&mut answer).await.expect("the end releases the answer");
    assert_eq!(&answer, b"HTTP/1.1 204");
    drop(idle);
}

#[tokio::test]
async fn one_connection_carries_many_requests_one_after_the_other() {
    let matomo = Matomo::start().await;
    let mut connection = matomo.connect().await;
    let mut requests = String::new();
    for at in 0..50 {
        let query = matomo.query(at, A);
        requests += "GET /matomo.php?";
        requests += &query;
        requests += " HTTP/1.1\r\nHost: x\r\n\r\n";
    }
    requests.push_str("GET /matomo.php HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    connection.write_all(requests.as_bytes()).await.expect("sent");
    let mut answers = String::new();
    connection.read_to_string(&mut answers).await.expect("answered");
    assert_eq!(answers.matches("HTTP/1.1 204 No Content").count(), 50);
    assert_eq!(matomo.actions().await, [50]);
}

#[tokio::test]
async fn the_one_call_that_tells_why_hits_were_refused_tells() {
    let matomo = Matomo::start().await;
    assert_eq!(matomo.hit(0, "idsite=999").await, 400);
    assert_eq!(
        matomo.get("/matomo.php", "idsite=1&rec=1&cip=198.51.100.1&token_auth=wrong").await.status,
        400
    );
    let failures = matomo.api("CoreAdminHome.getTrackingFailures", "").await;
    let kinds: Vec<_> = failures
        .as_array()
        .expect("a list")
        .iter()
        .map(|failure| (failure["idsite"].as_u64(), failure["idfailure"].as_u64()))
        .collect();
    assert_eq!(kinds, [(Some(1), Some(2)), (Some(999), Some(1))]);
    assert_eq!(failures[0]["request_url"], "idsite=1&rec=1&cip=198.51.100.1", "without its token");
}
