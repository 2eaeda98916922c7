//! The profile as a layer of settings: which one is meant, what its `[settings]` say, and which settings it answers
//! with distributions of its own.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use traffic::profile::{BUILT_IN, Profile};

use super::layers::{Inputs, Layered, offer, unreadable};
use super::registry::{SETTINGS, Setting, find, find_key};
use super::scenario_file::text_of;
use super::source::{Problem, Raw, Source, label, not_accepted};
use super::{kind, nearest};
use crate::lines::Ends;

/// The profile of a run.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    /// The name of a built-in one, or the path of a file.
    pub(crate) name: String,
    pub(crate) profile: Profile,
}

impl Chosen {
    /// Whether the profile has distributions of its own where that setting would draw evenly from a range.
    pub(super) fn holds(&self, setting: &str) -> bool {
        match setting {
            "PAGEVIEWS_MIN" | "PAGEVIEWS_MAX" => self.profile.pages.is_some(),
            "VISIT_DURATION_MIN" | "VISIT_DURATION_MAX" => self.profile.reading.is_some(),
            _ => false,
        }
    }
}

/// What a profile may set: what visitors do. Where they go, how, and with which files is said by whoever sends them.
const ALLOWED: &[&str] = &[
    "TARGET_VISITS_PER_DAY",
    "TRAFFICINATOR_ARRIVALS",
    "TRAFFICINATOR_CURVE",
    "TRAFFICINATOR_BOTS_SHARE",
    "TRAFFICINATOR_CHATBOTS_SHARE",
    "PAGEVIEWS_MIN",
    "PAGEVIEWS_MAX",
    "PAUSE_BETWEEN_PVS_MIN",
    "PAUSE_BETWEEN_PVS_MAX",
    "VISIT_DURATION_MIN",
    "VISIT_DURATION_MAX",
    "SITESEARCH_PROBABILITY",
    "OUTLINKS_PROBABILITY",
    "DOWNLOADS_PROBABILITY",
    "CLICK_EVENTS_PROBABILITY",
    "RANDOM_EVENTS_PROBABILITY",
    "DIRECT_TRAFFIC_PROBABILITY",
    "RANDOMIZE_VISITOR_COUNTRIES",
    "ECOMMERCE_PROBABILITY",
    "ECOMMERCE_ORDER_VALUE_MIN",
    "ECOMMERCE_ORDER_VALUE_MAX",
    "ECOMMERCE_ITEMS_MIN",
    "ECOMMERCE_ITEMS_MAX",
    "ECOMMERCE_TAX_RATE",
    "ECOMMERCE_SHIPPING_RATES",
];

/// The shortest visit where only the longest is given, in minutes: the least the setting accepts.
const SHORTEST_VISIT: &str = "0.1";

/// The profile where none is given.
pub(crate) const DEFAULT: &str = "ecommerce";

/// The names of the built-in profiles.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// Whether the text is meant as the path of a file rather than as a name.
pub(super) fn is_file(text: &str) -> bool {
    text.contains(['/', '\\'])
        || Path::new(text).extension().is_some_and(|end| end.eq_ignore_ascii_case("toml"))
}

/// A name or a path, as the setting takes it.
pub(super) fn parse_name(text: &str) -> Result<String, kind::Detail> {
    if is_file(text) {
        return Ok(text.to_owned());
    }
    let known = names().find(|name| name.eq_ignore_ascii_case(text)).map(str::to_owned);
    known.ok_or_else(|| nearest::suggest(text, names()).map(|name| format!("did you mean {name}?")))
}

/// Reads the profile that the layers above name and lays what it sets below them.
pub(super) fn lay(inputs: &Inputs<'_>, layered: &mut Layered) -> Option<Chosen> {
    let setting = find("TRAFFICINATOR_PROFILE").expect("in the registry");
    let default = || Raw { text: DEFAULT.to_owned(), source: Source::Default };
    let raw = layered.raws.get(setting.name).cloned().unwrap_or_else(default);
    // What is neither a name nor a path is reported with all other values.
    let name = parse_name(&raw.text).ok()?;
    let built_in = BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    let path = built_in.is_none().then(|| PathBuf::from(&name));
    let text = match (built_in, &path) {
        (None, Some(path)) => match (inputs.read)(path) {
            Ok(text) => text,
            Err(error) => {
                let name = format!("{} {}", label(setting, &raw.source), path.display());
                layered.problems.push(unreadable(name, &error));
                return None;
            }
        },
        (text, _) => text.unwrap_or_default(),
    };
    let source = |line| match &path {
        Some(path) => Source::ProfileFile { path: path.clone(), line },
        None => Source::Profile(name.clone()),
    };
    lay_settings(&text, &source, layered);
    match Profile::parse(&text) {
        Ok(profile) => {
            let chosen = Chosen { name, profile };
            complete_ranges(&chosen, layered);
            Some(chosen)
        }
        Err(problems) => {
            let place = |line| format!("profile {name}:{line}");
            layered.problems.extend(problems.into_iter().map(|problem| Problem {
                setting: place(problem.line),
                value: None,
                message: problem.message,
            }));
            None
        }
    }
}

/// The `[settings]` of a profile. Each is judged here: one that another layer overrides is wrong all the same.
fn lay_settings(text: &str, source: &dyn Fn(usize) -> Source, layered: &mut Layered) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let ends = Ends::of(text);
    let lines = ends.lines();
    let Ok(table) = DeTable::parse(text) else { return };
    let Some(DeValue::Table(given)) = table.get_ref().get("settings").map(toml::Spanned::get_ref) else {
        return;
    };
    let mut given: Vec<_> = given.iter().collect();
    given.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in given {
        let source = source(lines.of(key.span().start));
        let name = key.get_ref().to_string();
        let refused = |message| Problem { setting: format!("{name} ({source})"), value: None, message };
        match find_key(&name) {
            Some(setting) if ALLOWED.contains(&setting.name) => match text_of(value.get_ref()) {
                Ok(text) => {
                    let raw = Raw { text: text.trim().to_owned(), source };
                    match setting.kind.parse(&raw.text) {
                        Ok(_) => offer(layered, setting, &raw.text, raw.source),
                        Err(detail) => layered.problems.push(not_accepted(setting, &raw, detail.as_deref())),
                    }
                }
                Err(reason) => layered.problems.push(refused(reason)),
            },
            Some(_) => layered.problems.push(refused(
                "a profile cannot set this: it says what visitors do, not where they are sent; use a flag, a \
                 variable or a scenario file"
                    .to_owned(),
            )),
            None => layered.problems.push(refused(unknown_key(&name))),
        }
    }
}

fn unknown_key(name: &str) -> String {
    let allowed: Vec<String> =
        SETTINGS.iter().filter(|setting| ALLOWED.contains(&setting.name)).map(Setting::key).collect();
    match nearest::suggest(name, allowed.iter().map(String::as_str)) {
        Some(key) => format!("no such setting; did you mean {key}?"),
        None => format!("no such setting; a profile may set {}", allowed.join(", ")),
    }
}

/// Where one end of a range is given, the other one is the profile's.
fn complete_ranges(chosen: &Chosen, layered: &mut Layered) {
    let Profile { pages, reading, .. } = &chosen.profile;
    let pages = pages.map(|pages| ("1".to_owned(), pages.most.to_string()));
    let length =
        reading.map(|reading| (SHORTEST_VISIT.to_owned(), (reading.longest_visit / 60.0).to_string()));
    let ranges =
        [("PAGEVIEWS_MIN", "PAGEVIEWS_MAX", pages), ("VISIT_DURATION_MIN", "VISIT_DURATION_MAX", length)];
    for (min, max, ends) in ranges {
        let Some((least, most)) = ends else { continue };
        if layered.raws.contains_key(min) || layered.raws.contains_key(max) {
            for (name, text) in [(min, least), (max, most)] {
                let setting = find(name).expect("in the registry");
                offer(layered, setting, &text, Source::Profile(chosen.name.clone()));
            }
        }
    }
}
