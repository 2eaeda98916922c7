//! How often things happen under which circumstances, so that over all visits they happen as often as was asked.
//!
//! Bounces depend on channel and device, carts and orders on device and on whether a visitor is known. What is asked
//! for are shares of all visits; the conditional chances are scaled to meet them, and flattened where one of them
//! would have to be more than certain.

use crate::population::STAGES;
use crate::profile::Profile;
use crate::scenario::{Draft, Share};

/// Channels and kinds of devices.
const CHANNELS: usize = 7;
const CLASSES: usize = 5;

/// What happens in a visit, by circumstances.
#[derive(Clone, Debug)]
pub struct Behaviour {
    bounce: [[f64; CLASSES]; CHANNELS],
    /// Share of visits that do not bounce.
    engaged: f64,
    /// By the stage of the population; of visits that do not bounce.
    carts: [[Chances; CLASSES]; STAGES],
    /// Share of visits with a cart.
    cart_share: f64,
    /// What could not be as it was asked for.
    notes: Vec<String>,
}

/// Chances by whether a visitor is new or known.
#[derive(Clone, Copy, Debug, Default)]
struct Chances {
    cart: [f64; 2],
    /// Once there is a cart.
    order: [f64; 2],
}

/// Something with several circumstances: how often each is met, and how often it happens there relative to others.
#[derive(Clone, Copy, Debug)]
struct Case {
    share: f64,
    factor: f64,
}

impl Behaviour {
    /// From shares of the channels, of the kinds of devices, and of known visitors at each stage of the population.
    pub fn new(
        draft: &Draft,
        channels: [f64; CHANNELS],
        classes: [f64; CLASSES],
        returning: [f64; STAGES],
    ) -> Behaviour {
        let Profile { pages, shop, visitors, .. } = &draft.profile;
        let mut notes = Vec::new();
        let (fewest, most) = draft.page_range();
        let asked = pages.map_or(0.0, |pages| pages.bounce);
        let needed = busiest(draft);
        let mut bounces = if fewest > 1 || most == 1 { 0.0 } else { asked };
        if fewest > 1 && asked > 0.0 {
            notes.push(format!(
                "PAGEVIEWS_MIN {fewest}: no visit bounces (the profile has a bounce rate of {:.0} %)",
                asked * 100.0
            ));
        }
        if bounces > 1.0 - needed.0 {
            bounces = 1.0 - needed.0;
            notes.push(format!(
                "{} is {:.0} % of all visits, so only {:.0} % bounce and not {:.0} %, as the profile has it",
                needed.1,
                needed.0 * 100.0,
                bounces * 100.0,
                asked * 100.0
            ));
        }
        let engaged = 1.0 - bounces;
        let bounce = spread_bounces(&draft.profile, channels, classes, bounces);
        let stays: [f64; CLASSES] = std::array::from_fn(|class| {
            (0..CHANNELS).map(|channel| channels[channel] * (1.0 - bounce[channel][class])).sum::<f64>()
        });

        let orders = draft.shares.order.get();
        let wanted = orders / (1.0 - shop.abandonment);
        let cart_share = wanted.min(engaged).max(orders);
        if wanted > engaged + 1e-12 {
            notes.push(format!(
                "orders in {:.1} % of all visits and {:.0} % of carts left would need carts in {:.0} %, but only {:.0} % \
                 do not bounce: {:.0} % of carts are left",
                orders * 100.0,
                shop.abandonment * 100.0,
                wanted * 100.0,
                engaged * 100.0,
                (1.0 - orders / cart_share) * 100.0
            ));
        }
        let devices = draft.profile.devices.all();
        let carts = returning.map(|known| {
            let who = [(1.0 - known, 1.0, 1.0), (known, visitors.cart_lift, visitors.order_lift)];
            let cells = || (0..CLASSES).flat_map(|class| (0..2).map(move |kind| (class, kind)));
            let cases: Vec<Case> = cells()
                .map(|(class, kind)| Case {
                    share: classes[class] * stays[class] * who[kind].0,
                    factor: devices[class].cart * who[kind].1,
                })
                .collect();
            let cart = spread(&cases, cart_share);
            let cases: Vec<Case> = cells()
                .zip(&cases)
                .zip(&cart)
                .map(|(((class, kind), case), cart)| Case {
                    share: case.share * cart,
                    factor: devices[class].order / devices[class].cart * who[kind].2 / who[kind].1,
                })
                .collect();
            let order = spread(&cases, orders);
            let mut chances = [Chances::default(); CLASSES];
            for (index, (class, kind)) in cells().enumerate() {
                chances[class].cart[kind] = cart[index];
                chances[class].order[kind] = order[index];
            }
            chances
        });
        Behaviour { bounce, engaged, carts, cart_share, notes }
    }

    /// Chance that a visit of this channel and kind of device bounces.
    pub fn bounce(&self, channel: usize, class: usize) -> f64 {
        self.bounce[channel][class]
    }

    /// Chance of what happens in so many of all visits, in one that does not bounce.
    pub fn engaged(&self, share: Share) -> f64 {
        if self.engaged > 0.0 { (share.get() / self.engaged).min(1.0) } else { 0.0 }
    }

    /// Share of all visits that bounce.
    pub fn bounce_share(&self) -> f64 {
        1.0 - self.engaged
    }

    /// Share of all visits with a cart.
    pub fn cart_share(&self) -> f64 {
        self.cart_share
    }

    /// Chance of a cart in a visit that does not bounce.
    pub fn cart(&self, stage: usize, class: usize, is_known: bool) -> f64 {
        self.carts[stage][class].cart[usize::from(is_known)]
    }

    /// Chance of an order once there is a cart.
    pub fn order(&self, stage: usize, class: usize, is_known: bool) -> f64 {
        self.carts[stage][class].order[usize::from(is_known)]
    }

    /// What could not be as it was asked for.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// The largest share of visits that cannot bounce, with its setting.
fn busiest(draft: &Draft) -> (f64, String) {
    let shares = &draft.shares;
    let mut all = vec![
        (shares.search.get(), "SITESEARCH_PROBABILITY".to_owned()),
        (shares.outlink.get(), "OUTLINKS_PROBABILITY".to_owned()),
        (shares.download.get(), "DOWNLOADS_PROBABILITY".to_owned()),
        (shares.click.get(), "CLICK_EVENTS_PROBABILITY".to_owned()),
        (shares.event.get(), "RANDOM_EVENTS_PROBABILITY".to_owned()),
        (shares.order.get(), "ECOMMERCE_PROBABILITY".to_owned()),
    ];
    for goal in &draft.goals {
        if let crate::goal::Trigger::Manual(share) = goal.trigger {
            all.push((share.get(), format!("the share of goal {}", goal.id)));
        }
    }
    all.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
}

fn spread_bounces(
    profile: &Profile,
    channels: [f64; CHANNELS],
    classes: [f64; CLASSES],
    wanted: f64,
) -> [[f64; CLASSES]; CHANNELS] {
    let from = profile.channels;
    let by_channel = [
        from.direct.bounce,
        from.search.bounce,
        from.social.bounce,
        from.website.bounce,
        from.ai.bounce,
        from.campaign.bounce,
        from.email.bounce,
    ];
    let by_class = profile.devices.all().map(|device| device.bounce);
    let cases: Vec<Case> = (0..CHANNELS * CLASSES)
        .map(|index| {
            let (channel, class) = (index / CLASSES, index % CLASSES);
            Case { share: channels[channel] * classes[class], factor: by_channel[channel] * by_class[class] }
        })
        .collect();
    let chances = spread(&cases, wanted);
    std::array::from_fn(|channel| std::array::from_fn(|class| chances[channel * CLASSES + class]))
}

/// Chances in proportion to the factors of the cases, such that over all cases they make `wanted`. Where a chance
/// would be more than 1 the factors are brought closer to each other, as little as will do.
fn spread(cases: &[Case], wanted: f64) -> Vec<f64> {
    let total: f64 = cases.iter().map(|case| case.share).sum();
    if total <= 0.0 || wanted <= 0.0 {
        return vec![0.0; cases.len()];
    }
    let chances = |power: f64| -> Vec<f64> {
        let factors: Vec<f64> = cases.iter().map(|case| libm::pow(case.factor, power)).collect();
        let sum: f64 = cases.iter().zip(&factors).map(|(case, factor)| case.share * factor).sum();
        factors.into_iter().map(|factor| factor * wanted / sum).collect()
    };
    let fits =
        |chances: &[f64]| chances.iter().zip(cases).all(|(chance, case)| *chance <= 1.0 || case.share <= 0.0);
    let whole = chances(1.0);
    if fits(&whole) {
        return whole;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if fits(&chances(middle)) { low = middle } else { high = middle }
    }
    chances(low).into_iter().map(|chance| chance.min(1.0)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn chances_make_the_share_that_was_asked_for(
            cases in proptest::collection::vec((0.001..1.0_f64, 0.1..10.0_f64), 1..20),
            part in 0.0..1.0_f64,
        ) {
            let cases: Vec<Case> = cases.into_iter().map(|(share, factor)| Case { share, factor }).collect();
            let total: f64 = cases.iter().map(|case| case.share).sum();
            let chances = spread(&cases, part * total);
            let sum: f64 = cases.iter().zip(&chances).map(|(case, chance)| case.share * chance).sum();
            prop_assert!((sum - part * total).abs() < 1e-9 * total, "{sum} instead of {}", part * total);
            prop_assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)));
        }
    }
}
