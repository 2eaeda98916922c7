//! Times, addresses and places: what needs a token, and what is recorded of it.

use serde_json::Value;

use crate::stand_in::{A, Matomo};

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
