//! Random profiles: a built-in one, with every number of it drawn from what is accepted.

use proptest::collection::vec;
use proptest::prelude::*;
use traffic::profile::{BUILT_IN, Channel, Device, Pages, Profile, Reading, Weibull};

/// Numbers from 0 to 1 that are used up one after the other.
struct Draws(std::vec::IntoIter<f64>);

impl Draws {
    fn share(&mut self) -> f64 {
        self.0.next().unwrap()
    }

    /// All magnitudes alike.
    fn within(&mut self, low: f64, high: f64) -> f64 {
        low * (high / low).powf(self.share())
    }
}

/// As many as a profile uses, and some.
const DRAWS: usize = 120;

pub(crate) fn profile() -> impl Strategy<Value = Profile> {
    let share = prop_oneof![1 => Just(0.0), 1 => Just(1.0), 6 => 0.0..=1.0_f64];
    (0..BUILT_IN.len(), vec(share, DRAWS), any::<[bool; 6]>()).prop_map(|(built_in, draws, flags)| {
        let mut profile = Profile::parse(BUILT_IN[built_in].1).unwrap();
        vary(&mut profile, &mut Draws(draws.into_iter()), flags);
        profile
    })
}

fn vary(profile: &mut Profile, draws: &mut Draws, flags: [bool; 6]) {
    let [has_pages, has_reading, is_measured, products, bandwidth, custom_variables] = flags;
    profile.visitors.returning = 0.95 * draws.share();
    profile.visitors.logged_in = draws.share();
    profile.visitors.cart_lift = draws.within(0.1, 10.0);
    profile.visitors.order_lift = draws.within(0.1, 10.0);
    let devices = &mut profile.devices;
    let all = [
        &mut devices.phone,
        &mut devices.desktop,
        &mut devices.tablet,
        &mut devices.tv,
        &mut devices.console,
    ];
    for device in all {
        *device = Device {
            share: device.share * draws.within(0.01, 100.0),
            bounce: draws.within(0.01, 100.0),
            cart: draws.within(0.01, 100.0),
            order: draws.within(0.01, 100.0),
            slowness: draws.within(0.1, 20.0),
        };
    }
    let channels = &mut profile.channels;
    let all = [
        &mut channels.search,
        &mut channels.social,
        &mut channels.website,
        &mut channels.ai,
        &mut channels.campaign,
        &mut channels.email,
    ];
    for channel in all {
        *channel = Channel {
            share: draws.within(0.01, 100.0),
            bounce: draws.within(0.01, 100.0),
            home: draws.share(),
            section: draws.share(),
            page: 0.01 + draws.share(),
        };
    }
    channels.direct.bounce = draws.within(0.01, 100.0);
    profile.pages = has_pages.then(|| Pages {
        bounce: draws.share(),
        mean: draws.within(0.5, 20.0),
        shape: draws.within(0.01, 10_000.0),
        most: draws.within(1.0, 100.0) as u32,
    });
    let mut weibull = || Weibull { shape: draws.within(0.1, 10.0), scale: draws.within(0.1, 3_600.0) };
    let kinds: [Weibull; 7] = std::array::from_fn(|_| weibull());
    let [home, section, product, article, search, checkout, other] = kinds;
    profile.reading = has_reading.then(|| Reading {
        home,
        section,
        product,
        article,
        search,
        checkout,
        other,
        ping_every: draws.within(5.0, 1_740.0),
        most_pings: (20.0 * draws.share()) as u32,
        longest_visit: draws.within(300.0, 7_200.0),
    });
    if let Some(performance) = &mut profile.performance {
        performance.server = 60_000.0 * draws.share();
        performance.visit_sigma = 2.0 * draws.share();
        performance.page_sigma = 2.0 * draws.share();
    }
    profile.performance = profile.performance.filter(|_| is_measured);
    profile.content.impressions = draws.share();
    profile.content.interactions = draws.share();
    profile.search.no_results = draws.share();
    profile.search.refined = draws.share();
    profile.details.products = products;
    profile.details.bandwidth = bandwidth;
    profile.details.custom_variables = custom_variables;
    profile.shop.abandonment = 0.99 * draws.share();
}
