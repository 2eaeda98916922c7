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

/// At most so many of one product, unless a funnel says what the products cost together.
pub const MOST_QUANTITY: u32 = 100;

/// Baskets that are drawn freely before one is put together to fit.
const TRIES: u32 = 24;

/// Share of orders with a voucher, and what it is worth as a share of the sub total*.
const VOUCHER: (f64, f64) = (0.08, 0.10);

impl Order {
    /// What is paid: the items, tax and shipping, less the discount.
    pub fn revenue(&self) -> Cents {
        Cents(self.sub_total.0 + self.tax.0 + self.shipping.0 - self.discount.0)
    }

    /// Draws an order into this one, keeping its memory. Products cost what the shelf says, always; only where a
    /// funnel fixes what they cost together and nobody gave their prices are those brought into line with it.
    pub fn draw(&mut self, shop: &Shop, shelf: &Shelf, fixed: FixedOrder, stream: &mut Stream) {
        if let Some(parts) = fixed.parts {
            let count = fixed.items.unwrap_or_else(|| few(shop.items, stream)).min(shelf.len() as u32);
            self.draw_fixed(shelf, count, parts, stream);
            return;
        }
        let count = match fixed.items {
            Some(count) => count.min(shelf.len() as u32),
            None => shop.draw_count(shelf, stream),
        };
        for _ in 0..TRIES {
            self.shipping = *stream.pick(&shop.shipping);
            self.fill(shelf, count, stream);
            self.tax = tax(self.sub_total, shop.tax_rate);
            self.discount = Cents(0);
            if stream.chance(VOUCHER.0) {
                self.discount = tax(self.sub_total, VOUCHER.1);
            }
            if (shop.value.0..=shop.value.1).contains(&self.revenue()) {
                return;
            }
        }
        self.assemble(shop, shelf, count, stream);
    }

    /// Puts an order inside its limits together: by the choice of products, then by quantities. Where prices leave a
    /// gap there, the smallest sum above it is brought down by a discount, of less than one piece of one product.
    fn assemble(&mut self, shop: &Shop, shelf: &Shelf, count: u32, stream: &mut Stream) {
        let (low, high) = (shop.value.0.0, shop.value.1.0);
        let fits = |shipping: &&Cents| shop.reaches(shelf, count, **shipping);
        let choices = shop.shipping.iter().filter(fits).count() as u32;
        self.shipping = if choices > 0 {
            let drawn = stream.below(choices) as usize;
            shop.shipping.iter().filter(fits).nth(drawn).copied().unwrap_or_default()
        } else {
            shop.shipping.iter().min().copied().unwrap_or_default()
        };
        let least = smallest_sub_total(low.saturating_sub(self.shipping.0), shop.tax_rate);
        let most = largest_sub_total(high.saturating_sub(self.shipping.0), shop.tax_rate);
        self.choose(shelf, count, (least, most), stream);
        self.raise(shelf, (least, most), MOST_QUANTITY);
        self.tax = tax(self.sub_total, shop.tax_rate);
        self.discount = Cents((self.sub_total.0 + self.tax.0 + self.shipping.0).saturating_sub(high));
    }

    /// An order whose parts a funnel fixes.
    fn draw_fixed(
        &mut self,
        shelf: &Shelf,
        count: u32,
        (sub_total, tax, shipping): (Cents, Cents, Cents),
        stream: &mut Stream,
    ) {
        (self.tax, self.shipping, self.discount) = (tax, shipping, Cents(0));
        if shelf.is_given() {
            // What the products cost more than the funnel says is a discount: the revenue is the funnel's.
            self.choose(shelf, count, (sub_total.0, sub_total.0), stream);
            self.raise(shelf, (sub_total.0, sub_total.0), u32::MAX);
            self.discount = Cents(self.sub_total.0.saturating_sub(sub_total.0));
        } else {
            self.fill(shelf, count, stream);
            self.fit(Cents(sub_total.0.max(u64::from(count))));
        }
    }

    /// Different products, one of each, that cost no more than the second limit together, and as much as the first
    /// where that is found soon.
    fn choose(&mut self, shelf: &Shelf, count: u32, (least, most): (u64, u64), stream: &mut Stream) {
        self.items.clear();
        let item = |product: u16| Item { product, price: shelf.price(product), quantity: 1 };
        self.items.extend(shelf.ranked().iter().take(count as usize).map(|&product| item(product)));
        let mut sum: u64 = self.items.iter().map(|item| item.price.0).sum();
        for _ in 0..2 * count + 16 {
            let slot = stream.below(count) as usize;
            let other = item(stream.below(shelf.len() as u32) as u16);
            let changed = sum - self.items[slot].price.0 + other.price.0;
            let is_better = changed >= sum || sum > least;
            if changed <= most && is_better && self.items.iter().all(|item| item.product != other.product) {
                self.items[slot] = other;
                sum = changed;
            }
        }
        self.sub_total = Cents(sum);
    }

    /// Raises quantities until the items cost the first limit, and no more than the second where prices allow it.
    fn raise(&mut self, shelf: &Shelf, (least, most): (u64, u64), cap: u32) {
        let mut sum = self.sub_total.0;
        while sum < least {
            let missing = least - sum;
            let room = |item: &Item| u64::from(cap - item.quantity);
            let fits = |item: &Item| (most.saturating_sub(sum) / item.price.0).min(room(item));
            let lands = |item: &&mut Item| missing.div_ceil(item.price.0) <= fits(item);
            let (item, more) = if let Some(item) = self.items.iter_mut().find(lands) {
                let more = missing.div_ceil(item.price.0);
                (item, more)
            } else if let Some(item) =
                self.items.iter_mut().filter(|item| fits(item) > 0).max_by_key(|item| item.price)
            {
                let more = fits(item);
                (item, more)
            } else if let Some(item) =
                self.items.iter_mut().filter(|item| room(item) > 0).min_by_key(|item| item.price)
            {
                (item, 1)
            } else if self.exchange_cheapest(shelf, least, cap) {
                sum = self.sum();
                continue;
            } else {
                break;
            };
            item.quantity += more as u32;
            sum += more * item.price.0;
        }
        self.sub_total = Cents(sum);
    }

    /// Puts the dearest product that is not among the items in the place of their cheapest, in such a quantity that
    /// they cost as much as `least`, or in the largest; whether there was one.
    fn exchange_cheapest(&mut self, shelf: &Shelf, least: u64, cap: u32) -> bool {
        let mut others = shelf.ranked().iter().rev();
        let other = others.find(|product| self.items.iter().all(|item| item.product != **product));
        let rest = self.sum();
        let (Some(&product), Some(slot)) = (other, self.items.iter_mut().min_by_key(|item| item.price))
        else {
            return false;
        };
        let price = shelf.price(product);
        if price <= slot.price {
            return false;
        }
        let rest = rest - slot.price.0 * u64::from(slot.quantity);
        let quantity = least.saturating_sub(rest).div_ceil(price.0).clamp(1, u64::from(cap)) as u32;
        *slot = Item { product, price, quantity };
        true
    }

    fn sum(&self) -> u64 {
        self.items.iter().map(|item| item.price.0 * u64::from(item.quantity)).sum()
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
        self.sub_total = Cents(self.sum());
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
    /// Whether a basket of so many products with this shipping can be inside the limits.
    fn reaches(&self, shelf: &Shelf, count: u32, shipping: Cents) -> bool {
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
    fn draw_count(&self, shelf: &Shelf, stream: &mut Stream) -> u32 {
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

fn tax(sub_total: Cents, rate: f64) -> Cents {
    Cents((sub_total.0 as f64 * rate).round() as u64)
}

/// What follows "item" after a number.
fn plural_s(number: u32) -> &'static str {
    if number == 1 { "" } else { "s" }
}

fn total(sub_total: u64, rate: f64) -> u64 {
    sub_total + tax(Cents(sub_total), rate).0
}

/// The smallest sub total that makes at least so much with tax.
fn smallest_sub_total(wanted: u64, rate: f64) -> u64 {
    let mut cents = ((wanted as f64 / (1.0 + rate)) as u64).saturating_sub(2);
    while total(cents, rate) < wanted {
        cents += 1;
    }
    cents
}

/// The largest sub total that makes at most so much with tax.
fn largest_sub_total(wanted: u64, rate: f64) -> u64 {
    let mut cents = (wanted as f64 / (1.0 + rate)) as u64 + 2;
    while cents > 0 && total(cents, rate) > wanted {
        cents -= 1;
    }
    cents
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::{Catalogue, Product};
    use crate::profile::{BuiltInSite, Profile};
    use crate::random::Domain;
    use crate::site::Site;

    /// A catalogue of products at these prices.
    fn given(prices: &[u64]) -> Shelf {
        let product = |(index, cents): (usize, &u64)| Product {
            sku: format!("P-{index}"),
            name: format!("Product {index}"),
            categories: vec!["Things".to_owned()],
            price: Cents(*cents),
        };
        let catalogue = Catalogue::new(prices.iter().enumerate().map(product).collect()).unwrap();
        let site = Site::parse("https://a.example/").unwrap();
        Shelf::new(Some(&catalogue), &site, &Profile::built_in("ecommerce").unwrap())
    }

    fn drawn(shop: &Shop, shelf: &Shelf, fixed: FixedOrder, seed: u64) -> Order {
        let mut order = Order::default();
        order.draw(shop, shelf, fixed, &mut Stream::new(seed, Domain::Order, 1));
        order
    }

    /// Different products at their own prices, and a sub total that is their sum.
    fn check_items(order: &Order, shelf: &Shelf) -> Result<(), TestCaseError> {
        for item in &order.items {
            prop_assert_eq!(item.price, shelf.price(item.product), "a price was changed");
            prop_assert!(item.quantity > 0);
        }
        prop_assert_eq!(order.sum(), order.sub_total.0);
        let products: BTreeSet<u16> = order.items.iter().map(|item| item.product).collect();
        prop_assert_eq!(products.len(), order.items.len());
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]
        #[test]
        fn an_order_lies_inside_its_limits_at_the_prices_of_the_catalogue_or_is_refused(
            seed: u64,
            prices in proptest::collection::vec(1_u64..30_000, 1..40),
            low in 1_u64..200_000,
            room in prop_oneof![Just(0_u64), 0_u64..100, 0_u64..100_000],
            least in 1_u32..6,
            more in 0_u32..30,
            tax_rate in prop_oneof![Just(0.0), 0.0..1.0_f64],
            shipping in proptest::collection::vec(0_u64..5_000, 1..4),
        ) {
            let shipping: Vec<Cents> = shipping.into_iter().map(Cents).collect();
            let shelf = given(&prices);
            let items = (least, least + more);
            let shop = Shop { value: (Cents(low), Cents(low + room)), items, tax_rate, shipping };
            let cheapest = shop.shipping.iter().min().unwrap().0 + total(shelf.cheapest(least).0, tax_rate);
            if let Some((setting, message)) = shop.out_of_reach(&shelf) {
                let dearest = shop.shipping.iter().max().unwrap().0
                    + total(shelf.dearest(items.1).0 * u64::from(MOST_QUANTITY), tax_rate);
                prop_assert!(
                    least > prices.len() as u32 || cheapest > low + room || dearest < low,
                    "{setting}: {message}"
                );
                return Ok(());
            }
            prop_assert!(least <= prices.len() as u32 && cheapest <= low + room);
            let order = drawn(&shop, &shelf, FixedOrder::default(), seed);
            check_items(&order, &shelf)?;
            prop_assert!((shop.value.0..=shop.value.1).contains(&order.revenue()), "{order:?}");
            prop_assert!((items.0..=items.1).contains(&(order.items.len() as u32)));
            prop_assert_eq!(tax(order.sub_total, tax_rate), order.tax);
            prop_assert!(shop.shipping.contains(&order.shipping));
            // A voucher, or less than a piece of something with its tax and a cent of rounding.
            let piece = order.items.iter().map(|item| total(item.price.0, tax_rate)).max().unwrap_or(0);
            let voucher = tax(order.sub_total, VOUCHER.1).0;
            prop_assert!(order.discount.0 <= voucher.max(piece + 1), "{order:?}");
        }

        #[test]
        fn what_a_funnel_fixes_is_paid_whatever_the_prices(
            seed: u64,
            prices in proptest::collection::vec(1_u64..30_000, 1..40),
            count in 1_u32..10,
            parts in (1_u64..500_000, 0_u64..50_000, 0_u64..5_000),
        ) {
            let shelf = given(&prices);
            let shop = Shop { value: (Cents(1), Cents(1)), items: (1, 5), tax_rate: 0.1, shipping: vec![Cents(0)] };
            let (sub_total, tax, shipping) = parts;
            let fixed = FixedOrder {
                items: Some(count),
                parts: Some((Cents(sub_total), Cents(tax), Cents(shipping))),
            };
            let order = drawn(&shop, &shelf, fixed, seed);
            check_items(&order, &shelf)?;
            prop_assert_eq!(order.items.len() as u32, count.min(prices.len() as u32));
            prop_assert_eq!(order.revenue().0, sub_total + tax + shipping);
            prop_assert_eq!((order.tax.0, order.shipping.0), (tax, shipping));
        }
    }

    #[test]
    fn the_default_shop_sells_without_filling_up_baskets() {
        for (name, of) in [("ecommerce", BuiltInSite::Shop), ("content", BuiltInSite::Magazine)] {
            let shelf = Shelf::new(None, &Site::built_in(of), &Profile::built_in(name).unwrap());
            let shop = Shop {
                value: (Cents(1_599), Cents(29_999)),
                items: (1, 5),
                tax_rate: 0.1,
                shipping: vec![Cents(0), Cents(599), Cents(999), Cents(1_599)],
            };
            let (mut discounts, mut units) = (0, 0);
            for number in 0..10_000 {
                let order = drawn(&shop, &shelf, FixedOrder::default(), number);
                check_items(&order, &shelf).unwrap();
                discounts += u32::from(order.discount.0 > 0);
                units += order.items.iter().map(|item| item.quantity).sum::<u32>();
            }
            assert!((600..1_000).contains(&discounts), "{discounts} of 10,000 orders have a discount");
            assert!((2.2..3.2).contains(&(f64::from(units) / 10_000.0)), "{units} units in 10,000 orders");
        }
    }

    #[test]
    fn limits_that_no_basket_can_meet_are_told() {
        let shelf = given(&[1_000, 2_000, 3_000]);
        let shop = |low, high, items| Shop {
            value: (Cents(low), Cents(high)),
            items,
            tax_rate: 0.1,
            shipping: vec![Cents(500), Cents(900)],
        };
        let told = |shop: Shop| shop.out_of_reach(&shelf);
        assert_eq!(told(shop(1_000, 1_600, (1, 5))), None);
        let (setting, message) = told(shop(1_000, 1_599, (1, 5))).unwrap();
        assert_eq!(setting, "ECOMMERCE_ORDER_VALUE_MAX");
        assert!(message.contains("15.99") && message.contains("16.00"), "{message}");
        assert_eq!(told(shop(1_000, 5_000, (4, 5))).unwrap().0, "ECOMMERCE_ITEMS_MIN");
        assert_eq!(told(shop(660_900, 700_000, (1, 3))), None);
        assert_eq!(told(shop(660_901, 700_000, (1, 3))).unwrap().0, "ECOMMERCE_ORDER_VALUE_MIN");
        let order = drawn(&shop(660_900, 700_000, (1, 3)), &shelf, FixedOrder::default(), 1);
        assert_eq!((order.revenue().0, order.shipping.0), (660_900, 900));
    }

    #[test]
    fn items_are_written_as_matomo_takes_them() {
        let site = Site::parse("https://a.example/\n").unwrap();
        let product = |sku: &str, name: &str, categories: &[&str]| Product {
            sku: sku.to_owned(),
            name: name.to_owned(),
            categories: categories.iter().map(|name| (*name).to_owned()).collect(),
            price: Cents(105),
        };
        let products =
            vec![product("A-1", "19\" Rack", &["Racks"]), product("A-2", "Shelf", &["Office", "Racks"])];
        let shelf = Shelf::new(
            Some(&Catalogue::new(products).unwrap()),
            &site,
            &Profile::built_in("ecommerce").unwrap(),
        );
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
