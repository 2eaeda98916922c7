//! Funnels: fixed chains of steps that a share of the visits walks, read from the JSON file of existing deployments.

mod walks;

use serde::Deserialize;
use url::Url;

pub(crate) use walks::Walks;

use crate::encode::Text;
use crate::hit::Kind;
use crate::ledger::Cents;
use crate::order::{FixedOrder, MOST_ITEMS};
use crate::scenario::Share;
use crate::site::{LONGEST_URL, title_of};

/// The most steps of a funnel, and the longest it may take in all: no visit may span days.
const MOST_STEPS: usize = 100;
const LONGEST: f64 = 6.0 * 3_600.0;

/// The most characters of a text: Matomo cuts page titles at 1,024 and refuses much longer events.
const LONGEST_TEXT: usize = 1_000;

/// A funnel that is walked.
#[derive(Clone, Debug)]
pub struct Funnel {
    /// Its name.
    pub name: String,
    /// Chance of a visit to walk it, once the funnels before it were passed over.
    pub probability: Share,
    /// Whether the visit ends with the last step.
    pub exit_after_completion: bool,
    /// The steps; the first is a page view.
    pub steps: Vec<Step>,
}

impl Funnel {
    /// Whether one of its steps sends such a hit.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.steps.iter().any(|step| step.deed.kind() == kind)
    }

    /// Whether its visitors go on to browse.
    pub(crate) fn goes_on(&self) -> bool {
        !self.exit_after_completion
    }
}

/// One step of a funnel.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is done.
    pub deed: StepDeed,
    /// Where: the address of a page view, or an own one for another kind of step.
    pub url: Option<Text>,
    /// Seconds since the step before, from and to.
    pub delay: (f64, f64),
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum StepDeed {
    /// A page view with its title.
    Pageview(Text),
    /// An event.
    Event {
        /// Category.
        category: Text,
        /// Action.
        action: Text,
        /// Name.
        name: Option<Text>,
        /// Value.
        value: Option<f64>,
    },
    /// A site search.
    Search {
        /// What was searched.
        keyword: Text,
        /// In which category.
        category: Option<Text>,
        /// How many results were found.
        results: Option<u32>,
    },
    /// A click on a link to another site.
    Outlink(Text),
    /// A download of a file.
    Download(Text),
    /// An order.
    Order(FixedOrder),
}

impl StepDeed {
    /// The kind of hit it sends.
    pub fn kind(&self) -> Kind {
        match self {
            StepDeed::Pageview(_) => Kind::Pageview,
            StepDeed::Event { .. } => Kind::Event,
            StepDeed::Search { .. } => Kind::Search,
            StepDeed::Outlink(_) => Kind::Outlink,
            StepDeed::Download(_) => Kind::Download,
            StepDeed::Order(_) => Kind::Order,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFunnel {
    name: String,
    #[serde(default)]
    #[expect(dead_code, reason = "for people")]
    description: Option<String>,
    probability: f64,
    #[serde(default)]
    priority: i64,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default = "yes")]
    exit_after_completion: bool,
    steps: Vec<RawStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    r#type: RawType,
    title: Option<String>,
    url: Option<String>,
    action_name: Option<String>,
    event_category: Option<String>,
    event_action: Option<String>,
    event_name: Option<String>,
    event_value: Option<f64>,
    search_keyword: Option<String>,
    search_category: Option<String>,
    search_results: Option<i64>,
    target_url: Option<String>,
    ecommerce_revenue: Option<f64>,
    ecommerce_items: Option<i64>,
    ecommerce_subtotal: Option<f64>,
    ecommerce_tax: Option<f64>,
    ecommerce_shipping: Option<f64>,
    delay_seconds_min: Option<f64>,
    delay_seconds_max: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawType {
    Pageview,
    Event,
    SiteSearch,
    Outlink,
    Download,
    Ecommerce,
}

fn yes() -> bool {
    true
}

/// Reads a funnel file. Every problem is reported, each with its place. Funnels that are not enabled are checked and
/// left out; the others come in order of priority, lowest first.
///
/// `tax_rate` completes orders of which only a part is given.
pub fn parse(json: &str, tax_rate: f64) -> Result<Vec<Funnel>, Vec<String>> {
    let raw: Vec<RawFunnel> = serde_json::from_str(json.trim_start_matches('\u{feff}')).map_err(|error| {
        vec![format!(
            "{error}; a funnel file is a JSON array of {{name, probability, priority, steps: [...]}}"
        )]
    })?;
    let mut problems = Vec::new();
    let mut funnels: Vec<(i64, Funnel)> = Vec::new();
    for (index, raw) in raw.into_iter().enumerate() {
        let place = format!("funnel {} ({:?})", index + 1, raw.name);
        let mut problem = |text: String| problems.push(format!("{place}: {text}"));
        let probability = Share::new(raw.probability)
            .map_err(|error| problem(format!("probability {} {error}", raw.probability)))
            .unwrap_or_default();
        if raw.priority < 0 {
            problem(format!("priority {} is not accepted; give a whole number from 0", raw.priority));
        }
        if raw.steps.len() > MOST_STEPS {
            problem(format!("it has {} steps; give at most {MOST_STEPS}", raw.steps.len()));
        }
        match raw.steps.first() {
            None => problem("it has no steps; give at least one page view".to_owned()),
            Some(RawStep { r#type: RawType::Pageview, .. }) => {}
            Some(_) => problem("its first step must be of type \"pageview\"".to_owned()),
        }
        let steps: Vec<Step> = raw
            .steps
            .into_iter()
            .enumerate()
            .filter_map(|(index, raw)| {
                check_step(&raw, tax_rate)
                    .map_err(|texts| {
                        for text in texts {
                            problem(format!("step {}: {text}", index + 1));
                        }
                    })
                    .ok()
            })
            .collect();
        let longest: f64 = steps.iter().map(|step| step.delay.1).sum();
        if longest > LONGEST {
            problem(format!("its delays may add up to {longest} s; give at most {LONGEST} s in all"));
        }
        if raw.enabled {
            let exit_after_completion = raw.exit_after_completion;
            funnels
                .push((raw.priority, Funnel { name: raw.name, probability, exit_after_completion, steps }));
        }
    }
    funnels.sort_by_key(|(priority, _)| *priority);
    if problems.is_empty() {
        Ok(funnels.into_iter().map(|(_, funnel)| funnel).collect())
    } else {
        Err(problems)
    }
}

fn check_step(raw: &RawStep, tax_rate: f64) -> Result<Step, Vec<String>> {
    let mut problems = Vec::new();
    let delay = check_delay(raw, &mut problems);
    let texts = [
        ("title", &raw.title),
        ("action_name", &raw.action_name),
        ("event_category", &raw.event_category),
        ("event_action", &raw.event_action),
        ("event_name", &raw.event_name),
        ("search_keyword", &raw.search_keyword),
        ("search_category", &raw.search_category),
    ];
    for (name, text) in texts {
        let length = text.as_ref().map_or(0, |text| text.chars().count());
        if length > LONGEST_TEXT {
            problems.push(format!("{name} has {length} characters; give at most {LONGEST_TEXT}"));
        }
    }
    let url = raw.url.as_deref().and_then(|url| check_url("url", url, &mut problems));
    let needed = |name: &str, value: &Option<String>, problems: &mut Vec<String>| {
        let value = value.as_deref().map(str::trim).unwrap_or_default();
        if value.is_empty() {
            problems.push(format!("{name} is missing"));
        }
        Text::new(value)
    };
    let optional = |value: &Option<String>| value.as_deref().filter(|value| !value.is_empty()).map(Text::new);
    let target = |problems: &mut Vec<String>| {
        let given = needed("target_url", &raw.target_url, problems);
        if given.raw().is_empty() { None } else { check_url("target_url", given.raw(), problems) }
            .unwrap_or(given)
    };
    let deed = match raw.r#type {
        RawType::Pageview => {
            if raw.url.is_none() {
                problems.push("url is missing".to_owned());
            }
            let given = raw.action_name.as_deref().or(raw.title.as_deref());
            let title = given.map_or_else(|| title_of(raw.url.as_deref().unwrap_or_default()), str::to_owned);
            StepDeed::Pageview(Text::new(&title))
        }
        RawType::Event => StepDeed::Event {
            category: needed("event_category", &raw.event_category, &mut problems),
            action: needed("event_action", &raw.event_action, &mut problems),
            name: optional(&raw.event_name),
            value: raw.event_value,
        },
        RawType::SiteSearch => StepDeed::Search {
            keyword: needed("search_keyword", &raw.search_keyword, &mut problems),
            category: optional(&raw.search_category),
            results: raw.search_results.and_then(|results| {
                u32::try_from(results)
                    .map_err(|_| {
                        problems.push(format!(
                            "search_results {results} is not accepted; give a whole number from 0"
                        ));
                    })
                    .ok()
            }),
        },
        RawType::Outlink => StepDeed::Outlink(target(&mut problems)),
        RawType::Download => StepDeed::Download(target(&mut problems)),
        RawType::Ecommerce => StepDeed::Order(check_order(raw, tax_rate, &mut problems)),
    };
    if problems.is_empty() { Ok(Step { deed, url, delay }) } else { Err(problems) }
}

fn check_delay(raw: &RawStep, problems: &mut Vec<String>) -> (f64, f64) {
    let low = raw.delay_seconds_min.unwrap_or(0.0);
    let high = raw.delay_seconds_max.unwrap_or(low.max(0.0));
    for (name, value) in [("delay_seconds_min", low), ("delay_seconds_max", high)] {
        if !(0.0..=3_600.0).contains(&value) {
            problems.push(format!("{name} {value} is not accepted; give seconds from 0 to 3600"));
        }
    }
    if low > high {
        problems.push(format!("delay_seconds_min {low} is more than delay_seconds_max {high}"));
    }
    (low, high)
}

fn check_url(name: &str, text: &str, problems: &mut Vec<String>) -> Option<Text> {
    match Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            problems
                .push(format!("{name} holds a user name or password, which would be recorded; leave it out"));
            None
        }
        Ok(_) if text.len() > LONGEST_URL => {
            let length = text.len();
            problems.push(format!(
                "{name} has {length} characters; Matomo cuts at 1,024, give at most {LONGEST_URL}"
            ));
            None
        }
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Some(Text::new(text)),
        _ => {
            problems.push(format!("{name} {text:?} is not an absolute http or https URL"));
            None
        }
    }
}

/// The parts of an order: what is given stands, what is not follows from it.
fn check_order(raw: &RawStep, tax_rate: f64, problems: &mut Vec<String>) -> FixedOrder {
    let mut money = |name: &str, value: Option<f64>| {
        let value = value?;
        if !(0.0..=10_000_000.0).contains(&value) {
            problems.push(format!("{name} {value} is not accepted; give an amount from 0 to 10000000"));
            return None;
        }
        Some((value * 100.0).round() as u64)
    };
    let revenue = money("ecommerce_revenue", raw.ecommerce_revenue);
    let sub_total = money("ecommerce_subtotal", raw.ecommerce_subtotal);
    let tax = money("ecommerce_tax", raw.ecommerce_tax);
    let shipping = money("ecommerce_shipping", raw.ecommerce_shipping);
    let items = raw.ecommerce_items.and_then(|items| {
        u32::try_from(items).ok().filter(|items| (1..=MOST_ITEMS).contains(items)).or_else(|| {
            problems.push(format!(
                "ecommerce_items {items} is not accepted; give a whole number from 1 to {MOST_ITEMS}"
            ));
            None
        })
    });
    if revenue.or(sub_total).is_none() {
        if tax.or(shipping).is_some() {
            problems.push(
                "ecommerce_tax and ecommerce_shipping need ecommerce_revenue or ecommerce_subtotal"
                    .to_owned(),
            );
        }
        return FixedOrder { items, parts: None };
    }
    let taxed = |sub_total: u64| tax.unwrap_or((sub_total as f64 * tax_rate).round() as u64);
    let (parts, given) = match (sub_total, revenue) {
        (Some(sub_total), Some(revenue)) => {
            let shipping = shipping.unwrap_or_else(|| {
                if tax.is_some() { revenue.saturating_sub(sub_total + taxed(0)) } else { 0 }
            });
            let tax = tax.unwrap_or_else(|| revenue.saturating_sub(sub_total + shipping));
            ((sub_total, tax, shipping), Some(revenue))
        }
        (Some(sub_total), None) => ((sub_total, taxed(sub_total), shipping.unwrap_or(0)), None),
        (None, Some(revenue)) => {
            let shipping = shipping.unwrap_or(0);
            let net = revenue.saturating_sub(shipping);
            let sub_total = match tax {
                Some(tax) => net.saturating_sub(tax),
                None => (net as f64 / (1.0 + tax_rate)).round() as u64,
            };
            ((sub_total, net.saturating_sub(sub_total), shipping), Some(revenue))
        }
        (None, None) => unreachable!("one of them is given"),
    };
    let sum = parts.0 + parts.1 + parts.2;
    if let Some(given) = given.filter(|&given| given != sum) {
        problems.push(format!(
            "ecommerce_revenue {} is not the sum of its parts {} + {} + {}",
            Cents(given),
            Cents(parts.0),
            Cents(parts.1),
            Cents(parts.2)
        ));
    }
    let least = u64::from(items.unwrap_or(1));
    if parts.0 < least {
        problems.push(format!("the items cost {} in all; that is less than a cent each", Cents(parts.0)));
    }
    FixedOrder {
        items: Some(items.unwrap_or(1)),
        parts: Some((Cents(parts.0), Cents(parts.1), Cents(parts.2))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_funnel_is_read() {
        let funnels = parse(
            r#"[
              {"name": "late", "probability": 0.5, "priority": 2, "steps": [{"type": "pageview", "url": "https://a.example/"}]},
              {"name": "off", "probability": 1, "enabled": false, "steps": [{"type": "pageview", "url": "https://a.example/"}]},
              {"name": "buy", "description": "d", "probability": 0.25, "priority": 1, "exit_after_completion": false, "steps": [
                {"type": "pageview", "title": "Cart", "url": "https://a.example/cart", "delay_seconds_min": 1, "delay_seconds_max": 4},
                {"type": "event", "event_category": "c", "event_action": "a", "event_name": "n", "event_value": 1.5},
                {"type": "site_search", "search_keyword": "k", "search_category": "c", "search_results": 3},
                {"type": "outlink", "target_url": "https://b.example/"},
                {"type": "download", "target_url": "https://a.example/a.pdf"},
                {"type": "ecommerce", "ecommerce_revenue": 121.0, "ecommerce_items": 2, "ecommerce_shipping": 11}
              ]}
            ]"#,
            0.1,
        )
        .unwrap();
        assert_eq!(funnels.iter().map(|funnel| funnel.name.as_str()).collect::<Vec<_>>(), ["buy", "late"]);
        let kinds: Vec<_> = funnels[0].steps.iter().map(|step| step.deed.kind().name()).collect();
        assert_eq!(kinds, ["pageview", "event", "search", "outlink", "download", "order"]);
        let StepDeed::Order(order) = &funnels[0].steps[5].deed else { panic!() };
        assert_eq!(order.parts, Some((Cents(10_000), Cents(1_000), Cents(1_100))));
    }

    #[test]
    fn every_problem_is_reported_with_its_place() {
        let problems = parse(
            &r#"[{"name": "x", "probability": 2, "priority": -1, "steps": [
                {"type": "event"},
                {"type": "pageview", "url": "/relative", "delay_seconds_min": 5, "delay_seconds_max": 4},
                {"type": "ecommerce", "ecommerce_revenue": 10, "ecommerce_subtotal": 8, "ecommerce_tax": 1, "ecommerce_shipping": 5},
                {"type": "ecommerce", "ecommerce_tax": 1, "ecommerce_items": 0},
                {"type": "site_search", "search_keyword": "a", "search_results": -1, "search_category": "LONG-"},
                {"type": "outlink", "target_url": "https://me:secret@b.example/"},
                {"type": "pageview", "url": "https://a.example/LONG"}
            ]}, {"name": "y", "probability": 1, "steps": []}]"#
                .replace("LONG", &"x".repeat(1_000)),
            0.1,
        )
        .unwrap_err();
        let text = problems.join("\n");
        for expected in [
            "funnel 1 (\"x\"): probability 2",
            "priority -1",
            "first step must be",
            "step 1: event_category is missing",
            "step 1: event_action is missing",
            "step 2: url \"/relative\"",
            "delay_seconds_min 5 is more than",
            "step 3: ecommerce_revenue 10.00 is not the sum of its parts 8.00 + 1.00 + 5.00",
            "step 4: ecommerce_items 0",
            "step 4: ecommerce_tax and",
            "step 5: search_results -1",
            "step 5: search_category has 1001 characters",
            "step 6: target_url holds a user name or password",
            "step 7: url has 1018 characters",
            "funnel 2 (\"y\"): it has no steps",
        ] {
            assert!(text.contains(expected), "{expected:?} is not in\n{text}");
        }
    }

    #[test]
    fn what_is_not_a_funnel_file_is_refused_with_its_place() {
        assert!(parse("[{]", 0.1).unwrap_err()[0].contains("line 1 column 3"));
        assert!(
            parse(r#"[{"name":"a","probability":1,"steps":[],"colour":1}]"#, 0.1).unwrap_err()[0]
                .contains("colour")
        );
    }
}
