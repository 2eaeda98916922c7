//! Continuous draws by the test of Kolmogorov and Smirnov, before anything is rounded or clamped: 100,000 of each with
//! the parameters of every profile, and what is drawn shown to be noticed when a parameter is off by a tenth. And the
//! popularity of pages, which is a power of their rank.

#[path = "../classic/mod.rs"]
mod classic;
mod kolmogorov;
mod popularity;

use kolmogorov::{inverse_gaussian, lognormal, noticed, p_value, weibull};
use traffic::profile::{BUILT_IN, Profile};
use traffic::random::{Domain, Stream};

/// Draws of each distribution.
const DRAWS: u64 = 100_000;

/// Of the shape of an inverse Gaussian a tenth makes little difference: it takes more draws to notice.
const MANY: u64 = 1_000_000;

/// Of all distributions here together: the chance to fail although they are right. Seeds are fixed, so it is drawn once.
const ALPHA: f64 = 1e-4;

/// At most so many distributions: the chance is divided among them (Bonferroni).
const MOST: f64 = 100.0;

const LIMIT: f64 = ALPHA / MOST;

/// A sorted sample, every one from a stream of its own.
fn sample(count: u64, key: u64, draw: impl Fn(&mut Stream) -> f64) -> Vec<f64> {
    let mut sample: Vec<f64> =
        (0..count).map(|number| draw(&mut Stream::new(key, Domain::Visit, number))).collect();
    sample.sort_by(f64::total_cmp);
    sample
}

/// Checks a sample against its distribution, given by parameters of which each is shown to matter.
fn check<const N: usize>(
    name: &str,
    sample: &[f64],
    parameters: [f64; N],
    cdf: impl Fn(f64, [f64; N]) -> f64,
) {
    let p = p_value(sample, |x| cdf(x, parameters));
    assert!(p > LIMIT, "{name}: p = {p:e}");
    for at in 0..N {
        for factor in [0.9, 1.1] {
            let mut wrong = parameters;
            wrong[at] *= factor;
            let p = p_value(sample, |x| cdf(x, wrong));
            assert!(p < LIMIT, "{name}: parameter {at} times {factor} is not noticed, p = {p:e}");
        }
    }
}

fn profiles() -> impl Iterator<Item = (&'static str, Profile)> {
    BUILT_IN.iter().map(|(name, text)| (*name, Profile::parse(text).unwrap()))
}

#[test]
fn page_views_are_inverse_gaussian() {
    let mut checked = 0;
    for (key, (name, profile)) in (0..).zip(profiles()) {
        let Some(pages) = profile.pages else { continue };
        let draw = |stream: &mut Stream| stream.inverse_gaussian(pages.mean, pages.shape);
        let few = sample(DRAWS, key, draw);
        assert!(p_value(&few, |x| inverse_gaussian(x, [pages.mean, pages.shape])) > LIMIT, "{name}");
        check(
            &format!("{name}: page views"),
            &sample(MANY, key, draw),
            [pages.mean, pages.shape],
            inverse_gaussian,
        );
        checked += 1;
    }
    assert_eq!(checked, 3);
}

#[test]
fn times_on_pages_are_weibull() {
    let mut checked = 0;
    for (key, (name, profile)) in (100..).zip(profiles()) {
        let Some(reading) = profile.reading else { continue };
        let kinds = [
            ("home", reading.home),
            ("section", reading.section),
            ("product", reading.product),
            ("article", reading.article),
            ("search", reading.search),
            ("checkout", reading.checkout),
            ("other", reading.other),
        ];
        for (place, (kind, time)) in (0..).zip(kinds) {
            let drawn = sample(DRAWS, key << 8 | place, |stream| stream.weibull(time.shape, time.scale));
            check(&format!("{name}: time on {kind}"), &drawn, [time.shape, time.scale], weibull);
            checked += 1;
        }
    }
    assert_eq!(checked, 21);
}

#[test]
fn page_performance_is_lognormal_between_visits_and_between_pages() {
    let mut checked = 0;
    for (key, (name, profile)) in (200..).zip(profiles()) {
        let Some(performance) = profile.performance else { continue };
        let medians = [
            ("visits", 1.0, performance.visit_sigma),
            ("network", performance.network, performance.page_sigma),
            ("server", performance.server, performance.page_sigma),
            ("transfer", performance.transfer, performance.page_sigma),
            ("DOM processing", performance.dom_processing, performance.page_sigma),
            ("DOM completion", performance.dom_completion, performance.page_sigma),
            ("on load", performance.on_load, performance.page_sigma),
        ];
        for (place, (what, median, sigma)) in (0..).zip(medians) {
            let drawn = sample(DRAWS, key << 8 | place, |stream| stream.lognormal(median, sigma));
            check(&format!("{name}: {what}"), &drawn, [median, sigma], lognormal);
            checked += 1;
        }
    }
    assert_eq!(checked, 21);
}

#[test]
fn gaps_of_random_arrivals_are_exponential() {
    let drawn = sample(DRAWS, 300, Stream::exponential);
    check("gaps", &drawn, [1.0], |x, [mean]| 1.0 - (-x / mean).exp());
}

#[test]
fn a_normal_draw_is_normal() {
    let drawn = sample(DRAWS, 301, Stream::normal);
    check("normal", &drawn, [1.0], |x, [sigma]| kolmogorov::normal(x / sigma));
    // The second of a pair too, and so is what both make together, if they are independent.
    let second = sample(DRAWS, 302, |stream| stream.normals()[1]);
    check("second normal", &second, [1.0], |x, [sigma]| kolmogorov::normal(x / sigma));
    let both = sample(DRAWS, 303, |stream| {
        let [first, second] = stream.normals();
        0.6 * first + 0.8 * second
    });
    check("both normals", &both, [1.0], |x, [sigma]| kolmogorov::normal(x / sigma));
    let shifted = |x: f64| kolmogorov::normal(x - 0.1);
    assert!(p_value(&drawn, shifted) < LIMIT);
    assert!(noticed(DRAWS, LIMIT) < 0.01);
}
