//! Open visits and what is due next: a visit in progress is data in a heap, not a task.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use traffic::curve::Nanos;
use traffic::ledger::Tally;
use traffic::place::Placement;
use traffic::visit::{Action, Visit};

/// Where an open visit is kept.
pub(crate) type Slot = u32;

/// A visit that has begun, or waits to.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, kept small")]
pub(crate) struct Open {
    pub(crate) visit: Visit,
    /// How many hits it has.
    pub(crate) hits: u16,
    /// When it arrived.
    pub(crate) arrival: Nanos,
    /// Where its hits lie in time.
    pub(crate) placement: Placement,
    /// Nanoseconds by which midnight put it off (real clock only).
    pub(crate) shift: Nanos,
    /// The hit that comes next.
    pub(crate) next: u16,
    /// Tries of that hit so far.
    pub(crate) tries: u8,
    /// When that hit was taken up (closed model only, where nothing is due).
    pub(crate) taken_at: Nanos,
    /// Earliest time for that hit, whatever its due time: the answer to the one before, or the end of a back-off.
    pub(crate) not_before: Nanos,
    /// Whether its first hit was sent.
    pub(crate) started: bool,
    /// Whether its start was put off once.
    pub(crate) held_back: bool,
    /// Whether a hit is on its way.
    pub(crate) in_flight: bool,
    /// Whether that hit, or a try of it, was counted as sent.
    pub(crate) sent: bool,
    /// Whether one of its hits was not accepted.
    pub(crate) flawed: bool,
    /// Whether Matomo knows of it.
    pub(crate) credit: Credit,
    /// What its next hits are counted by, of those that were accepted, and of those that may have been.
    pub(crate) acknowledged: Tally,
    pub(crate) uncertain: Tally,
    /// The visitor's next visit, which waits for the end of this one.
    pub(crate) successor: Option<Slot>,
}

/// Whether Matomo knows of a visit; later variants outweigh earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Credit {
    /// None of its hits arrived.
    Unknown,
    /// One of them may have.
    Uncertain,
    /// One of them was accepted.
    Acknowledged,
}

/// Open visits by slot, by number, and by the time of their next hit.
#[derive(Default)]
pub(crate) struct Agenda {
    visits: Vec<Option<Open>>,
    free: Vec<Slot>,
    by_number: HashMap<u64, Slot>,
    queue: BinaryHeap<Reverse<(Nanos, Slot)>>,
    /// Memory of visits that are over.
    spare: Vec<Vec<Action>>,
}

/// Memory of this many visits is kept for later ones.
const MOST_SPARE: usize = 1_024;

impl Agenda {
    /// Memory for the actions of a visit.
    pub(crate) fn spare(&mut self) -> Vec<Action> {
        self.spare.pop().unwrap_or_default()
    }

    pub(crate) fn insert(&mut self, open: Open) -> Slot {
        let number = open.visit.number;
        let slot = self.free.pop().unwrap_or(self.visits.len() as Slot);
        if slot as usize == self.visits.len() {
            self.visits.push(Some(open));
        } else {
            self.visits[slot as usize] = Some(open);
        }
        self.by_number.insert(number, slot);
        slot
    }

    pub(crate) fn get(&mut self, slot: Slot) -> &mut Open {
        self.visits[slot as usize].as_mut().expect("an open visit")
    }

    pub(crate) fn find(&self, number: u64) -> Option<Slot> {
        self.by_number.get(&number).copied()
    }

    pub(crate) fn remove(&mut self, slot: Slot) -> Open {
        let mut open = self.visits[slot as usize].take().expect("an open visit");
        self.by_number.remove(&open.visit.number);
        self.free.push(slot);
        if self.spare.len() < MOST_SPARE {
            self.spare.push(std::mem::take(&mut open.visit.actions));
        }
        open
    }

    pub(crate) fn schedule(&mut self, slot: Slot, at: Nanos) {
        self.queue.push(Reverse((at, slot)));
    }

    /// When the next hit is scheduled.
    pub(crate) fn next_at(&self) -> Option<Nanos> {
        self.queue.peek().map(|Reverse((at, _))| *at)
    }

    /// The visit whose hit is scheduled for `now` or earlier.
    pub(crate) fn pop(&mut self, now: Nanos) -> Option<Slot> {
        if self.next_at()? > now {
            return None;
        }
        self.queue.pop().map(|Reverse((_, slot))| slot)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_number.len()
    }

    /// Where open visits are kept.
    pub(crate) fn slots(&self) -> Vec<Slot> {
        self.by_number.values().copied().collect()
    }
}
