//! Whether a target answers, as far as hits tell.

use traffic::curve::{Nanos, SECOND};

use crate::recorder::{Counts, HitCounts};

/// A target that answers now and then is slow or unreliable; one that has not answered for so long, while hits fail, is
/// gone.
const SILENCE: Nanos = 10 * SECOND;

/// So many hits that were refused, and none that was accepted, are no accident.
const TELLING_REFUSALS: u64 = 20;

/// What hits tell of their target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Too few hits are over yet.
    Unknown,
    /// It answers, whatever it says.
    Answers,
    /// It answers, and has refused every hit.
    Refuses,
    /// It never answered, and hits failed.
    Never,
    /// Several hits failed since its last answer, and the last more than 10 s after that.
    Silent {
        /// When that answer came, in nanoseconds since the start of the run.
        since: Nanos,
    },
}

/// Judges by what was counted, of a run or of one of its targets.
pub fn reach(counts: &Counts) -> Reach {
    let HitCounts { accepted, rejected, .. } = counts.hits;
    let [last, .., third] = counts.last_failures;
    let are_in_a_row = third > counts.last_answer;
    match accepted + rejected {
        0 if are_in_a_row => Reach::Never,
        0 => Reach::Unknown,
        _ if are_in_a_row && last > counts.last_answer + SILENCE => {
            Reach::Silent { since: counts.last_answer }
        }
        _ if accepted == 0 && rejected >= TELLING_REFUSALS => Reach::Refuses,
        _ => Reach::Answers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(answers: u64, last_answer: Nanos, failures: &[Nanos]) -> Counts {
        let hits = HitCounts { accepted: answers, ..HitCounts::default() };
        let mut counts = Counts { hits, last_answer, ..Counts::default() };
        for at in failures {
            counts.fail(*at);
        }
        counts
    }

    #[test]
    fn before_some_hits_are_over_nothing_is_known() {
        assert_eq!(reach(&Counts::default()), Reach::Unknown);
        assert_eq!(reach(&counts(0, 0, &[1, 2])), Reach::Unknown);
    }

    #[test]
    fn a_target_that_never_answered_is_not_reached() {
        assert_eq!(reach(&counts(0, 0, &[1, 2, 3])), Reach::Never);
    }

    #[test]
    fn failures_among_answers_and_shortly_after_them_are_no_silence() {
        for last in [0, 3 * SECOND, 15 * SECOND] {
            assert_eq!(reach(&counts(1, 5 * SECOND, &[last; 3])), Reach::Answers, "{last}");
        }
    }

    #[test]
    fn failures_long_after_the_last_answer_are_silence_until_the_next_one() {
        let silent = Reach::Silent { since: 5 * SECOND };
        assert_eq!(reach(&counts(1, 5 * SECOND, &[6 * SECOND, 7 * SECOND, 15 * SECOND + 1])), silent);
        assert_eq!(reach(&counts(2, 16 * SECOND, &[15 * SECOND + 1; 3])), Reach::Answers);
    }

    #[test]
    fn hits_that_are_lost_now_and_then_are_no_silence() {
        assert_eq!(reach(&counts(1, 5 * SECOND, &[60 * SECOND])), Reach::Answers);
        assert_eq!(reach(&counts(1, 5 * SECOND, &[4 * SECOND, 30 * SECOND, 60 * SECOND])), Reach::Answers);
    }

    #[test]
    fn a_refusal_is_an_answer_and_nothing_but_refusals_are_a_matter_of_their_own() {
        let refused = |rejected| {
            let hits = HitCounts { rejected, ..HitCounts::default() };
            reach(&Counts { hits, last_answer: SECOND, ..Counts::default() })
        };
        assert_eq!((refused(3), refused(20)), (Reach::Answers, Reach::Refuses));
        let hits = HitCounts { accepted: 1, rejected: 99, ..HitCounts::default() };
        assert_eq!(reach(&Counts { hits, last_answer: SECOND, ..Counts::default() }), Reach::Answers);
    }

    #[test]
    fn workers_add_up_to_what_the_last_of_them_heard() {
        let parts = [
            counts(1, 5 * SECOND, &[]),
            counts(0, 0, &[30 * SECOND, 20 * SECOND]),
            counts(0, 0, &[25 * SECOND]),
        ];
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let mut sum = Counts::default();
            for index in order {
                sum += &parts[index];
            }
            assert_eq!(sum.last_failures, [30, 25, 20].map(|second| second * SECOND));
            assert_eq!(reach(&sum), Reach::Silent { since: 5 * SECOND });
            sum += &counts(1, 29 * SECOND, &[]);
            assert_eq!(reach(&sum), Reach::Answers);
        }
    }
}
