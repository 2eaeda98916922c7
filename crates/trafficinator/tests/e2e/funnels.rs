//! Funnel files of existing deployments.

use crate::support::ledger::{Ledger, kind, visits};
use crate::support::program::run;
use crate::support::server::{Seen, Server};
use crate::support::stand_in::StandIn;

const FUNNELS: &str = r#"[
  {"name": "off", "probability": 1, "enabled": false, "priority": 0,
   "steps": [{"type": "pageview", "url": "https://shop.example.com/off"}]},
  {"name": "purchase", "description": "from the product to the thank-you page", "probability": 1.0, "priority": 1,
   "enabled": true, "exit_after_completion": EXIT,
   "steps": [
     {"type": "pageview", "title": "Product", "action_name": "Shop / Product", "url": "https://shop.example.com/product"},
     {"type": "event", "event_category": "Cart", "event_action": "add", "event_name": "SKU-1", "event_value": 19.5,
      "delay_seconds_min": 1, "delay_seconds_max": 3},
     {"type": "site_search", "search_keyword": "gift box", "search_category": "Extras", "search_results": 4},
     {"type": "outlink", "target_url": "https://pay.example.net/start"},
     {"type": "pageview", "title": "Checkout", "url": "https://shop.example.com/checkout", "delay_seconds_min": 2,
      "delay_seconds_max": 5},
     {"type": "download", "target_url": "https://shop.example.com/terms.pdf"},
     {"type": "ecommerce", "ecommerce_revenue": 121.0, "ecommerce_items": 2, "ecommerce_subtotal": 100.0,
      "ecommerce_tax": 10.0, "ecommerce_shipping": 11.0}
   ]}
]"#;

const KINDS: [&str; 7] = ["pageview", "event", "search", "outlink", "pageview", "download", "order"];

#[test]
fn a_funnel_is_walked_step_by_step_on_its_own_pages() {
    let server = Server::obliging();
    walk(&server.url(), "true");
    let hits = server.hits();
    let visits = visits(&hits);
    assert_eq!(visits.len(), 20);
    for visit in visits {
        assert_walked(&visit);
        let rest: Vec<&str> = visit[KINDS.len()..].iter().map(|hit| kind(hit)).collect();
        assert_eq!(rest, ["ping"], "the visit ends with the funnel");
    }
}

#[test]
fn a_visit_may_go_on_after_its_funnel() {
    let server = Server::obliging();
    walk(&server.url(), "false");
    let hits = server.hits();
    let visits = visits(&hits);
    assert_eq!(visits.len(), 20);
    let mut longer = 0;
    for visit in &visits {
        assert_walked(visit);
        longer += usize::from(visit.len() > KINDS.len() + 1);
        assert!(visit.iter().skip(1).all(|hit| !hit.parameters.contains_key("new_visit")));
    }
    assert!(longer > 15, "{longer} of 20 visits go on");
}

#[test]
fn the_stand_in_records_what_a_funnel_says() {
    let stand_in = StandIn::start(&[]);
    let planned = walk(&stand_in.url(), "true");
    let recorded = stand_in.recorded();
    assert_eq!(recorded, planned);
    assert_eq!((recorded.orders, recorded.revenue_cents), (20, 20 * 12_100));
    assert_eq!((recorded.pageviews, recorded.events, recorded.searches), (40, 20, 20));
}

/// Walks the funnel twenty times; what was planned.
fn walk(url: &str, exit: &str) -> Ledger {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("funnels.json");
    std::fs::write(&file, FUNNELS.replace("EXIT", exit)).unwrap();
    let summary = run(url)
        .args(["--rate", "100/s", "--max-total-visits", "20", "--timeout", "5s"])
        .vars(&[("FUNNEL_CONFIG_PATH", file.to_str().unwrap()), ("PAGEVIEWS_MIN", "6")])
        .finish()
        .expect(0)
        .json();
    Ledger::of_summary(&summary, "planned")
}

fn assert_walked(visit: &[&Seen]) {
    let kinds: Vec<&str> = visit.iter().take(KINDS.len()).map(|hit| kind(hit)).collect();
    assert_eq!(kinds, KINDS);
    let (product, checkout) = (visit[0], visit[4]);
    assert_eq!(product.get("action_name"), "Shop / Product");
    assert!(product.get("url").starts_with("https://shop.example.com/product"));
    assert_eq!(checkout.get("action_name"), "Checkout");
    assert_eq!(checkout.get("url"), "https://shop.example.com/checkout");
    assert_ne!(product.get("pv_id"), checkout.get("pv_id"));
    for hit in &visit[1..4] {
        assert_eq!(hit.get("url"), "https://shop.example.com/product");
        assert_eq!(hit.get("pv_id"), product.get("pv_id"));
    }
    for hit in &visit[5..7] {
        assert_eq!(hit.get("url"), "https://shop.example.com/checkout");
        assert_eq!(hit.get("pv_id"), checkout.get("pv_id"));
    }
    let [event, search, outlink] = [visit[1], visit[2], visit[3]];
    assert_eq!(["e_c", "e_a", "e_n", "e_v"].map(|name| event.get(name)), ["Cart", "add", "SKU-1", "19.5"]);
    let searched = ["search", "search_cat", "search_count"].map(|name| search.get(name));
    assert_eq!(searched, ["gift box", "Extras", "4"]);
    assert_eq!(outlink.get("link"), "https://pay.example.net/start");
    assert_eq!(visit[5].get("download"), "https://shop.example.com/terms.pdf");
    let cents = ["revenue", "ec_st", "ec_tx", "ec_sh"]
        .map(|name| (visit[6].get(name).parse::<f64>().unwrap() * 100.0).round() as i64);
    assert_eq!(cents, [12_100, 10_000, 1_000, 1_100]);
    let items: Vec<serde_json::Value> = serde_json::from_str(visit[6].get("ec_items")).unwrap();
    assert_eq!(items.len(), 2);
}
