//! The ledger: what was planned, sent or acknowledged, counted as Matomo counts it, so that the totals can be
//! compared to the unit and the cent.

use std::ops::AddAssign;

use crate::goal::Goal;
use crate::hit::Kind;
use crate::visit::{Action, Visit};

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
    /// Those of visitors who had been here before.
    pub returning: u64,
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
    /// Pieces of content that were shown.
    pub impressions: u64,
    /// Pieces of content that were used.
    pub interactions: u64,
    /// Conversions of the goals that the scenario names.
    pub goals: u64,
    /// What those were worth.
    pub goal_revenue: Cents,
    /// Visits that left a cart.
    pub carts: u64,
    /// What was in those carts.
    pub cart_revenue: Cents,
    /// Orders.
    pub orders: u64,
    /// Revenue of the orders.
    pub revenue: Cents,
}

/// What has to be remembered of a visit to count its next hit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// What is in the cart, in cents.
    cart: Option<u32>,
    /// Goals that have converted, one bit each.
    goals: u16,
}

impl Ledger {
    /// Counts one hit of a visit. Visits are counted by who knows that one began, carts when it is over.
    pub fn count(&mut self, tally: &mut Tally, action: &Action, goals: &[Goal]) {
        let kind = action.kind();
        self.actions += u64::from(kind.is_action());
        match kind {
            Kind::Pageview => self.pageviews += 1,
            Kind::Event => self.events += 1,
            Kind::Search => self.searches += 1,
            Kind::Outlink => self.outlinks += 1,
            Kind::Download => self.downloads += 1,
            Kind::Impression => self.impressions += 1,
            Kind::Interaction => self.interactions += 1,
            Kind::Cart => tally.cart = Some(action.revenue().0 as u32),
            Kind::Order => {
                tally.cart = None;
                self.orders += 1;
                self.revenue.0 += action.revenue().0;
            }
            Kind::Goal | Kind::Ping | Kind::Crawler | Kind::Chatbot => {}
        }
        for (index, goal) in goals.iter().enumerate() {
            let bit = 1 << index;
            if action.converts & bit != 0 && (goal.repeats || tally.goals & bit == 0) {
                tally.goals |= bit;
                self.goals += 1;
                self.goal_revenue.0 += goal.revenue.0;
            }
        }
    }

    /// Counts what is known once a visit is over: the cart it left.
    pub fn settle(&mut self, tally: &Tally) {
        if let Some(cart) = tally.cart {
            self.carts += 1;
            self.cart_revenue.0 += u64::from(cart);
        }
    }

    /// Counts a visit that began.
    pub fn begin(&mut self, visit: &Visit) {
        self.visits += 1;
        self.returning += u64::from(visit.earlier > 0);
    }
}

impl AddAssign for Ledger {
    fn add_assign(&mut self, other: Ledger) {
        self.visits += other.visits;
        self.returning += other.returning;
        self.actions += other.actions;
        self.pageviews += other.pageviews;
        self.events += other.events;
        self.searches += other.searches;
        self.outlinks += other.outlinks;
        self.downloads += other.downloads;
        self.impressions += other.impressions;
        self.interactions += other.interactions;
        self.goals += other.goals;
        self.goal_revenue.0 += other.goal_revenue.0;
        self.carts += other.carts;
        self.cart_revenue.0 += other.cart_revenue.0;
        self.orders += other.orders;
        self.revenue.0 += other.revenue.0;
    }
}
