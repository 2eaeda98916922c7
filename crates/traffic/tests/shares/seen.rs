//! What is counted of visits.

use traffic::hit::Kind;
use traffic::plan::{Plan, Planner};
use traffic::site::PageKind;
use traffic::source::Source;
use traffic::visit::{Action, Deed, Place, Visit};

/// Where nearly every family of visitors has long been through its first row, so that everybody who comes back does.
pub(crate) const PAST_THE_LEFT_EDGE: u64 = 40_000_000;

/// What is counted of a visit.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) source: Source,
    /// Kind of the visitor's device.
    pub(crate) class: usize,
    pub(crate) is_known: bool,
    pub(crate) pageviews: u16,
    /// Searches; those that find nothing; those that another may follow, and does.
    pub(crate) searches: u16,
    pub(crate) failed: u16,
    pub(crate) could_refine: u16,
    pub(crate) refined: u16,
    /// Page views of pages with blocks of content.
    pub(crate) with_blocks: u16,
    pub(crate) impressions: u16,
    pub(crate) interactions: u16,
    /// What happens, by [`Happening`].
    happens: [bool; 6],
    /// The goals that are converted by hand, one bit each.
    pub(crate) goals: u16,
    /// Where it begins: at the home page, a section or a page inside.
    pub(crate) entry: usize,
}

/// What happens in a visit or does not.
#[derive(Clone, Copy)]
pub(crate) enum Happening {
    Outlink,
    Download,
    Click,
    Event,
    Cart,
    Order,
}

impl Seen {
    /// Whether it saw more than one page.
    pub(crate) fn is_engaged(&self) -> bool {
        self.pageviews > 1
    }

    /// Whether something happens.
    pub(crate) fn has(&self, happening: Happening) -> bool {
        self.happens[happening as usize]
    }
}

/// So many searches in a row are followed by no other.
const MOST_SEARCHES: u16 = 3;

fn has_blocks(plan: &Plan, action: &Action) -> bool {
    let Place::Page(page) = action.place else { return false };
    action.kind() == Kind::Pageview && plan.scenario().site.page(page).kind.has_blocks()
}

fn see(plan: &Plan, visit: &Visit) -> Seen {
    let count = |kind: Kind| visit.actions.iter().filter(|action| action.kind() == kind).count() as u16;
    let has = |is: fn(&Deed) -> bool| visit.actions.iter().any(|action| is(&action.deed));
    let searches = count(Kind::Search);
    let failed = |deed: &Deed| matches!(deed, Deed::Search { results: 0, .. });
    let goals = visit.actions.iter().filter_map(|action| match action.deed {
        Deed::Goal(goal) => Some(1 << goal),
        _ => None,
    });
    let entry = match visit.actions[0].place {
        Place::Page(page) => match plan.scenario().site.page(page).kind {
            PageKind::Home => 0,
            PageKind::Section => 1,
            _ => 2,
        },
        Place::Step(_) => 0,
    };
    Seen {
        source: visit.source,
        class: plan.visitors().class(&visit.visitor) as usize,
        is_known: visit.predecessor.is_some(),
        pageviews: count(Kind::Pageview),
        searches,
        failed: visit.actions.iter().filter(|action| failed(&action.deed)).count() as u16,
        could_refine: searches.min(MOST_SEARCHES - 1),
        refined: searches.saturating_sub(1),
        with_blocks: visit.actions.iter().filter(|action| has_blocks(plan, action)).count() as u16,
        impressions: count(Kind::Impression),
        interactions: count(Kind::Interaction),
        happens: [
            has(|deed| matches!(deed, Deed::Outlink(_))),
            has(|deed| matches!(deed, Deed::Download(_))),
            has(|deed| matches!(deed, Deed::Click(_))),
            has(|deed| matches!(deed, Deed::Event(_))),
            has(|deed| matches!(deed, Deed::Cart { .. })),
            has(|deed| matches!(deed, Deed::Order { .. })),
        ],
        goals: goals.fold(0, |all, goal| all | goal),
        entry,
    }
}

/// So many visits of a plan, where the share of known visitors has been reached.
pub(crate) fn visits(plan: &Plan, count: u64) -> Vec<Seen> {
    let mut planner = Planner::default();
    let mut memory = Vec::new();
    (PAST_THE_LEFT_EDGE..PAST_THE_LEFT_EDGE + count)
        .map(|number| {
            let visit = planner.visit(plan, number, std::mem::take(&mut memory));
            let seen = see(plan, &visit);
            memory = visit.actions;
            seen
        })
        .collect()
}

/// Happens so often out of so many.
pub(crate) fn repeated(pairs: impl Iterator<Item = (u16, u16)>) -> impl Iterator<Item = bool> {
    pairs.flat_map(|(times, of)| (0..of).map(move |index| index < times))
}
