//! Which visits of a plan are sent by whom: each machine, each target and each worker goes through all numbers and keeps
//! the visits of its own visitors. None has to talk to another, and together they send every visit once.

use std::sync::Arc;

use crate::arrivals::Arrivals;
use crate::curve::{Curve, Nanos};
use crate::day::{self, Day};
use crate::plan::Plan;
use crate::population::SLOTS;

/// Which machine of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    of: u32,
}

impl Shard {
    /// The only one.
    pub const WHOLE: Shard = Shard { index: 0, of: 1 };

    /// Number `index`, from 0, of so many; nothing where there is no such one.
    pub fn new(index: u32, of: u32) -> Option<Shard> {
        (index < of).then_some(Shard { index, of })
    }

    /// Its number, from 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// Whether it has the visit with this number.
    pub fn sends(self, plan: &Plan, number: u64) -> bool {
        self.of == 1 || plan.lane(number) % u64::from(self.of) == u64::from(self.index)
    }

    /// Its part of something that is divided among all, such as connections: at least one.
    pub fn part(self, whole: usize) -> usize {
        let (index, of) = (self.index as usize, self.of as usize);
        (whole / of + usize::from(index < whole % of)).max(1)
    }
}

/// Which visitors a target has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Audience {
    /// All of them: there is no other target, or every target gets every visit.
    Everybody,
    /// Every so manieth new visitor, in turn; who comes back comes to where they were.
    InTurn {
        /// Whose turn, from 0.
        index: u64,
        /// How many take turns.
        of: u64,
    },
    /// A share of them, spread evenly over the others.
    Share {
        /// Where it begins, 0 to 1: where the shares of others before it end.
        from: f64,
        /// How large it is, above 0.
        share: f64,
    },
}

/// 2^64 divided by the golden ratio: the multiples of it are spread over 64 bits more evenly than by chance.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Audience {
    /// The share of all visits, 0 to 1.
    pub fn share(self) -> f64 {
        match self {
            Audience::Everybody => 1.0,
            Audience::InTurn { of, .. } => 1.0 / of as f64,
            Audience::Share { share, .. } => share,
        }
    }

    fn has(self, visitor: u64) -> bool {
        match self {
            Audience::Everybody => true,
            // Visitors with the same number within their group come back alike: they take turns as well.
            Audience::InTurn { index, of } => (visitor / SLOTS + visitor % SLOTS) % of == index,
            Audience::Share { from, share } => {
                // The ends of neighbours are the same number, rounded the same way. Shares that add up to 1 may do so but
                // for the last digit, and nobody is left out.
                let place =
                    |at: f64| if at > 1.0 - 1e-9 { 1 << 64 } else { (at * (1_u128 << 64) as f64) as u128 };
                (place(from)..place(from + share)).contains(&u128::from(visitor.wrapping_mul(GOLDEN)))
            }
        }
    }
}

/// Whose visits are sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// On which machine.
    pub shard: Shard,
    /// To which target.
    pub audience: Audience,
    /// Most visits of that target a day, all machines together.
    pub most_a_day: Option<u64>,
    /// By which worker, from 0, of how many.
    pub worker: (u64, u64),
}

impl Part {
    /// All visits.
    pub const WHOLE: Part =
        Part { shard: Shard::WHOLE, audience: Audience::Everybody, most_a_day: None, worker: (0, 1) };
}

/// A way through a plan, from visit to visit of one part of it.
#[derive(Debug)]
pub struct Walk {
    part: Part,
    /// None in a closed model: visits have no due times.
    arrivals: Option<Arrivals<Arc<Curve>>>,
    /// Whether the visits of today are too many for the target.
    cap: Option<Cap>,
    next: u64,
    is_through: bool,
}

impl Walk {
    /// A way from the first visit on.
    pub fn new(plan: &Plan, part: Part) -> Walk {
        Walk {
            part,
            arrivals: plan.arrivals(),
            cap: part.most_a_day.map(|most| Cap::new(plan, most)),
            next: 0,
            is_through: false,
        }
    }

    /// Whether visits are due at times.
    pub fn is_timed(&self) -> bool {
        self.arrivals.is_some()
    }

    /// Whether all numbers of the plan were seen, as opposed to all that its curve has room for.
    pub fn is_through(&self) -> bool {
        self.is_through
    }

    /// The next visit, and when it is due in the time of the plan (0 in a closed model). There may be none for this part
    /// alone. `plan` is that of the beginning.
    pub fn next(&mut self, plan: &Plan) -> Option<(u64, Nanos)> {
        loop {
            let number = self.next;
            if !plan.contains(number) {
                self.is_through = true;
                return None;
            }
            let is_own =
                self.is_for_target(plan, number) && (self.cap.is_some() || self.is_sent_here(plan, number));
            let due = match &mut self.arrivals {
                _ if !is_own => None,
                Some(arrivals) => Some(arrivals.due(number)?),
                None => Some(0),
            };
            self.next += 1;
            let Some(due) = due else { continue };
            // A cap counts what others send as well, so all of them leave out the same visits.
            if let Some(cap) = &mut self.cap {
                if !cap.admits(number, due) {
                    // Where nothing is due there is no tomorrow.
                    self.arrivals.as_ref()?;
                    // There may be millions until then.
                    self.next = self.next.max(plan.first_near(cap.ends));
                    continue;
                }
                if !self.is_sent_here(plan, number) {
                    continue;
                }
            }
            return Some((number, due));
        }
    }

    /// How many of the visits that the visitor of visit `number` made before were for this target as well: all of the
    /// `planned` ones, unless there was a cap and some came too late in the day. What comes before `number` was seen.
    pub fn earlier(&self, plan: &Plan, number: u64, planned: u32) -> u32 {
        let Some(cap) = self.cap.as_ref().filter(|_| planned > 0) else { return planned };
        let before = |number: &u64| plan.population().attendance(*number).predecessor;
        let chain = std::iter::successors(before(&number), before).take(planned as usize);
        chain.filter(|number| cap.admitted(*number)).count() as u32
    }

    fn is_for_target(&self, plan: &Plan, number: u64) -> bool {
        self.part.audience == Audience::Everybody
            || self.part.audience.has(plan.population().attendance(number).visitor)
    }

    fn is_sent_here(&self, plan: &Plan, number: u64) -> bool {
        let Part { shard, worker: (index, workers), .. } = self.part;
        let shards = u64::from(shard.of);
        if shards * workers == 1 {
            return true;
        }
        let lane = plan.lane(number);
        lane % shards == u64::from(shard.index) && lane / shards % workers == index
    }
}

/// Counts the visits of a day.
struct Cap {
    most: u64,
    days: Box<dyn Iterator<Item = Day> + Send>,
    /// When today is over.
    ends: Nanos,
    today: u64,
    /// The first visit of every day so far, and the last that was admitted: numbers ascend with time.
    admitted: Vec<(u64, u64)>,
}

impl std::fmt::Debug for Cap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cap").field("most", &self.most).field("today", &self.today).finish_non_exhaustive()
    }
}

impl Cap {
    fn new(plan: &Plan, most: u64) -> Cap {
        let days = Box::new(day::from(&plan.scenario().time_zone, plan.starts_ms()));
        Cap { most, days, ends: 0, today: 0, admitted: Vec::new() }
    }

    fn admits(&mut self, number: u64, due: Nanos) -> bool {
        while self.ends <= due {
            // Time zone data goes on for thousands of years.
            self.ends = self.days.next().map_or(Nanos::MAX, |day| self.ends + day.length);
            self.today = 0;
        }
        self.today += 1;
        if self.today > self.most {
            return false;
        }
        match self.admitted.last_mut().filter(|_| self.today > 1) {
            Some((_, last)) => *last = number,
            None => self.admitted.push((number, number)),
        }
        true
    }

    /// Whether a visit that was seen was admitted.
    fn admitted(&self, number: u64) -> bool {
        let day = self.admitted.partition_point(|(first, _)| *first <= number).checked_sub(1);
        day.is_some_and(|day| number <= self.admitted[day].1)
    }
}
