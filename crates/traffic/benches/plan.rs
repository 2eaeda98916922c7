//! What planning costs. `cargo bench -p traffic`

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use traffic::arrivals::Pattern;
use traffic::encode::Query;
use traffic::plan::{Planner, Scratch, Stamp};
use traffic::population::{Population, Returns};
use traffic::scenario::Draft;
use traffic::site::Site;

#[path = "../tests/classic/mod.rs"]
mod classic;

use classic::{classic, plan_of, profiled};

fn main() {
    divan::main();
}

/// What is planned: the defaults of the settings, and profiles.
const PROFILES: [&str; 4] = ["classic", "content", "ecommerce", "saas"];

fn draft(profile: &str) -> Draft {
    if profile == "classic" { classic() } else { profiled(profile) }
}

/// Visits planned in one go.
const VISITS: u64 = 1_000;

/// One visit after the other, in memory that is used again.
#[divan::bench(args = PROFILES)]
fn plan_a_visit(bencher: Bencher<'_, '_>, profile: &str) {
    let plan = plan_of(draft(profile));
    let mut planner = Planner::default();
    let mut actions = Vec::new();
    let mut number = 10_000_000;
    bencher.counter(ItemsCount::new(VISITS)).bench_local(|| {
        for _ in 0..VISITS {
            let visit = planner.visit(&plan, number, std::mem::take(&mut actions));
            number += 1;
            actions = black_box(visit).actions;
        }
    });
}

/// The parameters of visits that are planned already.
#[divan::bench(args = PROFILES)]
fn encode_a_hit(bencher: Bencher<'_, '_>, profile: &str) {
    let plan = plan_of(draft(profile));
    let visits: Vec<_> = (0..VISITS).map(|number| plan.visit(number)).collect();
    let hits: usize = visits.iter().map(|visit| visit.actions.len()).sum();
    let (mut scratch, mut bytes) = (Scratch::default(), Vec::new());
    let stamp = Some(Stamp { cdt: Some(1_790_000_000), local_seconds: 45_296 });
    bencher.counter(ItemsCount::new(hits)).bench_local(|| {
        for visit in &visits {
            for index in 0..visit.actions.len() {
                bytes.clear();
                plan.parameters(visit, index, stamp, &mut scratch, &mut Query(&mut bytes));
                black_box(&bytes);
            }
        }
    });
}

/// All that is done for a hit before it is sent; the time is per hit, with its part of planning the visit.
#[divan::bench(args = PROFILES)]
fn plan_and_encode_a_hit(bencher: Bencher<'_, '_>, profile: &str) {
    let plan = plan_of(draft(profile));
    let first = 10_000_000;
    let hits: usize = (first..first + VISITS).map(|number| plan.visit(number).actions.len()).sum();
    let (mut planner, mut scratch) = (Planner::default(), Scratch::default());
    let (mut actions, mut bytes) = (Vec::new(), Vec::new());
    let stamp = Some(Stamp { cdt: Some(1_790_000_000), local_seconds: 45_296 });
    bencher.counter(ItemsCount::new(hits)).bench_local(|| {
        for number in first..first + VISITS {
            let visit = planner.visit(&plan, number, std::mem::take(&mut actions));
            for index in 0..visit.actions.len() {
                bytes.clear();
                plan.parameters(&visit, index, stamp, &mut scratch, &mut Query(&mut bytes));
                black_box(&bytes);
            }
            actions = visit.actions;
        }
    });
}

/// Who makes a visit: what every worker asks for every visit of the plan.
#[divan::bench(args = [0.2, 0.9])]
fn attendance(bencher: Bencher<'_, '_>, returning: f64) {
    let population = Population::new(42, returning, Returns { same_day: None, apart: Some(3_000) });
    let mut number = 10_000_000;
    bencher.counter(ItemsCount::new(VISITS)).bench_local(|| {
        for _ in 0..VISITS {
            black_box(population.attendance(number));
            number += 1;
        }
    });
}

#[divan::bench(args = [Pattern::Smooth, Pattern::Poisson])]
fn arrivals(bencher: Bencher<'_, '_>, pattern: Pattern) {
    let mut draft = classic();
    draft.pattern = pattern;
    let mut arrivals = plan_of(draft).arrivals().unwrap();
    let mut number = 0;
    bencher.counter(ItemsCount::new(VISITS)).bench_local(|| {
        for _ in 0..VISITS {
            black_box(arrivals.due(number));
            number += 1;
        }
    });
}

#[divan::bench]
fn load_a_list_of_22_000_pages(bencher: Bencher<'_, '_>) {
    let mut list = String::new();
    for page in 0..22_000 {
        let (section, shelf, page) = (page / 2_200, page / 10 % 220, page % 10);
        let path = format!("section-{section}/shelf-{shelf}/page-{page}/");
        let title = format!("Section {section} / Shelf {shelf} / Page {page}");
        list.extend(["https://shop.example.com/", &path, "    ", &title, "\n"]);
    }
    bencher.bench(|| Site::parse(black_box(&list)).unwrap().len());
}
