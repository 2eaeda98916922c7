//! Carts and orders add up to the cent.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use traffic::hit::Kind;
use traffic::plan::Plan;
use traffic::visit::{Deed, Visit};

use crate::scenarios::run;
use crate::sent::{Hit, hits, value};

/// `12.30` in cents: two decimals, always.
fn cents(hit: &Hit, name: &str) -> u64 {
    let text = value(hit, name).unwrap_or_else(|| panic!("{name} is missing"));
    let (whole, part) = text.split_once('.').unwrap();
    assert_eq!(part.len(), 2, "{name} = {text}");
    whole.parse::<u64>().unwrap() * 100 + part.parse::<u64>().unwrap()
}

/// The stock numbers of `ec_items` and what they cost together.
fn items(hit: &Hit) -> (Vec<String>, u64) {
    let list: Vec<[Value; 5]> = serde_json::from_str(value(hit, "ec_items").unwrap()).unwrap();
    let mut sum = 0;
    let skus = list.into_iter().map(|[sku, name, categories, price, quantity]| {
        assert!(name.as_str().is_some_and(|name| !name.trim().is_empty()));
        let categories = categories.as_array().cloned().unwrap_or_else(|| vec![categories]);
        assert!((1..=5).contains(&categories.len()) && categories.iter().all(Value::is_string));
        sum += (price.as_f64().unwrap() * 100.0).round() as u64 * quantity.as_u64().unwrap();
        sku.as_str().unwrap().to_owned()
    });
    (skus.collect(), sum)
}

fn check(plan: &Plan, visit: &Visit) -> Result<(), TestCaseError> {
    let shop = &plan.scenario().shop;
    let (mut in_cart, mut order_ids) = (Vec::new(), BTreeSet::new());
    for (hit, action) in hits(plan, visit).iter().zip(&visit.actions) {
        if !matches!(action.kind(), Kind::Cart | Kind::Order) {
            prop_assert_eq!(action.revenue().0, 0);
            prop_assert!(value(hit, "ec_items").is_none() && value(hit, "ec_id").is_none());
            continue;
        }
        prop_assert_eq!(value(hit, "idgoal"), Some("0"));
        let (skus, sum) = items(hit);
        prop_assert_eq!(
            skus.iter().collect::<BTreeSet<_>>().len(),
            skus.len(),
            "a product twice: {:?}",
            skus
        );
        prop_assert_eq!(cents(hit, "revenue"), action.revenue().0);
        if action.kind() == Kind::Cart {
            prop_assert_eq!(value(hit, "ec_id"), None);
            prop_assert_eq!(cents(hit, "revenue"), sum);
            // Things are put in one after the other, and what is in it stays.
            prop_assert!(skus.starts_with(&in_cart) && skus.len() > in_cart.len());
            in_cart = skus;
            continue;
        }
        let id = value(hit, "ec_id").unwrap();
        prop_assert!(id.len() <= 100 && order_ids.insert(id.to_owned()), "order {}", id);
        prop_assert_eq!(cents(hit, "ec_st"), sum);
        prop_assert_eq!(
            cents(hit, "revenue"),
            sum + cents(hit, "ec_tx") + cents(hit, "ec_sh") - cents(hit, "ec_dt")
        );
        if matches!(action.deed, Deed::Order { .. }) {
            prop_assert!((shop.value.0..=shop.value.1).contains(&action.revenue()), "{}", action.revenue());
            let sold = plan.scenario().shelf().len() as u32;
            let range = shop.items.0.min(sold)..=shop.items.1.min(sold);
            prop_assert!(range.contains(&(skus.len() as u32)), "{} items", skus.len());
            prop_assert!(in_cart.is_empty() || in_cart == skus, "what is bought was not in the cart");
        }
    }
    let ledger = visit.ledger(&plan.scenario().goals);
    prop_assert!(ledger.orders == order_ids.len() as u64 && ledger.carts <= 1);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn carts_and_orders_add_up(run in run(), first in 0..1_000_000_000_u64) {
        let plan = run.plan();
        for number in run.numbers(first, 12) {
            check(&plan, &plan.visit(number))?;
        }
    }
}
