//! Every configured share is met over 100,000 planned visits (mixes of many cases: over 400,000), by Pearson's
//! chi-square test; and the test is shown to notice when a share is off by a tenth.

mod classic;

use classic::{classic, plan_of};
use traffic::hit::Kind;
use traffic::plan::{Plan, Planner};
use traffic::scenario::Share;
use traffic::source::{Channel, Source};
use traffic::visit::Deed;
use traffic::visitor::Visitor;
use traffic::visitor::device::{Class, DEVICES};

/// Visits over which what happens or does not is counted.
const VISITS: usize = 100_000;

/// Visits over which mixes of many cases are counted: the rare ones among them need more.
const MANY: u64 = 400_000;

/// Where nearly every family of visitors has long been through its first row, so that everybody who comes back does.
const PAST_THE_LEFT_EDGE: u64 = 40_000_000;

/// Of all tests of this file together: the chance to fail although the plan is right. The seed is fixed, so it is
/// drawn once.
const ALPHA: f64 = 1e-4;

/// Search, campaigns, websites, social networks: what is not direct, as `traffic::source` says where they come from.
const CHANNELS: [f64; 4] = [53.0, 18.0, 7.0, 5.0];

/// What was counted, and the share of each case that was configured.
struct Mix {
    name: String,
    counts: Vec<u64>,
    shares: Vec<f64>,
}

impl Mix {
    /// Cases by their weight; what is seen is counted by the index of its case.
    fn new(name: &str, weights: &[f64], seen: impl Iterator<Item = usize>) -> Mix {
        let mut counts = vec![0; weights.len()];
        for case in seen {
            counts[case] += 1;
        }
        let total: f64 = weights.iter().sum();
        let shares = weights.iter().map(|weight| weight / total).collect();
        Mix { name: name.to_owned(), counts, shares }
    }

    /// Something that happens or not.
    fn of(name: &str, share: Share, visits: &[Seen], happens: impl Fn(&Seen) -> bool) -> Mix {
        let cases = [share.get(), 1.0 - share.get()];
        Mix::new(name, &cases, visits[..VISITS].iter().map(|visit| usize::from(!happens(visit))))
    }

    /// The chance of counts at least as far from the shares.
    fn p_value(&self, shares: &[f64]) -> f64 {
        let total = self.counts.iter().sum::<u64>() as f64;
        let distance: f64 = self
            .counts
            .iter()
            .zip(shares)
            .map(|(&count, share)| (count as f64 - total * share).powi(2) / (total * share))
            .sum();
        chi_square(distance, self.counts.len() as f64 - 1.0)
    }

    /// Cases of which a tenth is more than chance: the distance that it makes, on average, is far out for any
    /// number of cases here. Of something that happens or not, that it does.
    fn noticeable(&self) -> impl Iterator<Item = usize> {
        let total = self.counts.iter().sum::<u64>() as f64;
        let freedom = self.shares.len() as f64 - 1.0;
        let cases = if self.shares.len() == 2 { 1 } else { self.shares.len() };
        (0..cases).filter(move |&case| {
            let share = self.shares[case];
            0.01 * total * share / (1.0 - share) > 48.0 + 4.0 * freedom
        })
    }

    /// The shares, wrong: one case a tenth more or less often, at the cost of the others.
    fn off_by_a_tenth(&self, case: usize, factor: f64) -> Vec<f64> {
        let wrong = self.shares[case] * factor;
        let others = (1.0 - wrong) / (1.0 - self.shares[case]);
        let wrong_one = |(index, share): (usize, &f64)| if index == case { wrong } else { share * others };
        self.shares.iter().enumerate().map(wrong_one).collect()
    }

    /// The shares, wrong: every other case a tenth too high, the rest a tenth too low.
    fn all_off_by_a_tenth(&self) -> Vec<f64> {
        let factors = [1.1, 0.9].into_iter().cycle();
        let wrong: Vec<f64> = self.shares.iter().zip(factors).map(|(share, factor)| share * factor).collect();
        let total: f64 = wrong.iter().sum();
        wrong.iter().map(|share| share / total).collect()
    }
}

/// Chance that chi-square with so many degrees of freedom exceeds `x`: the regularised upper incomplete gamma function
/// of (freedom / 2, x / 2), by its series below the bend and by its continued fraction (Lentz) above.
fn chi_square(x: f64, freedom: f64) -> f64 {
    let (a, x) = (freedom / 2.0, x / 2.0);
    if x <= 0.0 {
        return 1.0;
    }
    let scale = (a * x.ln() - x - libm::lgamma(a)).exp();
    if x < a + 1.0 {
        let mut term = 1.0 / a;
        let mut sum = term;
        let mut divisor = a;
        while term > sum * 1e-16 {
            divisor += 1.0;
            term *= x / divisor;
            sum += term;
        }
        1.0 - scale * sum
    } else {
        let mut denominator = x + 1.0 - a;
        let mut ratio = f64::MAX;
        let mut inverse = 1.0 / denominator;
        let mut fraction = inverse;
        for step in (1..10_000).map(f64::from) {
            let numerator = -step * (step - a);
            denominator += 2.0;
            inverse = 1.0 / (numerator * inverse + denominator);
            ratio = denominator + numerator / ratio;
            fraction *= inverse * ratio;
            if (inverse * ratio - 1.0).abs() < 1e-15 {
                break;
            }
        }
        scale * fraction
    }
}

/// What is counted of a visit.
struct Seen {
    source: Source,
    visitor: Visitor,
    returning: bool,
    pageviews: usize,
    extras: [bool; EXTRAS.len()],
}

fn planned(plan: &Plan, first: u64, visits: u64) -> Vec<Seen> {
    let mut planner = Planner::default();
    let mut memory = Vec::new();
    let mut see = |number| {
        let visit = planner.visit(plan, number, std::mem::take(&mut memory));
        let has = |(_, is): Extra| visit.actions.iter().any(|action| is(&action.deed));
        let seen = Seen {
            source: visit.source,
            visitor: visit.visitor,
            returning: visit.predecessor.is_some(),
            pageviews: visit.actions.iter().filter(|action| action.kind() == Kind::Pageview).count(),
            extras: EXTRAS.map(has),
        };
        memory = visit.actions;
        seen
    };
    (first..first + visits).map(&mut see).collect()
}

/// Visits of which each is by somebody else, so that visitors are drawn as often as visits.
fn by_strangers() -> (Plan, Vec<Seen>) {
    let mut draft = classic();
    draft.shares.returning = Share::default();
    let plan = plan_of(draft);
    let visits = planned(&plan, 0, MANY);
    (plan, visits)
}

/// The six things that happen besides page views.
type Extra = (&'static str, fn(&Deed) -> bool);
const EXTRAS: [Extra; 6] = [
    ("search", |deed| matches!(deed, Deed::Search { .. })),
    ("outlink", |deed| matches!(deed, Deed::Outlink(_))),
    ("download", |deed| matches!(deed, Deed::Download(_))),
    ("click", |deed| matches!(deed, Deed::Click(_))),
    ("event", |deed| matches!(deed, Deed::Event(_))),
    ("order", |deed| matches!(deed, Deed::Order { .. })),
];

fn all_mixes() -> Vec<Mix> {
    let (plan, visits) = by_strangers();
    let shares = plan.scenario().shares;
    let configured =
        [shares.search, shares.outlink, shares.download, shares.click, shares.event, shares.order];
    let mut mixes: Vec<Mix> = EXTRAS
        .iter()
        .zip(configured)
        .enumerate()
        .map(|(index, (&(name, _), share))| Mix::of(name, share, &visits, |visit| visit.extras[index]))
        .collect();
    mixes.push(Mix::of("direct", shares.direct, &visits, |visit| visit.source == Source::Direct));
    mixes.push(Mix::new(
        "channels",
        &CHANNELS,
        visits.iter().filter_map(|visit| match visit.source {
            Source::Direct => None,
            Source::Campaign(_) => Some(1),
            Source::Referrer(referrer) => Some(match referrer.channel {
                Channel::Search => 0,
                Channel::Website => 2,
                Channel::Social => 3,
            }),
        }),
    ));

    let device = |visit: &Seen| usize::from(visit.visitor.device);
    let weights: Vec<f64> = DEVICES.iter().map(|device| f64::from(device.weight)).collect();
    mixes.push(Mix::new("devices", &weights, visits.iter().map(device)));
    let classes = [Class::Desktop, Class::Phone, Class::Tablet];
    let class =
        |visit: &Seen| classes.iter().position(|&class| class == DEVICES[device(visit)].class).unwrap();
    // As measured: see `traffic::visitor::device`.
    mixes.push(Mix::new("classes of devices", &[33.0, 64.0, 3.0], visits.iter().map(class)));
    for (index, device) in DEVICES.iter().enumerate() {
        let weights: Vec<f64> = device.screens.iter().map(|(_, weight)| f64::from(*weight)).collect();
        let own = visits.iter().filter(|visit| usize::from(visit.visitor.device) == index);
        let name = format!("screens of device {index}, {}", device.name);
        mixes.push(Mix::new(&name, &weights, own.map(|visit| usize::from(visit.visitor.screen))));
    }

    let countries: Vec<f64> = include_str!("../src/visitor/countries.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').nth(1).unwrap().parse().unwrap())
        .collect();
    mixes.push(Mix::new(
        "countries",
        &countries,
        visits.iter().map(|visit| usize::from(visit.visitor.country)),
    ));

    let (low, high) = plan.scenario().pageviews;
    let alike = vec![1.0; (high - low + 1) as usize];
    mixes.push(Mix::new("page views", &alike, visits.iter().map(|visit| visit.pageviews - low as usize)));

    let plan = plan_of(classic());
    let visits = planned(&plan, PAST_THE_LEFT_EDGE, VISITS as u64);
    let share = plan.scenario().shares.returning;
    mixes.push(Mix::of("returning", share, &visits, |visit| visit.returning));
    mixes
}

#[test]
fn every_share_is_met_and_a_tenth_more_or_less_would_be_noticed() {
    let mixes = all_mixes();
    let limit = ALPHA / mixes.len() as f64;
    for mix in &mixes {
        let p = mix.p_value(&mix.shares);
        assert!(p > limit, "{}: p = {p:e}; {:?} of {:?}", mix.name, mix.counts, mix.shares);
        for case in mix.noticeable() {
            for factor in [0.9, 1.1] {
                let p = mix.p_value(&mix.off_by_a_tenth(case, factor));
                assert!(p < limit, "{}: case {case} times {factor} is not noticed, p = {p:e}", mix.name);
            }
        }
        if mix.shares.len() > 2 && mix.counts.iter().sum::<u64>() > 10_000 {
            let p = mix.p_value(&mix.all_off_by_a_tenth());
            assert!(p < limit, "{}: all of them off is not noticed, p = {p:e}", mix.name);
        }
    }
    // Not left to chance: which ones are looked at one by one.
    let alone =
        |name: &str| mixes.iter().find(|mix| mix.name == name).map_or(0, |mix| mix.noticeable().count());
    for (name, _) in EXTRAS {
        assert_eq!(alone(name), 1, "{name}");
    }
    assert_eq!([alone("direct"), alone("returning"), alone("channels")], [1, 1, 4]);
    assert_eq!([alone("page views"), alone("classes of devices")], [4, 3]);
    assert!(alone("devices") >= 3 && alone("countries") >= 1);
}

/// Chance of a two-by-two table at least as far from independence.
fn independence(first: &[bool], second: &[bool]) -> f64 {
    let mut table = [[0.0_f64; 2]; 2];
    for (&a, &b) in first.iter().zip(second) {
        table[usize::from(a)][usize::from(b)] += 1.0;
    }
    let [[a, b], [c, d]] = table;
    let total = a + b + c + d;
    let distance = total * (a * d - b * c).powi(2) / ((a + b) * (c + d) * (a + c) * (b + d));
    chi_square(distance, 1.0)
}

#[test]
fn what_happens_in_a_visit_is_independent_of_what_else_happens() {
    let (_, visits) = by_strangers();
    let column = |index: usize| visits[..VISITS].iter().map(|visit| visit.extras[index]).collect();
    let columns: Vec<Vec<bool>> = (0..EXTRAS.len()).map(column).collect();
    for (index, first) in columns.iter().enumerate() {
        for (other, second) in columns.iter().enumerate().skip(index + 1) {
            let p = independence(first, second);
            assert!(p > ALPHA / 15.0, "{} and {}: p = {p:e}", EXTRAS[index].0, EXTRAS[other].0);
            // One in twenty of those who did the first doing the second because of it would be noticed.
            let led: Vec<bool> = first
                .iter()
                .zip(second)
                .enumerate()
                .map(|(visit, (&a, &b))| b || (a && visit % 20 == 0))
                .collect();
            let p = independence(first, &led);
            assert!(p < ALPHA / 15.0, "{} leads to {}: p = {p:e}", EXTRAS[index].0, EXTRAS[other].0);
        }
    }
}

#[test]
fn the_chi_square_distribution_is_that_of_the_tables() {
    // Upper critical values: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4.
    for (freedom, x, p) in [
        (1.0, 3.841, 0.05),
        (1.0, 10.828, 0.001),
        (3.0, 7.815, 0.05),
        (18.0, 28.869, 0.05),
        (18.0, 42.312, 0.001),
        (60.0, 79.082, 0.05),
        (100.0, 149.449, 0.001),
    ] {
        assert!((chi_square(x, freedom) / p - 1.0).abs() < 2e-3, "{freedom} {x}: {}", chi_square(x, freedom));
    }
    // With two degrees of freedom it is exponential, below the bend and far above it.
    for x in [0.1, 1.0, 3.0, 5.0, 40.0, 400.0] {
        assert!((chi_square(x, 2.0) / (-x / 2.0).exp() - 1.0).abs() < 1e-9);
    }
}
