//! The test of Kolmogorov and Smirnov, and the distributions it compares with, exactly.

/// The chance of a sorted sample at least as far from a distribution.
pub(crate) fn p_value(sorted: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let n = sorted.len() as f64;
    let distance = sorted
        .iter()
        .enumerate()
        .map(|(index, x)| {
            let below = cdf(*x);
            (below - index as f64 / n).abs().max((below - (index as f64 + 1.0) / n).abs())
        })
        .fold(0.0, f64::max);
    // Stephens' correction for a sample that is not infinite.
    tail((n.sqrt() + 0.12 + 0.11 / n.sqrt()) * distance)
}

/// The distance at which a sample of this size is far out.
pub(crate) fn noticed(count: u64, p: f64) -> f64 {
    (-(p / 2.0).ln() / 2.0 / count as f64).sqrt()
}

/// Kolmogorov's distribution: the chance of a larger distance.
fn tail(x: f64) -> f64 {
    if x < 0.2 {
        return 1.0;
    }
    let term = |k: i32| (if k % 2 == 1 { 2.0 } else { -2.0 }) * (-2.0 * f64::from(k * k) * x * x).exp();
    (1..=100).map(term).sum::<f64>().clamp(0.0, 1.0)
}

/// The standard normal distribution.
pub(crate) fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

/// The inverse Gaussian distribution with a mean and a shape.
pub(crate) fn inverse_gaussian(x: f64, [mean, shape]: [f64; 2]) -> f64 {
    let root = (shape / x).sqrt();
    normal(root * (x / mean - 1.0)) + (2.0 * shape / mean).exp() * normal(-root * (x / mean + 1.0))
}

/// The Weibull distribution with a shape and a scale.
pub(crate) fn weibull(x: f64, [shape, scale]: [f64; 2]) -> f64 {
    -(-(x / scale).powf(shape)).exp_m1()
}

/// The lognormal distribution with a median, and sigma on the scale of logarithms.
pub(crate) fn lognormal(x: f64, [median, sigma]: [f64; 2]) -> f64 {
    normal((x / median).ln() / sigma)
}

#[test]
fn the_distributions_are_those_of_the_tables() {
    // Kolmogorov's limits for 5 % and 1 %.
    assert!((tail(1.358) - 0.05).abs() < 2e-4 && (tail(1.628) - 0.01).abs() < 1e-4);
    assert!((normal(1.96) - 0.975).abs() < 1e-4 && (normal(-6.0) / 9.866e-10 - 1.0).abs() < 1e-3);
    // The derivative of the distribution is its density, and all of it is 1.
    let (mean, shape) = (3.0_f64, 5.0_f64);
    for x in [0.3_f64, 1.0, 2.5, 7.0] {
        let density = (shape / (std::f64::consts::TAU * x.powi(3))).sqrt()
            * (-shape * (x - mean).powi(2) / (2.0 * mean * mean * x)).exp();
        let slope =
            (inverse_gaussian(x + 1e-5, [mean, shape]) - inverse_gaussian(x - 1e-5, [mean, shape])) / 2e-5;
        assert!((slope / density - 1.0).abs() < 1e-5, "{x}: {slope} and {density}");
    }
    assert!((inverse_gaussian(1e4, [mean, shape]) - 1.0).abs() < 1e-12);
}
