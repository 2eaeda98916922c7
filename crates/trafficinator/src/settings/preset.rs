//! The four presets: settings as a user would write them.

pub(crate) const NAMES: &[&str] = &["light", "medium", "heavy", "extreme"];

/// The settings of a preset, by environment name; none for an unknown preset.
pub(crate) fn settings_of(preset: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let column = NAMES.iter().position(|name| name.eq_ignore_ascii_case(preset));
    PRESETS.iter().filter_map(move |(name, values)| Some((*name, values[column?])))
}

/// One row a setting, one column a preset.
#[rustfmt::skip]
const PRESETS: &[(&str, [&str; 4])] = &[
    //                               light    medium   heavy    extreme
    ("TARGET_VISITS_PER_DAY",       ["1000",  "10000", "50000", "100000"]),
    ("PAGEVIEWS_MIN",               ["2",     "3",     "4",     "5"]),
    ("PAGEVIEWS_MAX",               ["4",     "6",     "8",     "10"]),
    ("CONCURRENCY",                 ["10",    "50",    "150",   "300"]),
    ("PAUSE_BETWEEN_PVS_MIN",       ["1",     "0.5",   "0.3",   "0.2"]),
    ("PAUSE_BETWEEN_PVS_MAX",       ["3",     "2",     "1.5",   "1"]),
    ("SITESEARCH_PROBABILITY",      ["0.10",  "0.15",  "0.20",  "0.25"]),
    ("OUTLINKS_PROBABILITY",        ["0.05",  "0.10",  "0.15",  "0.18"]),
    ("DOWNLOADS_PROBABILITY",       ["0.03",  "0.08",  "0.12",  "0.15"]),
    ("CLICK_EVENTS_PROBABILITY",    ["0.15",  "0.25",  "0.30",  "0.35"]),
    ("RANDOM_EVENTS_PROBABILITY",   ["0.08",  "0.12",  "0.15",  "0.18"]),
    ("DIRECT_TRAFFIC_PROBABILITY",  ["0.40",  "0.30",  "0.25",  "0.20"]),
    ("ECOMMERCE_PROBABILITY",       ["0.02",  "0.05",  "0.08",  "0.10"]),
    ("ECOMMERCE_ORDER_VALUE_MAX",   ["99.99", "299.99", "499.99", "999.99"]),
    ("VISIT_DURATION_MIN",          ["0.5",   "1",     "2",     "3"]),
    ("VISIT_DURATION_MAX",          ["3",     "8",     "12",    "15"]),
    ("RANDOMIZE_VISITOR_COUNTRIES", ["false", "true",  "true",  "true"]),
];
