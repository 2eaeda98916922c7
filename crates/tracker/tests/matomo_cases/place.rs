//! Times, addresses and places: what needs a token, and what is recorded of it.

use serde_json::{Value, json};

use crate::case::{case, check, measured};
use crate::stand_in::{A, B, Matomo, TOKEN};

#[tokio::test]
async fn without_a_token_an_old_time_an_address_or_a_place_is_refused() {
    let matomo = Matomo::start().await;
    let old = format!("cdt={}", matomo.noon - 86_400);
    for claim in ["cip=198.51.100.1", "country=de", "region=BE", "city=Berlin", "lat=52.5", "long=13.4", &old]
    {
        for token in ["", "&token_auth=ffffffffffffffffffffffffffffffff"] {
            let query = format!("idsite=1&rec=1&send_image=0&{A}&{claim}{token}");
            assert_eq!(matomo.get("/matomo.php", &query).await.status, 400, "{claim}{token}");
        }
    }
    assert!(matomo.visits(1).await.is_empty());
    let bad =
        format!("idsite=1&rec=1&send_image=0&{A}&cdt=-1+hour&token_auth=ffffffffffffffffffffffffffffffff");
    assert_eq!(matomo.get("/matomo.php", &bad).await.status, 204, "an invalid token that nothing needs");
    assert_eq!(matomo.actions().await, [1]);
}

#[tokio::test]
async fn a_place_is_recorded_exactly_and_a_later_hit_changes_it() {
    let matomo = Matomo::start().await;
    matomo
        .hit(0, &format!("{A}&country=de&region=BE&city=Berlin&lat=52.52&long=13.405&cip=203.0.113.7"))
        .await;
    matomo.hit(10, &format!("{A}&city=Potsdam&cip=203.0.113.8")).await;
    let visit = matomo.only_visit().await;
    for (field, value) in [
        ("countryCode", "de"),
        ("country", "Germany"),
        ("regionCode", "BE"),
        ("city", "Potsdam"),
        ("latitude", "52.520000"),
        ("longitude", "13.405000"),
        ("visitIp", "203.0.113.7"),
    ] {
        assert_eq!(visit[field], value, "{field}");
    }
}

#[tokio::test]
async fn places_are_cut_and_never_checked() {
    let matomo = Matomo::start().await;
    matomo.hit(0, &format!("{A}&country=abcd&region=FR-ARA&cip=garbage&lang=en-US,en;q=0.9")).await;
    let visit = matomo.only_visit().await;
    assert_eq!([&visit["countryCode"], &visit["regionCode"]], ["abc", "FR-"]);
    assert_eq!([&visit["visitIp"], &visit["languageCode"]], ["0.0.0.0", "en-us"]);
}

#[tokio::test]
async fn without_a_country_the_language_decides() {
    let matomo = Matomo::start().await;
    for (visitor, lang) in [(1, "de"), (2, "en-US,en;q=0.9"), (3, "")] {
        matomo.hit(0, &format!("cid={visitor:016x}&lang={lang}")).await;
    }
    let countries: Vec<Value> =
        matomo.visits(1).await.iter().map(|visit| visit["countryCode"].clone()).collect();
    assert_eq!(countries, ["de", "us", "xx"]);
}

/// Berlin, as a hit says it.
const BERLIN: &str = "cip=203.0.113.7&country=de&region=BE&city=Berlin&lat=52.52&long=13.405";

fn is_berlin(visit: &Value) -> bool {
    [
        ("visitIp", "203.0.113.7"),
        ("countryCode", "de"),
        ("regionCode", "BE"),
        ("city", "Berlin"),
        ("latitude", "52.520000"),
        ("longitude", "13.405000"),
    ]
    .iter()
    .all(|(field, value)| visit[*field] == *value)
}

#[tokio::test]
async fn a_place_may_stand_wherever_its_token_stands() {
    let matomo = Matomo::start().await;
    let hit = format!("idsite=1&rec=1&send_image=0&{A}&{BERLIN}");
    let good = format!("&token_auth={TOKEN}");
    assert_eq!(matomo.get("/matomo.php", &format!("{hit}{good}")).await.status, 204, "in the query");
    assert_eq!(
        matomo.post("/matomo.php", &format!("{hit}{good}&new_visit=1")).await.status,
        204,
        "in the body"
    );
    let bulk = async |url: &str, top: Option<&str>, own: &str| {
        let mut body = json!({ "requests": [format!("?{hit}&new_visit=1{own}")] });
        if let Some(token) = top {
            body["token_auth"] = json!(token);
        }
        let answer = matomo.send("POST", "/matomo.php", url, &[], body.to_string().as_bytes()).await.json();
        answer["tracked"].as_u64()
    };
    let bad = "ffffffffffffffffffffffffffffffff";
    assert_eq!(bulk("", Some(TOKEN), "").await, Some(1), "at the top of a bulk");
    assert_eq!(bulk("", None, &good).await, Some(1), "in a hit of a bulk");
    assert_eq!(
        bulk(&format!("token_auth={TOKEN}"), None, "").await,
        Some(0),
        "only in the address of a bulk"
    );
    assert_eq!(bulk("", Some(bad), &good).await, Some(0), "a wrong one at the top counts");
    let visits = matomo.visits(1).await;
    assert_eq!(visits.len(), 4);
    assert!(visits.iter().all(is_berlin), "{visits:#?}");
}

#[tokio::test]
async fn a_place_is_taken_as_it_comes() {
    let long = "c".repeat(300);
    let cases = vec![
        case("upper case stays", &[(0, "country=FR")], &[1]).fact("/0/countryCode", "FR"),
        case("no such country", &[(0, "country=zz")], &[1]).fact("/0/countryCode", "zz"),
        case("four letters", &[(0, "country=abcd&region=FR-ARA")], &[1])
            .fact("/0/countryCode", "abc")
            .fact("/0/regionCode", "FR-"),
        case("a long city", &[(0, format!("city={long}"))], &[1]).fact("/0/city", &long[..255]),
        case("latitude 999", &[(0, "lat=999&long=999")], &[1]).fact("/0/latitude", "999.000000"),
        case("latitude abc", &[(0, "lat=abc")], &[]).refused(0),
        case(
            "a later hit changes it",
            &[(0, format!("{A}&{BERLIN}")), (10, format!("{A}&country=fr"))],
            &[2],
        )
        .fact("/0/countryCode", "fr")
        .fact("/0/city", "Berlin"),
        case(
            "a later address does not count",
            &[(0, format!("{A}&{BERLIN}")), (10, format!("{A}&cip=203.0.113.8"))],
            &[2],
        )
        .fact("/0/visitIp", "203.0.113.7"),
        case("IPv6", &[(0, "cip=2001:db8::1")], &[1]).fact("/0/visitIp", "2001:db8::1"),
        case("garbage", &[(0, "cip=garbage")], &[1]).fact("/0/visitIp", "0.0.0.0"),
        case("a private address and a language", &[(0, "cip=192.168.1.1&lang=de")], &[1])
            .fact("/0/countryCode", "de"),
        case("en-US", &[(0, "cip=203.0.113.1&lang=en-US,en;q=0.9")], &[1]).fact("/0/countryCode", "us"),
        case("no language", &[(0, "cip=203.0.113.1&lang=")], &[1]).fact("/0/countryCode", "xx"),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn a_forwarded_address_is_ignored() {
    let matomo = Matomo::start().await;
    let query = matomo.query(0, B);
    matomo.send("GET", "/matomo.php", &query, &[("X-Forwarded-For", "203.0.113.7")], b"").await;
    assert_eq!(matomo.only_visit().await["visitIp"], "127.0.0.1");
}
