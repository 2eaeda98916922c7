//! Popularity of pages: a power of their rank.

use traffic::hit::Kind;
use traffic::plan::Planner;
use traffic::random::{Domain, Stream};
use traffic::visit::Place;

use crate::classic::{classic, plan_of, profiled};

/// Exponent of popularity by rank (Breslau et al., Infocom 1999: 0.64 to 0.83; the default is 0.8).
const EXPONENT: f64 = 0.8;

/// How often pages were seen, the most popular first.
fn ranked(mut counts: Vec<f64>) -> Vec<f64> {
    counts.retain(|count| *count > 0.0);
    counts.sort_by(|a, b| b.total_cmp(a));
    counts
}

/// Slope of the line through the logarithms of ranks and counts, of ranks that are neither so few nor so many that
/// chance decides about them: evenly spread over magnitudes.
fn exponent(ranked: &[f64]) -> f64 {
    let last = ranked.len() / 2;
    let ranks = (0..40).map(|step| 4.0 * (last as f64 / 4.0).powf(f64::from(step) / 39.0));
    let points: Vec<(f64, f64)> = ranks.map(|rank| (rank.ln(), ranked[rank as usize - 1].ln())).collect();
    let n = points.len() as f64;
    let (x, y) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let xy: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    let xx: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
    -xy / xx
}

#[test]
fn pages_that_people_come_to_are_as_popular_as_a_power_of_their_rank() {
    let plan = plan_of(profiled("ecommerce"));
    let site = &plan.scenario().site;
    let mut counts = vec![0.0; site.len()];
    for number in 0..2_000_000 {
        counts[site.leaf(&mut Stream::new(42, Domain::Visit, number)) as usize] += 1.0;
    }
    let found = exponent(&ranked(counts));
    assert!((found - EXPONENT).abs() < 0.05, "{found}");
    // Exponents that are not meant would be noticed.
    for other in [0.7, 0.9] {
        let wrong = exponent(&(1..2_000).map(|rank| 1e6 * f64::from(rank).powf(-other)).collect::<Vec<_>>());
        assert!((wrong - EXPONENT).abs() > 0.05, "{wrong}");
    }
}

#[test]
fn a_tenth_of_the_pages_takes_most_of_the_views() {
    for name in ["content", "ecommerce", "saas", "classic"] {
        let plan = plan_of(if name == "classic" { classic() } else { profiled(name) });
        let mut counts = vec![0.0; plan.scenario().site.len()];
        let mut planner = Planner::default();
        for number in 0..100_000 {
            let visit = planner.visit(&plan, number, Vec::new());
            for action in visit.actions.iter().filter(|action| action.kind() == Kind::Pageview) {
                if let Place::Page(page) = action.place {
                    counts[page as usize] += 1.0;
                }
            }
        }
        let (tenth, all) = (counts.len() / 10, counts.iter().sum::<f64>());
        let ranked = ranked(counts);
        let share = ranked.iter().take(tenth).sum::<f64>() / all;
        assert!((0.6..0.95).contains(&share), "{name}: {share}, exponent {}", exponent(&ranked));
    }
}
