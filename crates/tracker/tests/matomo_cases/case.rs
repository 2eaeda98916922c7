//! A measured row: what was sent, and what was recorded of it.

use serde_json::Value;
use tracker::Options;

use crate::stand_in::{Matomo, TOKEN};

/// What was sent, and what was recorded of it.
pub(crate) struct Case {
    row: String,
    /// Seconds after noon, and what the hit says besides what every hit says.
    sent: Vec<(i64, String)>,
    /// The places of the hits that were refused.
    refused: Vec<usize>,
    /// The number of actions of every visit, the one that was recorded first in front.
    actions: Vec<u64>,
    /// Where in the list of visits what stood.
    facts: Vec<(String, Value)>,
    absences: Vec<&'static str>,
}

/// A row: its name, the hits, and the number of actions of every visit that came of them.
pub(crate) fn case<T: ToString>(row: &str, sent: &[(i64, T)], actions: &[u64]) -> Case {
    let sent = sent.iter().map(|(at, extra)| (*at, extra.to_string())).collect();
    let actions = actions.to_vec();
    let row = row.to_owned();
    Case { row, sent, refused: Vec::new(), actions, facts: Vec::new(), absences: Vec::new() }
}

impl Case {
    /// That this hit was answered with 400.
    pub(crate) fn refused(mut self, place: usize) -> Self {
        self.refused.push(place);
        self
    }

    /// That this hit came so many seconds after noon.
    pub(crate) fn at(mut self, place: usize, seconds: i64) -> Self {
        self.sent[place].0 = seconds;
        self
    }

    /// That these visits came of it all the same, by their numbers of actions.
    pub(crate) fn recorded(mut self, actions: &[u64]) -> Self {
        self.actions = actions.to_vec();
        self
    }

    /// That nothing stood at this place of the list of visits.
    pub(crate) fn absent(mut self, place: &'static str) -> Self {
        self.absences.push(place);
        self
    }

    /// What stood at this place of the list of visits, such as `/0/actionDetails/1/url`.
    pub(crate) fn fact(mut self, place: impl Into<String>, value: impl Into<Value>) -> Self {
        self.facts.push((place.into(), value.into()));
        self
    }
}

/// Sends every case to a site of its own and compares what was recorded.
pub(crate) async fn check(options: Options, cases: Vec<Case>) {
    let matomo = Matomo::with(options).await;
    let mut wrong = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let site = u32::try_from(number + 1).expect("few cases");
        for (place, (at, extra)) in case.sent.iter().enumerate() {
            let body = matomo.query(*at, &format!("idsite={site}&{extra}"));
            let status = matomo.post("/matomo.php", &body).await.status;
            let expected = if case.refused.contains(&place) { 400 } else { 204 };
            if status != expected {
                wrong.push(format!("{}: hit {place} was answered {status}, not {expected}", case.row));
            }
        }
        let visits = Value::from(matomo.visits(site).await);
        let actions: Vec<u64> =
            visits.as_array().into_iter().flatten().filter_map(|visit| visit["actions"].as_u64()).collect();
        if actions != case.actions {
            wrong.push(format!("{}: actions {actions:?}, not {:?}", case.row, case.actions));
        }
        for place in case.absences.iter().filter(|place| visits.pointer(place).is_some()) {
            wrong.push(format!("{}: there is {place}", case.row));
        }
        for (place, expected) in &case.facts {
            let found = visits.pointer(place);
            if found != Some(expected) {
                wrong.push(format!("{}: {place} is {found:?}, not {expected}", case.row));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The site of the measurements: three goals, a dimension of the visit and one of the action.
pub(crate) fn measured() -> Options {
    Options { token: Some(TOKEN.to_owned()), ..Options::measured_site() }
}
