//! How often things have to happen, worked out from a scenario alone: bounces by channel and device, carts and orders by
//! device and by whether a visitor is known. What a profile gives are factors relative to each other; the shares of all
//! visits are what scales them.

use traffic::scenario::Draft;

const CHANNELS: usize = 7;
const CLASSES: usize = 5;

/// Shares and chances of a scenario.
pub(crate) struct Expected {
    /// Shares of the channels, in the order of `Channel::ALL`.
    pub(crate) channels: [f64; CHANNELS],
    /// Shares of the kinds of devices, in the order of `Class::ALL`.
    pub(crate) classes: [f64; CLASSES],
    /// Chance to bounce.
    bounces: [[f64; CLASSES]; CHANNELS],
    /// Chance of a cart in a visit that does not bounce, by device and for new and known visitors.
    pub(crate) carts: [[f64; 2]; CLASSES],
    /// And of an order.
    pub(crate) orders: [[f64; 2]; CLASSES],
}

/// Weights as shares.
pub(crate) fn normalised<const N: usize>(weights: [f64; N]) -> [f64; N] {
    let total: f64 = weights.iter().sum();
    weights.map(|weight| weight / total)
}

impl Expected {
    pub(crate) fn of(draft: &Draft) -> Expected {
        let from = &draft.profile.channels;
        let others = [from.search, from.social, from.website, from.ai, from.campaign, from.email];
        let direct = draft.shares.direct.get();
        let mix = normalised(others.map(|channel| channel.share));
        let mut channels = [direct; CHANNELS];
        for (share, other) in channels[1..].iter_mut().zip(mix) {
            *share = (1.0 - direct) * other;
        }
        let devices = draft.profile.devices.all();
        let classes = normalised(devices.map(|device| device.share));
        let mut by_channel = [from.direct.bounce; CHANNELS];
        for (factor, other) in by_channel[1..].iter_mut().zip(others) {
            *factor = other.bounce;
        }
        let wanted = match draft.profile.pages {
            Some(pages) if draft.page_range().0 == 1 => pages.bounce,
            _ => 0.0,
        };
        let mean = mean(&channels, &by_channel) * mean(&classes, &devices.map(|device| device.bounce));
        let bounces = by_channel.map(|channel| devices.map(|device| wanted * channel * device.bounce / mean));
        let stays: [f64; CLASSES] = std::array::from_fn(|class| {
            classes[class] * (0..CHANNELS).map(|at| channels[at] * (1.0 - bounces[at][class])).sum::<f64>()
        });
        let known = draft.profile.visitors.returning;
        let scaled = |share: f64, factor: &dyn Fn(usize) -> f64, lift: f64| -> [[f64; 2]; CLASSES] {
            let who = [(1.0 - known, 1.0), (known, lift)];
            let whole: f64 = (0..CLASSES)
                .flat_map(|class| who.map(|(part, lift)| stays[class] * part * factor(class) * lift))
                .sum();
            std::array::from_fn(|class| who.map(|(_, lift)| share * factor(class) * lift / whole))
        };
        let lifts = draft.profile.visitors;
        let orders = draft.shares.order.get();
        let share = orders / (1.0 - draft.profile.shop.abandonment);
        let carts = scaled(share, &|class| devices[class].cart, lifts.cart_lift);
        let orders = scaled(orders, &|class| devices[class].order, lifts.order_lift);
        // Where a chance would have to be more than certain the plan gives way, and all of this does not hold.
        assert!(bounces.iter().flatten().all(|chance| *chance <= 1.0), "bounces give way: {bounces:?}");
        for class in (0..CLASSES).filter(|class| classes[*class] > 0.0) {
            for (cart, order) in carts[class].into_iter().zip(orders[class]) {
                assert!(order <= cart && cart <= 1.0, "purchases give way: {carts:?} {orders:?}");
            }
        }
        Expected { channels, classes, bounces, carts, orders }
    }

    /// Chance of a visit of this channel to bounce.
    pub(crate) fn bounce_of_channel(&self, channel: usize) -> f64 {
        mean(&self.classes, &self.bounces[channel])
    }

    /// Chance of a visit with this kind of device to bounce.
    pub(crate) fn bounce_of_class(&self, class: usize) -> f64 {
        mean(&self.channels, &self.bounces.map(|channel| channel[class]))
    }
}

fn mean<const N: usize>(shares: &[f64; N], values: &[f64; N]) -> f64 {
    shares.iter().zip(values).map(|(share, value)| share * value).sum()
}
