//! The eleven hits that fill all 86 standard reports: the four visits they make, and their totals.

use serde_json::{Value, json};

use crate::case::measured;
use crate::stand_in::{Matomo, types};

const ITEMS: &str = "%5B%5B%22SKU1%22%2C%22Blue+shoe%22%2C%22Shoes%22%2C25%2C2%5D%5D";
const SAMSUNG: &str = "Mozilla%2F5.0+%28Linux%3B+Android+14%3B+SM-S911B%29+AppleWebKit%2F537.36+%28KHTML%2C+like+Gecko%29+SamsungBrowser%2F25.0+Chrome%2F121.0.0.0+Mobile+Safari%2F537.36";

/// What every hit of the first visitor says.
fn a() -> String {
    format!("cid=a000000000002328&cip=203.0.113.1&uid=user-1&ua={SAMSUNG}")
}

/// The eleven hits: seconds after noon, and what they say.
fn hits() -> Vec<(i64, String)> {
    let a = a();
    let b = "cid=a000000000002329&cip=203.0.113.2";
    let c = "cid=a00000000000232a&cip=203.0.113.3";
    vec![
        (
            0,
            format!(
                "{a}&lang=de-de&res=412x915&pdf=1&cookie=1&country=de&region=BE&city=Berlin&lat=52.52&long=13.405&search=boots&search_cat=Men&search_count=3&urlref=https%3A%2F%2Fwww.google.com%2Fsearch%3Fq%3Dred%2Bshoes"
            ),
        ),
        (10, format!("{a}&search=nothing&search_count=0")),
        (
            20,
            format!(
                "{a}&url=https%3A%2F%2Fshop.example.com%2Fthank-you&action_name=Shop+%2F+Thank+you&pv_id=aaaaaa&pf_net=10&pf_srv=120&pf_tfr=30&pf_dm1=200&pf_dm2=150&pf_onl=40&bw_bytes=51200&dimension1=gold&dimension2=shoes&_cvar=%7B%221%22%3A%5B%22plan%22%2C%22pro%22%5D%7D&cvar=%7B%221%22%3A%5B%22section%22%2C%22shoes%22%5D%7D&_pks=SKU1&_pkn=Blue+shoe&_pkc=%5B%22Shoes%22%2C%22Men%22%5D&_pkp=25"
            ),
        ),
        (30, format!("{a}&e_c=Video&e_a=play&e_n=Intro&e_v=3&ca=1")),
        (40, format!("{a}&c_n=Ad&c_p=banner&c_t=https%3A%2F%2Fa.example&ca=1")),
        (50, format!("{a}&idgoal=1")),
        // The recorded visit lasted 73 seconds: 1 + 70, and 2 for the order at its end.
        (70, format!("{a}&idgoal=0&ec_id=O1&ec_items={ITEMS}&revenue=60&ec_st=50&ec_tx=6&ec_sh=4&ec_dt=0")),
        (
            99 * 60,
            format!(
                "{a}&new_visit=1&url=https%3A%2F%2Fshop.example.com%2F%3Fmtm_campaign%3DSale%26mtm_kwd%3Dred&idgoal=0&ec_items={ITEMS}&revenue=50"
            ),
        ),
        (0, format!("{b}&action_name=Home&urlref=https%3A%2F%2Fl.facebook.com%2F")),
        (10, format!("{b}&link=https%3A%2F%2Fpartner.example.net%2Fx")),
        (
            0,
            format!(
                "{c}&download=https%3A%2F%2Fshop.example.com%2Fa.pdf&urlref=https%3A%2F%2Fblog.example.org%2Fpost"
            ),
        ),
    ]
}

/// A stand-in with the eleven hits in four visits that fill all reports.
pub(crate) async fn full_coverage() -> Matomo {
    let matomo = Matomo::with(measured()).await;
    let hits: Vec<String> = hits().iter().map(|(at, extra)| matomo.query(*at, extra)).collect();
    let answer = matomo.bulk(&hits).await;
    assert_eq!(answer, json!({ "status": "success", "tracked": 11, "invalid": 0, "invalid_indices": [] }));
    matomo
}

#[tokio::test]
async fn eleven_hits_fill_the_totals_as_they_did_in_the_real_one() {
    let matomo = full_coverage().await;
    let ask = async |method: &str, more: &str| {
        matomo.api(method, &format!("idSite=1&period=day&date=yesterday{more}")).await
    };
    // All of these are the recorded answers, word for word.
    assert_eq!(
        ask("VisitsSummary.get", "").await,
        json!({"nb_uniq_visitors":3,"nb_users":1,"nb_visits":4,"nb_actions":7,"nb_visits_converted":1,"bounce_count":2,"sum_visit_length":84,"max_actions":4,"bounce_rate":"50%","nb_actions_per_visit":1.8,"avg_time_on_site":21})
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
async fn eleven_hits_make_new_and_returning_visits_as_they_did_in_the_real_one() {
    let matomo = full_coverage().await;
    assert_eq!(
        matomo.api("VisitFrequency.get", "idSite=1&period=day&date=yesterday").await,
        json!({"nb_uniq_visitors_new":3,"nb_users_new":1,"nb_visits_new":3,"nb_actions_new":7,"nb_visits_converted_new":1,"bounce_count_new":1,"sum_visit_length_new":84,"max_actions_new":4,"bounce_rate_new":"33%","nb_actions_per_visit_new":2.3,"avg_time_on_site_new":28,"nb_uniq_visitors_returning":1,"nb_users_returning":1,"nb_visits_returning":1,"nb_actions_returning":0,"nb_visits_converted_returning":0,"bounce_count_returning":1,"sum_visit_length_returning":0,"max_actions_returning":0,"bounce_rate_returning":"100%","nb_actions_per_visit_returning":0,"avg_time_on_site_returning":0})
    );
}

#[tokio::test]
async fn eleven_hits_come_through_four_channels_as_they_did_in_the_real_one() {
    let matomo = full_coverage().await;
    let rows = matomo.api("Referrers.getReferrerType", "idSite=1&period=day&date=yesterday").await;
    let row = |label: &str| {
        let rows = rows.as_array().expect("a list");
        rows.iter().find(|row| row["label"] == label).expect("a row").clone()
    };
    assert_eq!(rows.as_array().map(Vec::len), Some(4));
    assert_eq!(
        row("Campaigns"),
        json!({"label":"Campaigns","nb_uniq_visitors":1,"nb_visits":1,"nb_actions":0,"nb_users":1,"max_actions":0,"sum_visit_length":0,"bounce_count":1,"nb_visits_converted":0,"goals":{"idgoal=ecommerceAbandonedCart":{"nb_conversions":1,"nb_visits_converted":1,"revenue":50,"items":2}},"nb_conversions":0,"revenue":0,"segment":"referrerType==campaign","referrer_type":6,"idsubdatatable":6})
    );
    let search = row("Search Engines");
    for (field, value) in [
        ("nb_actions", json!(4)),
        ("sum_visit_length", json!(73)),
        ("nb_visits_converted", json!(1)),
        ("nb_conversions", json!(4)),
        ("revenue", json!(76)),
    ] {
        assert_eq!(search[field], value, "{field}");
    }
    assert_eq!(
        search["goals"],
        json!({"idgoal=ecommerceOrder":{"nb_conversions":1,"nb_visits_converted":1,"revenue":60,"revenue_subtotal":50,"revenue_tax":6,"revenue_shipping":4,"revenue_discount":0,"items":2},"idgoal=1":{"nb_conversions":1,"nb_visits_converted":1,"revenue":5},"idgoal=2":{"nb_conversions":1,"nb_visits_converted":1,"revenue":10},"idgoal=3":{"nb_conversions":1,"nb_visits_converted":1,"revenue":1}})
    );
    assert_eq!(
        (&row("Social Networks")["nb_actions"], &row("Websites")["nb_actions"]),
        (&json!(2), &json!(1))
    );
}

#[tokio::test]
async fn the_four_visits_hold_what_the_86_reports_are_about() {
    let matomo = full_coverage().await;
    let visits = Value::from(matomo.visits(1).await);
    assert_eq!(visits.as_array().map(Vec::len), Some(4));
    let kinds: Vec<_> = visits.as_array().expect("a list").iter().map(types).collect();
    assert_eq!(
        kinds,
        [
            vec!["search", "search", "action", "goal", "event", "goal", "content", "goal", "ecommerceOrder"],
            vec!["ecommerceAbandonedCart"],
            vec!["action", "outlink"],
            vec!["download"],
        ]
    );
    // Reports, where their fact stands, and the fact.
    for (reports, place, fact) in [
        ("Visits Summary", "/0/actions", json!(4)),
        ("Returning Visits", "/1/visitorType", json!("returningCustomer")),
        ("Visits by visit number", "/1/visitCount", json!(2)),
        ("Visits by days since last visit", "/1/daysSinceLastVisit", json!(0)),
        ("Length of visits", "/0/visitDuration", json!(73)),
        ("Pages per visit", "/2/actions", json!(2)),
        ("User IDs", "/0/userId", json!("user-1")),
        ("Site Search Keywords", "/0/actionDetails/0/siteSearchKeyword", json!("boots")),
        ("Search Categories", "/0/actionDetails/0/siteSearchCategory", json!("Men")),
        ("Search Keywords with No Results", "/0/actionDetails/1/siteSearchCount", json!(0)),
        (
            "Page URLs, Pages Following a Site Search",
            "/0/actionDetails/2/url",
            json!("https://shop.example.com/thank-you"),
        ),
        ("Page titles", "/0/actionDetails/2/pageTitle", json!("Shop / Thank you")),
        ("Performance overview", "/0/actionDetails/2/pageLoadTimeMilliseconds", json!(550)),
        ("Bandwidth", "/0/actionDetails/2/bandwidth", json!(51200)),
        ("Customer type", "/0/dimension1", json!("gold")),
        ("Page category", "/0/actionDetails/2/dimension2", json!("shoes")),
        ("Custom Variables", "/0/customVariables/1/customVariableValue1", json!("pro")),
        ("Product SKU, Name, Category", "/0/actionDetails/2/productViewSku", json!("SKU1")),
        ("Goal Thank-you page", "/0/actionDetails/3/goalId", json!(2)),
        ("Event Categories, Actions, Names", "/0/actionDetails/4/eventName", json!("Intro")),
        ("Goal Video play event", "/0/actionDetails/5/goalId", json!(3)),
        ("Content Name, Content Piece", "/0/actionDetails/6/contentPiece", json!("banner")),
        ("Goal Newsletter signup", "/0/actionDetails/7/goalId", json!(1)),
        ("Ecommerce Orders", "/0/actionDetails/8/orderId", json!("O1")),
        ("Abandoned Carts", "/1/actionDetails/0/revenue", json!(50)),
        ("Entry pages, Exit pages", "/2/actionDetails/0/pageTitle", json!("Home")),
        ("Outlinks", "/2/actionDetails/1/url", json!("https://partner.example.net/x")),
        ("Downloads", "/3/actionDetails/0/url", json!("https://shop.example.com/a.pdf")),
        ("Search Engines", "/0/referrerName", json!("Google")),
        ("Keywords", "/0/referrerKeyword", json!("red shoes")),
        ("Campaigns", "/1/referrerName", json!("sale")),
        ("Social Networks", "/2/referrerName", json!("Facebook")),
        ("Websites", "/3/referrerName", json!("blog.example.org")),
        ("Browsers", "/0/browser", json!("Samsung Browser 25.0")),
        ("Browser engines", "/0/browserFamily", json!("Blink")),
        ("Browser Plugins", "/0/plugins", json!("pdf, cookie")),
        ("Operating System versions", "/0/operatingSystem", json!("Android 14")),
        ("Device type", "/0/deviceType", json!("Smartphone")),
        ("Device brand", "/0/deviceBrand", json!("Samsung")),
        ("Device model", "/0/deviceModel", json!("Galaxy S23")),
        ("Screen Resolution", "/0/resolution", json!("412x915")),
        ("Web-browser language, Language code", "/0/languageCode", json!("de-de")),
        ("Country, Continent", "/0/country", json!("Germany")),
        ("Region", "/0/regionCode", json!("BE")),
        ("City", "/0/city", json!("Berlin")),
        ("Visits per hour in the site's timezone", "/0/visitServerHour", json!("12")),
        ("Visits per local time", "/0/visitLocalHour", json!("12")),
    ] {
        assert_eq!(visits.pointer(place), Some(&fact), "{reports}");
    }
}
