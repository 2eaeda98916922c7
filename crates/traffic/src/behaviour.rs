//! How often things happen under which circumstances, so that over all visits they happen as often as was asked.
//!
//! Bounces depend on channel and device, carts and orders on device and on whether a visitor is known; visits that
//! walk a funnel do what is in it anyway. What is asked for are shares of all visits; the conditional chances are
//! scaled to meet them, and flattened where one of them would have to be more than certain.

use crate::funnel::{Funnel, Walks};
use crate::goal::Trigger;
use crate::hit::Kind;
use crate::population::STAGES;
use crate::profile::Profile;
use crate::scenario::Draft;

/// Channels and kinds of devices.
const CHANNELS: usize = 7;
const CLASSES: usize = 5;

/// What happens in a visit, by circumstances.
#[derive(Clone, Debug)]
pub struct Behaviour {
    bounce: [[f64; CLASSES]; CHANNELS],
    /// Share of visits that bounce.
    bounce_share: f64,
    /// Chance of each extra in a visit that browses, does not bounce, and has not done it in a funnel.
    extras: [f64; EXTRAS],
    /// The same for the goals of the scenario.
    goals: Vec<f64>,
    /// By the stage of the population; of visits that browse and do not bounce.
    carts: [[Chances; CLASSES]; STAGES],
    /// Share of visits with a cart, funnels aside.
    cart_share: f64,
    /// What could not be as it was asked for.
    notes: Vec<String>,
}

/// Something that may happen on a page besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// A search.
    Search,
    /// A link to another site.
    Outlink,
    /// A download.
    Download,
    /// A click event.
    Click,
    /// Another event.
    Event,
}

const EXTRAS: usize = 5;

impl Extra {
    /// All of them, in the order of their declaration.
    pub const ALL: [Extra; EXTRAS] =
        [Extra::Search, Extra::Outlink, Extra::Download, Extra::Click, Extra::Event];

    /// The kind of hit that does it in a funnel. Events of funnels are neither clicks nor any of the built-in ones.
    fn in_a_funnel(self) -> Option<Kind> {
        match self {
            Extra::Search => Some(Kind::Search),
            Extra::Outlink => Some(Kind::Outlink),
            Extra::Download => Some(Kind::Download),
            Extra::Click | Extra::Event => None,
        }
    }

    /// Whether a funnel has it already.
    pub(crate) fn is_in(self, funnel: &Funnel) -> bool {
        self.in_a_funnel().is_some_and(|kind| funnel.has(kind))
    }
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

/// Something that is asked for, and who can do it.
struct Wanted {
    setting: String,
    /// Share of all visits.
    asked: f64,
    /// Of them in funnels.
    walked: f64,
    /// Share of visits that browse without having done it: more than those that may bounce by this.
    certain: f64,
}

impl Wanted {
    fn new(setting: &str, asked: f64, walks: &Walks<'_>, kind: Option<Kind>) -> Wanted {
        let has = |funnel: &Funnel| kind.is_some_and(|kind| funnel.has(kind));
        Wanted {
            setting: setting.to_owned(),
            asked,
            walked: walks.share(has),
            certain: walks.share(|funnel| funnel.goes_on() && !has(funnel)),
        }
    }

    /// What is left for visits that browse.
    fn rest(&self) -> f64 {
        (self.asked - self.walked).max(0.0)
    }

    /// Its chance where so many visits browse from the start and do not bounce.
    fn chance(&self, engaged: f64) -> f64 {
        let room = engaged + self.certain;
        if room > 0.0 { (self.rest() / room).min(1.0) } else { 0.0 }
    }
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
        let walks = Walks::new(&draft.funnels);
        // Visits that walk no funnel: only they can bounce.
        let free = walks.none;
        let shares = &draft.shares;
        let extras = [
            ("SITESEARCH_PROBABILITY", shares.search),
            ("OUTLINKS_PROBABILITY", shares.outlink),
            ("DOWNLOADS_PROBABILITY", shares.download),
            ("CLICK_EVENTS_PROBABILITY", shares.click),
            ("RANDOM_EVENTS_PROBABILITY", shares.event),
        ];
        let extras = std::array::from_fn::<Wanted, EXTRAS, _>(|index| {
            let (setting, share) = extras[index];
            Wanted::new(setting, share.get(), &walks, Extra::ALL[index].in_a_funnel())
        });
        let orders = Wanted::new("ECOMMERCE_PROBABILITY", shares.order.get(), &walks, Some(Kind::Order));
        let goals: Vec<Wanted> = draft
            .goals
            .iter()
            .map(|goal| {
                let share = if let Trigger::Manual(share) = goal.trigger { share.get() } else { 0.0 };
                Wanted::new(&format!("the share of goal {}", goal.id), share, &walks, None)
            })
            .collect();
        let all = || extras.iter().chain([&orders]).chain(&goals);

        let (fewest, most) = draft.page_range();
        let asked = pages.map_or(0.0, |pages| pages.bounce);
        let mut bounce_share = if fewest > 1 || most == 1 { 0.0 } else { asked };
        if fewest > 1 && asked > 0.0 {
            notes.push(format!(
                "PAGEVIEWS_MIN {fewest}: no visit bounces (the profile has a bounce rate of {:.0} %)",
                asked * 100.0
            ));
        }
        for wanted in all() {
            let percent = |share: f64| (share * 1_000.0).round() / 10.0;
            let room = (free + wanted.certain - wanted.rest()).min(free);
            if bounce_share > room.max(0.0) + 1e-12 {
                bounce_share = room.max(0.0);
                notes.push(format!(
                    "{} is {} % of all visits, so only {} % bounce and not {} %, as the profile has it",
                    wanted.setting,
                    percent(wanted.asked),
                    percent(bounce_share),
                    percent(asked)
                ));
            }
            let reached = wanted.walked + wanted.rest().min(free + wanted.certain);
            if wanted.asked > 0.0 && (reached - wanted.asked).abs() > 1e-9 {
                notes.push(format!(
                    "{} is {} % of all visits, but the funnels of FUNNEL_CONFIG_PATH make it {} %",
                    wanted.setting,
                    percent(wanted.asked),
                    percent(reached)
                ));
            }
        }
        let engaged = free - bounce_share;
        let bounce = spread_bounces(
            &draft.profile,
            channels,
            classes,
            if free > 0.0 { bounce_share / free } else { 0.0 },
        );
        let stays: [f64; CLASSES] = std::array::from_fn(|class| {
            let stay = |channel: usize| channels[channel] * (1.0 - bounce[channel][class]);
            free * (0..CHANNELS).map(stay).sum::<f64>() + orders.certain
        });

        let ordered = orders.rest().min(engaged + orders.certain);
        let wanted = ordered / (1.0 - shop.abandonment);
        let cart_share = wanted.min(engaged + orders.certain).max(ordered);
        if wanted > cart_share + 1e-12 {
            notes.push(format!(
                "orders in {:.1} % of all visits and {:.0} % of carts left would need carts in {:.0} %, but only {:.0} % \
                 do not bounce: {:.0} % of carts are left",
                ordered * 100.0,
                shop.abandonment * 100.0,
                wanted * 100.0,
                cart_share * 100.0,
                (1.0 - ordered / cart_share) * 100.0
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
            let order = spread(&cases, ordered);
            let mut chances = [Chances::default(); CLASSES];
            for (index, (class, kind)) in cells().enumerate() {
                chances[class].cart[kind] = cart[index];
                chances[class].order[kind] = order[index];
            }
            chances
        });
        Behaviour {
            bounce,
            bounce_share,
            extras: extras.each_ref().map(|wanted| wanted.chance(engaged)),
            goals: goals.iter().map(|wanted| wanted.chance(engaged)).collect(),
            carts,
            cart_share,
            notes,
        }
    }

    /// Chance that a visit of this channel and kind of device bounces, if it walks no funnel.
    pub fn bounce(&self, channel: usize, class: usize) -> f64 {
        self.bounce[channel][class]
    }

    /// Chance of an extra in a visit that does not bounce and has not done it in a funnel.
    pub fn extra(&self, extra: Extra) -> f64 {
        self.extras[extra as usize]
    }

    /// Chance that a visit that does not bounce converts a goal by hand: the index of one of the scenario's.
    pub fn goal(&self, index: usize) -> f64 {
        self.goals[index]
    }

    /// Share of all visits that bounce.
    pub fn bounce_share(&self) -> f64 {
        self.bounce_share
    }

    /// Share of all visits with a cart, funnels aside.
    pub fn cart_share(&self) -> f64 {
        self.cart_share
    }

    /// Chance of a cart in a visit that does not bounce and has not ordered in a funnel.
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
