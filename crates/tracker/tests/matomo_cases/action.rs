//! What counts as an action, and what is refused.

use serde_json::{Value, json};

use crate::stand_in::{A, B, Matomo, types};

#[tokio::test]
async fn only_page_views_searches_events_downloads_and_outlinks_are_actions() {
    let matomo = Matomo::start().await;
    let hits = [
        ("&action_name=Home&pv_id=abc1234&dimension1=gold&dimension2=shoes", "action"),
        ("&search=boots&search_cat=Men&search_count=0", "search"),
        ("&e_c=Video&e_a=play&e_n=Intro&e_v=3&ca=1", "event"),
        ("&link=https%3A%2F%2Fpartner.example.net%2Fx", "outlink"),
        ("&download=https%3A%2F%2Fshop.example.com%2Fa.pdf", "download"),
        ("&c_n=Ad&c_p=banner.png&c_t=https%3A%2F%2Fa.example&ca=1", "content"),
        ("&idgoal=1&revenue=19.99", "goal"),
        (
            "&idgoal=0&ec_id=o1&revenue=20.5&ec_items=%5B%5B%22A%22%2C%22Shoe%22%2C%22Shoes%22%2C10.25%2C2%5D%5D",
            "ecommerceOrder",
        ),
        ("&idgoal=0&revenue=5", "ecommerceAbandonedCart"),
    ];
    for (number, (extra, _)) in hits.iter().enumerate() {
        assert_eq!(matomo.hit(number as i64 * 10, &format!("{A}{extra}")).await, 204, "{extra}");
    }
    let visit = matomo.only_visit().await;
    assert_eq!(types(&visit), hits.map(|(_, kind)| kind));
    for (field, value) in [
        ("actions", json!(5)),
        ("searches", json!(1)),
        ("events", json!(1)),
        ("goalConversions", json!(1)),
        ("visitConverted", json!(1)),
        ("visitEcommerceStatus", json!("orderedThenAbandonedCart")),
        ("dimension1", json!("gold")),
    ] {
        assert_eq!(visit[field], value, "{field}");
    }
    let details = &visit["actionDetails"];
    for (at, field, value) in [
        (0, "pageTitle", json!("Home")),
        (0, "url", json!("https://shop.example.com/")),
        (0, "idpageview", json!("abc123")),
        (0, "dimension2", json!("shoes")),
        (0, "timestamp", json!(matomo.noon)),
        (1, "siteSearchKeyword", json!("boots")),
        (1, "siteSearchCategory", json!("Men")),
        (1, "siteSearchCount", json!(0)),
        (2, "eventCategory", json!("Video")),
        (2, "eventAction", json!("play")),
        (2, "eventName", json!("Intro")),
        (2, "eventValue", json!(3.0)),
        (3, "url", json!("https://partner.example.net/x")),
        (6, "revenue", json!(19.99)),
        (7, "orderId", json!("o1")),
        (7, "revenue", json!(20.5)),
        (7, "items", json!(2)),
    ] {
        assert_eq!(details[at][field], value, "{at} {field}");
    }
    let item = &details[7]["itemDetails"][0];
    assert_eq!([&item["itemSKU"], &item["itemName"], &item["itemCategory"]], ["A", "Shoe", "Shoes"]);
    assert_eq!(item["price"], 10.25);
}

#[tokio::test]
async fn half_an_event_an_empty_search_and_an_order_without_its_goal_are_page_views() {
    let matomo = Matomo::start().await;
    for (at, extra) in ["&e_c=Video", "&search=", "&ec_id=o1&revenue=5"].iter().enumerate() {
        matomo.hit(at as i64, &format!("{A}{extra}")).await;
    }
    let visit = matomo.only_visit().await;
    assert_eq!(types(&visit), ["action"; 3]);
    assert_eq!(visit["visitEcommerceStatus"], "none");
}

#[tokio::test]
async fn a_search_in_the_address_is_a_search() {
    let matomo = Matomo::start().await;
    matomo.hit(0, &format!("{A}&url=https%3A%2F%2Fshop.example.com%2Ffind%3Fq%3Dboots%26cat%3DMen")).await;
    let visit = matomo.only_visit().await;
    let search = &visit["actionDetails"][0];
    assert_eq!(
        [&search["type"], &search["siteSearchKeyword"], &search["siteSearchCategory"]],
        ["search", "boots", "Men"]
    );
    assert_eq!(search["siteSearchCount"], Value::Null);
}

#[tokio::test]
async fn a_link_without_a_scheme_is_an_action_without_an_address() {
    let matomo = Matomo::start().await;
    matomo.hit(0, &format!("{A}&download=x.pdf")).await;
    let visit = matomo.only_visit().await;
    assert_eq!((&visit["actions"], &visit["actionDetails"][0]["url"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn a_goal_counts_once_a_visit_and_an_unknown_one_is_refused() {
    let matomo = Matomo::start().await;
    assert_eq!(matomo.hit(0, &format!("{A}&idgoal=99")).await, 400);
    assert!(matomo.visits(1).await.is_empty());
    for at in [0, 10] {
        assert_eq!(matomo.hit(at, &format!("{A}&idgoal=3")).await, 204);
    }
    let visit = matomo.only_visit().await;
    assert_eq!((&visit["actions"], &visit["goalConversions"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn a_duplicate_order_is_refused_and_leaves_an_empty_visit() {
    let matomo = Matomo::start().await;
    assert_eq!(matomo.hit(0, &format!("{A}&idgoal=0&ec_id=o1&revenue=5")).await, 204);
    assert_eq!(matomo.hit(10, &format!("{A}&idgoal=0&ec_id=o1&revenue=5")).await, 400);
    assert_eq!(matomo.hit(20, &format!("{B}&idgoal=0&ec_id=o1&revenue=5")).await, 400);
    let visits = matomo.visits(1).await;
    assert_eq!(visits.len(), 2);
    assert_eq!(types(&visits[0]), ["ecommerceOrder"]);
    assert!(types(&visits[1]).is_empty());
    assert_eq!((&visits[1]["actions"], &visits[1]["visitConverted"]), (&json!(0), &json!(1)));
    let orders = matomo.api("Goals.get", "idSite=1&period=day&date=yesterday&idGoal=ecommerceOrder").await;
    assert_eq!((&orders["nb_conversions"], &orders["revenue"]), (&json!(1), &json!(5)));
}

#[tokio::test]
async fn a_cart_is_one_per_visit_and_becomes_the_order() {
    let matomo = Matomo::start().await;
    matomo.hit(0, &format!("{A}&idgoal=0&revenue=5")).await;
    matomo.hit(10, &format!("{A}&idgoal=0&revenue=7.25")).await;
    let visit = matomo.only_visit().await;
    assert_eq!(
        (types(&visit), &visit["actionDetails"][0]["revenue"]),
        (vec!["ecommerceAbandonedCart"], &json!(7.25))
    );
    assert_eq!(
        (&visit["visitEcommerceStatus"], &visit["visitConverted"]),
        (&json!("abandonedCart"), &json!(0))
    );
    matomo.hit(20, &format!("{A}&idgoal=0&ec_id=o1&revenue=8")).await;
    let visit = matomo.only_visit().await;
    assert_eq!((types(&visit), &visit["visitEcommerceStatus"]), (vec!["ecommerceOrder"], &json!("ordered")));
}

#[tokio::test]
async fn a_long_order_id_is_cut_and_lost_after_a_cart() {
    let matomo = Matomo::start().await;
    let id = "X".repeat(130);
    matomo.hit(0, &format!("{A}&idgoal=0&ec_id={id}&revenue=1")).await;
    matomo.hit(0, &format!("{B}&idgoal=0&revenue=1")).await;
    assert_eq!(matomo.hit(10, &format!("{B}&idgoal=0&ec_id=Y{id}&revenue=1")).await, 204);
    let visits = matomo.visits(1).await;
    assert_eq!(visits[0]["actionDetails"][0]["orderId"], "X".repeat(100));
    assert_eq!(types(&visits[1]), ["ecommerceAbandonedCart"]);
}

#[tokio::test]
async fn a_negative_timing_is_refused_and_leaves_a_visit_without_an_action() {
    let matomo = Matomo::start().await;
    for (visitor, extra) in [(A, "&pf_srv=-5"), (B, "&bw_bytes=-1")] {
        assert_eq!(matomo.hit(0, &format!("{visitor}{extra}")).await, 400);
    }
    assert_eq!(matomo.actions().await, [0, 0]);
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
