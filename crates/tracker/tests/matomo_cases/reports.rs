//! The reporting API, against the totals that were recorded.

use serde_json::json;
use tracker::{Options, Role, User};

use crate::case::measured;
use crate::coverage::full_coverage;
use crate::stand_in::{A, B, MINUTE, Matomo, TOKEN};

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

/// The names and scopes that a caller declared, as the API gives them back.
#[tokio::test]
async fn goals_and_dimensions_are_told_as_they_were_declared() {
    let matomo = Matomo::with(measured()).await;
    let goal = |id, name: &str, attribute: &str, revenue, multiple| {
        json!({
            "idsite": 1, "idgoal": id, "name": name, "description": "", "match_attribute": attribute,
            "allow_multiple": multiple, "revenue": revenue, "deleted": 0, "event_value_as_revenue": 0,
        })
    };
    let mut by_url = goal(2, "Thank-you page", "url", 10, 0);
    let mut by_event = goal(3, "Video play event", "event_action", 1, 1);
    for (goal, pattern, kind) in [(&mut by_url, "thank-you", "contains"), (&mut by_event, "play", "exact")] {
        goal["pattern"] = json!(pattern);
        goal["pattern_type"] = json!(kind);
        goal["case_sensitive"] = json!(0);
    }
    assert_eq!(
        matomo.api("Goals.getGoals", "idSite=1").await,
        json!([goal(1, "Newsletter signup", "manually", 5, 0), by_url, by_event])
    );
    // As recorded, word for word.
    assert_eq!(
        matomo.api("CustomDimensions.getConfiguredCustomDimensions", "idSite=1").await,
        json!([
            {"idcustomdimension":"1","idsite":"1","name":"Customer type","index":"1","scope":"visit","active":true,"extractions":[],"case_sensitive":true},
            {"idcustomdimension":"2","idsite":"1","name":"Page category","index":"1","scope":"action","active":true,"extractions":[],"case_sensitive":true},
        ])
    );
    assert_eq!(
        matomo.api("CustomDimensions.getAvailableScopes", "idSite=1").await,
        json!([
            {"value":"visit","name":"Visit","numSlotsAvailable":5,"numSlotsUsed":1,"numSlotsLeft":4,"supportsExtractions":false},
            {"value":"action","name":"Action","numSlotsAvailable":5,"numSlotsUsed":1,"numSlotsLeft":4,"supportsExtractions":true},
        ])
    );
}

#[tokio::test]
async fn rights_are_told_by_exact_roles_and_a_superuser_is_an_administrator() {
    let user = |token: &str, role| User { token: token.to_owned(), role };
    let users = vec![user("viewer", Role::View), user("writer", Role::Write), user("admin", Role::Admin)];
    let matomo = Matomo::with(Options { users, ..measured() }).await;
    let ask = async |token: &str, method: &str| {
        let body = format!("module=API&format=JSON&token_auth={token}&method={method}");
        matomo.post("/index.php", &body).await.json()
    };
    for (token, superuser, admin, write, view) in [
        (TOKEN, true, true, false, false),
        ("admin", false, true, false, false),
        ("writer", false, false, true, false),
        ("viewer", false, false, false, true),
    ] {
        let is_superuser = ask(token, "UsersManager.hasSuperUserAccess").await;
        assert_eq!(is_superuser, json!({ "value": superuser }), "{token}");
        for (method, expected) in [
            ("SitesManager.getSitesIdWithAdminAccess", admin),
            ("SitesManager.getSitesIdWithWriteAccess", write),
            ("SitesManager.getSitesIdWithViewAccess", view),
            ("SitesManager.getSitesIdWithAtLeastViewAccess", true),
        ] {
            let sites = ask(token, method).await;
            assert_eq!(!sites.as_array().expect("a list").is_empty(), expected, "{token} {method}");
        }
    }
    for (token, status) in [("viewer", 400), ("writer", 204), ("admin", 204), (TOKEN, 204), ("nobody", 400)] {
        for claim in ["cip=203.0.113.1", "country=de", &format!("cdt={}", matomo.noon - 2 * 86_400)] {
            let query = format!("idsite=1&rec=1&send_image=0&{claim}&token_auth={token}");
            assert_eq!(matomo.get("/matomo.php", &query).await.status, status, "{token} {claim}");
        }
    }
}

#[tokio::test]
async fn a_call_without_a_valid_token_is_refused_in_three_ways() {
    let matomo = Matomo::start().await;
    let call = "module=API&format=JSON&method=API.getMatomoVersion";
    let none = matomo.post("/index.php", call).await;
    assert_eq!((none.status, none.json()["result"].as_str()), (401, Some("error")));
    let wrong =
        matomo.post("/index.php", &format!("{call}&token_auth=ffffffffffffffffffffffffffffffff")).await;
    assert_eq!((wrong.status, wrong.header("content-type")), (401, "text/html; charset=utf-8"));
    let bearer = [("Authorization", "Bearer 0123456789abcdef0123456789abcdef")];
    let header = matomo.send("POST", "/index.php", "", &bearer, call.as_bytes()).await;
    assert_eq!(header.status, 401);
}

#[tokio::test]
async fn a_site_says_how_it_is_set_up() {
    let site_url = Some("https://shop.example.com".to_owned());
    let matomo = Matomo::with(Options { site_url, ..measured() }).await;
    let site = matomo.api("SitesManager.getSiteFromId", "idSite=1").await;
    for (field, value) in [
        ("idsite", json!(1)),
        ("main_url", json!("https://shop.example.com")),
        ("ecommerce", json!(1)),
        ("sitesearch", json!(1)),
        ("timezone", json!("UTC")),
        ("exclude_unknown_urls", json!(0)),
        ("excluded_ips", json!("")),
        ("excluded_parameters", json!("")),
        ("excluded_user_agents", json!("")),
        ("excluded_referrers", json!("")),
    ] {
        assert_eq!(site[field], value, "{field}");
    }
    let unknown = matomo.api("SitesManager.getSiteFromId", "idSite=999").await;
    assert_eq!(unknown["result"], "error");
    for (plugin, active) in [("CustomVariables", true), ("QueuedTracking", false)] {
        let answer = matomo.api("API.isPluginActivated", &format!("pluginName={plugin}")).await;
        assert_eq!(answer, json!({ "value": active }), "{plugin}");
    }
}

#[tokio::test]
async fn counters_of_the_last_minutes_are_right_for_visits_only() {
    let matomo = full_coverage().await;
    let counters = matomo.api("Live.getCounters", "idSite=1&lastMinutes=4320").await;
    // Recorded: actions with content, and conversions with carts, where one visit converted.
    assert_eq!(counters, json!([{ "visits": 4, "actions": 8, "visitors": 3, "visitsConverted": 5 }]));
}

#[tokio::test]
async fn a_range_of_a_day_holds_that_day_and_a_visitor_is_found_by_segment_only() {
    let matomo = Matomo::start().await;
    for (at, who) in [(0, A), (0, B), (-86_400, A)] {
        matomo.hit(at, who).await;
    }
    let log = async |more: &str| {
        let visits = matomo.api("Live.getLastVisitsDetails", &format!("idSite=1&{more}")).await;
        visits.as_array().map(Vec::len)
    };
    let day = jiff::Timestamp::from_second(matomo.noon).expect("a time").strftime("%Y-%m-%d").to_string();
    assert_eq!(log(&format!("period=range&date={day},{day}")).await, Some(2));
    assert_eq!(log("visitorId=aaaaaaaaaaaaaaaa").await, Some(3), "the parameter is ignored");
    assert_eq!(log("segment=visitorId%3D%3Daaaaaaaaaaaaaaaa").await, Some(2));
    let unsupported = matomo
        .api("VisitsSummary.get", &format!("idSite=1&period=day&date={day}&segment=customDimension1%3D%3Dx"))
        .await;
    assert_eq!(unsupported["message"], "Segment 'customDimension1' is not a supported segment.");
}

#[tokio::test]
async fn new_and_returning_visits_are_told_apart() {
    let matomo = Matomo::start().await;
    for (at, who) in [(0, A), (10, A), (0, B), (60 * MINUTE, A), (70 * MINUTE, A), (71 * MINUTE, A)] {
        matomo.hit(at, who).await;
    }
    let answer = matomo.api("VisitFrequency.get", "idSite=1&period=day&date=yesterday").await;
    for (field, value) in [
        ("nb_visits_new", json!(2)),
        ("nb_actions_new", json!(3)),
        ("nb_uniq_visitors_new", json!(2)),
        ("bounce_count_new", json!(1)),
        ("nb_visits_returning", json!(1)),
        ("nb_actions_returning", json!(3)),
        ("sum_visit_length_returning", json!(661)),
    ] {
        assert_eq!(answer[field], value, "{field}");
    }
    let range = matomo.api("VisitFrequency.get", "idSite=1&period=range&date=2010-01-01,today").await;
    assert_eq!((&range["nb_visits_returning"], range.get("nb_uniq_visitors_new")), (&json!(1), None));
}

#[tokio::test]
async fn the_latest_visit_is_told_at_once_and_several_calls_make_one() {
    let matomo = Matomo::start().await;
    assert_eq!(matomo.api("Live.getMostRecentVisitsDateTime", "idSite=1").await, json!({ "value": "" }));
    matomo.hit(0, A).await;
    matomo.hit(10, B).await;
    let at = jiff::Timestamp::from_second(matomo.noon + 10).expect("a time");
    let at = at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    assert_eq!(matomo.api("Live.getMostRecentVisitsDateTime", "idSite=1").await, json!({ "value": at }));
    let visitor = matomo.api("Live.getMostRecentVisitorId", "idSite=1").await;
    assert_eq!(visitor, json!({ "value": "bbbbbbbbbbbbbbbb" }));
    let call = |method: &str| format!("method%3D{method}%26idSite%3D1%26period%3Dday%26date%3Dyesterday");
    let urls = [call("VisitsSummary.getVisits"), call("Actions.get"), call("No.such")];
    let urls: Vec<String> = urls.iter().enumerate().map(|(at, url)| format!("urls[{at}]={url}")).collect();
    let answers = matomo.api("API.getBulkRequest", &urls.join("&")).await;
    assert_eq!(answers[0], json!({ "value": 2 }));
    assert_eq!(answers[1]["nb_pageviews"], 2);
    assert_eq!(answers[2]["result"], "error");
}
