//! Orders: what is in a basket and what it costs. Sums are whole cents and always equal their parts.

use crate::ledger::Cents;
use crate::random::{Permutation, Stream};
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

/// A line of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Index into the catalogue.
    pub product: u16,
    /// Price of one.
    pub price: Cents,
    /// How many.
    pub quantity: u32,
}

/// An order, ready to be reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Distinct items.
    pub items: Vec<Item>,
    /// Sum of the items.
    pub sub_total: Cents,
    /// Tax on it.
    pub tax: Cents,
    /// Shipping.
    pub shipping: Cents,
    /// Discount.
    pub discount: Cents,
}

/// Parts of an order that a funnel fixes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FixedOrder {
    /// Distinct items.
    pub items: Option<u32>,
    /// The parts, where given; validated to add up.
    pub parts: Option<(Cents, Cents, Cents)>,
}

/// The most distinct items of an order.
pub const MOST_ITEMS: u32 = 100;

/// Baskets of whole prices that are tried before prices are drawn to fit.
const TRIES: u32 = 24;

impl Order {
    /// What is paid: the items, tax and shipping, less the discount.
    pub fn revenue(&self) -> Cents {
        Cents(self.sub_total.0 + self.tax.0 + self.shipping.0 - self.discount.0)
    }

    /// Draws an order into this one, keeping its memory.
    pub fn draw(&mut self, shop: &Shop, shelf: &Shelf, fixed: FixedOrder, stream: &mut Stream) {
        let count = fixed.items.unwrap_or_else(|| few(shop.items, stream)).min(shelf.len() as u32);
        if let Some((sub_total, tax, shipping)) = fixed.parts {
            (self.tax, self.shipping, self.discount) = (tax, shipping, Cents(0));
            let cents = sub_total.0.max(u64::from(count));
            self.fill(shelf, count, stream);
            self.fit(Cents(cents));
            return;
        }
        for _ in 0..TRIES {
            self.shipping = *stream.pick(&shop.shipping);
            self.discount = Cents(0);
            self.fill(shelf, count, stream);
            self.tax = tax(self.sub_total, shop.tax_rate);
            if (shop.value.0..=shop.value.1).contains(&self.revenue()) {
                return;
            }
        }
        self.draw_to_fit(shop, shelf, count, stream);
    }

    /// Where no basket of the catalogue fits, its prices are scaled: the total is drawn first, the items follow.
    fn draw_to_fit(&mut self, shop: &Shop, shelf: &Shelf, count: u32, stream: &mut Stream) {
        let least = total(u64::from(count), shop.tax_rate);
        let high = shop.value.1.0;
        let low = shop.value.0.0.max(least + shop.cheapest_shipping()).min(high);
        let target = Cents((low + ((high - low + 1) as f64 * stream.unit()) as u64).clamp(low, high));
        let affordable = |shipping: &&Cents| shipping.0 + least <= target.0;
        let choices = shop.shipping.iter().filter(affordable).count() as u32;
        let drawn = stream.below(choices) as usize;
        self.shipping = shop.shipping.iter().filter(affordable).nth(drawn).copied().unwrap_or_default();
        // The smallest sub total that reaches the target; what it exceeds it by, a cent at most, is a discount.
        let rest = target.0.saturating_sub(self.shipping.0).max(least);
        let mut cents = (rest as f64 / (1.0 + shop.tax_rate)) as u64;
        cents = cents.saturating_sub(2).max(u64::from(count));
        while total(cents, shop.tax_rate) < rest {
            cents += 1;
        }
        self.fill(shelf, count, stream);
        self.fit(Cents(cents));
        self.tax = tax(self.sub_total, shop.tax_rate);
        self.discount = Cents(total(cents, shop.tax_rate) - rest);
    }

    /// Distinct products at their own prices, mostly one of each.
    fn fill(&mut self, shelf: &Shelf, count: u32, stream: &mut Stream) {
        let picks = Permutation::new(shelf.len() as u64, stream.bits());
        self.items.clear();
        self.items.extend((0..u64::from(count.min(MOST_ITEMS))).map(|index| {
            let product = picks.forward(index) as u16;
            let price = shelf.price(product);
            let quantity = match stream.below(10) {
                0 => 2 + stream.below(2),
                _ => 1,
            };
            Item { product, price, quantity }
        }));
        self.sub_total = Cents(self.items.iter().map(|item| item.price.0 * u64::from(item.quantity)).sum());
    }

    /// Scales the prices so that the items, one of each, sum up to `sub_total`: at least a cent an item.
    fn fit(&mut self, sub_total: Cents) {
        let listed: u64 = self.items.iter().map(|item| item.price.0).sum();
        let count = self.items.len() as u64;
        let spread = sub_total.0.saturating_sub(count);
        let mut rest = spread;
        for item in &mut self.items {
            let more = (u128::from(spread) * u128::from(item.price.0) / u128::from(listed)) as u64;
            rest -= more;
            *item = Item { price: Cents(1 + more), quantity: 1, ..*item };
        }
        if let Some(first) = self.items.first_mut() {
            first.price.0 += rest;
        }
        self.sub_total = Cents(count + spread);
    }

    /// Sum of the first items, as a cart that they were put in one after the other shows it.
    pub fn first(&self, items: usize) -> Cents {
        Cents(self.items.iter().take(items).map(|item| item.price.0 * u64::from(item.quantity)).sum())
    }

    /// Appends the first items as Matomo takes them: `[["sku","name","category",price,quantity],…]`.
    pub fn write_items(&self, shelf: &Shelf, items: usize, out: &mut String) {
        use std::fmt::Write;
        out.push('[');
        for (index, item) in self.items.iter().take(items).enumerate() {
            if index > 0 {
                out.push(',');
            }
            out.push_str(shelf.item(item.product));
            let _infallible = write!(out, ",{},{}]", item.price, item.quantity);
        }
        out.push(']');
    }
}

/// How many distinct items an order has: mostly few (benchmarks: 2.87 units an order).
fn few((least, most): (u32, u32), stream: &mut Stream) -> u32 {
    let mut count = least;
    while count < most && stream.chance(0.55) {
        count += 1;
    }
    count
}

impl Shop {
    /// The least an order of the most items can cost: a cent an item, tax and the cheapest shipping.
    pub fn least_value(&self) -> Cents {
        Cents(self.cheapest_shipping() + total(u64::from(self.items.1), self.tax_rate))
    }

    fn cheapest_shipping(&self) -> u64 {
        self.shipping.iter().map(|cost| cost.0).min().unwrap_or(0)
    }
}

fn tax(sub_total: Cents, rate: f64) -> Cents {
    Cents((sub_total.0 as f64 * rate).round() as u64)
}

fn total(sub_total: u64, rate: f64) -> u64 {
    sub_total + tax(Cents(sub_total), rate).0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::random::Domain;
    use crate::site::{DEFAULT_LIST, Site};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn an_order_lies_inside_its_limits_and_adds_up(
            seed: u64,
            low in 1_u64..200_000,
            room in 0_u64..100_000,
            least in 1_u32..20,
            more in 0_u32..80,
            tax_rate in 0.0..1.0_f64,
            shipping in proptest::collection::vec(0_u64..5_000, 0..4),
        ) {
            let shipping = std::iter::once(Cents(0)).chain(shipping.into_iter().map(Cents)).collect();
            let items = (least, (least + more).min(MOST_ITEMS));
            let shelf = Shelf::new(None, &Site::parse(DEFAULT_LIST).unwrap(), false);
            let shop = Shop { value: (Cents(low), Cents(low + room)), items, tax_rate, shipping };
            prop_assume!(shop.least_value() <= shop.value.1);
            let mut order = Order::default();
            order.draw(&shop, &shelf, FixedOrder::default(), &mut Stream::new(seed, Domain::Order, 1));
            prop_assert!((shop.value.0..=shop.value.1).contains(&order.revenue()), "{order:?}");
            prop_assert!((items.0..=items.1).contains(&(order.items.len() as u32)));
            let sum: u64 = order.items.iter().map(|item| item.price.0 * u64::from(item.quantity)).sum();
            prop_assert_eq!(sum, order.sub_total.0);
            prop_assert_eq!(tax(order.sub_total, tax_rate), order.tax);
            prop_assert!(order.items.iter().all(|item| item.price.0 > 0));
            prop_assert!(shop.shipping.contains(&order.shipping));
            prop_assert!(order.discount.0 <= 2);
            let skus: BTreeSet<u16> = order.items.iter().map(|item| item.product).collect();
            prop_assert_eq!(skus.len(), order.items.len());
        }
    }

    #[test]
    fn the_default_shop_sells_at_catalogue_prices_nearly_always() {
        let shelf = Shelf::new(None, &Site::parse(DEFAULT_LIST).unwrap(), true);
        let shop = Shop {
            value: (Cents(1_599), Cents(29_999)),
            items: (1, 5),
            tax_rate: 0.1,
            shipping: vec![Cents(0), Cents(599), Cents(999), Cents(1_599)],
        };
        let mut order = Order::default();
        let (mut fitted, mut units) = (0, 0);
        for number in 0..10_000 {
            order.draw(&shop, &shelf, FixedOrder::default(), &mut Stream::new(1, Domain::Order, number));
            fitted += u32::from(order.items.iter().any(|item| item.price != shelf.price(item.product)));
            units += order.items.iter().map(|item| item.quantity).sum::<u32>();
        }
        assert!(fitted < 100, "{fitted} of 10,000 orders needed other prices");
        assert!((2.4..3.2).contains(&(f64::from(units) / 10_000.0)), "{units} units in 10,000 orders");
    }

    #[test]
    fn items_are_written_as_matomo_takes_them() {
        let site = Site::parse("https://a.example/\n").unwrap();
        let product = |sku: &str, name: &str, categories: &[&str]| crate::catalogue::Product {
            sku: sku.to_owned(),
            name: name.to_owned(),
            categories: categories.iter().map(|name| (*name).to_owned()).collect(),
            price: Cents(105),
        };
        let products =
            vec![product("A-1", "19\" Rack", &["Racks"]), product("A-2", "Shelf", &["Office", "Racks"])];
        let shelf = Shelf::new(Some(&crate::catalogue::Catalogue::new(products).unwrap()), &site, true);
        let item = |product, quantity| Item { product, price: Cents(105), quantity };
        let order = Order { items: vec![item(0, 2), item(1, 1)], ..Order::default() };
        let mut text = String::new();
        order.write_items(&shelf, 9, &mut text);
        assert_eq!(text, r#"[["A-1","19\" Rack","Racks",1.05,2],["A-2","Shelf",["Office","Racks"],1.05,1]]"#);
        text.clear();
        order.write_items(&shelf, 1, &mut text);
        assert_eq!(text, r#"[["A-1","19\" Rack","Racks",1.05,2]]"#);
        assert_eq!(order.first(1), Cents(210));
    }
}
