//! Drawing a visit: what its visitor does, page by page, and when.

use super::Plan;
use super::parameters::fits;
use super::timing::{Gap, LEAST_MS, pause, spread};
use crate::behaviour::Extra;
use crate::funnel::{Funnel, StepDeed};
use crate::goal::Trigger;
use crate::hit::Kind;
use crate::order::{FixedOrder, Order};
use crate::profile::Weibull;
use crate::random::{self, Domain, Stream};
use crate::robot::Robot;
use crate::scenario::{CLOSING, LONGEST_GAP, MOST_HITS};
use crate::site::{PageId, PageKind};
use crate::source::Source;
use crate::visit::{Action, Deed, Place, StepId, Visit};
use crate::visitor::Visitor;
use crate::wording;

/// The memory that visits are drawn in, one after the other.
#[derive(Debug, Default)]
pub struct Planner {
    /// What comes before each hit but the first.
    gaps: Vec<Gap>,
    order: Order,
    /// What happens on pages besides, by the page view.
    extras: Vec<(u16, Besides)>,
    /// Pages of a purchase, from the cart to the order.
    path: Vec<PageId>,
}

/// Something that happens on a page, told before the page is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Besides {
    Extra(Extra),
    Goal(u8),
}

/// What somebody came to buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purchase {
    Nothing,
    /// Fills a cart and leaves it.
    Cart,
    Order,
}

/// Robots are numbered like the visits they come along with, with this bit and then how many came before.
const ROBOT: u64 = 1 << 63;

/// Pages of a robot's round.
const ROUND: (u32, u32) = (1, 4);

/// At most so many searches in a row.
const MOST_SEARCHES: u32 = 3;

/// Of those who leave their cart, how many went to look at it, and how many of them began to check out.
pub(crate) const LOOKED_AT_CART: f64 = 0.75;
pub(crate) const BEGAN_CHECKOUT: f64 = 0.55;

impl Planner {
    /// Plans visit `number`. `actions` is memory to use: that of a visit that is over.
    pub fn visit(&mut self, plan: &Plan, number: u64, mut actions: Vec<Action>) -> Visit {
        let attendance = plan.population.attendance(number);
        let mut stream = Stream::new(plan.seed, Domain::Visit, number);
        actions.clear();
        self.gaps.clear();
        let mut visit = Visit {
            number,
            visitor: plan.visitor(attendance.visitor),
            earlier: attendance.earlier,
            predecessor: attendance.predecessor,
            source: plan.sources.draw(&plan.scenario.site, &mut stream),
            past: plan.population.past(number),
            robot: None,
            actions,
        };
        let funnel = plan.scenario.funnels.iter().position(|funnel| stream.chance(funnel.probability.get()));
        if let Some(index) = funnel {
            self.walk(plan, index, &mut visit, &mut stream);
        }
        let walked = funnel.map(|index| &plan.scenario.funnels[index]);
        if walked.is_some_and(|funnel| funnel.exit_after_completion) {
            let seconds = stream.range(CLOSING.0, CLOSING.1);
            self.close(&mut visit, Gap::Fixed(seconds));
        } else {
            self.browse(plan, walked, &mut visit, &mut stream);
        }
        spread(&plan.scenario, &mut visit.actions, &self.gaps, &mut stream);
        pause(&mut visit, plan.scenario.pause, plan.scenario.clock, &mut stream);
        visit
    }

    /// Plans robot `nth` of those that come along with visit `number`.
    pub fn robot(&mut self, plan: &Plan, number: u64, nth: u32, mut actions: Vec<Action>) -> Visit {
        let mut stream = Stream::new(plan.seed, Domain::Robot, ROBOT | number << 8 | u64::from(nth));
        actions.clear();
        let robot = plan.robots.draw(&mut stream);
        let (pages, deed) = match robot {
            Robot::Crawler(_) => (stream.between(ROUND.0, ROUND.1), Deed::Crawl),
            Robot::Chatbot(_) => (1, Deed::Chat),
        };
        let mut offset_ms = 0;
        for view in 0..pages as u16 {
            let place = Place::Page(plan.scenario.site.leaf(&mut stream));
            actions.push(Action { deed, place, view, offset_ms, due_ms: offset_ms, converts: 0 });
            offset_ms += stream.between(1_000, 3_000);
        }
        Visit {
            number: ROBOT | number << 8 | u64::from(nth),
            visitor: Visitor {
                id: random::hash(plan.seed, Domain::Robot, stream.bits()),
                ..plan.visitor(number)
            },
            earlier: 0,
            predecessor: None,
            source: Source::DIRECT,
            past: 0,
            robot: Some(robot),
            actions,
        }
    }

    fn push(&mut self, plan: &Plan, visit: &mut Visit, deed: Deed, place: Place, view: u16, gap: Gap) {
        let mut converts = plan.converts(deed, place);
        if visit.actions.is_empty() {
            converts |= plan.converts_on_arrival(visit.source);
        } else {
            self.gaps.push(gap);
        }
        visit.actions.push(Action { deed, place, view, offset_ms: 0, due_ms: 0, converts });
    }

    fn close(&mut self, visit: &mut Visit, gap: Gap) {
        if let Some(&Action { place, view, .. }) = visit.actions.last() {
            self.gaps.push(gap);
            visit.actions.push(Action {
                deed: Deed::Ping,
                place,
                view,
                offset_ms: 0,
                due_ms: 0,
                converts: 0,
            });
        }
    }

    /// Walks a funnel from its first step to its last.
    fn walk(&mut self, plan: &Plan, index: usize, visit: &mut Visit, stream: &mut Stream) {
        let mut place = Place::Page(plan.scenario.site.home());
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
                    plan.draw_order(visit.number, nth, *fixed, &mut self.order);
                    Deed::StepOrder { id, nth, revenue: self.order.revenue().0 as u32 }
                }
                other => Deed::Step { id, kind: other.kind() },
            };
            let seconds = stream.range(step.delay.0, step.delay.1);
            self.push(plan, visit, deed, place, view, Gap::Fixed(seconds));
        }
    }

    /// Walks along the site, with what happens on the pages, and ends with a ping. A funnel that was walked before has
    /// done some of it already.
    fn browse(&mut self, plan: &Plan, walked: Option<&Funnel>, visit: &mut Visit, stream: &mut Stream) {
        let scenario = &plan.scenario;
        let class = plan.visitors.class(&visit.visitor) as usize;
        let bounces =
            walked.is_none() && stream.chance(plan.behaviour.bounce(visit.source.channel as usize, class));
        let has_ordered = visit.actions.iter().any(|action| action.kind() == Kind::Order);
        let is_known = visit.earlier > 0;
        let stage = plan.population.stage(visit.number);
        let purchase =
            if bounces || has_ordered || !stream.chance(plan.behaviour.cart(stage, class, is_known)) {
                Purchase::Nothing
            } else if stream.chance(plan.behaviour.order(stage, class, is_known)) {
                Purchase::Order
            } else {
                Purchase::Cart
            };
        if purchase != Purchase::Nothing {
            plan.draw_order(visit.number, 0, FixedOrder::default(), &mut self.order);
        }
        self.lay_path(plan, purchase, stream);
        let views = if bounces { 1 } else { draw_views(plan, self.path.len() as u32, stream) } as u16;
        self.path.drain(..self.path.len().saturating_sub(usize::from(views) - 1));
        // The pages of a purchase come last; before them the products that are put into the cart.
        let strolled = views - self.path.len() as u16;
        self.extras.clear();
        if !bounces {
            self.draw_extras(plan, walked, views, strolled, stream);
        }
        let items = if purchase == Purchase::Nothing { 0 } else { self.order.items.len() };
        let shown = items.min(usize::from(strolled).saturating_sub(1).max(1)) as u16;
        let first_view = visit.actions.last().map_or(0, |last| last.view + 1);
        let mut page = PageId::MAX;
        let mut found: Option<PageId> = None;
        let mut rest = Gap::Part(0.0);
        for index in 0..views {
            let product = (items > 0 && index < strolled && index + shown >= strolled)
                .then(|| usize::from(index + shown - strolled));
            page = if index >= strolled {
                self.path[usize::from(index - strolled)]
            } else if let Some(shelved) = product
                .and_then(|item| plan.scenario.shelf().page(self.order.items[item].product))
                .filter(|other| *other != page)
            {
                shelved
            } else if page == PageId::MAX {
                plan.entry(visit.source, stream)
            } else if let Some(results) =
                scenario.site.landmarks().search.filter(|results| *results != page && self.searches_on(index))
            {
                results
            } else {
                found.filter(|other| *other != page).unwrap_or_else(|| scenario.site.next(page, stream))
            };
            found = None;
            let view = first_view + index;
            let place = Place::Page(page);
            self.push(plan, visit, Deed::Pageview, place, view, rest);
            let reading = plan.reading(page, stream);
            let before = visit.actions.len();
            self.content(plan, visit, page, view, views - index, stream);
            if let Some(item) = product {
                // What is not shown on a page of its own is added on the last one.
                let count = if item + 1 == usize::from(shown) { items } else { item + 1 };
                self.fill_cart(plan, visit, count, place, view);
            }
            if index + 1 == views && purchase == Purchase::Order {
                let revenue = self.order.revenue().0 as u32;
                self.push(plan, visit, Deed::Order { nth: 0, revenue }, place, view, Gap::Part(0.0));
            }
            found = self.happen(plan, visit, page, index, view, stream).or(found);
            let parts = visit.actions.len() - before;
            rest = self.divide(parts, reading, stream);
            rest = self.read_on(plan, visit, rest, views - index);
        }
        self.close(visit, rest);
    }

    /// Whether page view `index` is the one from which somebody searches.
    fn searches_on(&self, index: u16) -> bool {
        self.extras.contains(&(index, Besides::Extra(Extra::Search)))
    }

    /// The pages of a purchase from the cart on, as far as the site has them.
    fn lay_path(&mut self, plan: &Plan, purchase: Purchase, stream: &mut Stream) {
        let landmarks = plan.scenario.site.landmarks();
        self.path.clear();
        match purchase {
            Purchase::Nothing => {}
            Purchase::Cart => {
                if stream.chance(LOOKED_AT_CART) {
                    self.path.extend(landmarks.cart);
                    if stream.chance(BEGAN_CHECKOUT) {
                        let steps = stream.between(1, 1 + landmarks.checkout.len() as u32) as usize;
                        self.path.extend(landmarks.checkout.iter().take(steps));
                    }
                }
            }
            Purchase::Order => {
                self.path.extend(landmarks.cart);
                self.path.extend(&landmarks.checkout);
                self.path.extend(landmarks.confirmation);
            }
        }
    }

    /// What happens besides page views, each with its own probability, and on which page.
    fn draw_extras(
        &mut self,
        plan: &Plan,
        walked: Option<&Funnel>,
        views: u16,
        strolled: u16,
        stream: &mut Stream,
    ) {
        for extra in Extra::ALL {
            let is_done = walked.is_some_and(|funnel| extra.is_in(funnel));
            if is_done || !stream.chance(plan.behaviour.extra(extra)) {
                continue;
            }
            // On the way to an order people do not look around. They search to go on: not on their last page.
            let pages = match extra {
                Extra::Search => strolled.min(views.saturating_sub(1)).max(1),
                Extra::Outlink | Extra::Download => strolled,
                Extra::Click | Extra::Event => views,
            };
            self.extras.push((stream.below(u32::from(pages)) as u16, Besides::Extra(extra)));
        }
        for (index, goal) in plan.scenario.goals.iter().enumerate() {
            if let Trigger::Manual(_) = goal.trigger
                && stream.chance(plan.behaviour.goal(index))
            {
                self.extras.push((stream.below(u32::from(views)) as u16, Besides::Goal(index as u8)));
            }
        }
    }

    /// Pieces of content of a page, and whether one is used.
    fn content(
        &mut self,
        plan: &Plan,
        visit: &mut Visit,
        page: PageId,
        view: u16,
        left: u16,
        stream: &mut Stream,
    ) {
        let content = &plan.scenario.profile.content;
        let has_blocks = plan.scenario.site.page(page).kind.has_blocks();
        if !has_blocks || !stream.chance(content.impressions) || is_full(visit, left) {
            return;
        }
        let block = stream.below_early(plan.wording.blocks.len() as u32) as u16;
        self.push(plan, visit, Deed::Impression(block), Place::Page(page), view, Gap::Part(0.0));
        if stream.chance(content.interactions) {
            self.push(plan, visit, Deed::Interaction(block), Place::Page(page), view, Gap::Part(0.0));
        }
    }

    /// The cart after `count` items, where carts are told.
    fn fill_cart(&mut self, plan: &Plan, visit: &mut Visit, count: usize, place: Place, view: u16) {
        if plan.scenario.profile.shop.abandonment > 0.0 {
            let revenue = self.order.first(count).0 as u32;
            let deed = Deed::Cart { items: count as u8, revenue };
            self.push(plan, visit, deed, place, view, Gap::Part(0.0));
        }
    }

    /// What happens on page view `index`; the page that a search found.
    fn happen(
        &mut self,
        plan: &Plan,
        visit: &mut Visit,
        page: PageId,
        index: u16,
        view: u16,
        stream: &mut Stream,
    ) -> Option<PageId> {
        let site = &plan.scenario.site;
        let place = Place::Page(page);
        let own = site.page(page);
        let sells = plan.scenario.shelf().product(page).is_some();
        let some = |own: usize, built_in: usize, stream: &mut Stream| {
            stream.below_early(if own > 0 { own } else { built_in } as u32) as u16
        };
        let mut found = None;
        for at in 0..self.extras.len() {
            let (on, besides) = self.extras[at];
            if on != index {
                continue;
            }
            let deed = match besides {
                Besides::Goal(goal) => Deed::Goal(goal),
                Besides::Extra(extra) => match extra {
                    Extra::Outlink => {
                        Deed::Outlink(some(own.outlinks.len(), plan.wording.outlinks.len(), stream))
                    }
                    Extra::Download => {
                        Deed::Download(some(own.downloads.len(), plan.wording.downloads.len(), stream))
                    }
                    Extra::Click => {
                        Deed::Click(wording::pick(&plan.wording.clicks, own.kind, sells, |bound| {
                            stream.below(bound)
                        }))
                    }
                    Extra::Event => {
                        Deed::Event(wording::pick(&plan.wording.events, own.kind, sells, |bound| {
                            stream.below(bound)
                        }))
                    }
                    Extra::Search => {
                        found = self.search(plan, visit, view, stream);
                        continue;
                    }
                },
            };
            self.push(plan, visit, deed, place, view, Gap::Part(0.0));
        }
        found
    }

    /// Searches, and searches again; the page that was found last.
    fn search(&mut self, plan: &Plan, visit: &mut Visit, view: u16, stream: &mut Stream) -> Option<PageId> {
        let site = &plan.scenario.site;
        let how = plan.scenario.profile.search;
        let place = visit.actions.last().map_or(Place::Page(site.home()), |last| last.place);
        let mut found = None;
        let mut before: Option<u32> = None;
        for _ in 0..MOST_SEARCHES {
            let is_missing = stream.chance(how.no_results);
            let term = match before {
                _ if is_missing => site.missing_term(stream),
                Some(term) => site.refined(term, stream),
                None => site.term(stream),
            };
            let searched = site.searched(term);
            let results = if is_missing { 0 } else { searched.results.max(1) };
            self.push(plan, visit, Deed::Search { term, results }, place, view, Gap::Part(0.0));
            found = searched.page.filter(|_| !is_missing);
            before = Some(term);
            if !stream.chance(how.refined) {
                break;
            }
        }
        found
    }

    /// Divides the time on a page among what happened on it; what is left comes before the next page.
    fn divide(&mut self, parts: usize, reading: f64, stream: &mut Stream) -> Gap {
        let from = self.gaps.len() - parts;
        let mut sum = 0.0;
        for gap in &mut self.gaps[from..] {
            let part = 0.15 + stream.exponential();
            sum += part;
            *gap = Gap::Part(part);
        }
        let last = 0.3 + stream.exponential();
        sum += last;
        for gap in &mut self.gaps[from..] {
            if let Gap::Part(part) = gap {
                *part *= reading / sum;
            }
        }
        Gap::Part(reading * last / sum)
    }

    /// Pings while somebody reads on; what is left comes before the next page.
    fn read_on(&mut self, plan: &Plan, visit: &mut Visit, rest: Gap, left: u16) -> Gap {
        let (Some(reading), Gap::Part(mut seconds)) = (plan.scenario.profile.reading, rest) else {
            return rest;
        };
        for _ in 0..reading.most_pings {
            if seconds <= reading.ping_every + LEAST_MS / 1_000.0 || is_full(visit, left) {
                break;
            }
            self.close(visit, Gap::Part(reading.ping_every));
            seconds -= reading.ping_every;
        }
        Gap::Part(seconds)
    }
}

/// Whether there is no room for what can be left out, given how many pages are still to come.
fn is_full(visit: &Visit, left: u16) -> bool {
    visit.actions.len() + 2 * usize::from(left) + 24 > MOST_HITS as usize
}

/// How many pages a visit sees that does not bounce, and that needs `path` pages to buy something.
fn draw_views(plan: &Plan, path: u32, stream: &mut Stream) -> u32 {
    let scenario = &plan.scenario;
    let (low, high) = scenario.page_range();
    let Some(pages) = scenario.profile.pages else { return stream.between(low, high) };
    // One page and nothing else is a bounce.
    let least = low.max(2).min(high);
    let within = |stream: &mut Stream| {
        let views = libm::round(stream.inverse_gaussian(pages.mean, pages.shape)) as u32;
        (least..=high).contains(&views.max(2)).then_some(views.max(2))
    };
    let views = (0..16).find_map(|_| within(stream)).unwrap_or_else(|| stream.between(least, high));
    // A purchase takes its pages besides those on which something is chosen.
    (views + path).min(high)
}

impl Plan {
    /// Where a visit begins.
    fn entry(&self, source: Source, stream: &mut Stream) -> PageId {
        let site = &self.scenario.site;
        if let Some(page) = source.term.and_then(|term| site.searched(term).page) {
            return page;
        }
        let page = match self.entries[source.channel as usize].draw(stream) {
            0 => site.home(),
            1 => site.hub(stream),
            _ => site.leaf(stream),
        };
        // Where the address leaves no room for the campaign, its links lead to the home page.
        match self.sources.parameters(source) {
            Some(parameters) if !fits(&site.page(page).url, parameters) => site.home(),
            _ => page,
        }
    }

    /// Seconds that somebody stays on a page.
    fn reading(&self, page: PageId, stream: &mut Stream) -> f64 {
        let Some(reading) = self.scenario.profile.reading else {
            return 30.0 * (0.15 + stream.exponential());
        };
        let Weibull { shape, scale } = match self.scenario.site.page(page).kind {
            PageKind::Home => reading.home,
            PageKind::Section => reading.section,
            PageKind::Item if self.scenario.shelf().product(page).is_some() => reading.product,
            PageKind::Item | PageKind::Article => reading.article,
            PageKind::Search => reading.search,
            PageKind::Cart | PageKind::Checkout => reading.checkout,
            PageKind::Confirmation => reading.other,
        };
        stream.weibull(shape, scale).min(LONGEST_GAP)
    }
}
