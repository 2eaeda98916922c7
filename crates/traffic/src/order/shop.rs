//! What a shop's orders may look like, and which baskets can be so.

use super::MOST_QUANTITY;
use crate::ledger::Cents;
use crate::random::Stream;
use crate::shelf::Shelf;

/// What orders may look like.
#[derive(Clone, Debug, PartialEq)]
pub struct Shop {
    /// Revenue of an order, from and to (both included).
    pub value: (Cents, Cents),
    /// Distinct items of an order, from and to.
    pub items: (u32, u32),
    /// Tax on the sub total, as a share.
    pub tax_rate: f64,
    /// What shipping may cost; drawn per order.
    pub shipping: Vec<Cents>,
}

impl Shop {
    /// Whether a basket of so many products with this shipping can be inside the limits.
    pub(super) fn reaches(&self, shelf: &Shelf, count: u32, shipping: Cents) -> bool {
        let least = total(shelf.cheapest(count).0, self.tax_rate) + shipping.0;
        let most = total(shelf.dearest(count).0 * u64::from(MOST_QUANTITY), self.tax_rate) + shipping.0;
        least <= self.value.1.0 && most >= self.value.0.0
    }

    /// The fewest and the most products of a basket inside the limits.
    fn counts(&self, shelf: &Shelf) -> Option<(u32, u32)> {
        let most = self.items.1.min(shelf.len() as u32);
        let can_be =
            |count: &u32| self.shipping.iter().any(|shipping| self.reaches(shelf, *count, *shipping));
        let fewest = (self.items.0..=most).find(can_be)?;
        Some((fewest, (fewest..=most).rev().find(can_be).unwrap_or(fewest)))
    }

    /// How many products an order has.
    pub(super) fn draw_count(&self, shelf: &Shelf, stream: &mut Stream) -> u32 {
        few(self.counts(shelf).unwrap_or(self.items), stream).min(shelf.len() as u32)
    }

    /// Why no basket of this shelf can be inside the limits: the setting to change, and what to give.
    pub(crate) fn out_of_reach(&self, shelf: &Shelf) -> Option<(&'static str, String)> {
        let ((low, high), (fewest, most), products) = (self.value, self.items, shelf.len() as u32);
        if fewest > products {
            return Some((
                "ECOMMERCE_ITEMS_MIN",
                format!(
                    "{fewest} different items are more than the {products} products there are; give at most {products}"
                ),
            ));
        }
        if self.counts(shelf).is_some() {
            return None;
        }
        let shipping = |cost: Option<&Cents>| cost.map_or(0, |cost| cost.0);
        let least = total(shelf.cheapest(fewest).0, self.tax_rate) + shipping(self.shipping.iter().min());
        Some(if least > high.0 {
            (
                "ECOMMERCE_ORDER_VALUE_MAX",
                format!(
                    "{high} is less than any order of {fewest} item{} with tax and shipping ({}); give at least that, or \
                     cheaper ECOMMERCE_SHIPPING_RATES",
                    plural_s(fewest),
                    Cents(least)
                ),
            )
        } else {
            (
                "ECOMMERCE_ORDER_VALUE_MIN",
                format!(
                    "{low} is more than any order of {most} item{}, {MOST_QUANTITY} of each, with tax and shipping; give less, \
                     or more ECOMMERCE_ITEMS_MAX",
                    plural_s(most)
                ),
            )
        })
    }
}

/// How many distinct items an order has: mostly few (benchmarks: 2.87 units an order).
pub(super) fn few((least, most): (u32, u32), stream: &mut Stream) -> u32 {
    let mut count = least;
    while count < most && stream.chance(0.55) {
        count += 1;
    }
    count
}

/// What follows "item" after a number.
fn plural_s(number: u32) -> &'static str {
    if number == 1 { "" } else { "s" }
}

pub(super) fn tax(sub_total: Cents, rate: f64) -> Cents {
    Cents((sub_total.0 as f64 * rate).round() as u64)
}

pub(super) fn total(sub_total: u64, rate: f64) -> u64 {
    sub_total + tax(Cents(sub_total), rate).0
}

/// The smallest sub total that makes at least so much with tax.
pub(super) fn smallest_sub_total(wanted: u64, rate: f64) -> u64 {
    let mut cents = ((wanted as f64 / (1.0 + rate)) as u64).saturating_sub(2);
    while total(cents, rate) < wanted {
        cents += 1;
    }
    cents
}

/// The largest sub total that makes at most so much with tax.
pub(super) fn largest_sub_total(wanted: u64, rate: f64) -> u64 {
    let mut cents = (wanted as f64 / (1.0 + rate)) as u64 + 2;
    while cents > 0 && total(cents, rate) > wanted {
        cents -= 1;
    }
    cents
}
