//! What is done in a visit, and what follows from it: conversions, orders, carts.

use super::{Joined, Visits};
use crate::action::{Deed, LONGEST_ORDER};
use crate::ecommerce::{Basket, Cents};
use crate::names::Name;
use crate::options::{Conversions, GoalMatch, Options, Scope};
use crate::request::{Hit, Refusal};
use crate::visit::{Buyer, Entry, Visit};
use crate::web_address::cut;

/// Matomo tells conversions of one goal within one second apart by so many numbers, drawn by chance: the measured eight
/// became seven.
const BUSTERS: u64 = 30;

impl Visits {
    /// Enters what was done into the visit, and what follows from it.
    pub(super) fn enter(
        &mut self,
        at: usize,
        joined: Joined,
        hit: &Hit,
        options: &Options,
    ) -> Result<(), Refusal> {
        let stretch = |visit: &mut Visit, idgoal: i64| {
            visit.converted = true;
            if joined == Joined::Continued {
                visit.stretch(idgoal);
            }
        };
        match &hit.deed {
            Deed::Goal { id, revenue, url, .. } => {
                stretch(&mut self.all[at], i64::from(*id));
                let url = url.as_ref().map(|url| self.names.keep(url));
                self.convert(at, hit, *id, *revenue, url, options);
            }
            Deed::Order { id, basket } => {
                stretch(&mut self.all[at], 0);
                self.all[at].since_order = Some(0);
                return self.order(at, hit, id, basket, options);
            }
            Deed::Cart { basket } => self.fill_cart(at, hit, basket, options),
            other => {
                let names = &mut self.names;
                let deed = other.map(|text| names.keep(text));
                self.push(at, hit, deed, options);
                let converted = matching_goals(&hit.deed, options);
                if !converted.is_empty() {
                    stretch(&mut self.all[at], -1);
                }
                let url = match &hit.deed {
                    Deed::PageView { url, .. } | Deed::Event { url, .. } => url.as_ref(),
                    _ => None,
                };
                let url = url.map(|url| self.names.keep(url));
                for id in converted {
                    self.convert(at, hit, id, hit.revenue, url, options);
                }
            }
        }
        Ok(())
    }

    /// Enters a conversion, unless its goal counts once and has been reached.
    fn convert(
        &mut self,
        at: usize,
        hit: &Hit,
        id: u32,
        revenue: Option<Cents>,
        url: Option<Name>,
        options: &Options,
    ) {
        let Some(goal) = options.goals.iter().find(|goal| goal.id == id) else {
            return;
        };
        let buster = match goal.per_visit {
            Conversions::Once if self.all[at].has_converted(id) => return,
            Conversions::Once => 0,
            Conversions::Every => (self.busters.draw() % BUSTERS) as u8,
        };
        let same = |entry: &Entry| matches!(entry.deed, Deed::Goal { id: known, buster: drawn, .. } if known == id && drawn == buster);
        let same_second = self.all[at].entries.iter().rev().take_while(|entry| entry.at == hit.at);
        if same_second.filter(|entry| same(entry)).count() == 0 {
            let revenue = Some(revenue.unwrap_or(goal.revenue_cents));
            self.push(at, hit, Deed::Goal { id, revenue, url, buster }, options);
        }
    }

    fn order(
        &mut self,
        at: usize,
        hit: &Hit,
        id: &str,
        basket: &Basket<String>,
        options: &Options,
    ) -> Result<(), Refusal> {
        let cart = self.all[at].cart();
        if cart.is_some() && id.chars().count() > LONGEST_ORDER {
            return Ok(()); // lost, and nobody is told
        }
        let id = self.names.keep(&cut(id.to_owned(), LONGEST_ORDER));
        if !self.orders.insert((hit.site, id)) {
            return Err(Refusal::DuplicateOrder);
        }
        if let Some(cart) = cart {
            self.all[at].entries.remove(cart);
        }
        let names = &mut self.names;
        let basket = Box::new(basket.map(|text| names.keep(text)));
        self.push(at, hit, Deed::Order { id, basket }, options);
        self.all[at].buyer = Buyer::Ordered;
        Ok(())
    }

    fn fill_cart(&mut self, at: usize, hit: &Hit, basket: &Basket<String>, options: &Options) {
        if let Some(cart) = self.all[at].cart() {
            self.all[at].entries.remove(cart);
        }
        let names = &mut self.names;
        let basket = Box::new(basket.map(|text| names.keep(text)));
        self.push(at, hit, Deed::Cart { basket }, options);
        let visit = &mut self.all[at];
        visit.buyer = if visit.has_ordered() { Buyer::OrderedThenLeftCart } else { Buyer::LeftCart };
    }

    fn push(&mut self, at: usize, hit: &Hit, deed: Deed<Name>, options: &Options) {
        let names = &mut self.names;
        let of_action =
            hit.dimensions.iter().filter(|(number, _)| options.scope(*number) == Some(Scope::Action));
        let dimensions = of_action.map(|(number, value)| (*number, names.keep(value))).collect();
        // What is no page view updates the timings of the page view it belongs to, if there is one.
        let later = !matches!(deed, Deed::PageView { .. }) && hit.page_view != [0; 6];
        let mut hit_details = None;
        if !hit.details.is_empty() {
            hit_details = Some(Box::new(hit.details.map(|text| names.keep(text))));
            if later {
                self.all[at].update_timings(hit.page_view, hit.details.timings);
            }
        }
        let entry = Entry { at: hit.at, deed, page_view: hit.page_view, dimensions, details: hit_details };
        self.all[at].entries.push(entry);
    }
}

/// The goals that this deed converts without being asked to.
fn matching_goals(deed: &Deed<String>, options: &Options) -> Vec<u32> {
    let matches = |wanted: &GoalMatch| match (wanted, deed) {
        (GoalMatch::UrlContains(part), Deed::PageView { url: Some(url), .. }) => {
            url.to_lowercase().contains(&part.to_lowercase())
        }
        (GoalMatch::EventAction(wanted), Deed::Event { action, .. }) => {
            action.to_lowercase() == wanted.to_lowercase()
        }
        _ => false,
    };
    options.goals.iter().filter(|goal| matches(&goal.matches)).map(|goal| goal.id).collect()
}
