//! Whether the program is well, in words: for those who look now and then, and restart or raise an alarm.

use engine::reach::{Reach, reach};
use engine::recorder::HitCounts;
use serde::Serialize;
use traffic::curve::{Nanos, SECOND};

use super::figures;
use super::state::{Phase, State, Told};
use crate::summary::text::grouped;

/// How the program is, as `/healthz` tells it.
#[derive(Debug, Serialize)]
pub(super) struct Health {
    status: &'static str,
    phase: &'static str,
    ready: bool,
    /// Why it is not ready.
    reason: Option<&'static str>,
    run_id: Option<String>,
    version: &'static str,
    /// Since the program was started.
    uptime_seconds: f64,
    /// Whether there is nothing to do about it. That is for `trafficinator health` to judge by: the status of the
    /// answer is 200 all the same, as it always was.
    pub(super) healthy: bool,
    /// What it is doing, for people.
    pub(super) sentence: String,
    /// Whether the target answers; where there are several, whether all do.
    target: &'static str,
    /// For how long a target that was reached no longer is.
    silent_seconds: Option<f64>,
    hits: Hits,
    /// Each of several targets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<TargetHealth>,
}

/// One of several targets.
#[derive(Debug, Serialize)]
struct TargetHealth {
    name: String,
    /// Whether it answers.
    target: &'static str,
    /// For how long it has not, where it was reached once.
    silent_seconds: Option<f64>,
}

/// What became of hits.
#[derive(Debug, Serialize)]
struct Hits {
    accepted: u64,
    rejected: u64,
    failed: u64,
}

/// Whether the target answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contact {
    /// Nobody has asked it yet.
    Unknown,
    Answers,
    /// It was never reached.
    Never,
    /// It was, and has been silent for so long.
    Silent(Nanos),
    /// It answers, and has refused every hit.
    Refuses,
}

/// How the program is now.
pub(super) fn read(state: &State) -> Health {
    let told = state.told();
    let readiness = figures::readiness(state);
    let counted = told.begun.as_ref().map(|begun| {
        let now = begun.reader.clock().now();
        let counts = &begun.reader.snapshot().counts;
        (counts.hits, reach(counts), now)
    });
    let hits = counted.map(|(hits, ..)| hits).unwrap_or_default();
    let several = several(&told);
    // What is wrong with one of several targets is what there is to tell.
    let (name, contact) = match several.iter().find(|(_, contact)| contact.is_bad()) {
        Some((name, contact)) => (Some(name.as_str()), *contact),
        None => (None, contact(&told, None, counted.map(|(_, reach, now)| (reach, now)))),
    };
    Health {
        status: "alive",
        phase: told.phase.name(),
        ready: readiness.is_ok(),
        reason: readiness.err(),
        run_id: told.facts.as_ref().map(|facts| facts.run_id.clone()),
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: seconds(state.now()),
        healthy: !contact.is_bad(),
        sentence: sentence(told.phase, name, contact, &hits),
        target: contact.word(),
        silent_seconds: contact.silent_seconds(),
        hits: Hits { accepted: hits.accepted, rejected: hits.rejected, failed: hits.failed },
        targets: several
            .iter()
            .map(|(name, contact)| TargetHealth {
                name: name.clone(),
                target: contact.word(),
                silent_seconds: contact.silent_seconds(),
            })
            .collect(),
    }
}

/// Each of several targets, and whether it answers.
fn several(told: &Told) -> Vec<(String, Contact)> {
    let names = told.facts.as_ref().map(|facts| facts.targets.as_slice()).unwrap_or_default();
    if names.len() < 2 {
        return Vec::new();
    }
    let heard = |index| {
        let reader = &told.begun.as_ref()?.reader;
        Some((reach(&reader.snapshot_of(index)?.counts), reader.clock().now()))
    };
    let contact = |(index, name): (usize, &String)| (name.clone(), contact(told, Some(index), heard(index)));
    names.iter().enumerate().map(contact).collect()
}

impl Contact {
    fn is_bad(self) -> bool {
        matches!(self, Contact::Never | Contact::Silent(_) | Contact::Refuses)
    }

    fn word(self) -> &'static str {
        match self {
            Contact::Unknown => "unknown",
            Contact::Answers => "answers",
            Contact::Never | Contact::Silent(_) => "unreachable",
            Contact::Refuses => "refuses",
        }
    }

    fn silent_seconds(self) -> Option<f64> {
        match self {
            Contact::Silent(silence) => Some(seconds(silence)),
            _ => None,
        }
    }
}

fn seconds(time: Nanos) -> f64 {
    (time / 1_000_000) as f64 / 1_000.0
}

/// What hits tell counts for more than the first look; a run that is over has nobody to reach.
fn contact(told: &Told, target: Option<usize>, heard: Option<(Reach, Nanos)>) -> Contact {
    if told.phase == Phase::Over {
        return Contact::Unknown;
    }
    match (heard, told.first_look(target)) {
        (Some((Reach::Answers, _)), _) => Contact::Answers,
        (Some((Reach::Refuses, _)), _) => Contact::Refuses,
        (Some((Reach::Silent { since }, now)), _) => Contact::Silent(now.saturating_sub(since)),
        (Some((Reach::Never, _)), _) | (_, Some(false)) => Contact::Never,
        (_, Some(true)) => Contact::Answers,
        (_, None) => Contact::Unknown,
    }
}

/// `name` is that of one of several targets.
fn sentence(phase: Phase, name: Option<&str>, contact: Contact, hits: &HitCounts) -> String {
    let target = || name.map_or_else(|| "the target".to_owned(), |name| format!("target {name}"));
    let doing = match phase {
        Phase::Starting => "starting: taking a first look at the target",
        Phase::Waiting => "waiting for the start signal (START_SIGNAL_FILE)",
        Phase::Scheduled => "waiting for the start time (--start-at)",
        Phase::Sending => "sending",
        Phase::Capped => "paused at the daily cap (MAX_VISITS_PER_DAY) until tomorrow in TIMEZONE",
        Phase::Paused => "paused by hand",
        Phase::Draining => "draining: no new visits begin, open ones may finish",
        Phase::Over => "over",
    };
    match contact {
        Contact::Never => format!("{} is unreachable, it was not reached yet; {doing}", target()),
        Contact::Silent(silence) => {
            format!("{} is unreachable, it last answered {} s ago; {doing}", target(), silence / SECOND)
        }
        Contact::Refuses => format!("{} answers and has refused every hit; {doing}", target()),
        Contact::Unknown | Contact::Answers if hits.sent == 0 => doing.to_owned(),
        Contact::Unknown | Contact::Answers => format!(
            "{doing}; {} hits accepted, {} rejected, {} failed",
            grouped(hits.accepted),
            grouped(hits.rejected),
            grouped(hits.failed)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(phase: Phase, looks: &[bool]) -> Told {
        let looks = (!looks.is_empty()).then(|| looks.to_vec());
        Told { phase, looks, facts: None, begun: None }
    }

    #[test]
    fn each_state_has_a_sentence_of_its_own() {
        let contacts = [Contact::Answers, Contact::Never, Contact::Silent(37 * SECOND), Contact::Refuses];
        let mut sentences: Vec<String> = Phase::ALL
            .into_iter()
            .flat_map(|phase| contacts.map(|contact| sentence(phase, None, contact, &HitCounts::default())))
            .collect();
        let all = sentences.len();
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), all);
    }

    #[test]
    fn the_first_look_counts_until_a_hit_is_over() {
        let (good, bad) = (told(Phase::Sending, &[true]), told(Phase::Sending, &[false]));
        let unknown = Some((Reach::Unknown, SECOND));
        assert_eq!(contact(&good, None, unknown), Contact::Answers);
        assert_eq!(contact(&bad, None, unknown), Contact::Never);
        assert_eq!(contact(&good, None, Some((Reach::Never, SECOND))), Contact::Never);
        assert_eq!(contact(&bad, None, Some((Reach::Answers, SECOND))), Contact::Answers);
        assert_eq!(contact(&good, None, Some((Reach::Refuses, SECOND))), Contact::Refuses);
        // Before `--start-at` there is still time to do something about it.
        assert_eq!(contact(&told(Phase::Scheduled, &[false]), None, None), Contact::Never);
    }

    #[test]
    fn each_of_several_targets_had_a_first_look_of_its_own() {
        let told = told(Phase::Sending, &[true, false]);
        let unknown = Some((Reach::Unknown, SECOND));
        assert_eq!(
            [0, 1].map(|index| contact(&told, Some(index), unknown)),
            [Contact::Answers, Contact::Never]
        );
        assert_eq!(contact(&told, None, unknown), Contact::Answers);
    }

    #[test]
    fn nobody_is_unreachable_before_the_run_and_after_it() {
        assert_eq!(contact(&told(Phase::Waiting, &[]), None, None), Contact::Unknown);
        assert_eq!(
            contact(&told(Phase::Over, &[false]), None, Some((Reach::Never, SECOND))),
            Contact::Unknown
        );
    }

    #[test]
    fn silence_lasts_from_the_last_answer_on() {
        let silent = Some((Reach::Silent { since: 5 * SECOND }, 42 * SECOND));
        assert_eq!(contact(&told(Phase::Draining, &[true]), None, silent), Contact::Silent(37 * SECOND));
        let said = sentence(Phase::Sending, None, Contact::Silent(37 * SECOND), &HitCounts::default());
        assert_eq!(said, "the target is unreachable, it last answered 37 s ago; sending");
    }

    #[test]
    fn what_became_of_hits_is_said() {
        let hits = HitCounts { sent: 1_302, accepted: 1_300, rejected: 2, ..HitCounts::default() };
        let said = sentence(Phase::Sending, None, Contact::Answers, &hits);
        assert_eq!(said, "sending; 1,300 hits accepted, 2 rejected, 0 failed");
    }
}
