//! From checked values to [`Settings`]: nothing here can fail.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::profile::Chosen;
use super::registry::{Default, SETTINGS, Setting};
use super::shard::Asked;
use super::source::{Raws, Source, label};
use super::tables::Tables;
use super::targets::distribution;
use super::tracking_url::TrackingUrl;
use super::values::Values;
use super::{
    AS_THE_PROFILE_HAS_IT, Arrivals, Clock, Curve, Described, Identity, Load, LogFormat, Output, Rate, Run,
    Sending, Settings, Shop, Site, Start, SummaryTo, Target, Visits,
};
use crate::stages;
use traffic::curve::Stage;
use traffic::walk::Shard;

/// Longer than any run; keeps sums of instants and lengths from overflowing.
const CENTURY: Duration = Duration::from_hours(100 * 365 * 24);

/// Visits a second: one in thirty years. Keeps the time between two visits from overflowing.
const SLOWEST: f64 = 1e-9;

/// Builds the settings once every check has passed.
pub(crate) fn build(
    raws: &Raws,
    values: &Values,
    rust_log: Option<String>,
    profile: Chosen,
    (targets, tables): (Vec<Target>, Tables),
) -> Settings {
    Settings {
        sending: sending(values),
        load: load(values, &tables),
        visits: visits(values, &targets),
        shop: shop(values),
        site: site(values),
        run: run(values, &tables),
        output: output(values, rust_log),
        described: describe(raws, values, &profile, &tables, &targets),
        targets,
        profile,
        tables,
    }
}

fn sending(values: &Values) -> Sending {
    Sending {
        distribution: distribution(values),
        tag_dimension: values.get::<u64>("TRAFFICINATOR_TAG_DIMENSION").map(|number| number as u16),
        timeout: values.must("TRAFFICINATOR_TIMEOUT"),
        ca_file: values.get("TRAFFICINATOR_CA_FILE"),
        insecure: values.must("TRAFFICINATOR_INSECURE"),
    }
}

fn load(values: &Values, tables: &Tables) -> Load {
    let stages: Vec<Stage> = values.get("TRAFFICINATOR_STAGES").unwrap_or_else(|| tables.stages.clone());
    // Stages push all other rates aside; the highest of them is what comes nearest to a rate.
    let peak = || stages.iter().flat_map(|stage| [stage.from, stage.to]).fold(0.0, f64::max);
    let per_day = || {
        let per_day = values.get::<f64>("TARGET_VISITS_PER_DAY");
        Rate::PerSecond(per_day.map_or_else(peak, |per_day| per_day / 86_400.0))
    };
    let rate = values.get("TRAFFICINATOR_RATE").unwrap_or_else(per_day);
    Load {
        rate: match rate {
            Rate::PerSecond(rate) => Rate::PerSecond(rate.max(SLOWEST)),
            Rate::Max => Rate::Max,
        },
        arrivals: match values.must("TRAFFICINATOR_ARRIVALS") {
            "poisson" => Arrivals::Poisson,
            _ => Arrivals::Smooth,
        },
        curve: match values.get("TRAFFICINATOR_CURVE") {
            Some("daily") => Curve::Daily,
            _ => Curve::Flat,
        },
        concurrency: values.must::<u64>("CONCURRENCY") as usize,
        workers: values.get::<u64>("TRAFFICINATOR_WORKERS").map(|number| number as usize),
        stages,
    }
}

fn visits(values: &Values, targets: &[Target]) -> Visits {
    Visits {
        clock: match values.must("TRAFFICINATOR_CLOCK") {
            "real" => Clock::Real,
            _ => Clock::Simulated,
        },
        pageviews: values
            .get::<u64>("PAGEVIEWS_MIN")
            .map(|_| counts(values, "PAGEVIEWS_MIN", "PAGEVIEWS_MAX")),
        pause: lengths(values, "PAUSE_BETWEEN_PVS_MIN", "PAUSE_BETWEEN_PVS_MAX", 1.0),
        length: values
            .get::<f64>("VISIT_DURATION_MIN")
            .map(|_| lengths(values, "VISIT_DURATION_MIN", "VISIT_DURATION_MAX", 60.0)),
        site_search: values.must("SITESEARCH_PROBABILITY"),
        outlinks: values.must("OUTLINKS_PROBABILITY"),
        downloads: values.must("DOWNLOADS_PROBABILITY"),
        click_events: values.must("CLICK_EVENTS_PROBABILITY"),
        random_events: values.must("RANDOM_EVENTS_PROBABILITY"),
        direct: values.must("DIRECT_TRAFFIC_PROBABILITY"),
        countries: values.must("RANDOMIZE_VISITOR_COUNTRIES") && has_token(targets),
        identity: match values.must("TRAFFICINATOR_IDENTITY") {
            "browser" => Identity::Browser,
            _ => Identity::Exact,
        },
        bots: values.must("TRAFFICINATOR_BOTS_SHARE"),
        chatbots: values.must("TRAFFICINATOR_CHATBOTS_SHARE"),
        funnels: values.get("FUNNEL_CONFIG_PATH"),
    }
}

fn shop(values: &Values) -> Shop {
    let least = cents_at_least(values.must("ECOMMERCE_ORDER_VALUE_MIN"));
    let most = cents_at_most(values.must("ECOMMERCE_ORDER_VALUE_MAX"));
    let rates: Vec<f64> = values.must("ECOMMERCE_SHIPPING_RATES");
    Shop {
        orders: values.must("ECOMMERCE_PROBABILITY"),
        order_cents: least..=most,
        items: counts(values, "ECOMMERCE_ITEMS_MIN", "ECOMMERCE_ITEMS_MAX"),
        tax_rate: values.must("ECOMMERCE_TAX_RATE"),
        shipping_cents: rates.iter().map(|rate| (rate * 100.0).round() as u64).collect(),
        currency: values.get("ECOMMERCE_CURRENCY"),
        catalogue: values.get("TRAFFICINATOR_CATALOGUE"),
    }
}

fn site(values: &Values) -> Site {
    let visitor_time_zone: jiff::tz::TimeZone = values.must("TIMEZONE");
    Site {
        urls_file: values.get("URLS_FILE"),
        sitemap: values.get("TRAFFICINATOR_SITEMAP"),
        visitor_time_zone,
    }
}

fn run(values: &Values, tables: &Tables) -> Run {
    let auto_stop = seconds(values.must::<f64>("AUTO_STOP_AFTER_HOURS") * 3600.0);
    Run {
        seed: values.get("TRAFFICINATOR_SEED"),
        id: values.get("TRAFFICINATOR_RUN_ID"),
        duration: values.get("TRAFFICINATOR_DURATION"),
        warm_up: values.must("TRAFFICINATOR_WARM_UP"),
        thresholds: values.get("TRAFFICINATOR_THRESHOLD").unwrap_or_else(|| tables.thresholds.clone()),
        auto_stop: (!auto_stop.is_zero()).then_some(auto_stop),
        max_total_visits: limit(values, "MAX_TOTAL_VISITS"),
        max_visits_per_day: limit(values, "MAX_VISITS_PER_DAY"),
        grace: values.must("TRAFFICINATOR_GRACE"),
        fail_fast: values.must("TRAFFICINATOR_FAIL_FAST"),
        start: match values.get("TRAFFICINATOR_START_AT") {
            Some(moment) => Start::At(moment),
            None if values.must("AUTO_START") => Start::AtOnce,
            None => Start::OnSignal {
                file: values.must("START_SIGNAL_FILE"),
                check_every: values.must("START_CHECK_INTERVAL"),
            },
        },
        shard: shard(values),
    }
}

fn shard(values: &Values) -> Option<Shard> {
    match values.get("TRAFFICINATOR_SHARD")? {
        Asked::Of(shard) => Some(shard),
        Asked::Auto => unreachable!("what it stands for was put in its place"),
    }
}

fn output(values: &Values, rust_log: Option<String>) -> Output {
    Output {
        summary_json: values
            .get::<String>("TRAFFICINATOR_SUMMARY_JSON")
            .map(|text| SummaryTo::from_text(&text)),
        report: values.get("TRAFFICINATOR_REPORT"),
        listen: values.get("TRAFFICINATOR_LISTEN"),
        no_tui: values.must("TRAFFICINATOR_NO_TUI"),
        quiet: values.must("TRAFFICINATOR_QUIET"),
        log_level: values.must("LOG_LEVEL"),
        log_filter: rust_log,
        log_format: match values.must("LOG_FORMAT") {
            "json" => LogFormat::Json,
            _ => LogFormat::Text,
        },
    }
}

fn describe(
    raws: &Raws,
    values: &Values,
    profile: &Chosen,
    tables: &Tables,
    targets: &[Target],
) -> Vec<Described> {
    let one = |setting: &'static Setting| {
        let (value, source) = match (raws.get(setting.name), setting.default) {
            (Some(raw), _) => (shown(setting, &raw.text, values, targets), raw.source.to_string()),
            (None, _) if profile.holds(setting.name) => {
                (AS_THE_PROFILE_HAS_IT.to_owned(), Source::Profile(profile.name.clone()).to_string())
            }
            (None, _) if let Some(declared) = declared(setting.name, tables) => declared,
            // The rival of the rate won; it stands in the list as well.
            (None, Default::Value(_)) => ("not used".to_owned(), Source::Default.to_string()),
            (None, Default::Absent(text)) => (text.to_owned(), Source::Default.to_string()),
        };
        let label =
            raws.get(setting.name).map_or_else(|| setting.name.to_owned(), |raw| label(setting, &raw.source));
        let is_given = raws.get(setting.name).is_some_and(|raw| {
            matches!(raw.source, Source::Flag | Source::Environment | Source::EnvFile { .. })
        });
        let raw = raws.get(setting.name).map(|raw| raw.text.clone());
        let raw = raw.filter(|text| setting.shown(text) == *text);
        Described { name: setting.name, label, value, source, raw, is_given }
    };
    SETTINGS.iter().map(one).collect()
}

/// What tables say in place of a setting, and where.
fn declared(name: &str, tables: &Tables) -> Option<(String, String)> {
    let (lines, text) = match name {
        "TRAFFICINATOR_STAGES" => (&tables.stage_lines, stages::text(&tables.stages)),
        "TRAFFICINATOR_THRESHOLD" => {
            let texts = tables.thresholds.iter().map(|threshold| threshold.text.as_str());
            (&tables.threshold_lines, texts.collect::<Vec<_>>().join(", "))
        }
        _ => return None,
    };
    let source = Source::Scenario { path: tables.path.clone(), line: *lines.first()? };
    Some((text, source.to_string()))
}

fn shown(setting: &Setting, text: &str, values: &Values, targets: &[Target]) -> String {
    match setting.name {
        "RANDOMIZE_VISITOR_COUNTRIES" if values.must(setting.name) && !has_token(targets) => {
            "false (there is no token)".to_owned()
        }
        "MATOMO_URL" => values.must::<TrackingUrl>(setting.name).to_string(),
        "TRAFFICINATOR_SHARD" if let Some(shard) = shard(values) => {
            format!("{}/{}", shard.index(), shard.of())
        }
        _ => setting.shown(text),
    }
}

/// Whether somebody takes what needs a token.
fn has_token(targets: &[Target]) -> bool {
    targets.iter().any(|target| target.token.is_some())
}

/// 0 is off.
fn limit(values: &Values, name: &'static str) -> Option<u64> {
    Some(values.must(name)).filter(|limit| *limit > 0)
}

fn counts(values: &Values, min: &'static str, max: &'static str) -> RangeInclusive<u32> {
    values.must::<u64>(min) as u32..=values.must::<u64>(max) as u32
}

fn lengths(values: &Values, min: &'static str, max: &'static str, unit: f64) -> RangeInclusive<Duration> {
    seconds(values.must::<f64>(min) * unit)..=seconds(values.must::<f64>(max) * unit)
}

fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number).unwrap_or(CENTURY).min(CENTURY)
}

/// The smallest amount in whole cents that is not below. The margin takes back what 15.99 loses in binary.
pub(crate) fn cents_at_least(amount: f64) -> u64 {
    (amount * 100.0 - 1e-4).ceil() as u64
}

/// The largest amount in whole cents that is not above.
pub(crate) fn cents_at_most(amount: f64) -> u64 {
    (amount * 100.0 + 1e-4).floor() as u64
}
