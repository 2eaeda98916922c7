//! What a hit tells Matomo: its parameters, in the order in which they are sent.

use std::fmt::Write;

use super::Plan;
use crate::encode::{Parameters, Text};
use crate::funnel::{Step, StepDeed};
use crate::hit::Kind;
use crate::order::{FixedOrder, Order};
use crate::random::{self, Domain, Stream};
use crate::source::Source;
use crate::visit::{Action, Deed, Place, StepId, Visit};
use crate::visitor::Visitor;
use crate::wording;

/// What is known only when a hit is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When it happened, in seconds of Unix time; `None` for now.
    pub cdt: Option<i64>,
    /// Seconds since midnight where the visitor is.
    pub local_seconds: u32,
}

/// Memory to build parameters in, to be kept from hit to hit.
#[derive(Debug, Default)]
pub struct Scratch {
    text: String,
    order: Order,
}

impl Plan {
    /// Tells the parameters of hit `index` of a visit.
    ///
    /// `cid` is on every hit, `new_visit`, the referrer and the place of the visitor on the first one only; what needs
    /// a token is told only where one goes along (measured on Matomo: anything else loses or merges visits).
    pub fn parameters(
        &self,
        visit: &Visit,
        index: usize,
        stamp: Option<Stamp>,
        scratch: &mut Scratch,
        out: &mut impl Parameters,
    ) {
        let action = &visit.actions[index];
        let visitor = &visit.visitor;
        out.number("idsite", i64::from(self.tracking.site));
        out.plain("rec", "1");
        out.plain("apiv", "1");
        out.plain("send_image", "0");
        scratch.text.clear();
        let _infallible = write!(scratch.text, "{:016x}", visitor.id);
        out.plain("cid", &scratch.text);
        self.page(visit, index, action, out);
        if index == 0 {
            out.plain("new_visit", "1");
            match visit.source {
                Source::Referrer(referrer) => out.value("urlref", referrer.url),
                Source::Campaign(campaign) => {
                    if let Some(referrer) = campaign.referrer {
                        out.value("urlref", referrer);
                    }
                }
                Source::Direct => {}
            }
        }
        self.deed(visit, action, scratch, out);
        let mut id = [0; 6];
        out.plain("pv_id", page_view_id(self.seed, visit.number, action.view, &mut id));
        out.text("ua", self.visitors.user_agent(visitor.device));
        let home = self.visitors.countries.get(visitor.country);
        out.text("lang", &home.languages[usize::from(visitor.language)]);
        out.plain("res", self.visitors.screen(visitor));
        self.origin(visitor, index, scratch, out);
        if let Some(name) = &self.tag {
            out.value(name, &self.run_id);
        }
        if let Some(Stamp { cdt, local_seconds }) = stamp {
            out.number("h", i64::from(local_seconds / 3_600));
            out.number("m", i64::from(local_seconds / 60 % 60));
            out.number("s", i64::from(local_seconds % 60));
            if let Some(cdt) = cdt {
                out.number("cdt", cdt);
            }
        }
    }

    /// `url` of the page, with the parameters of the campaign on the first hit.
    fn page(&self, visit: &Visit, index: usize, action: &Action, out: &mut impl Parameters) {
        let url = match action.deed {
            Deed::Step { id, .. } | Deed::StepOrder { id, .. } => self.step(id).url.as_ref(),
            _ => None,
        };
        let url = url.unwrap_or_else(|| self.url(action.place));
        match visit.source {
            Source::Campaign(campaign) if index == 0 => {
                let sign = |page: &str| if page.contains('?') { "&" } else { "?" };
                match url.raw().find('#') {
                    None => out.joined("url", url, &[sign(url.raw()), campaign.parameters]),
                    Some(at) => {
                        let (page, fragment) = url.raw().split_at(at);
                        out.joined("url", &Text::new(page), &[sign(page), campaign.parameters, fragment]);
                    }
                }
            }
            _ => out.text("url", url),
        }
    }

    fn url(&self, place: Place) -> &Text {
        match place {
            Place::Page(id) => &self.scenario.site.page(id).url,
            Place::Step(id) => self.step(id).url.as_ref().unwrap_or(&self.scenario.site.page(0).url),
        }
    }

    fn step(&self, id: StepId) -> &Step {
        &self.scenario.funnels[usize::from(id.funnel)].steps[usize::from(id.step)]
    }

    /// What was done.
    fn deed(&self, visit: &Visit, action: &Action, scratch: &mut Scratch, out: &mut impl Parameters) {
        let site = &self.scenario.site;
        match action.deed {
            Deed::Pageview => match action.place {
                Place::Page(id) => out.text("action_name", &site.page(id).title),
                Place::Step(id) => {
                    if let StepDeed::Pageview(title) = &self.step(id).deed {
                        out.text("action_name", title);
                    }
                }
            },
            Deed::Search { term, results } => {
                scratch.text.clear();
                scratch.text.extend(site.page(term).name().chars().flat_map(char::to_lowercase));
                out.value("search", &scratch.text);
                out.number("search_count", i64::from(results));
            }
            Deed::Outlink(link) => out.value("link", wording::OUTLINKS[usize::from(link)]),
            Deed::Download(file) => {
                let origin = match action.place {
                    Place::Page(id) => site.page(id).origin(),
                    Place::Step(_) => site.page(0).origin(),
                };
                scratch.text.clear();
                scratch.text.push_str(origin);
                scratch.text.push_str(wording::DOWNLOADS[usize::from(file)]);
                out.value("download", &scratch.text);
            }
            Deed::Click(index) => event(&wording::CLICKS[usize::from(index)], out),
            Deed::Event(index) => event(&wording::EVENTS[usize::from(index)], out),
            Deed::Order { nth, .. } => self.order(visit.number, nth, FixedOrder::default(), scratch, out),
            Deed::StepOrder { id, nth, .. } => {
                if let StepDeed::Order(fixed) = self.step(id).deed {
                    self.order(visit.number, nth, fixed, scratch, out);
                }
            }
            Deed::Step { id, .. } => step(&self.step(id).deed, out),
            Deed::Ping => out.plain("ping", "1"),
        }
        if action.kind() == Kind::Event {
            out.plain("ca", "1");
        }
    }

    fn order(
        &self,
        number: u64,
        nth: u8,
        fixed: FixedOrder,
        scratch: &mut Scratch,
        out: &mut impl Parameters,
    ) {
        let Scratch { text, order } = scratch;
        self.draw_order(number, nth, fixed, order);
        out.plain("idgoal", "0");
        text.clear();
        // Of this run and this seed only: Matomo refuses an order id it knows.
        let run = random::hash(self.seed, Domain::OrderId, self.run) >> 16;
        let _infallible = write!(text, "{run:012x}-{number}");
        if nth > 0 {
            let _infallible = write!(text, "-{nth}");
        }
        out.plain("ec_id", text);
        text.clear();
        order.write_items(text);
        out.value("ec_items", text);
        let parts = [
            ("revenue", order.revenue()),
            ("ec_st", order.sub_total),
            ("ec_tx", order.tax),
            ("ec_sh", order.shipping),
            ("ec_dt", order.discount),
        ];
        for (name, amount) in parts {
            text.clear();
            let _infallible = write!(text, "{amount}");
            out.plain(name, text);
        }
    }

    /// Draws order `nth` of a visit: the same one when it is planned and when it is sent.
    pub(super) fn draw_order(&self, number: u64, nth: u8, fixed: FixedOrder, order: &mut Order) {
        let mut stream = Stream::new(self.seed, Domain::Order, (number << 8) | u64::from(nth));
        order.draw(&self.scenario.shop, fixed, &mut stream);
    }

    /// Where the visitor is. The address goes with every hit, the place with the first: Matomo takes all five parts
    /// of it or mixes them with those of the address.
    fn origin(&self, visitor: &Visitor, index: usize, scratch: &mut Scratch, out: &mut impl Parameters) {
        if !(self.tracking.authenticated && self.tracking.countries) {
            return;
        }
        scratch.text.clear();
        let _infallible = write!(scratch.text, "{}", visitor.address);
        out.plain("cip", &scratch.text);
        if index == 0 {
            let home = self.visitors.countries.get(visitor.country);
            let city = &home.cities[usize::from(visitor.city)];
            out.plain("country", home.code);
            out.plain("region", city.region);
            out.text("city", &city.name);
            out.plain("lat", city.latitude);
            out.plain("long", city.longitude);
        }
    }
}

fn event(event: &wording::Event, out: &mut impl Parameters) {
    out.value("e_c", event.category);
    out.value("e_a", event.action);
    out.value("e_n", event.name);
    if let Some(value) = event.value {
        out.number("e_v", i64::from(value));
    }
}

fn step(deed: &StepDeed, out: &mut impl Parameters) {
    match deed {
        StepDeed::Event { category, action, name, value } => {
            out.text("e_c", category);
            out.text("e_a", action);
            if let Some(name) = name {
                out.text("e_n", name);
            }
            if let Some(value) = value {
                out.value("e_v", &value.to_string());
            }
        }
        StepDeed::Search { keyword, category, results } => {
            out.text("search", keyword);
            if let Some(category) = category {
                out.text("search_cat", category);
            }
            if let Some(results) = results {
                out.number("search_count", i64::from(*results));
            }
        }
        StepDeed::Outlink(url) => out.text("link", url),
        StepDeed::Download(url) => out.text("download", url),
        StepDeed::Pageview(_) | StepDeed::Order(_) => {}
    }
}

/// Six letters and digits, different for every page view of a visit: the first position is the visit's, and a step of
/// a number that shares no factor with 62 never comes back within 62^6 views.
fn page_view_id(seed: u64, number: u64, view: u16, id: &mut [u8; 6]) -> &str {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const ALL: u64 = 62_u64.pow(6);
    const STEP: u64 = 10_000_000_019;
    let mut rest = (random::hash(seed, Domain::PageView, number) % ALL + u64::from(view) * STEP) % ALL;
    for digit in id.iter_mut() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    std::str::from_utf8(id).unwrap_or_default()
}
