//! Pearson's chi-square test of counts against shares, and the demand that it notices a share that is off by a tenth.

/// Of all tests of this folder together: the chance to fail although the plan is right. Seeds are fixed, so it is drawn
/// once.
const ALPHA: f64 = 1e-4;

/// The most mixes that each test looks at: the chance is divided among all of them (Bonferroni).
const MIXES: [(&str, usize); 9] = [
    ("places", 40),
    ("profile", 120),
    ("circumstances", 120),
    ("purchases", 40),
    ("devices", 200),
    ("countries", 200),
    ("dimensions", 10),
    ("robots", 10),
    ("gaps", 10),
];

/// A case that is expected so often is noticed when it is a tenth more or less often: the distance is eight standard
/// deviations then, of which the level of the test takes five and a half.
pub(crate) const NOTICEABLE: f64 = 8_000.0;

/// Fewest visits, or whatever else is counted.
const FEWEST: u64 = 100_000;

/// How many visits it takes until a tenth more or less of a share is noticed: at least 100,000.
pub(crate) fn visits_for(share: f64) -> u64 {
    ((NOTICEABLE / share).ceil() as u64).max(FEWEST)
}

/// What was counted, and the share of each case that was configured.
pub(crate) struct Mix {
    name: String,
    counts: Vec<u64>,
    shares: Vec<f64>,
    demand: Demand,
}

/// Which cases have to be noticed when they are off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Demand {
    Every,
    /// Those that were met often enough, one by one; the others together.
    Frequent,
}

impl Mix {
    /// Cases by their weight; what is seen is counted by the index of its case.
    pub(crate) fn new(name: &str, weights: &[f64], seen: impl Iterator<Item = usize>) -> Mix {
        let mut counts = vec![0; weights.len()];
        for case in seen {
            counts[case] += 1;
        }
        let total: f64 = weights.iter().sum();
        let shares = weights.iter().map(|weight| weight / total).collect();
        Mix { name: name.to_owned(), counts, shares, demand: Demand::Every }
    }

    /// Something that happens or not.
    pub(crate) fn of(name: &str, share: f64, happens: impl Iterator<Item = bool>) -> Mix {
        Mix::new(name, &[share, 1.0 - share], happens.map(|happens| usize::from(!happens)))
    }

    /// A mix of many cases: of the rare ones not each has to be noticed by itself.
    pub(crate) fn of_many(name: &str, weights: &[f64], seen: impl Iterator<Item = usize>) -> Mix {
        Mix { demand: Demand::Frequent, ..Mix::new(name, weights, seen) }
    }

    fn total(&self) -> f64 {
        self.counts.iter().sum::<u64>() as f64
    }

    /// The chance of counts at least as far from the shares.
    fn p_value(&self, shares: &[f64]) -> f64 {
        let total = self.total();
        let cases = || self.counts.iter().zip(shares);
        if cases().any(|(&count, &share)| share <= 0.0 && count > 0) {
            return 0.0;
        }
        let possible = cases().filter(|(_, share)| **share > 0.0);
        let distance: f64 =
            possible.map(|(&count, share)| (count as f64 - total * share).powi(2) / (total * share)).sum();
        match shares.iter().filter(|share| **share > 0.0).count() {
            0 | 1 => 1.0,
            cases => chi_square(distance, cases as f64 - 1.0),
        }
    }

    /// The chance of as many of one case, were its share this.
    fn p_value_of(&self, case: usize, share: f64) -> f64 {
        let (count, total) = (self.counts[case] as f64, self.total());
        chi_square((count - total * share).powi(2) / (total * share * (1.0 - share)), 1.0)
    }

    /// Cases that are looked at one by one. Of something that happens or not, that it does.
    fn looked_at(&self) -> impl Iterator<Item = usize> {
        let cases = if self.shares.len() == 2 { 1 } else { self.shares.len() };
        (0..cases).filter(|&case| self.shares[case] > 0.0 && self.shares[case] < 1.0)
    }

    /// The shares, wrong: every other case a tenth too high, the rest a tenth too low.
    fn all_off_by_a_tenth(&self) -> Vec<f64> {
        let factors = [1.1, 0.9].into_iter().cycle();
        let wrong: Vec<f64> = self.shares.iter().zip(factors).map(|(share, factor)| share * factor).collect();
        let total: f64 = wrong.iter().sum();
        wrong.iter().map(|share| share / total).collect()
    }

    fn check(&self, limit: f64) {
        let p = self.p_value(&self.shares);
        assert!(p > limit, "{}: p = {p:e}; {:?} of {:?}", self.name, self.counts, self.shares);
        for case in self.looked_at() {
            let share = self.shares[case];
            let expected = self.total() * share / (1.0 - share);
            if expected < NOTICEABLE {
                assert!(
                    self.demand == Demand::Frequent,
                    "{}: case {case} is met {expected} times",
                    self.name
                );
                continue;
            }
            for wrong in [0.9 * share, 1.1 * share].into_iter().filter(|wrong| *wrong < 1.0) {
                let p = self.p_value_of(case, wrong);
                assert!(p < limit, "{}: case {case} is not noticed at {wrong}, p = {p:e}", self.name);
            }
        }
        if self.shares.len() > 2 && self.total() > NOTICEABLE * 5.0 {
            let p = self.p_value(&self.all_off_by_a_tenth());
            assert!(p < limit, "{}: all of them off is not noticed, p = {p:e}", self.name);
        }
    }
}

/// Checks the mixes of a test.
pub(crate) fn check(test: &str, mixes: &[Mix]) {
    let most = MIXES.iter().find(|(name, _)| *name == test).map_or(0, |(_, most)| *most);
    assert!((1..=most).contains(&mixes.len()), "{} mixes in {test:?}, {most} at most", mixes.len());
    let limit = ALPHA / MIXES.iter().map(|(_, most)| *most as f64).sum::<f64>();
    for mix in mixes {
        mix.check(limit);
    }
}

/// Chance of a two-by-two table at least as far from independence.
pub(crate) fn independence(first: &[bool], second: &[bool]) -> f64 {
    let mut table = [[0.0_f64; 2]; 2];
    for (&a, &b) in first.iter().zip(second) {
        table[usize::from(a)][usize::from(b)] += 1.0;
    }
    let [[a, b], [c, d]] = table;
    let total = a + b + c + d;
    let distance = total * (a * d - b * c).powi(2) / ((a + b) * (c + d) * (a + c) * (b + d));
    chi_square(distance, 1.0)
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
