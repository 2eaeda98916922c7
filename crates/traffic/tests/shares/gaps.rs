//! How long visitors stay away: a power law, in families of ever longer gaps.

use traffic::plan::Plan;
use traffic::scenario::Clock;

use crate::chi_square::{Mix, check};
use crate::classic::plan_of;
use crate::profiles::draft_of;
use crate::seen::PAST_THE_LEFT_EDGE;

/// How many in 64 of those who come back do so after each kind of gap, the shortest first: every one is three times as
/// long as the one before.
const FAMILIES: [f64; 5] = [28.0, 17.0, 10.0, 6.0, 3.0];

/// Visits from which gaps are taken.
const VISITS: u64 = 1_500_000;

/// How long a visitor stayed away.
struct Gap {
    visits: f64,
    /// Whether it was on the same day: then the visit before was dated back.
    is_same_day: bool,
}

fn gaps(plan: &Plan) -> Vec<Gap> {
    let before = |number: u64| {
        let before = plan.population().attendance(number).predecessor?;
        Some(Gap { visits: (number - before) as f64, is_same_day: plan.population().past(before) > 0 })
    };
    (PAST_THE_LEFT_EDGE..PAST_THE_LEFT_EDGE + VISITS).filter_map(before).collect()
}

/// Middles of the families, found in the shortest gap of the first of them: three quarters of the middle, or half of it.
fn middles(gaps: &[Gap], first: usize) -> [f64; 5] {
    let real = gaps.iter().filter(|gap| !gap.is_same_day);
    let part = if first == 0 { 0.75 } else { 0.5 };
    let shortest = real.map(|gap| gap.visits).fold(f64::MAX, f64::min) / part;
    std::array::from_fn(|family| shortest * 3_f64.powi(family as i32 - first as i32))
}

/// A family begins at half its middle, where the one before it ends.
fn family(gap: &Gap, middles: &[f64; 5]) -> usize {
    if gap.is_same_day {
        return 0;
    }
    (1..5).filter(|&next| gap.visits > 0.498 * middles[next]).count()
}

#[test]
fn gaps_between_visits_follow_a_power_law() {
    let mut mixes = Vec::new();
    for name in ["content", "ecommerce", "saas", "classic"] {
        for clock in [Clock::Simulated, Clock::Real] {
            let mut draft = draft_of(name);
            draft.clock = clock;
            let first = usize::from(clock == Clock::Simulated && draft.profile.visitors.same_day);
            let gaps = gaps(&plan_of(draft));
            let middles = middles(&gaps, first);
            let families = || gaps.iter().map(|gap| family(gap, &middles));
            mixes.push(Mix::new(&format!("{name}: gaps, {clock:?}"), &FAMILIES, families()));
            // How many gaps there are for every visit of length falls as a power of the length: a line of logarithms.
            let mut counts = [0.0; 5];
            families().for_each(|family| counts[family] += 1.0);
            let points =
                middles.iter().zip(counts).map(|(middle, count)| (middle.ln(), (count / middle).ln()));
            let (slope, fit) = line(&points.collect::<Vec<_>>());
            assert!((1.35..1.6).contains(&-slope) && fit > 0.99, "{name}: a power of {slope}, fit {fit}");
        }
    }
    check("gaps", &mixes);
}

/// Slope and coefficient of determination of the line through some points.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>();
    let (xx, yy) = (sum(&|point| (point.0 - x).powi(2)), sum(&|point| (point.1 - y).powi(2)));
    let xy = sum(&|point| (point.0 - x) * (point.1 - y));
    (xy / xx, xy * xy / (xx * yy))
}
