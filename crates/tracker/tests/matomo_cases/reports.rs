//! The reporting API, against the totals that were recorded.

use serde_json::json;
use tracker::{Conversions, Goal, GoalMatch, Options};

use crate::stand_in::{Matomo, TOKEN};

/// The goals of the measured site.
fn measured_goals() -> Vec<Goal> {
    let goal = |id, name: &str, matches, cents| Goal {
        id,
        name: name.to_owned(),
        matches,
        revenue_cents: cents,
        per_visit: Conversions::Once,
    };
    vec![
        goal(1, "Newsletter signup", GoalMatch::Manual, 500),
        goal(2, "Thank-you page", GoalMatch::UrlContains("thank-you".to_owned()), 1000),
        goal(3, "Video play event", GoalMatch::EventAction("play".to_owned()), 100),
    ]
}

/// A stand-in with the eleven hits in four visits that fill all reports.
async fn full_coverage() -> Matomo {
    let options = Options { token: Some(TOKEN.to_owned()), goals: measured_goals(), ..Options::default() };
    let matomo = Matomo::with(options).await;
    let items = "%5B%5B%22SKU1%22%2C%22Blue+shoe%22%2C%22Shoes%22%2C25%2C2%5D%5D";
    let a = "cid=a000000000002328&cip=203.0.113.1&uid=user-1&ua=SM-S911B";
    let hits = [
        (0, format!("{a}&search=boots&search_cat=Men&search_count=3&urlref=https%3A%2F%2Fwww.google.com%2Fsearch%3Fq%3Dred%2Bshoes&lang=de-de&country=de")),
        (10, format!("{a}&search=nothing&search_count=0")),
        (20, format!("{a}&url=https%3A%2F%2Fshop.example.com%2Fthank-you&action_name=Shop+/+Thank+you&dimension1=gold")),
        (30, format!("{a}&e_c=Video&e_a=play&e_n=Intro&e_v=3&ca=1")),
        (40, format!("{a}&c_n=Ad&c_p=banner&c_t=x&ca=1")),
        (50, format!("{a}&idgoal=1")),
        (60, format!("{a}&idgoal=0&ec_id=O1&ec_items={items}&revenue=60&ec_st=50&ec_tx=6&ec_sh=4&ec_dt=0")),
        (6000, format!("{a}&new_visit=1&url=https%3A%2F%2Fshop.example.com%2F%3Fmtm_campaign%3DSale%26mtm_kwd%3Dred&idgoal=0&ec_items={items}&revenue=50")),
        (0, "cid=a000000000002329&cip=203.0.113.2&action_name=Home&urlref=https%3A%2F%2Fl.facebook.com%2F".to_owned()),
        (10, "cid=a000000000002329&cip=203.0.113.2&link=https%3A%2F%2Fpartner.example.net%2Fx".to_owned()),
        (0, "cid=a00000000000232a&cip=203.0.113.3&download=https%3A%2F%2Fshop.example.com%2Fa.pdf&urlref=https%3A%2F%2Fblog.example.org%2Fpost".to_owned()),
    ];
    let hits: Vec<String> = hits.iter().map(|(at, extra)| matomo.query(*at, extra)).collect();
    assert_eq!(matomo.bulk(&hits).await["tracked"], 11);
    matomo
}

#[tokio::test]
async fn eleven_hits_fill_the_totals_as_they_did_in_the_real_one() {
    let matomo = full_coverage().await;
    let ask = async |method: &str, more: &str| {
        matomo.api(method, &format!("idSite=1&period=day&date=yesterday{more}")).await
    };
    // The recorded one lasted 84 seconds: its hits were further apart.
    assert_eq!(
        ask("VisitsSummary.get", "").await,
        json!({"nb_uniq_visitors":3,"nb_users":1,"nb_visits":4,"nb_actions":7,"nb_visits_converted":1,"bounce_count":2,"sum_visit_length":74,"max_actions":4,"bounce_rate":"50%","nb_actions_per_visit":1.8,"avg_time_on_site":19})
    );
    assert_eq!(
        ask("Actions.get", "").await,
        json!({"nb_pageviews":2,"nb_uniq_pageviews":2,"nb_downloads":1,"nb_uniq_downloads":1,"nb_outlinks":1,"nb_uniq_outlinks":1,"nb_searches":2,"nb_keywords":2})
    );
    assert_eq!(
        ask("Goals.get", "").await,
        json!({"nb_conversions":4,"nb_visits_converted":1,"revenue":76,"conversion_rate":"25%","nb_conversions_new_visit":4,"nb_visits_converted_new_visit":1,"revenue_new_visit":76,"conversion_rate_new_visit":"33.33%","nb_conversions_returning_visit":0,"nb_visits_converted_returning_visit":0,"revenue_returning_visit":0,"conversion_rate_returning_visit":"0%"})
    );
    assert_eq!(
        ask("Goals.get", "&idGoal=ecommerceOrder").await,
        json!({"nb_conversions":1,"nb_visits_converted":1,"revenue":60,"revenue_subtotal":50,"revenue_tax":6,"revenue_shipping":4,"revenue_discount":0,"items":2,"avg_order_revenue":60,"conversion_rate":"25%","nb_conversions_new_visit":1,"nb_visits_converted_new_visit":1,"revenue_new_visit":60,"revenue_subtotal_new_visit":50,"revenue_tax_new_visit":6,"revenue_shipping_new_visit":4,"revenue_discount_new_visit":0,"items_new_visit":2,"avg_order_revenue_new_visit":60,"conversion_rate_new_visit":"33.33%","nb_conversions_returning_visit":0,"nb_visits_converted_returning_visit":0,"revenue_returning_visit":0,"revenue_subtotal_returning_visit":0,"revenue_tax_returning_visit":0,"revenue_shipping_returning_visit":0,"revenue_discount_returning_visit":0,"items_returning_visit":0,"avg_order_revenue_returning_visit":0,"conversion_rate_returning_visit":"0%"})
    );
    assert_eq!(
        ask("Goals.get", "&idGoal=ecommerceAbandonedCart").await,
        json!({"nb_conversions":1,"nb_visits_converted":1,"revenue":50,"items":2,"avg_order_revenue":50,"conversion_rate":"25%","nb_conversions_new_visit":0,"nb_visits_converted_new_visit":0,"revenue_new_visit":0,"items_new_visit":0,"avg_order_revenue_new_visit":0,"conversion_rate_new_visit":"0%","nb_conversions_returning_visit":1,"nb_visits_converted_returning_visit":1,"revenue_returning_visit":50,"items_returning_visit":2,"avg_order_revenue_returning_visit":50,"conversion_rate_returning_visit":"100%"})
    );
    assert_eq!(
        ask("Goals.get", "&idGoal=3").await,
        json!({"nb_conversions":1,"nb_visits_converted":1,"revenue":1,"conversion_rate":"25%","nb_conversions_new_visit":1,"nb_visits_converted_new_visit":1,"revenue_new_visit":1,"conversion_rate_new_visit":"33.33%","nb_conversions_returning_visit":0,"nb_visits_converted_returning_visit":0,"revenue_returning_visit":0,"conversion_rate_returning_visit":"0%"})
    );
    assert_eq!(
        ask("Events.getCategory", "").await,
        json!([{"label":"Video","nb_uniq_visitors":1,"nb_visits":"1","nb_events":"1","nb_events_with_value":"1","sum_event_value":3,"min_event_value":3,"max_event_value":3,"avg_event_value":3,"segment":"eventCategory==Video","idsubdatatable":1}])
    );
    assert_eq!(
        ask("Contents.getContentNames", "").await,
        json!([{"label":"Ad","nb_uniq_visitors":1,"nb_visits":"1","nb_impressions":"1","nb_interactions":0,"interaction_rate":"0%","segment":"contentName==Ad","idsubdatatable":1}])
    );
    assert_eq!(ask("VisitsSummary.getVisits", "").await, json!({ "value": 4 }));
}

#[tokio::test]
async fn segments_narrow_the_totals_as_they_did_in_the_real_one() {
    let matomo = full_coverage().await;
    for (segment, visits, actions) in [
        ("dimension1%3D%3Dgold", 1, 4),
        ("userId%3D%3Duser-1", 2, 4),
        ("userId%3D%5Euser", 2, 4),
        ("visitorId%3D%3Da000000000002329", 1, 2),
        ("referrerName%3D%3DGoogle", 1, 4),
        ("visitIp%3D%3D203.0.113.1", 2, 4),
        ("eventAction%3D%3Dplay", 1, 4),
        ("userId%3D%3Duser-1%3Bdimension1%3D%3Dgold", 1, 4),
        ("userId%3D%3Dnobody", 0, 0),
    ] {
        let answer = matomo
            .api("VisitsSummary.get", &format!("idSite=1&period=day&date=yesterday&segment={segment}"))
            .await;
        assert_eq!(
            (&answer["nb_visits"], &answer["nb_actions"]),
            (&json!(visits), &json!(actions)),
            "{segment}"
        );
    }
}

#[tokio::test]
async fn the_log_of_visits_is_complete_page_by_page_and_newest_first() {
    let matomo = Matomo::start().await;
    let hits: Vec<String> =
        (1..=250).map(|number| matomo.query(number, &format!("cid={number:016x}"))).collect();
    matomo.bulk(&hits).await;
    let mut seen = Vec::new();
    for offset in [0, 100, 200] {
        let page = matomo
            .api(
                "Live.getLastVisitsDetails",
                &format!(
                    "idSite=1&period=range&date=yesterday,yesterday&filter_limit=100&filter_offset={offset}"
                ),
            )
            .await;
        seen.extend(page.as_array().expect("a list").iter().filter_map(|visit| visit["idVisit"].as_u64()));
    }
    assert_eq!(seen, (1..=250).rev().collect::<Vec<_>>());
    let default = matomo.api("Live.getLastVisitsDetails", "idSite=1&doNotFetchActions=1").await;
    assert_eq!(default.as_array().map(Vec::len), Some(100));
    assert_eq!(default[0]["actionDetails"], json!([]));
}

#[tokio::test]
async fn a_range_of_days_does_not_count_visitors() {
    let matomo = full_coverage().await;
    let answer = matomo.api("VisitsSummary.get", "idSite=1&period=range&date=2010-01-01,today").await;
    assert_eq!((&answer["nb_visits"], answer.get("nb_uniq_visitors")), (&json!(4), None));
    let today = matomo.api("VisitsSummary.get", "idSite=1&period=day&date=today").await;
    assert_eq!((&today["nb_visits"], &today["bounce_rate"]), (&json!(0), &json!("0%")));
}

#[tokio::test]
async fn a_bad_argument_is_an_error_with_status_200() {
    let matomo = Matomo::start().await;
    for arguments in [
        "",
        "idSite=1",
        "idSite=1&period=day",
        "idSite=1&period=day&date=soon",
        "idSite=x&period=day&date=today",
    ] {
        let answer = matomo.api("VisitsSummary.get", arguments).await;
        assert_eq!(answer["result"], "error", "{arguments}");
    }
}

#[tokio::test]
async fn today_begins_a_day_early_in_the_log_of_visits_and_nowhere_else() {
    let matomo = full_coverage().await;
    for (period, visits) in [
        ("period=day&date=today", 4),
        ("period=range&date=today,today", 4),
        ("period=day&date=yesterday", 4),
        ("period=range&date=2010-01-01,2010-01-02", 0),
    ] {
        let log = matomo.api("Live.getLastVisitsDetails", &format!("idSite=1&{period}")).await;
        assert_eq!(log.as_array().map(Vec::len), Some(visits), "{period}");
    }
    let totals = matomo.api("VisitsSummary.getVisits", "idSite=1&period=day&date=today").await;
    assert_eq!(totals, json!({ "value": 0 }));
}
