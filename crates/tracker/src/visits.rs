//! All visits: which of them a hit belongs to, and what it changes.

use std::collections::{BTreeSet, HashSet};

use crate::action::{Deed, LONGEST_ORDER};
use crate::chance::{Chance, Purpose};
use crate::ecommerce::{Basket, Cents};
use crate::names::{Name, Names};
use crate::options::{Conversions, GoalMatch, Options};
use crate::referrer::Channel;
use crate::request::{Fault, Hit, Identity, Opening, Place, Refusal};
use crate::visit::{Buyer, Entry, LONGEST_PAUSE, Visit, VisitorKind};
use crate::web_address::cut;

/// Every visit ever recorded.
#[derive(Debug)]
pub(crate) struct Visits {
    pub(crate) names: Names,
    /// A visit's `idVisit` is one more than its place here.
    pub(crate) all: Vec<Visit>,
    /// Site, visitor, last action, place in `all`.
    by_visitor: BTreeSet<(u32, u64, i64, u32)>,
    /// Fingerprint, last action, place in `all`.
    by_fingerprint: BTreeSet<(u64, i64, u32)>,
    /// Fingerprint, user, last action, place in `all`.
    by_user: BTreeSet<(u64, Option<Name>, i64, u32)>,
    /// Site and id of every order.
    orders: HashSet<(u32, Name)>,
    /// Ids of visitors that have none.
    strangers: Chance,
}

/// Whether a hit found its visit or began one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joined {
    Begun,
    Continued,
}

impl Visits {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            names: Names::default(),
            all: Vec::new(),
            by_visitor: BTreeSet::new(),
            by_fingerprint: BTreeSet::new(),
            by_user: BTreeSet::new(),
            orders: HashSet::new(),
            strangers: Chance::new(seed, Purpose::Visitor),
        }
    }

    /// Records one hit.
    pub(crate) fn record(&mut self, hit: &Hit, options: &Options) -> Result<(), Refusal> {
        let found = self.find(hit);
        let continued =
            found.filter(|found| continues(&self.all[*found], hit) && !self.is_new_source(*found, hit));
        if hit.deed == Deed::Ping {
            if let Some(at) = continued {
                // Measured: 14 seconds for a ping 15 seconds after the page view.
                let visit = &mut self.all[at];
                visit.duration = visit.duration.max(visit.duration_at(hit.at) - 2);
            }
            return Ok(());
        }
        let (visit, joined) = match continued {
            Some(visit) => {
                self.update(visit, hit);
                (visit, Joined::Continued)
            }
            None => (self.begin(found, hit), Joined::Begun),
        };
        self.set_dimensions(visit, hit, options);
        if hit.fault.is_some() {
            return Err(if hit.fault == Some(Fault::NegativeBandwidth) {
                Refusal::Broken
            } else {
                Refusal::Faulty
            });
        }
        self.enter(visit, joined, hit, options)
    }

    /// The latest visit this hit could belong to, or that its visitor made before.
    fn find(&self, hit: &Hit) -> Option<usize> {
        let latest = hit.at + LONGEST_PAUSE;
        let of_visitor = |id: u64| {
            let upto = ..=(hit.site, id, latest, u32::MAX);
            let found = self.by_visitor.range(upto).next_back();
            found
                .filter(|(site, visitor, ..)| (*site, *visitor) == (hit.site, id))
                .map(|(.., at)| *at as usize)
        };
        let earliest = hit.at - LONGEST_PAUSE;
        let alike = || {
            let window = (hit.fingerprint, earliest, 0)..=(hit.fingerprint, latest, u32::MAX);
            self.by_fingerprint.range(window).next_back().map(|(.., at)| *at as usize)
        };
        let alike_of = |user: Option<Name>| {
            let window = (hit.fingerprint, user, earliest, 0)..=(hit.fingerprint, user, latest, u32::MAX);
            self.by_user.range(window).next_back().map(|(_, _, last, at)| (*last, *at as usize))
        };
        match &hit.visitor {
            Identity::Forced(id) => of_visitor(*id),
            Identity::Hinted(id) => of_visitor(*id).or_else(alike),
            Identity::Unknown => alike(),
            Identity::User { id, name } => of_visitor(*id).or_else(|| {
                let own = self.names.find(name).and_then(|name| alike_of(Some(name)));
                own.max(alike_of(None)).map(|(_, at)| at)
            }),
        }
    }

    /// Whether the hit names another campaign than the one that brought the visit.
    fn is_new_source(&self, visit: usize, hit: &Hit) -> bool {
        let known = &self.all[visit].origin;
        if hit.origin.channel != Channel::Campaign || known.channel == Channel::Direct {
            return false;
        }
        let differs = |known: Option<Name>, new: Option<&String>| {
            known.map(|name| self.names.text(name).to_lowercase()) != new.map(|name| name.to_lowercase())
        };
        known.channel != Channel::Campaign
            || differs(known.name, hit.origin.name.as_ref())
            || differs(known.keyword, hit.origin.keyword.as_ref())
    }

    /// What every hit changes in the visit it continues.
    fn update(&mut self, at: usize, hit: &Hit) {
        self.unlist(at);
        let names = &mut self.names;
        let visit = &mut self.all[at];
        match &hit.visitor {
            Identity::Forced(id) | Identity::Hinted(id) => visit.visitor = *id,
            Identity::User { id, name } => {
                visit.visitor = *id;
                visit.user = Some(names.keep(name));
            }
            Identity::Unknown => {}
        }
        visit.last = visit.last.max(hit.at);
        visit.duration = visit.duration_at(hit.at);
        if visit.origin.channel == Channel::Direct && hit.origin.channel != Channel::Direct {
            visit.origin = hit.origin.map(|text| names.keep(text));
        }
        let place = hit.place.map(|text| names.keep(text));
        visit.place = Place {
            country: place.country.or(visit.place.country),
            region: place.region.or(visit.place.region),
            city: place.city.or(visit.place.city),
            latitude: place.latitude.or(visit.place.latitude),
            longitude: place.longitude.or(visit.place.longitude),
        };
        self.list(at);
    }

    /// Begins a visit, as the visitor of the one that was found before.
    fn begin(&mut self, before: Option<usize>, hit: &Hit) -> usize {
        let before = before.map(|at| &self.all[at]);
        let said = match &hit.visitor {
            Identity::Forced(id) | Identity::Hinted(id) | Identity::User { id, .. } => Some(*id),
            Identity::Unknown => None,
        };
        let visitor = before.map(|before| before.visitor).or(said);
        let count = before.map_or(1, |before| before.count + 1);
        let since_first = before.map_or(0, |before| (before.since_first + hit.at - before.first).max(0));
        let visitor_kind = match before {
            None => VisitorKind::New,
            Some(before) if before.has_ordered() || before.visitor_kind == VisitorKind::ReturningCustomer => {
                VisitorKind::ReturningCustomer
            }
            Some(_) => VisitorKind::Returning,
        };
        let names = &mut self.names;
        let mut place = hit.place.map(|text| names.keep(text));
        place.country = place.country.or_else(|| Some(names.keep(&hit.assumed_country)));
        let user = match &hit.visitor {
            Identity::User { name, .. } => Some(names.keep(name)),
            _ => None,
        };
        self.all.push(Visit {
            site: hit.site,
            visitor: visitor.unwrap_or_else(|| self.strangers.draw()),
            fingerprint: hit.fingerprint,
            user,
            first: hit.at,
            last: hit.at,
            day: hit.day,
            duration: 0,
            count,
            since_first,
            visitor_kind,
            buyer: Buyer::None,
            converted: false,
            origin: hit.origin.map(|text| names.keep(text)),
            place,
            ip: hit.ip,
            language: hit.language.as_ref().map(|language| names.keep(language)),
            resolution: hit.resolution.as_ref().map(|resolution| names.keep(resolution)),
            dimensions: Vec::new(),
            entries: Vec::new(),
        });
        let at = self.all.len() - 1;
        self.list(at);
        at
    }

    fn set_dimensions(&mut self, visit: usize, hit: &Hit, options: &Options) {
        for (number, value) in &hit.dimensions {
            if options.action_dimensions.contains(number) {
                continue;
            }
            let value = self.names.keep(value);
            let dimensions = &mut self.all[visit].dimensions;
            match dimensions.iter_mut().find(|(known, _)| known == number) {
                Some((_, known)) => *known = value,
                None => dimensions.push((*number, value)),
            }
        }
    }

    /// Enters what was done into the visit, and what follows from it.
    fn enter(&mut self, at: usize, joined: Joined, hit: &Hit, options: &Options) -> Result<(), Refusal> {
        let stretch = |visit: &mut Visit, idgoal: i64| {
            visit.converted = true;
            if joined == Joined::Continued {
                visit.stretch(idgoal);
            }
        };
        match &hit.deed {
            Deed::Goal { id, revenue, url } => {
                stretch(&mut self.all[at], i64::from(*id));
                let url = url.as_ref().map(|url| self.names.keep(url));
                self.convert(at, hit, *id, *revenue, url, options);
            }
            Deed::Order { id, basket } => {
                stretch(&mut self.all[at], 0);
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
        if goal.per_visit == Conversions::Every || !self.all[at].has_converted(id) {
            let revenue = Some(revenue.unwrap_or(goal.revenue_cents));
            self.push(at, hit, Deed::Goal { id, revenue, url }, options);
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
            hit.dimensions.iter().filter(|(number, _)| options.action_dimensions.contains(number));
        let dimensions = of_action.map(|(number, value)| (*number, names.keep(value))).collect();
        self.all[at].entries.push(Entry { at: hit.at, deed, page_view: hit.page_view, dimensions });
    }

    fn list(&mut self, at: usize) {
        let visit = &self.all[at];
        self.by_visitor.insert((visit.site, visit.visitor, visit.last, at as u32));
        self.by_fingerprint.insert((visit.fingerprint, visit.last, at as u32));
        self.by_user.insert((visit.fingerprint, visit.user, visit.last, at as u32));
    }

    fn unlist(&mut self, at: usize) {
        let visit = &self.all[at];
        self.by_visitor.remove(&(visit.site, visit.visitor, visit.last, at as u32));
        self.by_fingerprint.remove(&(visit.fingerprint, visit.last, at as u32));
        self.by_user.remove(&(visit.fingerprint, visit.user, visit.last, at as u32));
    }
}

/// Whether a hit can belong to this visit: not forced to begin one, soon enough, on the same day.
fn continues(visit: &Visit, hit: &Hit) -> bool {
    hit.opening == Opening::AsNeeded && visit.last > hit.at - LONGEST_PAUSE && visit.day == hit.day
}

/// The goals that this deed converts without being asked to.
fn matching_goals(deed: &Deed<String>, options: &Options) -> Vec<u32> {
    let matches = |wanted: &GoalMatch| match (wanted, deed) {
        (GoalMatch::UrlContains(part), Deed::PageView { url: Some(url), .. }) => url.contains(part.as_str()),
        (GoalMatch::EventAction(wanted), Deed::Event { action, .. }) => action == wanted,
        _ => false,
    };
    options.goals.iter().filter(|goal| matches(&goal.matches)).map(|goal| goal.id).collect()
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;
    use crate::parameters::Parameters;
    use crate::request::{Authority, Purpose as FetchedFor, Sender, read};

    /// 2026-11-22 00:00:00 UTC.
    const MIDNIGHT: i64 = 1_795_305_600;

    fn send(visits: &mut Visits, query: &str, options: &Options) -> Result<(), Refusal> {
        let mut parameters = Parameters::default();
        parameters.add_encoded(query.as_bytes());
        let sender = Sender {
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: String::new(),
            language: String::new(),
            purpose: FetchedFor::Visit,
        };
        let now = MIDNIGHT + 40 * 86_400;
        match read(&parameters, &sender, Authority::Superuser, options, now)? {
            Some(hit) => visits.record(&hit, options),
            None => Ok(()),
        }
    }

    proptest! {
        #[test]
        fn hits_in_order_make_as_many_visits_as_there_are_long_pauses_and_midnights(
            pauses in vec((0_i64..4_000, 0_u8..4), 1..60)
        ) {
            let options = Options::default();
            let mut visits = Visits::new(1);
            let mut at = MIDNIGHT;
            let mut last = [i64::MIN / 2; 4];
            let mut expected = 0;
            for (pause, visitor) in pauses {
                at += pause;
                let before = &mut last[usize::from(visitor)];
                let same_day = before.div_euclid(86_400) == at.div_euclid(86_400);
                expected += usize::from(at - *before >= LONGEST_PAUSE || !same_day);
                *before = at;
                let sent = send(&mut visits, &format!("idsite=1&rec=1&cid=000000000000000{visitor}&cdt={at}"), &options);
                prop_assert_eq!(sent, Ok(()));
            }
            prop_assert_eq!(visits.all.len(), expected);
            prop_assert_eq!(visits.by_visitor.len(), expected);
            prop_assert_eq!(visits.by_fingerprint.len(), expected);
        }

        #[test]
        fn whatever_is_sent_nothing_breaks(
            hits in vec(vec((0_usize..NAMES.len(), any::<String>(), any::<i64>(), 0_u8..3), 0..8), 1..20)
        ) {
            let options = Options::default();
            let mut visits = Visits::new(1);
            for hit in hits {
                let mut query = form_urlencoded::Serializer::new("idsite=1&rec=1&".to_owned());
                for (name, text, number, kind) in hit {
                    match kind {
                        0 => query.append_pair(NAMES[name], &text),
                        1 => query.append_pair(NAMES[name], &number.to_string()),
                        _ => query.append_pair(NAMES[name], &format!("https://{text}")),
                    };
                }
                let _ = send(&mut visits, &query.finish(), &options);
            }
            let entered: usize = visits.all.iter().map(|visit| visit.entries.len()).sum();
            prop_assert_eq!(visits.by_visitor.len(), visits.all.len());
            prop_assert_eq!(visits.by_user.len(), visits.all.len());
            prop_assert_eq!(visits.all.iter().filter(|visit| visit.duration < 0).count(), 0);
            prop_assert_eq!(entered >= visits.orders.len(), true);
        }
    }

    /// Every parameter that means something.
    const NAMES: [&str; 40] = [
        "idsite",
        "rec",
        "url",
        "urlref",
        "cdt",
        "cdo",
        "cid",
        "_id",
        "uid",
        "new_visit",
        "ping",
        "cip",
        "country",
        "region",
        "city",
        "lat",
        "long",
        "ua",
        "uadata",
        "lang",
        "res",
        "pv_id",
        "action_name",
        "search",
        "search_cat",
        "search_count",
        "e_c",
        "e_a",
        "e_n",
        "e_v",
        "c_n",
        "link",
        "download",
        "idgoal",
        "ec_id",
        "ec_items",
        "revenue",
        "ec_tx",
        "dimension1",
        "dimension2",
    ];
}
