//! The ledger: what was planned, sent or acknowledged, counted as Matomo counts it, so that the totals can be
//! compared to the unit and the cent.

use std::ops::AddAssign;

use crate::hit::Kind;

/// An amount of money in hundredths of the site's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cents(pub u64);

impl std::fmt::Display for Cents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// Counts of what happened in some visits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Visits.
    pub visits: u64,
    /// Actions: page views, searches, events, downloads and outlinks.
    pub actions: u64,
    /// Page views.
    pub pageviews: u64,
    /// Events.
    pub events: u64,
    /// Uses of the site's search.
    pub searches: u64,
    /// Clicks on links to other sites.
    pub outlinks: u64,
    /// Downloads of files.
    pub downloads: u64,
    /// Orders.
    pub orders: u64,
    /// Revenue of the orders.
    pub revenue: Cents,
}

impl Ledger {
    /// Counts one hit; `revenue` is that of an order. Visits are counted by who knows that one began.
    pub fn count(&mut self, kind: Kind, revenue: Cents) {
        self.actions += u64::from(kind.is_action());
        match kind {
            Kind::Pageview => self.pageviews += 1,
            Kind::Event => self.events += 1,
            Kind::Search => self.searches += 1,
            Kind::Outlink => self.outlinks += 1,
            Kind::Download => self.downloads += 1,
            Kind::Order => {
                self.orders += 1;
                self.revenue.0 += revenue.0;
            }
            Kind::Goal | Kind::Content | Kind::Cart | Kind::Ping => {}
        }
    }
}

impl AddAssign for Ledger {
    fn add_assign(&mut self, other: Ledger) {
        self.visits += other.visits;
        self.actions += other.actions;
        self.pageviews += other.pageviews;
        self.events += other.events;
        self.searches += other.searches;
        self.outlinks += other.outlinks;
        self.downloads += other.downloads;
        self.orders += other.orders;
        self.revenue.0 += other.revenue.0;
    }
}
