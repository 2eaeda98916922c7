//! Golden traffic of a seed: the very same visits, byte for byte, on every machine and after every change that does
//! not mean to change them. Where one does, `INSTA_UPDATE=always cargo test -p traffic --test golden` rewrites them.

mod classic;

use std::fmt::Write;

use classic::{classic, plan_of, profiled};
use traffic::arrivals::Pattern;
use traffic::encode::List;
use traffic::plan::{Plan, Scratch};
use traffic::visit::Visit;

/// The first visits of a profile, in full.
const VISITS: u64 = 6;

/// Visits of which a hash is kept: those of a first run, and some far away, where visitors have come back for years.
const HASHED: [u64; 2] = [0, 1_000_000_000];

fn plan(profile: &str) -> Plan {
    plan_of(if profile == "classic" { classic() } else { profiled(profile) })
}

fn write(text: &mut String, plan: &Plan, visit: &Visit) {
    let mut scratch = Scratch::default();
    for (index, action) in visit.actions.iter().enumerate() {
        let mut list = List::default();
        plan.parameters(visit, index, None, &mut scratch, &mut list);
        let hit: Vec<String> = list.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (kind, offset, due) = (action.kind().name(), action.offset_ms, action.due_ms);
        writeln!(text, "  {kind:<8} at {offset:>6}, due {due:>5}: {}", hit.join(" | ")).unwrap();
    }
}

/// The first visits, and hashes of a thousand others: what the first do not do, some of these do.
fn golden(profile: &str) -> String {
    let plan = plan(profile);
    let mut text = String::new();
    for number in 0..VISITS {
        let visit = plan.visit(number);
        writeln!(text, "visit {number}, {} hits, {} ms", visit.actions.len(), visit.length_ms()).unwrap();
        write(&mut text, &plan, &visit);
    }
    for first in HASHED {
        let mut hash = 0;
        for number in first..first + 1_000 {
            let mut visit = String::new();
            write(&mut visit, &plan, &plan.visit(number));
            hash = traffic::random::mix(hash ^ traffic::random::hash_text(&visit));
        }
        writeln!(text, "a thousand visits from {first}: {hash:016x}").unwrap();
    }
    text
}

#[test]
fn the_visits_of_content_stay_as_they_are() {
    insta::assert_snapshot!(golden("content"));
}

#[test]
fn the_visits_of_ecommerce_stay_as_they_are() {
    insta::assert_snapshot!(golden("ecommerce"));
}

#[test]
fn the_visits_of_saas_stay_as_they_are() {
    insta::assert_snapshot!(golden("saas"));
}

#[test]
fn the_visits_of_classic_stay_as_they_are() {
    insta::assert_snapshot!(golden("classic"));
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
