//! From settings to a plan: reads the files they name and builds what `traffic` checks.

use std::path::Path;
use std::sync::Arc;

use traffic::arrivals::Pattern;
use traffic::funnel::{self, Funnel};
use traffic::ledger::Cents;
use traffic::order::Shop;
use traffic::plan::{Plan, Tracking};
use traffic::profile::Profile;
use traffic::scenario::{Clock, Draft, Rate, Scenario, Share, Shares};
use traffic::site::{DEFAULT_LIST, Site};

use crate::settings::{self, Files, Settings};

/// At most so many problems of one file are listed.
const MOST_PROBLEMS: usize = 20;

/// What is wrong with files whose settings are refused for other reasons.
pub(crate) fn file_problems(files: &Files) -> Vec<String> {
    let urls = site(files.urls.as_deref()).err();
    let funnels = funnels(files.funnels.as_deref(), 0.0).err();
    urls.into_iter().chain(funnels).flatten().collect()
}

/// Reads the URL list and the funnels and checks the scenario. Every problem is reported.
pub(crate) fn scenario(settings: &Settings) -> Result<Scenario, Vec<String>> {
    let mut problems = Vec::new();
    let site = site(settings.site.urls_file.as_deref()).unwrap_or_else(|found| {
        problems.extend(found);
        Site::parse("https://shop.example.com/    Home").expect("a page")
    });
    let funnels =
        funnels(settings.visits.funnels.as_deref(), settings.shop.tax_rate).unwrap_or_else(|found| {
            problems.extend(found);
            Vec::new()
        });
    match Scenario::new(draft(settings, site, funnels)) {
        Ok(scenario) if problems.is_empty() => Ok(scenario),
        Ok(_) => Err(problems),
        Err(found) => {
            problems.extend(found.iter().map(ToString::to_string));
            Err(problems)
        }
    }
}

fn draft(settings: &Settings, site: Site, funnels: Vec<Funnel>) -> Draft {
    let Settings { load, visits, shop, run, .. } = settings;
    let share = |value| Share::new(value).expect("settings are checked");
    let seconds = |range: &std::ops::RangeInclusive<std::time::Duration>| {
        (range.start().as_secs_f64(), range.end().as_secs_f64())
    };
    Draft {
        rate: match load.rate {
            settings::Rate::PerSecond(rate) => Rate::PerSecond(rate),
            settings::Rate::Max => Rate::Max,
        },
        pattern: match load.arrivals {
            settings::Arrivals::Smooth => Pattern::Smooth,
            settings::Arrivals::Poisson => Pattern::Poisson,
        },
        most_visits: run.max_total_visits,
        most_visits_per_day: run.max_visits_per_day,
        clock: match visits.clock {
            settings::Clock::Simulated => Clock::Simulated,
            settings::Clock::Real => Clock::Real,
        },
        time_zone: settings.site.visitor_time_zone.clone(),
        pageviews: Some((*visits.pageviews.start(), *visits.pageviews.end())),
        pause: seconds(&visits.pause),
        length: Some(seconds(&visits.length)),
        shares: Shares {
            direct: share(visits.direct),
            search: share(visits.site_search),
            outlink: share(visits.outlinks),
            download: share(visits.downloads),
            click: share(visits.click_events),
            event: share(visits.random_events),
            order: share(shop.orders),
        },
        shop: Shop {
            value: (Cents(*shop.order_cents.start()), Cents(*shop.order_cents.end())),
            items: (*shop.items.start(), *shop.items.end()),
            tax_rate: shop.tax_rate,
            shipping: shop.shipping_cents.iter().copied().map(Cents).collect(),
        },
        funnels,
        ..Draft::new(Profile::built_in("classic").expect("it is built in"), site)
    }
}

fn site(path: Option<&Path>) -> Result<Site, Vec<String>> {
    let text = match path {
        Some(path) => read("URLS_FILE", path)?,
        None => DEFAULT_LIST.to_owned(),
    };
    Site::parse(&text).map_err(|lines| {
        let place = path.map_or("the built-in list".into(), |path| path.display().to_string());
        some(lines.iter().map(|line| format!("URLS_FILE {place}, {line}")))
    })
}

fn funnels(path: Option<&Path>, tax_rate: f64) -> Result<Vec<Funnel>, Vec<String>> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let text = read("FUNNEL_CONFIG_PATH", path)?;
    funnel::parse(&text, tax_rate).map_err(|problems| {
        some(problems.iter().map(|problem| format!("FUNNEL_CONFIG_PATH {}, {problem}", path.display())))
    })
}

fn read(setting: &str, path: &Path) -> Result<String, Vec<String>> {
    let bytes = std::fs::read(path)
        .map_err(|error| vec![format!("{setting}: cannot read {}: {error}", path.display())])?;
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.split(|byte| *byte == b'\n').count();
        vec![format!("{setting} {}, line {line}: the text is not UTF-8; save it as UTF-8", path.display())]
    })
}

/// The first problems, and how many more there are.
fn some(problems: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    let mut list: Vec<String> = problems.take(MOST_PROBLEMS).collect();
    if more > 0 {
        list.push(format!("… and {more} more"));
    }
    list
}

/// The plan of a run that starts at a moment (milliseconds of Unix time), or at the start of some day.
pub(crate) fn plan(
    settings: &Settings,
    scenario: Scenario,
    seed: u64,
    run_id: &str,
    start: Option<i64>,
) -> Arc<Plan> {
    let tracking = Tracking {
        site: settings.target.site_id,
        authenticated: settings.target.token.is_some(),
        countries: settings.visits.countries,
        tag_dimension: settings.target.tag_dimension.map(u32::from),
    };
    Arc::new(match start {
        Some(unix_ms) => Plan::starting(scenario, tracking, seed, run_id, unix_ms),
        None => Plan::new(scenario, tracking, seed, run_id),
    })
}
