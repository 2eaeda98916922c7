//! A visit as a story: who came and what came of it in a sentence, then page by page.

use std::sync::Arc;

use jiff::Timestamp;
use traffic::arrivals::Arrivals;
use traffic::curve::{Curve, Nanos};
use traffic::day::SOME_MONDAY;
use traffic::encode::List;
use traffic::hit::Kind;
use traffic::plan::{Plan, Scratch};
use traffic::scenario::Clock;
use traffic::visit::{Action, Deed, Place, Visit};
use traffic::visitor::device::Device;

use super::deed::{self, Results, Told};
use super::paper::Paper;
use super::words::{clock, count, harmless, list, money, ordinal, span, with_article};
use super::{clause, country};

/// Tells the visits of a plan.
pub(super) struct Teller<'a> {
    plan: &'a Plan,
    currency: Option<&'a str>,
    scratch: Scratch,
    /// For visits before; none in a closed model.
    arrivals: Option<Arrivals<Arc<Curve>>>,
}

/// A visit, ready to be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Story {
    /// Which visit it is, and when.
    title: String,
    /// Who came, how, and what they did.
    sentence: String,
    pages: Vec<Page>,
    /// Milliseconds after the first page.
    left_ms: u64,
}

/// A page that was seen, and what happened on it.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    /// Milliseconds after the first page.
    at_ms: u64,
    title: String,
    notes: Vec<String>,
}

/// What somebody did, collected for the sentence.
#[derive(Debug, Default)]
struct Deeds {
    funnel: Option<String>,
    /// In order; searches stand where the first of them was.
    plain: Vec<String>,
    searches: Vec<String>,
    searched_at: usize,
    goals: Vec<u32>,
    /// The cart that is left if nothing else comes.
    cart: Option<String>,
    orders: Vec<String>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(plan: &'a Plan, currency: Option<&'a str>) -> Teller<'a> {
        Teller { plan, currency, scratch: Scratch::default(), arrivals: plan.arrivals() }
    }

    /// The story of a visit, given when it is due; nothing is due in a closed model.
    pub(super) fn story(&mut self, visit: &Visit, arrival: Option<Nanos>) -> Story {
        let mut pages: Vec<Page> = Vec::new();
        let mut deeds = Deeds::default();
        let mut converted = 0;
        for (index, action) in visit.actions.iter().enumerate() {
            let mut list = List::default();
            self.plan.parameters(visit, index, None, &mut self.scratch, &mut list);
            let told = Told(&list.0);
            if action.kind() == Kind::Pageview {
                let title = told.get("action_name").unwrap_or_else(|| told.text("url"));
                pages.push(Page { at_ms: u64::from(action.offset_ms), title, notes: Vec::new() });
            }
            deeds.add(self.plan, action, told, self.currency);
            let goals = self.goals(action, &mut converted);
            deeds
                .goals
                .extend(goals.iter().filter(|goal| !deeds.goals.contains(goal)).copied().collect::<Vec<_>>());
            if let Some(page) = pages.last_mut() {
                page.notes.extend(deed::note(action, told, self.currency));
                page.notes.extend(goals.iter().map(|goal| format!("reached goal {goal}")));
            }
        }
        let left_ms = u64::from(visit.length_ms());
        let mut parts = vec![clause::came(self.plan, visit.source)];
        parts.extend(deeds.told(pages.len() as u64, left_ms / 1_000));
        let sentence = format!("{} {}.", self.subject(visit, arrival), list(&parts));
        Story { title: self.title(visit, arrival), sentence, pages, left_ms }
    }

    /// The numbers of the goals that an action converts and that count.
    fn goals(&self, action: &Action, converted: &mut u16) -> Vec<u32> {
        let goals = self.plan.scenario().goals.iter().enumerate();
        let reached = goals.filter(|(index, goal)| {
            let bit = 1 << index;
            let is_first = *converted & bit == 0;
            action.converts & bit != 0 && (goal.repeats || is_first)
        });
        let reached = reached.map(|(_, goal)| goal.id).collect();
        *converted |= action.converts;
        reached
    }

    fn title(&self, visit: &Visit, arrival: Option<Nanos>) -> String {
        let number = visit.number;
        let Some(arrival) = arrival else { return format!("Visit {number}") };
        let after = clock(arrival / 1_000_000);
        let local = self.local_time(visit, arrival).map(|local| format!(", {local}")).unwrap_or_default();
        format!("Visit {number}, {after} after the start{local}")
    }

    /// The time of day where the visitor is: known where the plan depends on it.
    fn local_time(&self, visit: &Visit, arrival: Nanos) -> Option<String> {
        self.plan.scenario().rhythm.as_ref()?;
        let mut start = SOME_MONDAY + (arrival / 1_000_000) as i64;
        if self.plan.scenario().clock == Clock::Simulated {
            // What is sent has happened.
            start -= i64::from(visit.length_ms()) + i64::from(visit.past) * 1_000;
        }
        let zone = self.plan.time_zones()[self.plan.time_zone(visit)].clone();
        let time = Timestamp::from_millisecond(start).ok()?.to_zoned(zone);
        let place = self.city(visit).map(|city| format!(" in {city}")).unwrap_or_default();
        Some(format!("{}{place}", time.strftime("%A %H:%M")))
    }

    /// The visitor's city, where visitors are spread over countries.
    fn city(&self, visit: &Visit) -> Option<String> {
        let spread = self.plan.tracking().authenticated && self.plan.tracking().countries;
        let home = self.plan.visitors().countries.get(visit.visitor.country);
        spread.then(|| harmless(home.cities[usize::from(visit.visitor.city)].name.raw()))
    }

    /// Who it is: `A returning visitor from Lyon, France, on an iPhone 15 with Safari, here for the 3rd time,`.
    fn subject(&mut self, visit: &Visit, arrival: Option<Nanos>) -> String {
        let kind = match (visit.earlier, visit.visitor.user) {
            (0, None) => "new",
            (0, Some(_)) => "new, logged-in",
            (_, None) => "returning",
            (_, Some(_)) => "returning, logged-in",
        };
        let home = self.city(visit).map(|city| {
            let home = self.plan.visitors().countries.get(visit.visitor.country);
            let country = country::name(home.code);
            if city == country { format!(" from {city}") } else { format!(" from {city}, {country},") }
        });
        let before = (visit.earlier > 0).then(|| {
            let since = self.since(visit, arrival);
            let since =
                since.map(|since| format!(", {} after the last visit", span(since))).unwrap_or_default();
            format!(", here for the {} time{since},", ordinal(u64::from(visit.earlier) + 1))
        });
        format!(
            "A {kind} visitor{}{}{}",
            home.unwrap_or_default(),
            equipment(self.plan.visitors().device(&visit.visitor)),
            before.unwrap_or_default()
        )
    }

    /// Seconds since the visit before, on the visitor's own clock.
    fn since(&mut self, visit: &Visit, arrival: Option<Nanos>) -> Option<u64> {
        let before = visit.predecessor?;
        let then = match &mut self.arrivals {
            Some(arrivals) => arrivals.due(before)?,
            None => 0,
        };
        let apart = arrival.unwrap_or(0).checked_sub(then)? / 1_000_000_000;
        (apart + u64::from(self.plan.population().past(before))).checked_sub(u64::from(visit.past))
    }
}

/// What somebody browses with: ` on an iPhone 15 with Safari`.
fn equipment(device: &Device) -> String {
    // `a Surface with Windows 11 and Edge`.
    let joint = if device.name.contains(" with ") { "and" } else { "with" };
    format!(" on {} {joint} {}", with_article(device.name), device.browser)
}

impl Deeds {
    fn add(&mut self, plan: &Plan, action: &Action, told: Told<'_>, currency: Option<&str>) {
        let step = match (action.deed, action.place) {
            (Deed::Step { id, .. } | Deed::StepOrder { id, .. }, _) | (_, Place::Step(id)) => Some(id),
            _ => None,
        };
        if let Some(id) = step {
            self.funnel
                .get_or_insert_with(|| harmless(&plan.scenario().funnels[usize::from(id.funnel)].name));
        }
        match action.kind() {
            Kind::Search => {
                if self.searches.is_empty() {
                    self.searched_at = self.plain.len();
                }
                self.searches.push(deed::searched(told, Results::None));
            }
            Kind::Cart => self.cart = Some(format!("left a cart of {}", money(action.revenue(), currency))),
            Kind::Order => {
                self.cart = None;
                self.orders.push(deed::ordered(action, told, currency));
            }
            kind => self.plain.extend(deed::did(kind, told)),
        }
    }

    /// What was done, in the order in which people tell it.
    fn told(self, pages: u64, seconds: u64) -> Vec<String> {
        let Deeds { funnel, mut plain, searches, searched_at, goals, cart, orders } = self;
        if !searches.is_empty() {
            plain.insert(searched_at, format!("searched for {}", searches.join(", then ")));
        }
        let walked = funnel.map(|name| format!("walked through the funnel \"{name}\""));
        let numbers: Vec<String> = goals.iter().map(u32::to_string).collect();
        let reached = match numbers.as_slice() {
            [] => None,
            [one] => Some(format!("reached goal {one}")),
            several => Some(format!("reached the goals {}", list(several))),
        };
        let nothing = plain.is_empty() && walked.is_none() && reached.is_none();
        if pages <= 1 && nothing && cart.is_none() && orders.is_empty() {
            return vec![format!("looked at one page for {}", span(seconds)), "left".to_owned()];
        }
        let mut parts = vec![format!("saw {} in {}", count(pages, "page"), span(seconds))];
        parts.extend(walked);
        parts.extend(plain);
        parts.extend(reached);
        parts.extend(orders);
        parts.extend(cart);
        parts
    }
}

impl Story {
    /// The story on paper, ending with a line break.
    pub(super) fn text(&self, paper: &Paper) -> String {
        let mut text = paper.strong(&self.title) + "\n";
        text += &paper.paragraph("", "", &self.sentence);
        for Page { at_ms, title, notes } in &self.pages {
            let notes = if notes.is_empty() { String::new() } else { format!(" [{}]", notes.join("; ")) };
            text += &line(paper, *at_ms, &format!("{title}{notes}"));
        }
        text + &line(paper, self.left_ms, "left")
    }
}

fn line(paper: &Paper, at_ms: u64, what: &str) -> String {
    let time = format!("{:>8}  ", clock(at_ms));
    paper.paragraph(&time, &" ".repeat(12), what)
}

#[cfg(test)]
mod tests;
