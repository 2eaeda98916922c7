//! Reads from the parameters of hits what reports are made of, by Matomo's rules (measured on Matomo 5.2).

use serde_json::Value;

use super::{Fact, FactSet};
use crate::dimension::Values;
use crate::encode::List;
use crate::goal::Trigger;
use crate::plan::{Plan, Scratch};
use crate::source::{Channel, host};
use crate::visit::Visit;

/// Parameters of an address that make a visit one of a campaign.
const CAMPAIGN: [&str; 5] = ["mtm_campaign", "pk_campaign", "utm_campaign", "utm_source", "utm_medium"];

/// Parameters that make a hit something else than a page view.
const NO_PAGE_VIEW: [&str; 8] = ["search", "e_c", "c_n", "link", "download", "idgoal", "ping", "ec_id"];

/// Plugins that browsers tell.
const PLUGINS: [&str; 9] = ["pdf", "cookie", "fla", "java", "qt", "realp", "wma", "ag", "dir"];

/// How fast a page was.
const TIMINGS: [&str; 6] = ["pf_net", "pf_srv", "pf_tfr", "pf_dm1", "pf_dm2", "pf_onl"];

/// User agents with one of these name a model.
const MODELS: [&str; 9] =
    ["iPhone", "iPad", "SM-", "Pixel", "Xbox", "PlayStation", "Nintendo", "BRAVIA", "SMART-TV"];

/// What a visit of a plan gives.
pub fn facts(plan: &Plan, visit: &Visit) -> FactSet {
    let mut scratch = Scratch::default();
    let hits: Vec<List> = (0..visit.actions.len())
        .map(|index| {
            let mut list = List::default();
            plan.parameters(visit, index, None, &mut scratch, &mut list);
            list
        })
        .collect();
    if visit.robot.is_some() { FactSet::default() } else { read(plan, &hits, visit.earlier > 0) }
}

/// What the hits of a visit give, on a site that is set up as the plan's scenario says; `is_known` where its visitor
/// was here before.
pub fn read(plan: &Plan, hits: &[List], is_known: bool) -> FactSet {
    let mut found = FactSet::default();
    let mut visit = Progress::default();
    for (index, hit) in hits.iter().enumerate() {
        let hit = Hit(hit);
        if index == 0 {
            found.insert(Fact::Visit);
            if hit.is_page_view() {
                found.insert(Fact::EntryPage);
            }
            arrival(plan, hit, &mut found);
        }
        action(hit, &mut visit, &mut found);
        conversions(plan, hit, &mut found);
        purchase(hit, &mut visit, &mut found);
        descriptions(plan, hit, &mut found);
        visitor(hit, &mut found);
    }
    if is_known && !hits.is_empty() {
        found.insert(Fact::ReturningVisit);
    }
    if visit.has_cart {
        found.insert(Fact::AbandonedCart);
    }
    found
}

/// What was before in a visit.
#[derive(Default)]
struct Progress {
    has_searched: bool,
    has_cart: bool,
}

/// The parameters of a hit.
#[derive(Clone, Copy)]
struct Hit<'a>(&'a List);

impl<'a> Hit<'a> {
    /// The value of a parameter that is not empty.
    fn get(self, name: &str) -> Option<&'a str> {
        let found = self.0.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn has(self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn is_page_view(self) -> bool {
        NO_PAGE_VIEW.iter().all(|name| !self.has(name))
    }

    fn number(self, name: &str) -> u64 {
        self.get(name).and_then(|text| text.parse().ok()).unwrap_or(0)
    }
}

impl FactSet {
    /// Adds a fact that is not there yet, if it is so: some are not soon found out.
    fn insert_if(&mut self, fact: Fact, is_so: impl FnOnce() -> bool) {
        if !self.contains(FactSet::from_iter([fact])) && is_so() {
            self.insert(fact);
        }
    }
}

/// Where a visit comes from: a campaign goes before whatever page was before.
fn arrival(plan: &Plan, hit: Hit<'_>, found: &mut FactSet) {
    let url = hit.get("url").unwrap_or_default();
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let names = || query.split(['&', '#']).filter_map(|pair| pair.split('=').next());
    if names().any(|name| CAMPAIGN.contains(&name)) {
        found.insert(Fact::Campaign);
        found.insert(Fact::Referrer);
        return;
    }
    let Some(referrer) = hit.get("urlref") else { return };
    found.insert(Fact::Referrer);
    let is_of = |channel: Channel| {
        let places = plan.sources().places(channel).filter_map(|(place, _)| place.referrer.as_ref());
        places.into_iter().any(|place| host(place.raw()) == host(referrer))
    };
    if is_of(Channel::Search) {
        found.insert(Fact::SearchEngine);
        let asks = |pair: &str| {
            pair.split_once('=')
                .is_some_and(|(name, term)| ["q", "p", "wd", "text"].contains(&name) && !term.is_empty())
        };
        let query = referrer.split_once('?').map_or("", |(_, query)| query);
        found.insert_if(Fact::SearchEngineKeyword, || query.split('&').any(asks));
    } else if is_of(Channel::Social) {
        found.insert(Fact::SocialNetwork);
    } else {
        found.insert(Fact::Website);
    }
}

fn action(hit: Hit<'_>, visit: &mut Progress, found: &mut FactSet) {
    if hit.is_page_view() {
        found.insert(Fact::PageView);
        found.insert_if(Fact::PageTitle, || hit.has("action_name"));
        found.insert_if(Fact::PageAfterSearch, || visit.has_searched);
        found.insert_if(Fact::Performance, || TIMINGS.iter().any(|name| hit.number(name) > 0));
        visit.has_searched = false;
    }
    found.insert_if(Fact::Bandwidth, || hit.number("bw_bytes") > 0);
    if hit.has("search") {
        found.insert(Fact::Search);
        found.insert_if(Fact::SearchCategory, || hit.has("search_cat"));
        found.insert_if(Fact::FailedSearch, || hit.get("search_count") == Some("0"));
        visit.has_searched = true;
    }
    if hit.has("e_c") && hit.has("e_a") {
        found.insert(Fact::Event);
        found.insert_if(Fact::EventName, || hit.has("e_n"));
    }
    if hit.has("c_n") {
        found.insert_if(Fact::Content, || !hit.has("c_i"));
        found.insert_if(Fact::ContentPiece, || hit.has("c_p") && !hit.has("c_i"));
    }
    found.insert_if(Fact::Outlink, || hit.get("link").is_some_and(|url| url.contains("://")));
    found.insert_if(Fact::Download, || hit.get("download").is_some_and(|url| url.contains("://")));
}

fn conversions(plan: &Plan, hit: Hit<'_>, found: &mut FactSet) {
    let lower = |name: &str| hit.get(name).unwrap_or_default().to_lowercase();
    for goal in &plan.scenario().goals {
        let by_hand = hit.get("idgoal").is_some_and(|id| id.parse() == Ok(goal.id));
        let (fact, converts) = match &goal.trigger {
            Trigger::Manual(_) => (Fact::GoalByHand, by_hand),
            Trigger::UrlContains(part) => {
                let is_there = hit.is_page_view() && lower("url").contains(&part.to_lowercase());
                (Fact::GoalByUrl, by_hand || is_there)
            }
            Trigger::EventAction(name) => {
                (Fact::GoalByEvent, by_hand || hit.has("e_c") && lower("e_a") == name.to_lowercase())
            }
        };
        if converts {
            found.insert(fact);
            found.insert(Fact::Conversion);
        }
    }
}

fn purchase(hit: Hit<'_>, visit: &mut Progress, found: &mut FactSet) {
    if hit.get("idgoal") != Some("0") {
        return;
    }
    if !hit.has("ec_id") {
        visit.has_cart |= hit.has("ec_items");
        return;
    }
    visit.has_cart = false;
    found.insert(Fact::Order);
    found.insert(Fact::Conversion);
    let items: Vec<Vec<Value>> =
        hit.get("ec_items").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let told = |place: usize| {
        items.iter().filter_map(move |item| item.get(place)).any(|value| match value {
            Value::String(text) => !text.is_empty(),
            Value::Array(list) => !list.is_empty(),
            _ => false,
        })
    };
    for (place, fact) in [Fact::ItemSku, Fact::ItemName, Fact::ItemCategory].into_iter().enumerate() {
        found.insert_if(fact, || told(place));
    }
}

/// Custom dimensions and variables.
fn descriptions(plan: &Plan, hit: Hit<'_>, found: &mut FactSet) {
    for dimension in &plan.scenario().dimensions {
        let fact = match dimension.values {
            Values::Visit(_) => Fact::VisitDimension,
            Values::Action(_) => Fact::ActionDimension,
        };
        found.insert_if(fact, || hit.has(&format!("dimension{}", dimension.id)));
    }
    found.insert_if(Fact::CustomVariable, || hit.has("_cvar") || hit.has("cvar"));
}

/// Who it is, where, and with what.
fn visitor(hit: Hit<'_>, found: &mut FactSet) {
    let agent = hit.get("ua");
    found.insert_if(Fact::UserAgent, || agent.is_some());
    found.insert_if(Fact::DeviceModel, || {
        let told = hit.get("uadata").and_then(|text| serde_json::from_str::<Value>(text).ok());
        let hinted = told.is_some_and(|told| told["model"].as_str().is_some_and(|model| !model.is_empty()));
        hinted || agent.is_some_and(|agent| MODELS.iter().any(|model| agent.contains(model)))
    });
    // Without a country Matomo asks the address, then the language.
    found.insert_if(Fact::Country, || hit.has("country") || hit.has("lang"));
    found.insert_if(Fact::Region, || hit.has("country") && hit.has("region"));
    found.insert_if(Fact::City, || hit.has("country") && hit.has("city"));
    found.insert_if(Fact::Language, || hit.has("lang"));
    found.insert_if(Fact::Resolution, || hit.has("res"));
    found.insert_if(Fact::Plugins, || PLUGINS.iter().any(|name| hit.get(name) == Some("1")));
    found.insert_if(Fact::UserId, || hit.has("uid"));
}
