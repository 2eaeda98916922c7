//! Who comes again: maps the number of a visit to its visitor, without state.
//!
//! Visits are dealt to 64 slots, slots to families of ever longer gaps. The visits of a family fill rows of lanes; a
//! lane of row `r` goes on with the visitor of the same lane in row `r - 1`, or gets a new one. A seeded permutation
//! within each half of the row (of the first family: within each quarter) decides when in its row a lane comes, so the
//! gap between two visits of a visitor is between half a row and one and a half (three and five quarters). Every step
//! can be walked backwards: that is how a visit finds its visitor.
//!
//! The first family are people who come back on the same day. At a high rate a day has far more visits than anybody
//! plans, so their visits are sent soon after each other and dated back, each a good while before the next, as if they
//! had been sent earlier that day: rows are short, and a visitor stays for a few rows, an era, whose visits fit into
//! the 24 hours that Matomo accepts. The other families come back when their gap has really passed. A run has no past:
//! in the first row of a family everybody is new.

use crate::random::{self, Domain, Permutation};

/// Slots of visit numbers: who first comes in one of them comes back as others of it do.
pub(crate) const SLOTS: u64 = 64;

/// As many families as have come far enough for visitors to return: none to all.
pub const STAGES: usize = FAMILIES.len() + 1;

/// Slots of each family: weights fall as a power of the gap.
const FAMILIES: [u64; 5] = [28, 17, 10, 6, 3];

/// The gap grows so much from family to family: where the gaps of one end those of the next begin.
const GROWTH: u64 = 3;

/// More earlier visits than these are not counted.
const LONGEST_CHAIN: u32 = 64;

/// More visits than any run has.
pub(crate) const LONG_RUN: u64 = 1 << 58;

/// One visit in the life of its visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attendance {
    /// The visitor: the number of their first visit.
    pub visitor: u64,
    /// How many visits they made before this one.
    pub earlier: u32,
    /// The visit before this one.
    pub predecessor: Option<u64>,
}

/// The visitors of a plan.
#[derive(Clone, Debug)]
pub struct Population {
    seed: u64,
    /// The share of returning visits in a long run.
    returning: f64,
    /// Lanes of a row of each family; 0 where nobody returns.
    lanes: [u64; FAMILIES.len()],
    /// Family and rank within the family of each slot, slots of each family.
    slots: [(u8, u8); SLOTS as usize],
    members: [Vec<u8>; FAMILIES.len()],
    same_day: Option<SameDay>,
}

/// When visitors come back.
#[derive(Clone, Copy, Debug)]
pub struct Returns {
    /// On the same day, where visits can be dated back.
    pub same_day: Option<SameDay>,
    /// Otherwise two visits of a visitor are more than so many visits apart; without it nobody comes back later.
    pub apart: Option<u64>,
}

/// How visitors come back on the same day.
#[derive(Clone, Copy, Debug)]
pub struct SameDay {
    /// About so many visits lie between two of a visitor.
    pub apart: u64,
    /// At most so many visits a visitor: at least two.
    pub rows: u64,
    /// Seconds between two visits of a visitor, from
    pub least: f64,
    /// and to.
    pub most: f64,
}

/// Chains get long beyond this.
pub(crate) const HIGHEST: f64 = 0.95;

impl Population {
    /// A population in which `returning` of the visits of a long run are by known visitors.
    pub fn new(seed: u64, returning: f64, returns: Returns) -> Population {
        let mut slots = [(0, 0); SLOTS as usize];
        let mut members: [Vec<u8>; FAMILIES.len()] = Default::default();
        let deal = Permutation::new(SLOTS, random::hash(seed, Domain::Lane, u64::MAX));
        let families = (0..FAMILIES.len()).flat_map(|f| std::iter::repeat_n(f, FAMILIES[f] as usize));
        for (index, family) in families.enumerate() {
            let slot = deal.forward(index as u64) as usize;
            slots[slot].0 = family as u8;
        }
        for (slot, (family, rank)) in slots.iter_mut().enumerate() {
            let family = &mut members[*family as usize];
            *rank = family.len() as u8;
            family.push(slot as u8);
        }
        let row = |family: usize, visits: u64| {
            visits.saturating_mul(FAMILIES[family]).div_ceil(SLOTS).next_multiple_of(4).max(8)
        };
        let mut lanes = [0; FAMILIES.len()];
        if let Some(gap) = returns.apart {
            // Two visits of a lane are more than 3/4 of a row apart, and a row of family 0 spans lanes * 64 / slots
            // visits, give or take one round of the slots at either end.
            let mut visits = (gap + 2 * SLOTS) * 4 / 3 + 1;
            for (family, lanes) in lanes.iter_mut().enumerate() {
                *lanes = row(family, visits);
                visits = visits.saturating_mul(GROWTH);
            }
        }
        // What is soon enough without going back in time needs no dates.
        let same_day = returns.same_day.filter(|same_day| lanes[0] == 0 || row(0, same_day.apart) < lanes[0]);
        if let Some(same_day) = same_day {
            lanes[0] = row(0, same_day.apart);
        }
        Population { seed, returning, lanes, slots, members, same_day }
    }

    /// How many families have come past their first row, about, when visit `number` comes.
    pub fn stage(&self, number: u64) -> usize {
        (0..FAMILIES.len())
            .filter(|&f| self.lanes[f] > 0 && number / SLOTS * FAMILIES[f] >= self.lanes[f])
            .count()
    }

    /// The share of known visitors at every stage.
    pub fn stages(&self) -> [f64; STAGES] {
        std::array::from_fn(|stage| {
            (0..stage).map(|family| self.share(family as u8) * FAMILIES[family] as f64 / SLOTS as f64).sum()
        })
    }

    /// How many seconds before it is sent a visit is over: for every later visit of its visitor on that day some time
    /// between the shortest and the longest, the shorter more often.
    pub fn past(&self, number: u64) -> u32 {
        let Some(same_day) = self.same_day else { return 0 };
        if self.slots[(number % SLOTS) as usize].0 > 0 {
            return 0;
        }
        let (mut seconds, mut visit) = (0.0, number);
        while let Some(next) = self.successor(visit) {
            let draw = random::fraction(random::hash(self.seed, Domain::Past, visit));
            seconds += same_day.least * libm::pow(same_day.most / same_day.least, draw);
            visit = next;
        }
        seconds as u32
    }

    /// Who makes visit `number`, and what came before it.
    pub fn attendance(&self, number: u64) -> Attendance {
        let predecessor = self.predecessor(number);
        let (mut visitor, mut earlier, mut before) = (number, 0, predecessor);
        while let Some(visit) = before {
            visitor = visit;
            earlier += 1;
            before = if earlier < LONGEST_CHAIN { self.predecessor(visit) } else { self.root(visit) };
        }
        Attendance { visitor, earlier: earlier.min(LONGEST_CHAIN), predecessor }
    }

    /// The first visit of a very long chain, or nothing where `visit` is that first visit itself.
    fn root(&self, mut visit: u64) -> Option<u64> {
        let start = visit;
        while let Some(before) = self.predecessor(visit) {
            visit = before;
        }
        (visit != start).then_some(visit)
    }

    /// The share of known visitors among the first `visits` visits: a run has no past, so at first everybody is new.
    pub fn expected_returning(&self, visits: u64) -> f64 {
        let later = |family: usize| {
            let (lanes, places) = (self.lanes[family], visits / SLOTS * FAMILIES[family]);
            if lanes == 0 {
                return 0.0;
            }
            let later = match self.same_day.filter(|_| family == 0) {
                None => places.saturating_sub(lanes),
                Some(SameDay { rows, .. }) => {
                    // In the first row of every era all are new.
                    let era = lanes * rows;
                    let (eras, rest) = (places / era, places % era);
                    eras * (era - lanes) + rest.saturating_sub(lanes)
                }
            };
            later as f64 * self.chance(family as u8)
        };
        (0..FAMILIES.len()).map(later).sum::<f64>() / visits.max(1) as f64
    }

    /// The share of known visitors in a family, in a long run.
    fn share(&self, family: u8) -> f64 {
        match self.same_day.filter(|_| family == 0) {
            None => self.chance(family),
            Some(SameDay { rows, .. }) => self.chance(family) * (rows - 1) as f64 / rows as f64,
        }
    }

    /// Chance that a lane goes on with its visitor, where it can.
    fn chance(&self, family: u8) -> f64 {
        match self.same_day.filter(|_| family == 0) {
            None => self.returning,
            Some(SameDay { rows, .. }) => (self.returning * rows as f64 / (rows - 1) as f64).min(HIGHEST),
        }
    }

    fn predecessor(&self, number: u64) -> Option<u64> {
        let (family, rank) = self.slots[(number % SLOTS) as usize];
        let lanes = self.lanes[family as usize];
        if lanes == 0 {
            return None;
        }
        let weight = FAMILIES[family as usize];
        let place = number / SLOTS * weight + u64::from(rank);
        let row = place / lanes;
        if row == 0 {
            return None;
        }
        let lane = self.shuffle(family, row, lanes, place % lanes, Permutation::forward);
        if !self.goes_on(family, row, lane) {
            return None;
        }
        Some(self.number(family, row - 1, lane))
    }

    /// The visit after this one.
    fn successor(&self, number: u64) -> Option<u64> {
        let (family, rank) = self.slots[(number % SLOTS) as usize];
        let lanes = self.lanes[family as usize];
        if lanes == 0 {
            return None;
        }
        let place = number / SLOTS * FAMILIES[family as usize] + u64::from(rank);
        let row = place / lanes;
        let lane = self.shuffle(family, row, lanes, place % lanes, Permutation::forward);
        self.goes_on(family, row + 1, lane).then(|| self.number(family, row + 1, lane))
    }

    /// Whether a lane goes on in a row with the visitor it had in the row before.
    fn goes_on(&self, family: u8, row: u64, lane: u64) -> bool {
        if family == 0 && self.same_day.is_some_and(|same_day| row.is_multiple_of(same_day.rows)) {
            return false;
        }
        let key = random::hash(self.seed, Domain::Returning, (u64::from(family) << 56) ^ row);
        random::fraction(random::hash(key, Domain::Returning, lane)) < self.chance(family)
    }

    /// The number of the visit in a lane of a row.
    fn number(&self, family: u8, row: u64, lane: u64) -> u64 {
        let (lanes, weight) = (self.lanes[family as usize], FAMILIES[family as usize]);
        let place = row * lanes + self.shuffle(family, row, lanes, lane, Permutation::backward);
        let slot = self.members[family as usize][(place % weight) as usize];
        place / weight * SLOTS + u64::from(slot)
    }

    /// Lane of a position of a row, or position of a lane: each part of the row is permuted by itself.
    fn shuffle(
        &self,
        family: u8,
        row: u64,
        lanes: u64,
        index: u64,
        step: fn(&Permutation, u64) -> u64,
    ) -> u64 {
        let part = if family == 0 { lanes / 4 } else { lanes / 2 };
        let key = random::hash(self.seed, Domain::Lane, (u64::from(family) << 56) ^ row);
        index / part * part + step(&Permutation::new(part, key), index % part)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// Nobody returns before so many visits.
    fn after(gap: u64) -> Returns {
        Returns { same_day: None, apart: Some(gap) }
    }

    fn predecessors(population: &Population, visits: u64) -> HashMap<u64, u64> {
        let mut successor_of = HashMap::new();
        for visit in 0..visits {
            if let Some(before) = population.predecessor(visit) {
                assert!(before < visit);
                assert!(successor_of.insert(before, visit).is_none(), "{before} has two successors");
            }
        }
        successor_of
    }

    #[test]
    fn every_visit_has_at_most_one_predecessor_and_one_successor() {
        for seed in 0..8 {
            predecessors(&Population::new(seed, 0.4, after(100)), 50_000);
        }
    }

    #[test]
    fn two_visits_of_a_visitor_are_further_apart_than_the_gap() {
        for gap in [0, 1, 50, 1_000, 12_345] {
            for (before, after) in predecessors(&Population::new(3, 0.5, after(gap)), 200_000) {
                assert!(after - before > gap, "{before} and {after} are closer than {gap}");
            }
        }
    }

    #[test]
    fn all_visits_of_a_chain_name_the_same_visitor() {
        let population = Population::new(3, 0.6, after(10));
        let mut attendance: HashMap<u64, Attendance> = HashMap::new();
        for visit in 0..100_000 {
            let this = population.attendance(visit);
            match this.predecessor {
                None => assert_eq!((this.visitor, this.earlier), (visit, 0)),
                Some(before) => {
                    let before = attendance[&before];
                    assert_eq!(this.visitor, before.visitor);
                    assert_eq!(this.earlier, before.earlier + 1);
                }
            }
            attendance.insert(visit, this);
        }
    }

    #[test]
    fn a_very_long_chain_still_names_its_first_visit() {
        let population = Population::new(3, 1.0, after(0));
        for visit in (0..40_000).step_by(997) {
            let this = population.attendance(visit);
            assert_eq!(population.predecessor(this.visitor), None);
            assert!(this.earlier <= LONGEST_CHAIN);
        }
    }

    #[test]
    fn the_share_of_returning_visits_is_reached_once_the_rows_are_filled() {
        let population = Population::new(9, 0.3, after(10));
        let returning = (500_000..600_000).filter(|&visit| population.predecessor(visit).is_some()).count();
        assert!((returning as f64 / 100_000.0 - 0.3).abs() < 0.006, "{returning}");
    }

    #[test]
    fn the_share_at_the_left_edge_is_known() {
        let population = Population::new(9, 0.3, after(100));
        for visits in [100, 2_000, 20_000, 100_000] {
            let returning = (0..visits).filter(|&visit| population.predecessor(visit).is_some()).count();
            let share = returning as f64 / visits as f64;
            assert!((share - population.expected_returning(visits)).abs() < 0.01, "{visits}: {share}");
        }
    }

    #[test]
    fn nobody_returns_where_no_gap_is_known() {
        let population = Population::new(9, 0.3, Returns { same_day: None, apart: None });
        assert!((0..10_000).all(|visit| population.predecessor(visit).is_none()));
    }

    #[test]
    fn visitors_of_the_same_day_return_soon_and_each_of_their_visits_has_a_past() {
        let same_day = SameDay { apart: 300, rows: 8, least: 3_720.0, most: 9_000.0 };
        for apart in [None, Some(1_000_000)] {
            let population = Population::new(9, 0.2, Returns { same_day: Some(same_day), apart });
            let predecessors = predecessors(&population, 100_000);
            let share = predecessors.len() as f64 / 100_000.0;
            assert!((share - 0.2 * 28.0 / 64.0).abs() < 0.004, "{share}");
            assert!((share - population.expected_returning(100_000)).abs() < 0.004, "{share}");
            let soon = predecessors.values().filter(|after| **after < 2_000).count();
            assert!(soon > 80, "{soon} of the first 2,000 visits");
            for (before, after) in predecessors {
                assert!((100..600).contains(&(after - before)), "{before} and {after}");
                assert_eq!(population.successor(before), Some(after));
                let apart = population.past(before) - population.past(after);
                assert!((3_719..=9_001).contains(&apart), "{before} and {after} lie {apart} s apart");
            }
            assert!((0..20_000).all(|visit| population.past(visit) <= 7 * 9_000));
        }
    }

    #[test]
    fn where_visitors_come_back_soon_anyway_no_visit_is_dated_back() {
        let same_day = SameDay { apart: 300, rows: 8, least: 3_720.0, most: 9_000.0 };
        let population = Population::new(9, 0.2, Returns { same_day: Some(same_day), apart: Some(50) });
        assert!((0..50_000).all(|visit| population.past(visit) == 0));
    }
}
