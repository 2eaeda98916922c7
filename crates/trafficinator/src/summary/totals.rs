//! Totals of a ledger, named for people.

use traffic::ledger::Cents;

use super::Totals;
use super::text::grouped;

impl Totals {
    /// Every total with its name, as the summary for people has them.
    pub(crate) fn rows(&self) -> [(&'static str, String); 16] {
        let money = |cents: Cents| cents.to_string();
        [
            ("visits", grouped(self.visits)),
            ("returning visits", grouped(self.returning)),
            ("actions", grouped(self.actions)),
            ("page views", grouped(self.pageviews)),
            ("events", grouped(self.events)),
            ("searches", grouped(self.searches)),
            ("outlinks", grouped(self.outlinks)),
            ("downloads", grouped(self.downloads)),
            ("content shown", grouped(self.content_impressions)),
            ("content used", grouped(self.content_interactions)),
            ("goals", grouped(self.goals)),
            ("goal revenue", money(self.goal_revenue)),
            ("carts left", grouped(self.carts)),
            ("left in carts", money(self.cart_revenue)),
            ("orders", grouped(self.orders)),
            ("revenue", money(self.revenue)),
        ]
    }
}
