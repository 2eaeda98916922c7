//! Where visitors are at home, what they speak, what they browse with, and whether they log in.

use std::collections::BTreeMap;

use traffic::random::{Domain, Stream, Weighted};
use traffic::visitor::device::{Class, Device};

use crate::chi_square::{Mix, NOTICEABLE, check, visits_for};
use crate::classic::{classic, plan_of};
use crate::expected::normalised;
use crate::profiles::draft_of;

/// Visitors of each kind of device.
const DEVICES: u64 = 400_000;

/// Weight, languages with their weights, and weights of the cities of a line of `countries.tsv`.
fn weights(line: &str) -> (f64, Vec<f64>, Vec<f64>) {
    let fields: Vec<&str> = line.split('\t').collect();
    let last = |text: &str, sign: char| text.rsplit(sign).next().unwrap().parse::<f64>().unwrap();
    let languages = fields[2].split('|').map(|entry| last(entry, ':')).collect();
    let cities = fields[4].split('|').map(|entry| last(entry, '@')).collect();
    (fields[1].parse().unwrap(), languages, cities)
}

/// Draws until the rarest case is met often enough.
fn drawn(name: &str, weights: &[f64], from: &Weighted) -> Mix {
    let rarest = weights.iter().copied().fold(f64::MAX, f64::min) / weights.iter().sum::<f64>();
    let mut stream = Stream::new(42, Domain::Visitor, 0);
    Mix::new(name, weights, (0..visits_for(rarest)).map(|_| from.draw(&mut stream)))
}

#[test]
fn countries_have_their_shares_and_so_have_their_cities_and_languages() {
    let plan = plan_of(classic());
    let countries = &plan.visitors().countries;
    let lines = include_str!("../../src/visitor/countries.tsv").lines();
    let data: Vec<_> = lines.filter(|line| !line.starts_with('#') && !line.is_empty()).map(weights).collect();
    assert_eq!(data.len(), countries.iter().count());
    let of_countries: Vec<f64> = data.iter().map(|(weight, ..)| *weight).collect();
    let rarest = 1.0 / of_countries.iter().sum::<f64>();
    let visitors: Vec<(u16, u16, u16)> = (0..visits_for(rarest))
        .map(|number| plan.visitors().visitor(number))
        .map(|visitor| (visitor.country, visitor.city, visitor.language))
        .collect();
    let mut mixes = vec![Mix::new(
        "countries",
        &of_countries,
        visitors.iter().map(|(country, ..)| usize::from(*country)),
    )];
    for ((_, languages, cities), country) in data.iter().zip(countries.iter()) {
        let name = |what: &str| format!("{what} of {}", country.code);
        if cities.len() > 1 {
            mixes.push(drawn(&name("cities"), cities, &country.city_weights));
        }
        if languages.len() > 1 {
            mixes.push(drawn(&name("languages"), languages, &country.language_weights));
        }
    }
    // And the visitors of the three largest countries have them, too.
    for country in 0..3_u16 {
        let (_, languages, cities) = &data[usize::from(country)];
        let own = || visitors.iter().filter(move |visitor| visitor.0 == country);
        let name = |what: &str| format!("{what} of visitors of country {country}");
        mixes.push(Mix::of_many(&name("cities"), cities, own().map(|visitor| usize::from(visitor.1))));
        mixes.push(Mix::of_many(&name("languages"), languages, own().map(|visitor| usize::from(visitor.2))));
    }
    check("countries", &mixes);
}

/// The kinds of devices of a profile and who logs in. A kind of device that one in two thousand has takes sixteen
/// million visitors.
fn visitors_of(name: &str) -> Vec<Mix> {
    let draft = draft_of(name);
    let classes = normalised(draft.profile.devices.all().map(|device| device.share));
    let logged_in = draft.profile.visitors.logged_in;
    let plan = plan_of(draft);
    let rarest = classes.into_iter().filter(|share| *share > 0.0).fold(1.0, f64::min);
    let many = visits_for(rarest);
    let few = if logged_in > 0.0 { visits_for(logged_in) } else { many.min(1_000_000) };
    let visitors = |count: u64| (0..count).map(|number| plan.visitors().visitor(number));
    let class = visitors(many).map(|visitor| plan.visitors().class(&visitor) as usize);
    let known = visitors(few).map(|visitor| visitor.user.is_some());
    vec![
        Mix::new(&format!("{name}: kinds of devices"), &classes, class),
        Mix::of(&format!("{name}: logged in"), logged_in, known),
    ]
}

#[test]
fn kinds_of_devices_and_user_ids_have_their_shares() {
    let (first, second) = std::thread::scope(|scope| {
        let rare = scope.spawn(|| visitors_of("saas"));
        let others: Vec<Mix> =
            ["content", "ecommerce", "classic"].into_iter().flat_map(visitors_of).collect();
        (rare.join().unwrap(), others)
    });
    check("devices", &first.into_iter().chain(second).collect::<Vec<_>>());
}

/// Something that devices are told by.
type Property = fn(&Device) -> &str;

/// The devices of a kind, by something that people tell them by; what is met too rarely to be noticed is one case.
fn devices_of(class: Class, what: &str, by: Property) -> Mix {
    let mut draft = draft_of("ecommerce");
    let devices = &mut draft.profile.devices;
    let all = [
        &mut devices.desktop,
        &mut devices.phone,
        &mut devices.tablet,
        &mut devices.tv,
        &mut devices.console,
    ];
    for (device, other) in all.into_iter().zip(Class::ALL) {
        device.share = f64::from(u8::from(other == class));
    }
    let plan = plan_of(draft);
    let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
    for device in plan.visitors().devices.iter().filter(|device| device.class == class) {
        *shares.entry(by(device)).or_default() += device.share;
    }
    let (names, shares): (Vec<&str>, Vec<f64>) = shares.into_iter().unzip();
    let rare = |share: f64| share < NOTICEABLE / DEVICES as f64;
    let pooled: f64 = shares.iter().filter(|share| rare(**share)).sum();
    let mut places = Vec::new();
    let mut weights = Vec::new();
    for &share in &shares {
        places.push(if rare(share) { None } else { Some(weights.len()) });
        weights.extend(Some(share).filter(|share| !rare(*share)));
    }
    let rest = weights.len();
    weights.extend(Some(pooled).filter(|pooled| *pooled > 0.0));
    let seen = (0..DEVICES).map(|number| {
        let device = plan.visitors().device(&plan.visitors().visitor(number));
        let place = names.binary_search(&by(device)).unwrap();
        places[place].unwrap_or(rest)
    });
    Mix::of_many(&format!("{what} of {}", class.name()), &weights, seen)
}

#[test]
fn models_browsers_and_systems_of_each_kind_of_device_have_their_shares() {
    let by: [(&str, Property); 4] = [
        ("models", |device| device.name),
        ("browsers", |device| device.browser),
        ("versions of browsers", |device| device.browser_version),
        ("systems", |device| device.system),
    ];
    let mixes: Vec<Mix> =
        Class::ALL.into_iter().flat_map(|class| by.map(|(what, by)| devices_of(class, what, by))).collect();
    check("devices", &mixes);
}
