//! Carts and orders by kind of device, and of visitors who are new or known.

use traffic::scenario::{Draft, Share};
use traffic::visitor::device::Class;

use crate::chi_square::{Mix, check};
use crate::classic::{plan_of, profiled};
use crate::expected::Expected;
use crate::seen::{Happening, visits};

/// Orders are made more frequent than in any profile, so that fewer visits are needed.
const ORDERS: f64 = 0.03;

/// Visits of each kind of device, nearly all of the run.
const VISITS: u64 = 560_000;

/// Visits of new and known visitors.
const OF_EACH: u64 = 800_000;

fn shop() -> Draft {
    let mut draft = profiled("ecommerce");
    draft.shares.order = Share::new(ORDERS).unwrap();
    draft
}

/// A shop whose visitors nearly all have the same kind of device; the others have tablets, or phones.
fn mostly(class: Class) -> Draft {
    let mut draft = shop();
    let devices = &mut draft.profile.devices;
    let all = [
        &mut devices.desktop,
        &mut devices.phone,
        &mut devices.tablet,
        &mut devices.tv,
        &mut devices.console,
    ];
    for (device, other) in all.into_iter().zip(Class::ALL) {
        device.share = match other {
            _ if other == class => 90.0,
            Class::Tablet => 10.0,
            Class::Phone if class == Class::Tablet => 10.0,
            _ => 0.0,
        };
    }
    draft
}

#[test]
fn carts_and_orders_depend_on_the_device() {
    let mut mixes = Vec::new();
    for class in Class::ALL {
        let draft = mostly(class);
        let expected = Expected::of(&draft);
        let known = draft.profile.visitors.returning;
        let of_all = |chances: [f64; 2]| chances[0] * (1.0 - known) + chances[1] * known;
        let seen = visits(&plan_of(draft), VISITS);
        let own = || seen.iter().filter(|seen| seen.class == class as usize && seen.is_engaged());
        let (carts, orders) = (expected.carts[class as usize], expected.orders[class as usize]);
        let name = class.name();
        mixes.push(Mix::of(
            &format!("carts with {name}"),
            of_all(carts),
            own().map(|seen| seen.has(Happening::Cart)),
        ));
        mixes.push(Mix::of(
            &format!("orders with {name}"),
            of_all(orders),
            own().map(|seen| seen.has(Happening::Order)),
        ));
    }
    check("purchases", &mixes);
}

#[test]
fn known_visitors_fill_more_carts_and_order_more() {
    let mut draft = shop();
    draft.profile.visitors.returning = 0.5;
    let expected = Expected::of(&draft);
    let seen = visits(&plan_of(draft), OF_EACH);
    let mut mixes = Vec::new();
    for (index, name) in ["new", "known"].into_iter().enumerate() {
        // By device, as often as each is met among them.
        let own: Vec<_> =
            seen.iter().filter(|seen| usize::from(seen.is_known) == index && seen.is_engaged()).collect();
        let mean = |chances: &[[f64; 2]; 5]| {
            own.iter().map(|seen| chances[seen.class][index]).sum::<f64>() / own.len() as f64
        };
        let (carts, orders) = (mean(&expected.carts), mean(&expected.orders));
        mixes.push(Mix::of(
            &format!("carts of {name}"),
            carts,
            own.iter().map(|seen| seen.has(Happening::Cart)),
        ));
        mixes.push(Mix::of(
            &format!("orders of {name}"),
            orders,
            own.iter().map(|seen| seen.has(Happening::Order)),
        ));
    }
    let lifts = expected.orders[0][1] / expected.orders[0][0];
    assert!((lifts - 1.74).abs() < 1e-9, "known visitors order {lifts} times as often");
    check("purchases", &mixes);
}
