//! What a hit tells Matomo: its parameters, in the order in which they are sent.

use std::fmt::Write;

use super::{Plan, Texts};
use crate::dimension::{ActionValues, Values, VisitValues};
use crate::encode::{Parameters, Text};
use crate::funnel::{Step, StepDeed};
use crate::goal::Trigger;
use crate::hit::Kind;
use crate::order::{FixedOrder, Order};
use crate::profile::Performance;
use crate::random::{self, Domain, Stream};
use crate::robot::Robot;
use crate::scenario::Identity;
use crate::site::{Page, PageId, PageKind};
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
    /// The visitor is named on every hit, `new_visit`, the referrer and the place of the visitor are on the first one
    /// only; what needs a token is told only where one goes along (measured on Matomo: anything else loses or merges
    /// visits).
    pub fn parameters(
        &self,
        visit: &Visit,
        index: usize,
        stamp: Option<Stamp>,
        scratch: &mut Scratch,
        out: &mut impl Parameters,
    ) {
        let action = &visit.actions[index];
        out.number("idsite", i64::from(self.tracking.site));
        out.plain("rec", "1");
        out.plain("apiv", "1");
        out.plain("send_image", "0");
        if let Some(robot) = visit.robot {
            self.robot(visit, robot, action, scratch, out);
        } else {
            self.identity(visit, index, scratch, out);
            self.page(visit, index, action, out);
            if index == 0 {
                self.sources.refer(visit.source, &self.scenario.site, out);
            }
            self.deed(visit, action, scratch, out);
            let mut id = [0; 6];
            out.plain("pv_id", page_view_id(self.seed, visit.number, action.view, &mut id));
            self.equipment(&visit.visitor, out);
            self.origin(&visit.visitor, index, scratch, out);
            self.describe(visit, action, index, out);
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

    /// Who it is.
    fn identity(&self, visit: &Visit, index: usize, scratch: &mut Scratch, out: &mut impl Parameters) {
        let text = &mut scratch.text;
        text.clear();
        let _infallible = write!(text, "{:016x}", visit.visitor.id);
        match self.scenario.identity {
            Identity::Exact => {
                out.plain("cid", text);
                if index == 0 {
                    out.plain("new_visit", "1");
                }
            }
            Identity::Browser => {
                out.plain("_id", text);
                out.plain("_idn", if visit.earlier == 0 { "1" } else { "0" });
                // Browsers keep answers apart by it.
                let number = random::hash(self.seed, Domain::PageView, visit.number ^ (index as u64) << 40);
                out.number("r", (number % 1_000_000) as i64);
            }
        }
        if let Some(user) = visit.visitor.user {
            text.clear();
            let _infallible = write!(text, "{user}");
            out.plain("uid", text);
        }
    }

    /// What somebody browses with.
    fn equipment(&self, visitor: &Visitor, out: &mut impl Parameters) {
        out.text("ua", self.visitors.user_agent(visitor));
        if let Some(hints) = self.visitors.hints(visitor) {
            out.text("uadata", hints);
        }
        let home = self.visitors.countries.get(visitor.country);
        out.text("lang", &home.languages[usize::from(visitor.language)]);
        out.plain("res", self.visitors.screen(visitor));
        out.plain("pdf", if self.visitors.device(visitor).reads_pdf { "1" } else { "0" });
        out.plain("cookie", "1");
    }

    /// A robot tells who it is and what it wants.
    fn robot(
        &self,
        visit: &Visit,
        robot: Robot,
        action: &Action,
        scratch: &mut Scratch,
        out: &mut impl Parameters,
    ) {
        scratch.text.clear();
        let _infallible = write!(scratch.text, "{:016x}", visit.visitor.id);
        out.plain("cid", &scratch.text);
        out.text("url", self.url(action.place));
        if let Robot::Chatbot(_) = robot {
            out.plain("recMode", "1");
        }
        out.text("ua", &self.robots.user_agents()[robot.index()]);
    }

    /// The user agents of everybody who comes: of devices first, then of robots.
    pub fn user_agents(&self) -> impl Iterator<Item = &Text> {
        self.visitors.devices.user_agents().iter().chain(self.robots.user_agents())
    }

    /// Where the user agent of a visit stands among [`Plan::user_agents`].
    pub fn user_agent(&self, visit: &Visit) -> usize {
        match visit.robot {
            Some(robot) => self.visitors.devices.user_agents().len() + robot.index(),
            None => self.visitors.devices.agent(self.visitors.device(&visit.visitor)),
        }
    }

    /// `url` of the page, with the parameters of the campaign on the first hit.
    fn page(&self, visit: &Visit, index: usize, action: &Action, out: &mut impl Parameters) {
        let url = match action.deed {
            Deed::Step { id, .. } | Deed::StepOrder { id, .. } => self.step(id).url.as_ref(),
            _ => None,
        };
        let url = url.unwrap_or_else(|| self.url(action.place));
        match self.sources.parameters(visit.source) {
            Some(parameters) if index == 0 && fits(url, parameters) => {
                let sign = |page: &str| if page.contains('?') { "&" } else { "?" };
                match url.raw().find('#') {
                    None => out.joined("url", url, &[sign(url.raw()), parameters]),
                    Some(at) => {
                        let (page, fragment) = url.raw().split_at(at);
                        out.joined("url", &Text::new(""), &[page, sign(page), parameters, fragment]);
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
        let page = match action.place {
            Place::Page(id) => site.page(id),
            Place::Step(_) => site.page(site.home()),
        };
        match action.deed {
            Deed::Pageview => self.pageview(visit, action, out),
            Deed::Search { term, results } => {
                let term = site.searched(term);
                out.text("search", &term.text);
                if let Some(category) = &term.category {
                    out.text("search_cat", category);
                }
                out.number("search_count", i64::from(results));
            }
            Deed::Outlink(link) => match page.outlinks.get(usize::from(link)) {
                Some(url) => out.text("link", url),
                None => out.value("link", self.wording.outlinks[usize::from(link)]),
            },
            Deed::Download(file) => {
                if let Some(url) = page.downloads.get(usize::from(file)) {
                    out.text("download", url);
                } else {
                    scratch.text.clear();
                    scratch.text.push_str(page.origin());
                    scratch.text.push_str(self.wording.downloads[usize::from(file)]);
                    out.value("download", &scratch.text);
                }
            }
            Deed::Click(index) => event(&self.wording.clicks[usize::from(index)], page, out),
            Deed::Event(index) => event(&self.wording.events[usize::from(index)], page, out),
            Deed::Impression(block) | Deed::Interaction(block) => {
                let block = &self.wording.blocks[usize::from(block)];
                out.value("c_n", block.name);
                out.value("c_p", block.piece);
                scratch.text.clear();
                scratch.text.push_str(page.origin());
                scratch.text.push_str(block.target);
                out.value("c_t", &scratch.text);
                if let Deed::Interaction(_) = action.deed {
                    out.value("c_i", block.interaction);
                }
            }
            Deed::Goal(index) => {
                let goal = &self.scenario.goals[usize::from(index)];
                out.number("idgoal", i64::from(goal.id));
                if let Trigger::Manual(_) = goal.trigger
                    && goal.revenue.0 > 0
                {
                    scratch.text.clear();
                    let _infallible = write!(scratch.text, "{}", goal.revenue);
                    out.plain("revenue", &scratch.text);
                }
            }
            Deed::Cart { items, .. } => self.cart(visit.number, usize::from(items), scratch, out),
            Deed::Order { nth, .. } => self.order(visit.number, nth, FixedOrder::default(), scratch, out),
            Deed::StepOrder { id, nth, .. } => {
                if let StepDeed::Order(fixed) = self.step(id).deed {
                    self.order(visit.number, nth, fixed, scratch, out);
                }
            }
            Deed::Step { id, .. } => step(&self.step(id).deed, scratch, out),
            Deed::Ping => out.plain("ping", "1"),
            Deed::Crawl | Deed::Chat => {}
        }
        if matches!(action.kind(), Kind::Event | Kind::Impression | Kind::Interaction) {
            out.plain("ca", "1");
        }
    }

    /// A page view: its title, how fast it was, and what it shows.
    fn pageview(&self, visit: &Visit, action: &Action, out: &mut impl Parameters) {
        let id = match action.place {
            Place::Page(id) => id,
            Place::Step(step) => {
                if let StepDeed::Pageview(title) = &self.step(step).deed {
                    out.text("action_name", title);
                }
                self.measures(visit, action, None, out);
                return;
            }
        };
        let page = self.scenario.site.page(id);
        out.text("action_name", &page.title);
        self.measures(visit, action, Some(id), out);
        let details = &self.scenario.profile.details;
        if details.products {
            self.product(id, page, out);
        }
        if details.custom_variables {
            out.text("cvar", self.page_text(id, &self.texts.page_variables, &self.texts.product_variable));
        }
    }

    /// The text of a kind of page.
    fn page_text<'a>(&self, id: PageId, kinds: &'a [Text], product: &'a Text) -> &'a Text {
        if self.scenario.shelf().product(id).is_some() {
            product
        } else {
            &kinds[self.scenario.site.page(id).kind as usize]
        }
    }

    /// A product that is looked at, or a category.
    fn product(&self, id: PageId, page: &Page, out: &mut impl Parameters) {
        if let Some(product) = self.scenario.shelf().product(id) {
            let shown = self.scenario.shelf().get(product);
            out.text("_pks", &shown.sku);
            out.text("_pkn", &shown.name);
            out.text("_pkc", &shown.category);
            out.text("_pkp", &shown.price);
        } else if page.kind == PageKind::Section && self.scenario.shelf().leads_to_products(id) {
            out.value("_pkc", page.name());
        }
    }

    /// How fast the page was, and how large.
    fn measures(&self, visit: &Visit, action: &Action, page: Option<PageId>, out: &mut impl Parameters) {
        let profile = &self.scenario.profile;
        if let Some(performance) = profile.performance {
            let key = random::hash(self.seed, Domain::Performance, visit.number);
            let class = self.visitors.class(&visit.visitor) as usize;
            let mut stream = Stream::new(key, Domain::Performance, u64::MAX);
            let slowness = profile.devices.all()[class].slowness
                * self.visitors.countries.get(visit.visitor.country).slowness
                * stream.lognormal(1.0, performance.visit_sigma);
            let mut stream = Stream::new(key, Domain::Performance, u64::from(action.view));
            let Performance {
                network,
                server,
                transfer,
                dom_processing,
                dom_completion,
                on_load,
                page_sigma,
                ..
            } = performance;
            let timings = [
                // A connection that is open need not be opened again.
                ("pf_net", if action.view == 0 { network } else { network / 15.0 }),
                ("pf_srv", server),
                ("pf_tfr", transfer),
                ("pf_dm1", dom_processing),
                ("pf_dm2", dom_completion),
                ("pf_onl", on_load),
            ];
            for pair in timings.chunks(2) {
                for ((name, median), normal) in pair.iter().zip(stream.normals()) {
                    let factor = slowness * libm::exp(page_sigma * normal);
                    out.number(name, milliseconds(median * factor));
                }
            }
        }
        if profile.details.bandwidth {
            let size = page.map_or(self.texts.other_size, |page| self.texts.sizes[page as usize]);
            let mut stream =
                Stream::new(self.seed, Domain::Performance, visit.number ^ u64::from(action.view) << 48);
            out.number("bw_bytes", stream.lognormal(size, 0.05) as i64);
        }
    }

    /// What is told of the visitor, the visit and the page beside what was done.
    fn describe(&self, visit: &Visit, action: &Action, index: usize, out: &mut impl Parameters) {
        let Texts { visit_variables, customer_types, page_types, product_type, devices, dimensions, .. } =
            &*self.texts;
        let customer = match (visit.visitor.user, visit.earlier) {
            (Some(_), _) => 2,
            (None, 0) => 0,
            _ => 1,
        };
        if self.scenario.profile.details.custom_variables && index == 0 {
            out.text("_cvar", &visit_variables[customer]);
        }
        for (place, (dimension, name)) in self.scenario.dimensions.iter().zip(dimensions).enumerate() {
            let draw = |number: u64| Stream::new(self.seed, Domain::Dimension, number << 8 | place as u64);
            match &dimension.values {
                Values::Visit(VisitValues::CustomerType) => out.text(name, &customer_types[customer]),
                Values::Visit(VisitValues::Device) => {
                    out.text(name, &devices[self.visitors.class(&visit.visitor) as usize]);
                }
                Values::Visit(VisitValues::Listed(list)) => {
                    out.text(name, &list.texts[list.weights.draw(&mut draw(visit.visitor.number))]);
                }
                Values::Action(_) if !action.kind().is_action() => {}
                Values::Action(ActionValues::Listed(list)) => {
                    let number = random::hash(visit.number, Domain::Dimension, index as u64) >> 8;
                    out.text(name, &list.texts[list.weights.draw(&mut draw(number))]);
                }
                Values::Action(values) => {
                    let Place::Page(id) = action.place else { continue };
                    match values {
                        ActionValues::PageCategory => out.text(name, self.scenario.site.section(id)),
                        _ => out.text(name, self.page_text(id, page_types, product_type)),
                    }
                }
            }
        }
        if let Some((name, run_id)) = &self.tag {
            out.text(name, run_id);
        }
    }

    fn cart(&self, number: u64, items: usize, scratch: &mut Scratch, out: &mut impl Parameters) {
        let Scratch { text, order } = scratch;
        self.draw_order(number, 0, FixedOrder::default(), order);
        out.plain("idgoal", "0");
        text.clear();
        order.write_items(self.scenario.shelf(), items, text);
        out.value("ec_items", text);
        text.clear();
        let _infallible = write!(text, "{}", order.first(items));
        out.plain("revenue", text);
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
        order.write_items(self.scenario.shelf(), order.items.len(), text);
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
        order.draw(&self.scenario.shop, self.scenario.shelf(), fixed, &mut stream);
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

/// Whether Matomo keeps the whole address of a landing page with the parameters of a campaign.
pub(super) fn fits(url: &Text, parameters: &str) -> bool {
    url.raw().len() + 1 + parameters.len() <= MOST_URL
}

/// Matomo cuts longer addresses.
const MOST_URL: usize = 1_024;

/// Milliseconds as Matomo stores them: it drops what is longer than its column holds.
fn milliseconds(ms: f64) -> i64 {
    (ms as i64).clamp(0, 60_000)
}

fn event(event: &wording::Event, page: &Page, out: &mut impl Parameters) {
    out.value("e_c", event.category);
    out.value("e_a", event.action);
    out.value("e_n", event.name.unwrap_or_else(|| page.name()));
    if let Some(value) = event.value {
        out.number("e_v", i64::from(value));
    }
}

fn step(deed: &StepDeed, scratch: &mut Scratch, out: &mut impl Parameters) {
    match deed {
        StepDeed::Event { category, action, name, value } => {
            out.text("e_c", category);
            out.text("e_a", action);
            if let Some(name) = name {
                out.text("e_n", name);
            }
            if let Some(value) = value {
                scratch.text.clear();
                let _infallible = write!(scratch.text, "{value}");
                out.value("e_v", &scratch.text);
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
