//! Shares of visits by the funnels they walk.

use super::Funnel;

/// Funnels with the share of visits that walk them: a visit tries one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Walks<'a> {
    funnels: Vec<(&'a Funnel, f64)>,
    /// Visits that walk none.
    pub(crate) none: f64,
}

impl Walks<'_> {
    /// Of funnels in the order in which they are tried.
    pub(crate) fn new(funnels: &[Funnel]) -> Walks<'_> {
        let mut none = 1.0;
        let walked = funnels.iter().map(|funnel| {
            let share = none * funnel.probability.get();
            none -= share;
            (funnel, share)
        });
        let funnels = walked.collect();
        Walks { funnels, none }
    }

    /// The share of visits that walk one of the funnels that are wanted.
    pub(crate) fn share(&self, wanted: impl Fn(&Funnel) -> bool) -> f64 {
        self.sum(|funnel| if wanted(funnel) { 1.0 } else { 0.0 })
    }

    /// How often something happens for each visit, given how often it does in a visit that walks a funnel.
    pub(crate) fn sum(&self, often: impl Fn(&Funnel) -> f64) -> f64 {
        self.funnels.iter().map(|(funnel, share)| share * often(funnel)).sum()
    }
}
