//! Why a report stays empty, in words for people.

use super::{Fact, FactSet};
use crate::plan::Plan;
use crate::scenario::Share;
use crate::source::Channel;

/// Why these facts are missing.
pub(super) fn why(plan: &Plan, missing: FactSet) -> String {
    let mut reasons: Vec<String> = missing.iter().map(|fact| reason(plan, fact)).collect();
    reasons.dedup();
    reasons.join("; ")
}

fn reason(plan: &Plan, fact: Fact) -> String {
    let scenario = plan.scenario();
    let (shares, profile) = (&scenario.shares, &scenario.profile);
    let details = profile.details;
    match fact {
        Fact::ReturningVisit => returning(plan),
        Fact::SearchCategory if shares.search.get() > 0.0 => {
            "no page of the site has a section to search in".to_owned()
        }
        Fact::FailedSearch if profile.search.no_results <= 0.0 => in_profile("search.no_results", "0"),
        Fact::Search | Fact::PageAfterSearch | Fact::SearchCategory | Fact::FailedSearch => {
            of_share(plan, "SITESEARCH_PROBABILITY", shares.search)
        }
        Fact::Event | Fact::EventName => {
            let more = if shares.click > shares.event { shares.click } else { shares.event };
            of_share(plan, "CLICK_EVENTS_PROBABILITY and RANDOM_EVENTS_PROBABILITY", more)
        }
        Fact::Content | Fact::ContentPiece if profile.content.impressions <= 0.0 => {
            in_profile("content.impressions", "0")
        }
        Fact::Outlink => of_share(plan, "OUTLINKS_PROBABILITY", shares.outlink),
        Fact::Download => of_share(plan, "DOWNLOADS_PROBABILITY", shares.download),
        Fact::Bandwidth if !details.bandwidth => in_profile("details.bandwidth", "false"),
        Fact::CustomVariable if !details.custom_variables => in_profile("details.custom_variables", "false"),
        Fact::Performance if profile.performance.is_none() => {
            "the profile measures no page performance: it has no [performance]".to_owned()
        }
        Fact::VisitDimension => "the scenario names no dimension of the scope visit".to_owned(),
        Fact::ActionDimension => "the scenario names no dimension of the scope action".to_owned(),
        Fact::GoalByHand => goal(plan, fact, "that is converted by hand"),
        Fact::GoalByUrl => goal(plan, fact, "that a page's address converts"),
        Fact::GoalByEvent => goal(plan, fact, "that an event converts"),
        Fact::AbandonedCart if profile.shop.abandonment <= 0.0 => in_profile("shop.abandonment", "0"),
        Fact::Order | Fact::ItemSku | Fact::ItemName | Fact::ItemCategory | Fact::AbandonedCart => {
            of_share(plan, "ECOMMERCE_PROBABILITY", shares.order)
        }
        Fact::Conversion => "there are neither orders nor goals that are reached".to_owned(),
        Fact::Referrer => "all visits are direct: DIRECT_TRAFFIC_PROBABILITY is 1".to_owned(),
        Fact::SearchEngine | Fact::SearchEngineKeyword => channel(plan, Channel::Search),
        Fact::SocialNetwork => channel(plan, Channel::Social),
        Fact::Website => channel(plan, Channel::Website),
        Fact::Campaign => channel(plan, Channel::Campaign),
        Fact::Region | Fact::City => token(),
        Fact::UserId => {
            let tracking = plan.tracking();
            let is_told = tracking.authenticated && tracking.countries;
            if is_told {
                in_profile("visitors.logged_in", &profile.visitors.logged_in.to_string())
            } else {
                token()
            }
        }
        _ => format!("{} visits are too few", visits(plan)),
    }
}

fn token() -> String {
    "needs a token (MATOMO_TOKEN_AUTH) and visitors spread over countries (RANDOMIZE_VISITOR_COUNTRIES)"
        .to_owned()
}

fn in_profile(key: &str, value: &str) -> String {
    format!("{key} of the profile is {value}")
}

/// How many visits the plan has, as far as they were looked at.
fn visits(plan: &Plan) -> u64 {
    plan.scenario().most_visits.unwrap_or(super::VISITS).min(super::VISITS)
}

/// Something that happens in so many of all visits, and did not.
fn of_share(plan: &Plan, setting: &str, share: Share) -> String {
    if share.get() <= 0.0 {
        format!("{setting} is 0")
    } else {
        format!("{setting} is {}, and {} visits are too few", share.get(), visits(plan))
    }
}

fn channel(plan: &Plan, channel: Channel) -> String {
    let share = plan.sources().share(channel);
    if share > 0.0 {
        format!("{:.1} % of the visits come this way, and {} are too few", share * 100.0, visits(plan))
    } else if plan.scenario().shares.direct.get() >= 1.0 {
        "all visits are direct: DIRECT_TRAFFIC_PROBABILITY is 1".to_owned()
    } else {
        in_profile(&format!("channels.{}.share", channel.name()), "0")
    }
}

fn goal(plan: &Plan, fact: Fact, kind: &str) -> String {
    use crate::goal::Trigger;
    let is_of = |trigger: &Trigger| match trigger {
        Trigger::Manual(_) => fact == Fact::GoalByHand,
        Trigger::UrlContains(_) => fact == Fact::GoalByUrl,
        Trigger::EventAction(_) => fact == Fact::GoalByEvent,
    };
    if plan.scenario().goals.iter().any(|goal| is_of(&goal.trigger)) {
        format!("the scenario names a goal {kind}, but none of {} visits reaches it", visits(plan))
    } else {
        format!("the scenario names no goal {kind}")
    }
}

fn returning(plan: &Plan) -> String {
    let scenario = plan.scenario();
    if scenario.profile.visitors.returning <= 0.0 {
        in_profile("visitors.returning", "0")
    } else {
        format!("the run is too short for anybody to come back: {} visits", visits(plan))
    }
}
