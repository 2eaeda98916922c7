//! All visits: which of them a hit belongs to, and what it changes.

mod entry;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::action::Deed;
use crate::chance::{Chance, Purpose};
use crate::identity::Identity;
use crate::names::{Name, Names};
use crate::options::{Options, Scope};
use crate::place::Place;
use crate::referrer::Channel;
use crate::request::{Fault, Hit, Opening, Refusal};
use crate::visit::{Buyer, LONGEST_PAUSE, Visit, VisitorKind};

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
    /// What tells conversions of one goal within one second apart.
    busters: Chance,
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
            busters: Chance::new(seed, Purpose::Conversion),
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
        self.describe(visit, hit, options);
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
        let since_last = before.map_or(0, |before| (hit.at - before.last).max(0));
        let since_order = before.and_then(|before| Some(before.since_order? + hit.at - before.first));
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
            since_last,
            since_order,
            visitor_kind,
            buyer: Buyer::None,
            converted: false,
            origin: hit.origin.map(|text| names.keep(text)),
            place,
            ip: hit.ip,
            device: Arc::clone(&hit.device),
            plugins: hit.plugins,
            local_time: hit.local_time,
            language: hit.language.as_ref().map(|language| names.keep(language)),
            resolution: hit.resolution.as_ref().map(|resolution| names.keep(resolution)),
            dimensions: Vec::new(),
            variables: Vec::new(),
            entries: Vec::new(),
        });
        let at = self.all.len() - 1;
        self.list(at);
        at
    }

    /// What a hit says of its visit: the latest value of every dimension and variable counts.
    fn describe(&mut self, visit: usize, hit: &Hit, options: &Options) {
        for variable in &hit.variables {
            let variable = variable.map(|text| self.names.keep(text));
            let variables = &mut self.all[visit].variables;
            match variables.iter_mut().find(|known| known.slot == variable.slot) {
                Some(known) => *known = variable,
                None => variables.push(variable),
            }
        }
        for (number, value) in &hit.dimensions {
            if options.scope(*number) != Some(Scope::Visit) {
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
