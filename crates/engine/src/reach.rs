//! Whether a target answers, as far as hits tell.

use traffic::curve::{Nanos, SECOND};

use crate::recorder::Counts;

/// A target that answers now and then is slow or unreliable; one that has not answered for so long, while hits fail, is
/// gone.
const SILENCE: Nanos = 10 * SECOND;

/// What hits tell of their target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// No hit is over yet.
    Unknown,
    /// It answers, whatever it says.
    Answers,
    /// It never answered, and hits failed.
    Never,
    /// Hits still failed more than 10 s after its last answer.
    Silent {
        /// When that answer came, in nanoseconds since the start of the run.
        since: Nanos,
    },
}

/// Judges by what was counted, of a run or of one of its targets.
pub fn reach(counts: &Counts) -> Reach {
    let answers = counts.hits.accepted + counts.hits.rejected;
    match (answers, counts.last_failure) {
        (0, 0) => Reach::Unknown,
        (0, _) => Reach::Never,
        (_, failed) if failed > counts.last_answer + SILENCE => Reach::Silent { since: counts.last_answer },
        _ => Reach::Answers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::HitCounts;

    fn counts(answers: u64, last_answer: Nanos, last_failure: Nanos) -> Counts {
        let hits = HitCounts { accepted: answers, ..HitCounts::default() };
        Counts { hits, last_answer, last_failure, ..Counts::default() }
    }

    #[test]
    fn before_any_hit_is_over_nothing_is_known() {
        assert_eq!(reach(&Counts::default()), Reach::Unknown);
    }

    #[test]
    fn a_target_that_never_answered_is_not_reached_from_the_first_failure_on() {
        assert_eq!(reach(&counts(0, 0, 1)), Reach::Never);
    }

    #[test]
    fn failures_among_answers_and_shortly_after_them_are_no_silence() {
        for last_failure in [0, 3 * SECOND, 15 * SECOND] {
            assert_eq!(reach(&counts(1, 5 * SECOND, last_failure)), Reach::Answers, "{last_failure}");
        }
    }

    #[test]
    fn a_failure_long_after_the_last_answer_is_silence_until_the_next_answer() {
        let silent = Reach::Silent { since: 5 * SECOND };
        assert_eq!(reach(&counts(1, 5 * SECOND, 15 * SECOND + 1)), silent);
        assert_eq!(reach(&counts(2, 16 * SECOND, 15 * SECOND + 1)), Reach::Answers);
    }

    #[test]
    fn a_refusal_is_an_answer() {
        let hits = HitCounts { rejected: 3, ..HitCounts::default() };
        let refused = Counts { hits, last_answer: SECOND, last_failure: 2, ..Counts::default() };
        assert_eq!(reach(&refused), Reach::Answers);
    }

    #[test]
    fn workers_add_up_to_what_the_last_of_them_heard() {
        let mut sum = counts(1, 5 * SECOND, 0);
        sum += &counts(0, 0, 30 * SECOND);
        assert_eq!(reach(&sum), Reach::Silent { since: 5 * SECOND });
        sum += &counts(1, 29 * SECOND, 0);
        assert_eq!(reach(&sum), Reach::Answers);
    }
}
