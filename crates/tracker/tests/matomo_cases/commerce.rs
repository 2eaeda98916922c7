//! Carts and orders.

use serde_json::json;

use crate::case::{Case, case, check, measured};
use crate::stand_in::{A, B, Matomo, types};

/// Hits of one visitor, ten seconds apart, and the number of actions of each visit.
fn visit(row: &str, hits: &[&str], actions: &[u64]) -> Case {
    let hits: Vec<(i64, String)> =
        hits.iter().enumerate().map(|(at, more)| (10 * at as i64, format!("{A}&{more}"))).collect();
    case(row, &hits, actions)
}

fn first(field: &str) -> String {
    format!("/0/actionDetails/0/{field}")
}

const ITEMS: &str = r#"ec_items=[["SKU1","Blue shoe",["Shoes","Men"],25,2]]"#;

#[tokio::test]
async fn a_cart_is_one_per_visit_until_it_is_ordered() {
    let cart = format!("idgoal=0&{ITEMS}&revenue=50");
    let order = format!("idgoal=0&ec_id=O1&{ITEMS}&revenue=60");
    let cases = vec![
        visit("a cart, as the first hit", &[&cart], &[0])
            .fact(first("type"), "ecommerceAbandonedCart")
            .fact(first("revenue"), 50)
            .fact(first("items"), 2)
            .fact("/0/visitEcommerceStatus", "abandonedCart")
            .fact("/0/visitConverted", 0),
        visit("the last cart wins", &[&cart, "idgoal=0&revenue=7.25"], &[0])
            .fact(first("revenue"), 7.25)
            .absent("/0/actionDetails/1"),
        visit("a cart that is ordered", &[&cart, &order], &[0])
            .fact(first("type"), "ecommerceOrder")
            .absent("/0/actionDetails/1")
            .fact("/0/visitEcommerceStatus", "ordered"),
        visit("a cart after an order", &[&order, &cart], &[0])
            .fact("/0/actionDetails/1/type", "ecommerceAbandonedCart")
            .fact("/0/visitEcommerceStatus", "orderedThenAbandonedCart"),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn an_order_is_exact_to_the_cent() {
    let order = |more: &str| format!("idgoal=0&ec_id=O1&{more}");
    let whole = order(&format!("{ITEMS}&revenue=60.55&ec_st=50&ec_tx=6.239&ec_sh=4.31&ec_dt=0.5"));
    let of = |row, more: &str| visit(row, &[&order(more)], &[0]).fact(first("type"), "ecommerceOrder");
    let cases = vec![
        visit("an order, as the first hit", &[&whole], &[0])
            .fact(first("orderId"), "O1")
            .fact(first("revenue"), 60.55)
            .fact(first("revenueSubTotal"), 50)
            .fact(first("revenueTax"), 6.24)
            .fact(first("revenueShipping"), 4.31)
            .fact(first("revenueDiscount"), 0.5)
            .fact(first("items"), 2)
            .fact("/0/visitConverted", 1),
        of("a comma", "revenue=19,99").fact(first("revenue"), 19),
        of("no revenue", "ec_st=5").fact(first("revenue"), 0),
        of("items that are no JSON", "revenue=5&ec_items=[[")
            .fact(first("items"), 0)
            .fact(first("itemDetails"), json!([])),
        of("the same SKU twice", r#"revenue=5&ec_items=[["A","a","c",1,2],["A","a","c",1,3]]"#)
            .fact(first("items"), 5)
            .absent("/0/actionDetails/0/itemDetails/1"),
        visit("an order without idgoal=0", &["ec_id=O1&revenue=5"], &[1])
            .fact(first("type"), "action")
            .fact("/0/visitEcommerceStatus", "none"),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn an_order_id_is_unique_and_short() {
    let long = "X".repeat(130);
    let order = |id: &str| format!("idgoal=0&ec_id={id}&revenue=5");
    let cases = vec![
        visit("twice in a visit", &[&order("O1"), &order("O1")], &[0])
            .refused(1)
            .absent("/0/actionDetails/1"),
        case(
            "twice in two visits: an empty converted one stays",
            &[(0, format!("{A}&{}", order("O1"))), (0, format!("{B}&{}", order("O1")))],
            &[0, 0],
        )
        .refused(1)
        .fact("/1/actionDetails", json!([]))
        .fact("/1/visitConverted", 1),
        visit("130 letters are cut", &[&order(&long)], &[0]).fact(first("orderId"), &long[..100]),
        visit("130 letters after a cart are lost", &["idgoal=0&revenue=1", &order(&long)], &[0])
            .fact(first("type"), "ecommerceAbandonedCart")
            .absent("/0/actionDetails/1"),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn a_duplicate_order_is_the_one_invalid_hit_of_a_bulk() {
    let matomo = Matomo::with(measured()).await;
    let order = |visitor: &str| format!("{visitor}&idgoal=0&ec_id=O1&revenue=5");
    let hits = [A.to_owned(), order(A), order(B), B.to_owned()];
    let hits: Vec<String> = hits.iter().map(|more| matomo.query(0, more)).collect();
    assert_eq!(
        matomo.bulk(&hits).await,
        json!({ "status": "success", "tracked": 3, "invalid": 1, "invalid_indices": [2] })
    );
    let visits = matomo.visits(1).await;
    let all: Vec<_> = visits.iter().map(types).collect();
    assert_eq!(all, [vec!["action", "ecommerceOrder"], vec!["action"]]);
    let orders = matomo.api("Goals.get", "idSite=1&period=day&date=yesterday&idGoal=ecommerceOrder").await;
    assert_eq!((&orders["nb_conversions"], &orders["revenue"]), (&json!(1), &json!(5)));
}
