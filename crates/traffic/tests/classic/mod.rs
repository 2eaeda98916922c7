//! The scenario of existing deployments: their default settings, on the built-in site.

use jiff::tz::TimeZone;
use traffic::arrivals::Pattern;
use traffic::ledger::Cents;
use traffic::order::Shop;
use traffic::plan::{Plan, Tracking};
use traffic::scenario::{Clock, Draft, Rate, Scenario, Share, Shares};
use traffic::site::{DEFAULT_LIST, Site};

pub(crate) fn classic() -> Draft {
    let share = |value| Share::new(value).unwrap();
    Draft {
        rate: Rate::PerSecond(20_000.0 / 86_400.0),
        pattern: Pattern::Smooth,
        most_visits: None,
        most_visits_per_day: None,
        clock: Clock::Simulated,
        time_zone: TimeZone::UTC,
        pageviews: (3, 6),
        pause: (0.5, 2.0),
        length: (60.0, 480.0),
        shares: Shares {
            direct: share(0.3),
            search: share(0.15),
            outlink: share(0.10),
            download: share(0.08),
            click: share(0.25),
            event: share(0.12),
            order: share(0.05),
            returning: share(0.2),
        },
        shop: Shop {
            value: (Cents(1_599), Cents(29_999)),
            items: (1, 5),
            tax_rate: 0.1,
            shipping: vec![Cents(0), Cents(599), Cents(999), Cents(1_599)],
        },
        site: Site::parse(DEFAULT_LIST).unwrap(),
        funnels: Vec::new(),
    }
}

/// Seed 42, run id `plan`, with a token and countries.
pub(crate) fn plan_of(draft: Draft) -> Plan {
    let tracking = Tracking { site: 1, authenticated: true, countries: true, tag_dimension: None };
    Plan::new(Scenario::new(draft).unwrap(), tracking, 42, "plan")
}
