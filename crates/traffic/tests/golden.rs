//! Golden traffic of a seed: the very same visits, byte for byte, on every machine and after every change that does
//! not mean to change them. Where one does, `INSTA_UPDATE=always cargo test -p traffic --test golden` rewrites them.

mod classic;

use std::fmt::Write;

use classic::{classic, plan_of};
use traffic::arrivals::Pattern;
use traffic::encode::List;
use traffic::plan::Scratch;

const VISITS: u64 = 6;

#[test]
fn the_first_visits_of_a_seed_stay_as_they_are() {
    let plan = plan_of(classic());
    let mut scratch = Scratch::default();
    let mut text = String::new();
    for number in 0..VISITS {
        let visit = plan.visit(number);
        writeln!(text, "visit {number}, {} hits, {} ms", visit.actions.len(), visit.length_ms()).unwrap();
        for (index, action) in visit.actions.iter().enumerate() {
            let mut list = List::default();
            plan.parameters(&visit, index, None, &mut scratch, &mut list);
            let hit: Vec<String> = list.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let (kind, offset, due) = (action.kind().name(), action.offset_ms, action.due_ms);
            writeln!(text, "  {kind:<8} at {offset:>6}, due {due:>5}: {}", hit.join(" | ")).unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn they_arrive_when_they_did() {
    let mut text = String::new();
    for pattern in [Pattern::Smooth, Pattern::Poisson] {
        let mut draft = classic();
        draft.pattern = pattern;
        let mut arrivals = plan_of(draft).arrivals().unwrap();
        // And far away, where the last bits of floating point would show.
        for number in (0..VISITS).chain([4_095, 4_096, 1_000_000, 70_000_000]) {
            writeln!(text, "{pattern:?} {number:>8}: {:>16} ns", arrivals.due(number).unwrap()).unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

/// Far visits too, by their hash: what the first six do not do, some of these do.
#[test]
fn a_thousand_visits_hash_to_what_they_did() {
    let plan = plan_of(classic());
    let mut scratch = Scratch::default();
    let mut text = String::new();
    for first in [0, 1_000_000_000] {
        let mut hash = 0;
        for number in first..first + 1_000 {
            let visit = plan.visit(number);
            for (index, action) in visit.actions.iter().enumerate() {
                let mut list = List::default();
                plan.parameters(&visit, index, None, &mut scratch, &mut list);
                let hit = format!("{:?} {} {}", list.0, action.offset_ms, action.due_ms);
                hash = traffic::random::mix(hash ^ traffic::random::hash_text(&hit));
            }
        }
        writeln!(text, "{first}: {hash:016x}").unwrap();
    }
    insta::assert_snapshot!(text);
}
