//! When hits happened: `cdt` in all its spellings, its limits, and the order in which hits come.

use serde_json::{Value, json};

use crate::case::{case, check, measured};
use crate::stand_in::{A, B, Matomo, TOKEN, types};

const DAY: i64 = 86_400;

/// The parts of a hit that every one below has.
fn hit(more: &str) -> String {
    format!("idsite=1&rec=1&url=https://shop.example.com/&send_image=0&{more}")
}

#[tokio::test]
async fn every_spelling_of_a_time_is_recorded_exactly() {
    let matomo = Matomo::start().await;
    let at = jiff::Timestamp::from_second(matomo.now - 3_600).expect("a time");
    let utc = at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let iso = utc.replace(' ', "T");
    let east = jiff::Timestamp::from_second(matomo.now + 3_600).expect("a time");
    let east = east.strftime("%Y-%m-%dT%H:%M:%S%%2B02:00").to_string();
    let seconds = matomo.now - 3_600;
    let spellings =
        [seconds.to_string(), format!("{seconds}.985"), utc, format!("{iso}Z"), format!("{iso}.123Z"), east];
    for (number, cdt) in spellings.iter().enumerate() {
        for token in ["", "&token_auth=0123456789abcdef0123456789abcdef"] {
            let visitor = if token.is_empty() { number } else { number + 100 };
            let body = hit(&format!("cid={visitor:016x}&cdt={cdt}{token}"));
            assert_eq!(matomo.post("/matomo.php", &body).await.status, 204, "{cdt}");
        }
    }
    let times: Vec<Value> =
        matomo.visits(1).await.iter().map(|visit| visit["serverTimestamp"].clone()).collect();
    assert_eq!(times, vec![json!(seconds); 12]);
}

#[tokio::test]
async fn relative_times_and_days_and_offsets_are_understood() {
    let matomo = Matomo::start().await;
    for (visitor, said) in [(1, "cdt=-1 hour"), (2, "cdo=600"), (3, "cdt=yesterday")] {
        let body = hit(&format!("cid={visitor:016x}&{said}&token_auth={TOKEN}"));
        assert_eq!(matomo.post("/matomo.php", &body).await.status, 204, "{said}");
    }
    let day = jiff::Timestamp::from_second(matomo.noon).expect("a time").strftime("%Y-%m-%d").to_string();
    matomo.post("/matomo.php", &hit(&format!("{A}&cdt={day}&token_auth={TOKEN}"))).await;
    let times: Vec<i64> =
        matomo.visits(1).await.iter().filter_map(|visit| visit["serverTimestamp"].as_i64()).collect();
    let midnight = matomo.noon - DAY / 2;
    for (found, expected) in times.iter().zip([matomo.now - 3_600, matomo.now - 600, midnight, midnight]) {
        assert!((0..20).contains(&(found - expected)), "{found} is not {expected}");
    }
    assert_eq!(times.len(), 4);
}

#[tokio::test]
async fn what_cannot_have_been_is_recorded_now() {
    let matomo = Matomo::start().await;
    let future = [2, 60, DAY].map(|ahead| (matomo.now + ahead + 60).to_string());
    let milliseconds = ((matomo.now - 3_600) * 1_000).to_string();
    let ancient = (matomo.now - 21 * 366 * DAY).to_string();
    let said = [&future[0], &future[1], &future[2], &milliseconds, &ancient, "yesterdayish", ""];
    for (number, cdt) in said.iter().enumerate() {
        for (visitor, token) in [(number, String::new()), (number + 100, format!("&token_auth={TOKEN}"))] {
            let body = hit(&format!("cid={visitor:016x}&cdt={cdt}{token}"));
            assert_eq!(matomo.post("/matomo.php", &body).await.status, 204, "{cdt}");
        }
    }
    let visits = matomo.visits(1).await;
    assert_eq!(visits.len(), 2 * said.len());
    for visit in visits {
        let at = visit["serverTimestamp"].as_i64().expect("a time");
        assert!((matomo.now..matomo.now + 60).contains(&at), "{at}");
    }
}

#[tokio::test]
async fn without_a_token_a_day_is_the_limit_and_with_one_twenty_years() {
    let matomo = Matomo::start().await;
    let ask = async |age: i64, more: &str| {
        let body = hit(&format!("cid={age:016x}&cdt={}{more}", matomo.now - age));
        matomo.post("/matomo.php", &body).await.status
    };
    let token = format!("&token_auth={TOKEN}");
    for (age, more, status) in [
        (86_000, "", 204),
        (DAY + 5, "", 400),
        (2 * DAY, "", 400),
        (DAY + 5, token.as_str(), 204),
        (3_650 * DAY, token.as_str(), 204),
    ] {
        assert_eq!(ask(age, more).await, status, "{age} {more}");
    }
    assert_eq!(matomo.visits(1).await.len(), 3);
    let old = format!("?{}", hit(&format!("{B}&cdt={}", matomo.now - DAY - 5)));
    let new = format!("?{}", hit(&format!("{B}&cdt={}", matomo.now - 5)));
    let answer = matomo.post("/matomo.php", &json!({ "requests": [old, new] }).to_string()).await.text();
    assert_eq!(answer, r#"{"status":"success","tracked":1,"invalid":1}"#);
    assert_eq!(matomo.visits(1).await.len(), 4, "nothing of the old one");
}

/// Sixty visitors, six hits each over eight minutes.
fn visits() -> Vec<(i64, u64)> {
    (0..60).flat_map(|visitor| (0..6).map(move |hit| (hit * 96, visitor))).collect()
}

/// The same, in an order that only looks random.
fn shuffled() -> Vec<(i64, u64)> {
    let mut hits = visits();
    hits.sort_by_key(|(at, visitor)| {
        (u64::try_from(*at).unwrap_or(0) + 7 * visitor).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    });
    hits
}

async fn durations(hits: Vec<(i64, u64)>) -> Vec<i64> {
    let matomo = Matomo::start().await;
    let hits: Vec<String> =
        hits.iter().map(|(at, visitor)| matomo.query(*at, &format!("cid={visitor:016x}"))).collect();
    matomo.bulk(&hits).await;
    let visits = matomo.visits(1).await;
    assert_eq!(matomo.actions().await.iter().sum::<u64>(), 360);
    visits.iter().filter_map(|visit| visit["visitDuration"].as_i64()).collect()
}

#[tokio::test]
async fn the_order_of_each_visitor_suffices() {
    let by_visitor = visits();
    let mut by_time = visits();
    by_time.sort_unstable();
    let mut interleaved = shuffled();
    // Each visitor's hits in order, whoever comes in between.
    let mut next = [0; 60];
    for (at, visitor) in &mut interleaved {
        *at = next[*visitor as usize];
        next[*visitor as usize] += 96;
    }
    for hits in [by_visitor, by_time, interleaved] {
        assert_eq!(durations(hits).await, [481; 60]);
    }
    let mixed = durations(shuffled()).await;
    assert_eq!(mixed.len(), 60, "still as many visits");
    assert!(mixed.iter().any(|duration| *duration != 481), "but not as long: {mixed:?}");
    assert!(mixed.iter().all(|duration| (0..=481).contains(duration)), "{mixed:?}");
}

#[tokio::test]
async fn six_hits_over_eight_minutes_spend_their_time_evenly() {
    let hits: Vec<(i64, &str)> = (0..6).map(|hit| (hit * 96, A)).collect();
    let spent = case("6 hits back to back", &hits, &[6])
        .fact("/0/visitDuration", 481)
        .fact("/0/actionDetails/0/timeSpent", 96)
        .fact("/0/actionDetails/4/timeSpent", 96)
        .fact("/0/actionDetails/5/timeSpent", 0);
    let backwards = case("more than 30 minutes backwards", &[(1_900, A), (0, A)], &[1, 1]);
    check(measured(), vec![spent, backwards]).await;
}

#[tokio::test]
async fn many_conversions_of_one_goal_within_a_second_lose_some() {
    let matomo = Matomo::with(measured()).await;
    let play = format!("{A}&e_c=Video&e_a=play&ca=1");
    for _ in 0..40 {
        matomo.hit(0, &play).await;
    }
    let visit = matomo.only_visit().await;
    let kept = types(&visit).iter().filter(|kind| **kind == "goal").count();
    assert!((15..=30).contains(&kept), "{kept} of 40 conversions in one second");
    assert_eq!(visit["events"], 40, "the events themselves all count");
    for second in 0..40 {
        matomo.hit(60 + second, &format!("{B}&e_c=Video&e_a=play&ca=1")).await;
    }
    let visits = matomo.visits(1).await;
    assert_eq!(visits[1]["goalConversions"], 40, "a second apart, none is lost");
}
