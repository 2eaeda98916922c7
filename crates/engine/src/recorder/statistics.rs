//! How long hits took: all of them, and by their kind and what became of them.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use traffic::hit::Kind;

use super::times::Times;
use crate::observation::{Observation, Outcome};

/// What became of hits, as coarse as statistics want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Answered with 2xx: accepted.
    Success,
    /// Answered with 1xx or 3xx.
    Redirect,
    /// Answered with 4xx.
    ClientError,
    /// Answered with 5xx.
    ServerError,
    /// Not answered.
    NoAnswer,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 5] =
        [Class::Success, Class::Redirect, Class::ClientError, Class::ServerError, Class::NoAnswer];

    /// The class of an outcome.
    pub fn of(outcome: Outcome) -> Class {
        match outcome {
            Outcome::Answered(200..=299) => Class::Success,
            Outcome::Answered(400..=499) => Class::ClientError,
            Outcome::Answered(500..) => Class::ServerError,
            Outcome::Answered(_) => Class::Redirect,
            Outcome::Failed(_) => Class::NoAnswer,
        }
    }

    /// Its name in results and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Class::Success => "2xx",
            Class::Redirect => "3xx",
            Class::ClientError => "4xx",
            Class::ServerError => "5xx",
            Class::NoAnswer => "none",
        }
    }
}

/// Two views of the same hits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Latency {
    /// Due to done.
    pub response: Times,
    /// Sent to done.
    pub service: Times,
}

impl AddAssign<&Latency> for Latency {
    fn add_assign(&mut self, other: &Latency) {
        self.response += &other.response;
        self.service += &other.service;
    }
}

/// How long hits took. Adding is associative and commutative.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Due to done.
    pub response: Times,
    /// Sent to done.
    pub service: Times,
    /// Due to ready: waiting for the target.
    pub wait: Times,
    /// Ready to sent: the generator's own lateness.
    pub lag: Times,
    /// Response and service time by kind and outcome; together they are all hits.
    pub by_kind: BTreeMap<(Kind, Class), Latency>,
}

impl Statistics {
    /// Takes in a hit that is over. One that the end of the run cut off says nothing about the target.
    pub fn observe(&mut self, observation: &Observation) {
        let Some(spans) = observation.spans() else { return };
        self.response.record(spans.response);
        self.service.record(spans.service);
        self.wait.record(spans.wait);
        self.lag.record(spans.lag);
        let cell = self.by_kind.entry((observation.kind, Class::of(observation.outcome))).or_default();
        cell.response.record(spans.response);
        cell.service.record(spans.service);
    }
}

impl AddAssign<&Statistics> for Statistics {
    fn add_assign(&mut self, other: &Statistics) {
        self.response += &other.response;
        self.service += &other.service;
        self.wait += &other.wait;
        self.lag += &other.lag;
        for (key, latency) in &other.by_kind {
            *self.by_kind.entry(*key).or_default() += latency;
        }
    }
}
