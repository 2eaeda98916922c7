//! Orders: what is in a basket and what it costs. Sums are whole cents and always equal their parts.

use crate::ledger::Cents;
use crate::random::{Permutation, Stream};

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
    product: u16,
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

struct Product {
    sku: &'static str,
    name: &'static str,
    category: &'static str,
    cents: u64,
}

const fn product(sku: &'static str, name: &'static str, category: &'static str, cents: u64) -> Product {
    Product { sku, name, category, cents }
}

/// The built-in catalogue; each product comes in [`VARIANTS`].
const CATALOGUE: [Product; 24] = [
    product("WJ-1001", "Rain Jacket Mist", "Jackets", 8_990),
    product("WJ-1002", "Down Jacket Fjord", "Jackets", 15_990),
    product("WJ-1003", "Softshell Ridge", "Jackets", 7_490),
    product("WJ-1004", "Windbreaker Breeze", "Jackets", 4_990),
    product("TS-2001", "Organic T-Shirt", "Shirts", 1_990),
    product("TS-2002", "Striped Longsleeve", "Shirts", 2_990),
    product("TS-2003", "Linen Shirt", "Shirts", 3_990),
    product("TS-2004", "Flannel Shirt", "Shirts", 4_490),
    product("SH-3001", "Trail Runner", "Shoes", 9_990),
    product("SH-3002", "City Sneaker", "Shoes", 7_990),
    product("SH-3003", "Hiking Boot", "Shoes", 13_990),
    product("SH-3004", "Summer Sandal", "Shoes", 3_490),
    product("AC-4001", "Wool Beanie", "Accessories", 1_490),
    product("AC-4002", "Merino Socks", "Accessories", 990),
    product("AC-4003", "Leather Belt", "Accessories", 2_490),
    product("AC-4004", "Day Pack 20 l", "Accessories", 5_990),
    product("HO-5001", "Enamel Mug", "Home", 1_290),
    product("HO-5002", "Throw Blanket", "Home", 3_990),
    product("HO-5003", "Cushion Cover", "Home", 1_790),
    product("HO-5004", "Table Lamp", "Home", 6_490),
    product("OU-6001", "Insulated Bottle", "Outdoor", 2_690),
    product("OU-6002", "Head Torch", "Outdoor", 3_290),
    product("OU-6003", "Camping Stove", "Outdoor", 5_490),
    product("OU-6004", "Sleeping Mat", "Outdoor", 6_990),
];

const VARIANTS: [&str; 5] = ["BK", "BL", "GR", "RD", "NA"];

const SKUS: u64 = (CATALOGUE.len() * VARIANTS.len()) as u64;

/// Baskets of whole prices that are tried before prices are drawn to fit.
const TRIES: u32 = 24;

impl Item {
    fn product(self) -> (&'static Product, &'static str) {
        let index = usize::from(self.product);
        (&CATALOGUE[index / VARIANTS.len()], VARIANTS[index % VARIANTS.len()])
    }
}

impl Order {
    /// What is paid: the items, tax and shipping, less the discount.
    pub fn revenue(&self) -> Cents {
        Cents(self.sub_total.0 + self.tax.0 + self.shipping.0 - self.discount.0)
    }

    /// Draws an order into this one, keeping its memory.
    pub fn draw(&mut self, shop: &Shop, fixed: FixedOrder, stream: &mut Stream) {
        let count = fixed.items.unwrap_or_else(|| stream.between(shop.items.0, shop.items.1));
        if let Some((sub_total, tax, shipping)) = fixed.parts {
            (self.tax, self.shipping, self.discount) = (tax, shipping, Cents(0));
            let cents = sub_total.0.max(u64::from(count));
            self.fill(count, stream);
            self.fit(Cents(cents));
            return;
        }
        for _ in 0..TRIES {
            self.shipping = *stream.pick(&shop.shipping);
            self.discount = Cents(0);
            self.fill(count, stream);
            self.tax = tax(self.sub_total, shop.tax_rate);
            if (shop.value.0..=shop.value.1).contains(&self.revenue()) {
                return;
            }
        }
        self.draw_to_fit(shop, count, stream);
    }

    /// Where no basket of the catalogue fits, its prices are scaled: the total is drawn first, the items follow.
    fn draw_to_fit(&mut self, shop: &Shop, count: u32, stream: &mut Stream) {
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
        self.fill(count, stream);
        self.fit(Cents(cents));
        self.tax = tax(self.sub_total, shop.tax_rate);
        self.discount = Cents(total(cents, shop.tax_rate) - rest);
    }

    /// Distinct products at their own prices, mostly one of each.
    fn fill(&mut self, count: u32, stream: &mut Stream) {
        let shelf = Permutation::new(SKUS, stream.bits());
        self.items.clear();
        self.items.extend((0..u64::from(count.min(MOST_ITEMS))).map(|index| {
            let product = shelf.forward(index) as u16;
            let price = Cents(CATALOGUE[usize::from(product) / VARIANTS.len()].cents);
            let quantity = match stream.below(10) {
                0 => 3,
                1 | 2 => 2,
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

    /// Appends the items as Matomo takes them: `[["sku","name","category",price,quantity],…]`.
    pub fn write_items(&self, out: &mut String) {
        use std::fmt::Write;
        out.push('[');
        for (index, item) in self.items.iter().enumerate() {
            let (product, variant) = item.product();
            let comma = if index == 0 { "" } else { "," };
            let Product { sku, name, category, .. } = product;
            let (price, quantity) = (item.price, item.quantity);
            let _infallible =
                write!(out, r#"{comma}["{sku}-{variant}","{name}","{category}",{price},{quantity}]"#);
        }
        out.push(']');
    }
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
            let shop = Shop { value: (Cents(low), Cents(low + room)), items, tax_rate, shipping };
            prop_assume!(shop.least_value() <= shop.value.1);
            let mut order = Order::default();
            order.draw(&shop, FixedOrder::default(), &mut Stream::new(seed, Domain::Order, 1));
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
    fn the_default_shop_sells_at_catalogue_prices() {
        let shop = Shop {
            value: (Cents(1_599), Cents(29_999)),
            items: (1, 5),
            tax_rate: 0.1,
            shipping: vec![Cents(0), Cents(599), Cents(999), Cents(1_599)],
        };
        let mut order = Order::default();
        let mut fitted = 0;
        for number in 0..10_000 {
            order.draw(&shop, FixedOrder::default(), &mut Stream::new(1, Domain::Order, number));
            let listed = |item: &Item| item.product().0.cents == item.price.0;
            fitted += u32::from(!order.items.iter().all(listed));
        }
        assert!(fitted < 100, "{fitted} of 10,000 orders needed other prices");
    }

    #[test]
    fn items_are_written_as_matomo_takes_them() {
        let mut order =
            Order { items: vec![Item { product: 0, price: Cents(105), quantity: 2 }], ..Order::default() };
        let mut text = String::new();
        order.write_items(&mut text);
        assert_eq!(text, r#"[["WJ-1001-BK","Rain Jacket Mist","Jackets",1.05,2]]"#);
        order.items.clear();
        text.clear();
        order.write_items(&mut text);
        assert_eq!(text, "[]");
    }
}
