//! Planning takes no memory once it is warm, and remembers nobody: a million visitors cost no more than a thousand.

#[path = "classic/mod.rs"]
mod classic;

use classic::{plan_of, profiled};
use traffic::encode::Query;
use traffic::plan::{Plan, Planner, Scratch, Stamp};

/// The memory that a worker plans and encodes in, one visit after the other.
#[derive(Default)]
struct Desk {
    planner: Planner,
    scratch: Scratch,
    actions: Vec<traffic::visit::Action>,
    bytes: Vec<u8>,
}

impl Desk {
    /// Plans and encodes some visits; how many hits they have.
    fn work(&mut self, plan: &Plan, visits: impl Iterator<Item = u64>) -> usize {
        let stamp = Some(Stamp { cdt: Some(1_790_000_000), local_seconds: 45_296 });
        let mut hits = 0;
        for number in visits {
            let visit = self.planner.visit(plan, number, std::mem::take(&mut self.actions));
            for index in 0..visit.actions.len() {
                self.bytes.clear();
                plan.parameters(&visit, index, stamp, &mut self.scratch, &mut Query(&mut self.bytes));
            }
            hits += visit.actions.len();
            self.actions = visit.actions;
        }
        hits
    }
}

#[test]
fn planning_and_encoding_allocate_nothing_once_warm() {
    for profile in ["content", "ecommerce", "saas", "classic"] {
        let plan = plan_of(if profile == "classic" { classic::classic() } else { profiled(profile) });
        let mut desk = Desk::default();
        desk.work(&plan, 0..20_000);
        // Visits that are longer than any before still make buffers grow: a few times in a long run, not per hit.
        let mut hits = 0;
        let info = allocation_counter::measure(|| hits = desk.work(&plan, 20_000..40_000));
        assert!(hits > 60_000, "{hits}");
        assert!(info.count_total <= 8, "{profile}: {} allocations in {hits} hits", info.count_total);
        assert!(info.bytes_total < 64 * 1_024, "{profile}: {} bytes in {hits} hits", info.bytes_total);
    }
}

#[test]
fn a_million_visitors_need_no_more_memory_than_a_thousand() {
    let plan = plan_of(profiled("ecommerce"));
    let most = |visits: u64| {
        let mut desk = Desk::default();
        allocation_counter::measure(|| {
            desk.work(&plan, (0..visits).step_by((visits / 1_000) as usize));
        })
        .bytes_max
    };
    let (few, many) = (most(1_000), most(1_500_000));
    // The share of them that are distinct: numbers of first visits.
    let distinct = (0..1_500_000).filter(|&visit| plan.population().attendance(visit).earlier == 0).count();
    assert!(distinct > 1_000_000, "{distinct}");
    assert!(many < 2 * few + 16_384, "{many} bytes for a million visitors, {few} for a thousand");
}

#[test]
fn an_open_visit_takes_a_few_hundred_bytes() {
    let plan = plan_of(profiled("ecommerce"));
    let mut planner = Planner::default();
    let visits = 2_000;
    let mut open = Vec::with_capacity(visits as usize);
    let info = allocation_counter::measure(|| {
        open.extend((0..visits).map(|number| planner.visit(&plan, number, Vec::new())));
    });
    let each = info.bytes_current / visits as i64 + size_of::<traffic::visit::Visit>() as i64;
    assert!(each < 800, "{each} bytes a visit");
}
