//! Drafts to plan with: the defaults of the settings, and profiles with all that belongs to them.

use traffic::dimension::{ActionValues, Dimension, Values, VisitValues};
use traffic::goal::{Goal, Trigger};
use traffic::ledger::Cents;
use traffic::plan::{Plan, Tracking};
use traffic::profile::Profile;
use traffic::scenario::{Draft, LENGTH, PAGEVIEWS, Scenario, Share};
use traffic::site::{DEFAULT_LIST, Site};

/// The scenario of existing deployments: their default settings, on the built-in site.
pub(crate) fn classic() -> Draft {
    let site = Site::parse(DEFAULT_LIST).unwrap();
    let profile = Profile::built_in("classic").unwrap();
    Draft { pageviews: Some(PAGEVIEWS), length: Some(LENGTH), ..Draft::new(profile, site) }
}

/// A profile with its settings, on its built-in site, with the goals and dimensions of most sites.
pub(crate) fn profiled(name: &str) -> Draft {
    let profile = Profile::built_in(name).unwrap();
    let number = |key: &str| {
        let value = profile.settings.get(key).unwrap_or_else(|| panic!("profile {name} has no {key}"));
        value.as_float().unwrap_or_else(|| value.as_integer().unwrap() as f64)
    };
    let share = |key: &str| Share::new(number(key)).unwrap();
    let mut draft = Draft::new(profile.clone(), Site::built_in(profile.site));
    draft.shares.direct = share("direct_traffic_probability");
    draft.shares.search = share("sitesearch_probability");
    draft.shares.outlink = share("outlinks_probability");
    draft.shares.download = share("downloads_probability");
    draft.shares.click = share("click_events_probability");
    draft.shares.event = share("random_events_probability");
    draft.shares.order = share("ecommerce_probability");
    let goal = |id, trigger| Goal { id, trigger, revenue: Cents(250), repeats: false };
    draft.goals = vec![
        goal(1, Trigger::Manual(Share::new(0.03).unwrap())),
        goal(2, Trigger::UrlContains("thank-you".to_owned())),
        goal(3, Trigger::EventAction("play".to_owned())),
    ];
    draft.dimensions = vec![
        Dimension { id: 1, values: Values::Visit(VisitValues::CustomerType) },
        Dimension { id: 2, values: Values::Action(ActionValues::PageCategory) },
    ];
    draft
}

/// Seed 42, run id `plan`, with a token and countries.
pub(crate) fn plan_of(draft: Draft) -> Plan {
    let tracking = Tracking { site: 1, authenticated: true, countries: true, tag_dimension: None };
    Plan::new(Scenario::new(draft).unwrap(), tracking, 42, "plan")
}
