//! Student's distribution, with whole degrees of freedom.

/// The chance of something at least as far from 0 as `t`, on either side.
pub(crate) fn two_sided(t: f64, degrees: u32) -> f64 {
    (1.0 - within(t.abs(), degrees.max(1))).clamp(0.0, 1.0)
}

/// How far from 0 to go, on both sides, to have this share of the distribution.
pub(crate) fn quantile(confidence: f64, degrees: u32) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while within(high, degrees) < confidence && high < 1e9 {
        high *= 2.0;
    }
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if within(middle, degrees) < confidence { low = middle } else { high = middle }
    }
    high
}

/// The share between -t and t: the finite sums of Abramowitz and Stegun, 26.7.3 and 26.7.4.
fn within(t: f64, degrees: u32) -> f64 {
    if t.is_infinite() {
        return 1.0;
    }
    let angle = (t / f64::from(degrees).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let is_odd = degrees % 2 == 1;
    // Terms cos^k times a product of fractions: k = 1, 3, 5 … for odd degrees, 0, 2, 4 … for even ones.
    let (mut term, mut k) = if is_odd { (cosine, 1) } else { (1.0, 0) };
    let mut sum = 0.0;
    while k + 2 <= degrees {
        sum += term;
        term *= cosine * cosine * f64::from(k + 1) / f64::from(k + 2);
        k += 2;
    }
    if is_odd { (angle + sine * sum) * std::f64::consts::FRAC_2_PI } else { sine * sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_values_of_the_printed_tables() {
        for (degrees, confidence, t) in [
            (1, 0.90, 6.314),
            (2, 0.95, 4.303),
            (5, 0.95, 2.571),
            (10, 0.99, 3.169),
            (25, 0.95, 2.060),
            (30, 0.99, 2.750),
            (120, 0.95, 1.980),
        ] {
            assert!((quantile(confidence, degrees) - t).abs() < 0.000_6, "{degrees} {confidence}");
            assert!((two_sided(-t, degrees) - (1.0 - confidence)).abs() < 0.000_1, "{degrees} {confidence}");
        }
        assert_eq!(two_sided(0.0, 7).to_bits(), 1.0_f64.to_bits());
        assert_eq!(two_sided(f64::INFINITY, 7).to_bits(), 0.0_f64.to_bits());
    }
}
