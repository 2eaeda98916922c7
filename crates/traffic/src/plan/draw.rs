//! Drawing a visit: what its visitor does, page by page, and when.

use super::Plan;
use crate::funnel::StepDeed;
use crate::hit::Kind;
use crate::order::{FixedOrder, Order};
use crate::random::{Domain, Stream};
use crate::scenario::{CLOSING, Clock, LONGEST_GAP};
use crate::visit::{Action, Deed, Place, StepId, Visit};
use crate::wording;

/// The memory that visits are drawn in, one after the other.
#[derive(Debug, Default)]
pub struct Planner {
    /// What comes before each hit but the first.
    gaps: Vec<Gap>,
    order: Order,
}

/// Time between two hits on the visit's own clock.
#[derive(Clone, Copy, Debug)]
enum Gap {
    /// A part of the length of the visit, by weight.
    Part(f64),
    /// So many seconds.
    Fixed(f64),
}

/// What may happen on a page besides viewing it, at most once a visit.
const EXTRAS: usize = 6;

/// The least and the most milliseconds between two hits.
const LEAST_MS: f64 = 1_000.0;
const MOST_MS: f64 = LONGEST_GAP * 1_000.0;

impl Planner {
    /// Plans visit `number`. `actions` is memory to use: that of a visit that is over.
    pub fn visit(&mut self, plan: &Plan, number: u64, mut actions: Vec<Action>) -> Visit {
        let attendance = plan.population.attendance(number);
        let mut stream = Stream::new(plan.seed, Domain::Visit, number);
        actions.clear();
        self.gaps.clear();
        let mut visit = Visit {
            number,
            visitor: plan.visitors.visitor(attendance.visitor),
            earlier: attendance.earlier,
            predecessor: attendance.predecessor,
            source: plan.sources.draw(&mut stream),
            actions,
        };
        let (low, high) = plan.scenario.length;
        let length = stream.range(low, high);
        let funnel = plan.scenario.funnels.iter().position(|funnel| stream.chance(funnel.probability.get()));
        let exits = match funnel {
            Some(index) => {
                self.walk(plan, index, &mut visit, &mut stream);
                plan.scenario.funnels[index].exit_after_completion
            }
            None => false,
        };
        if exits {
            let seconds = stream.range(CLOSING.0, CLOSING.1);
            self.close(&mut visit, Gap::Fixed(seconds));
        } else {
            self.browse(plan, &mut visit, &mut stream);
            let weight = dwell(&mut stream);
            self.close(&mut visit, Gap::Part(weight));
        }
        self.time(&mut visit, length);
        pause(&mut visit, plan.scenario.pause, plan.scenario.clock, &mut stream);
        visit
    }

    fn push(&mut self, visit: &mut Visit, deed: Deed, place: Place, view: u16, gap: Gap) {
        if !visit.actions.is_empty() {
            self.gaps.push(gap);
        }
        visit.actions.push(Action { deed, place, view, offset_ms: 0, due_ms: 0 });
    }

    fn close(&mut self, visit: &mut Visit, gap: Gap) {
        if let Some(&Action { place, view, .. }) = visit.actions.last() {
            self.push(visit, Deed::Ping, place, view, gap);
        }
    }

    /// Walks a funnel from its first step to its last.
    fn walk(&mut self, plan: &Plan, index: usize, visit: &mut Visit, stream: &mut Stream) {
        let mut place = Place::Page(0);
        let mut view = 0;
        for (step_index, step) in plan.scenario.funnels[index].steps.iter().enumerate() {
            let id = StepId { funnel: index as u16, step: step_index as u16 };
            let deed = match &step.deed {
                StepDeed::Pageview(_) => {
                    place = Place::Step(id);
                    view = visit.actions.last().map_or(0, |last| last.view + 1);
                    Deed::Pageview
                }
                StepDeed::Order(fixed) => {
                    let nth = step_index as u8 + 1;
                    Deed::StepOrder { id, nth, revenue: self.price(plan, visit.number, nth, *fixed) }
                }
                other => Deed::Step { id, kind: other.kind() },
            };
            let seconds = stream.range(step.delay.0, step.delay.1);
            self.push(visit, deed, place, view, Gap::Fixed(seconds));
        }
    }

    /// Walks along the site, with what happens on the pages.
    fn browse(&mut self, plan: &Plan, visit: &mut Visit, stream: &mut Stream) {
        let scenario = &plan.scenario;
        let (low, high) = scenario.pageviews;
        let pages = stream.between(low, high) as u16;
        let mut extras = self.extras(plan, visit.number, pages, stream);
        extras.sort_by_key(|extra| extra.as_ref().map_or(u16::MAX, |(page, _)| *page));
        let first = visit.actions.last().map_or(0, |last| last.view + 1);
        let mut page = scenario.site.entry(stream);
        let mut rest = extras.into_iter().flatten().peekable();
        for index in 0..pages {
            if index > 0 {
                page = scenario.site.next(page, stream);
            }
            let view = first + index;
            let weight = dwell(stream);
            self.push(visit, Deed::Pageview, Place::Page(page), view, Gap::Part(weight));
            while let Some((_, deed)) = rest.next_if(|(at, _)| *at == index) {
                let weight = 0.5 * dwell(stream);
                self.push(visit, deed, Place::Page(page), view, Gap::Part(weight));
            }
        }
    }

    /// What happens besides page views, each with its own independent probability, and on which page. Never the
    /// first action: the page is viewed before.
    fn extras(
        &mut self,
        plan: &Plan,
        number: u64,
        pages: u16,
        stream: &mut Stream,
    ) -> [Option<(u16, Deed)>; EXTRAS] {
        let shares = &plan.scenario.shares;
        let site = &plan.scenario.site;
        let some = |list: usize, stream: &mut Stream| stream.below(list as u32) as u16;
        let mut extras = [None; EXTRAS];
        let chances =
            [shares.search, shares.outlink, shares.download, shares.click, shares.event, shares.order];
        for (index, chance) in chances.into_iter().enumerate() {
            if !stream.chance(chance.get()) {
                continue;
            }
            let page = stream.below(u32::from(pages)) as u16;
            extras[index] = Some(match index {
                0 => {
                    let found = !stream.chance(0.08);
                    let results = if found { stream.between(1, 48) as u16 } else { 0 };
                    (page, Deed::Search { term: site.any(stream), results })
                }
                1 => (page, Deed::Outlink(some(wording::OUTLINKS.len(), stream))),
                2 => (page, Deed::Download(some(wording::DOWNLOADS.len(), stream))),
                3 => (page, Deed::Click(some(wording::CLICKS.len(), stream))),
                4 => (page, Deed::Event(some(wording::EVENTS.len(), stream))),
                // People buy late in their visit.
                _ => {
                    let revenue = self.price(plan, number, 0, FixedOrder::default());
                    (page.max(pages - 1 - page), Deed::Order { nth: 0, revenue })
                }
            });
        }
        extras
    }

    fn price(&mut self, plan: &Plan, number: u64, nth: u8, fixed: FixedOrder) -> u32 {
        plan.draw_order(number, nth, fixed, &mut self.order);
        self.order.revenue().0 as u32
    }

    /// Spreads the hits over the visit's own clock: fixed gaps as they are, the rest of the length by weight; every
    /// gap at least a second and less than Matomo's 30 minutes.
    fn time(&self, visit: &mut Visit, length: f64) {
        let (mut parts, mut sum, mut fixed) = (0.0, 0.0, 0.0);
        for gap in &self.gaps {
            match gap {
                Gap::Part(weight) => {
                    parts += 1.0;
                    sum += weight;
                }
                Gap::Fixed(seconds) => fixed += seconds * 1_000.0,
            }
        }
        let free = (length * 1_000.0 - fixed - parts * LEAST_MS).max(0.0);
        let mut offset = 0;
        for (action, gap) in visit.actions[1..].iter_mut().zip(&self.gaps) {
            let ms = match gap {
                Gap::Part(weight) => LEAST_MS + free * weight / sum,
                Gap::Fixed(seconds) => seconds * 1_000.0,
            };
            offset += ms.clamp(LEAST_MS, MOST_MS) as u32;
            action.offset_ms = offset;
        }
    }
}

/// Weight of the time on a page: some are left at once, a few are read for long.
fn dwell(stream: &mut Stream) -> f64 {
    0.15 + stream.exponential()
}

/// When the hits go out: under the real clock when they happen; under the simulated one with a pause before each page
/// view and before the closing ping, and everything else evenly within that pause.
fn pause(visit: &mut Visit, pause: (f64, f64), clock: Clock, stream: &mut Stream) {
    let actions = &mut visit.actions;
    if clock == Clock::Real {
        for action in actions.iter_mut() {
            action.due_ms = action.offset_ms;
        }
        return;
    }
    let mut due = 0.0;
    let mut start = 0;
    while start + 1 < actions.len() {
        let steps = 1 + actions[start + 1..]
            .iter()
            .take_while(|action| !matches!(action.kind(), Kind::Pageview | Kind::Ping))
            .count();
        let steps = steps.min(actions.len() - 1 - start);
        let whole = stream.range(pause.0, pause.1) * 1_000.0;
        for step in 1..=steps {
            actions[start + step].due_ms = (due + whole * step as f64 / steps as f64).round() as u32;
        }
        due += whole;
        start += steps;
    }
}
