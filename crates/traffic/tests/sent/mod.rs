//! What is sent: the parameters of the hits of a visit, as Matomo reads them.

use traffic::encode::List;
use traffic::plan::{Plan, Scratch};
use traffic::visit::Visit;

/// The parameters of a hit.
pub(crate) type Hit = Vec<(String, String)>;

/// All hits of a visit.
pub(crate) fn hits(plan: &Plan, visit: &Visit) -> Vec<Hit> {
    let mut scratch = Scratch::default();
    (0..visit.actions.len())
        .map(|index| {
            let mut list = List::default();
            plan.parameters(visit, index, None, &mut scratch, &mut list);
            list.0
        })
        .collect()
}

/// The value of a parameter.
pub(crate) fn value<'a>(hit: &'a [(String, String)], name: &str) -> Option<&'a str> {
    hit.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
