//! From settings to a plan: reads the files they name and builds what `traffic` checks.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use traffic::arrivals::Pattern;
use traffic::catalogue::Catalogue;
use traffic::day::SOME_MONDAY;
use traffic::funnel::{self, Funnel};
use traffic::ledger::Cents;
use traffic::order::Shop;
use traffic::plan::{Plan, Tracking};
use traffic::profile::BuiltInSite;
use traffic::scenario::{Clock, Draft, Identity, Rate, Robots, Scenario, Share, Shares};
use traffic::site::Site;

use crate::settings::tables::Tables;
use crate::settings::{self, Files, NamedFile, Settings};
use crate::sitemap::{self, Fetching, Place};

/// At most so many problems of one file are listed.
const MOST_PROBLEMS: usize = 20;

/// What is wrong with files whose settings are refused for other reasons.
pub(crate) fn file_problems(files: &Files) -> Vec<String> {
    let urls = files.urls.as_ref().and_then(|file| listed(file).err());
    let catalogue = files.catalogue.as_ref().and_then(|file| catalogue(file).err());
    let funnels = funnels(files.funnels.as_ref(), 0.0).err();
    urls.into_iter().chain(catalogue).chain(funnels).flatten().collect()
}

/// Reads the pages of the site, the catalogue and the funnels and checks the scenario. Every problem is reported;
/// `notes` get what is fine and worth a word.
pub(crate) fn scenario(settings: &Settings, notes: &mut Vec<String>) -> Result<Scenario, Vec<String>> {
    let mut problems = Vec::new();
    let site = site(settings, notes).unwrap_or_else(|found| {
        problems.extend(found);
        Site::built_in(BuiltInSite::Shop)
    });
    let named = |name: &str, path: &Option<PathBuf>| {
        path.as_ref().map(|path| NamedFile { label: settings.label(name), path: path.clone() })
    };
    let given = named("TRAFFICINATOR_CATALOGUE", &settings.shop.catalogue);
    let given = given.as_ref().map(catalogue).transpose();
    let given = given.unwrap_or_else(|found| {
        problems.extend(found);
        None
    });
    let funnels =
        funnels(named("FUNNEL_CONFIG_PATH", &settings.visits.funnels).as_ref(), settings.shop.tax_rate)
            .unwrap_or_else(|found| {
                problems.extend(found);
                Vec::new()
            });
    let catalogue = given.or_else(|| settings.tables.catalogue.clone());
    problems.extend(unknown_products(&settings.tables, catalogue.as_ref()));
    let declared = Declared { site, catalogue, funnels };
    match Scenario::new(draft(settings, declared)) {
        Ok(scenario) if problems.is_empty() => Ok(scenario),
        Ok(_) => Err(problems),
        Err(found) => {
            let told = |problem: &traffic::scenario::Problem| {
                format!("{}: {}", settings.label(problem.setting), problem.message)
            };
            problems.extend(found.iter().map(told));
            Err(problems)
        }
    }
}

/// What a scenario has beside its settings.
struct Declared {
    site: Site,
    catalogue: Option<Catalogue>,
    funnels: Vec<Funnel>,
}

/// Pages that show products which are not in the catalogue.
fn unknown_products(tables: &Tables, catalogue: Option<&Catalogue>) -> Vec<String> {
    let Some(site) = &tables.site else { return Vec::new() };
    let known: BTreeSet<&str> = catalogue
        .map(|catalogue| catalogue.products().iter().map(|product| product.sku.as_str()).collect())
        .unwrap_or_default();
    let advice = match catalogue {
        Some(_) => "give the sku of a product",
        None => "give products, each under a line [[product]]",
    };
    let mut problems = Vec::new();
    for (page, line) in site.pages().zip(&tables.pages) {
        for sku in page.products.iter().filter(|sku| !known.contains(sku.as_str())) {
            let path = tables.path.display();
            problems.push(format!(
                "site.page.products ({path}:{line}): {sku:?} is not in the catalogue; {advice}"
            ));
        }
    }
    some(problems.into_iter())
}

fn draft(settings: &Settings, declared: Declared) -> Draft {
    let Settings { load, visits, shop, run, tables, .. } = settings;
    let Declared { site, catalogue, funnels } = declared;
    let profile = settings.profile.profile.clone();
    let share = |value| Share::new(value).expect("settings are checked");
    let seconds = |range: &std::ops::RangeInclusive<std::time::Duration>| {
        (range.start().as_secs_f64(), range.end().as_secs_f64())
    };
    Draft {
        rate: match load.rate {
            _ if !load.stages.is_empty() => Rate::Stages(load.stages.clone()),
            settings::Rate::PerSecond(rate) => Rate::PerSecond(rate),
            settings::Rate::Max => Rate::Max,
        },
        pattern: match load.arrivals {
            settings::Arrivals::Smooth => Pattern::Smooth,
            settings::Arrivals::Poisson => Pattern::Poisson,
        },
        rhythm: match load.curve {
            settings::Curve::Flat => None,
            settings::Curve::Daily => Some(profile.rhythm),
        },
        most_visits: run.max_total_visits,
        most_visits_per_day: run.max_visits_per_day,
        clock: match visits.clock {
            settings::Clock::Simulated => Clock::Simulated,
            settings::Clock::Real => Clock::Real,
        },
        identity: match visits.identity {
            settings::Identity::Exact => Identity::Exact,
            settings::Identity::Browser => Identity::Browser,
        },
        time_zone: settings.site.visitor_time_zone.clone(),
        pageviews: visits.pageviews.as_ref().map(|range| (*range.start(), *range.end())),
        pause: seconds(&visits.pause),
        length: visits.length.as_ref().map(seconds),
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
        robots: Robots { crawlers: share(visits.bots), chatbots: share(visits.chatbots) },
        catalogue,
        funnels,
        goals: tables.goals.iter().map(|(_, goal)| goal.clone()).collect(),
        dimensions: tables.dimensions.iter().map(|(_, dimension)| dimension.clone()).collect(),
        ..Draft::new(profile, site)
    }
}

/// The site that is visited: declared in a scenario, listed in a file, named by a sitemap, or the profile's own.
fn site(settings: &Settings, notes: &mut Vec<String>) -> Result<Site, Vec<String>> {
    match (&settings.tables.site, &settings.site.urls_file, &settings.site.sitemap) {
        (Some(site), ..) => Ok(site.clone()),
        (None, Some(path), _) => {
            listed(&NamedFile { label: settings.label("URLS_FILE"), path: path.clone() })
        }
        (None, None, Some(place)) => mapped(settings, place, notes),
        (None, None, None) => Ok(Site::built_in(settings.profile.profile.site)),
    }
}

/// The site of a URL list.
fn listed(file: &NamedFile) -> Result<Site, Vec<String>> {
    let NamedFile { label, path } = file;
    Site::parse(&read(file)?)
        .map_err(|lines| some(lines.iter().map(|line| format!("{label} {}, {line}", path.display()))))
}

/// The site of a sitemap.
fn mapped(settings: &Settings, place: &Place, notes: &mut Vec<String>) -> Result<Site, Vec<String>> {
    let label = settings.label("TRAFFICINATOR_SITEMAP");
    let fetching = Fetching { timeout: settings.sending.timeout, ca_file: settings.sending.ca_file.clone() };
    let found = sitemap::read(place, &fetching).map_err(|refused| vec![format!("{label} {refused}")])?;
    notes.extend(found.notes.into_iter().map(|note| format!("{label} {place}: {note}")));
    Site::new(found.pages)
        .map_err(|pages| some(pages.iter().map(|page| format!("{label} {place}: {}", page.message))))
}

/// What is sold, from a file.
fn catalogue(file: &NamedFile) -> Result<Catalogue, Vec<String>> {
    let NamedFile { label, path } = file;
    let text = read(file)?;
    crate::catalogue::parse(path, &text).map_err(|problems| {
        let told = |(line, message): &(Option<usize>, String)| {
            let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
            format!("{label} {}{line}: {message}", path.display())
        };
        some(problems.iter().map(told))
    })
}

fn funnels(file: Option<&NamedFile>, tax_rate: f64) -> Result<Vec<Funnel>, Vec<String>> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let NamedFile { label, path } = file;
    let text = read(file)?;
    funnel::parse(&text, tax_rate).map_err(|problems| {
        some(problems.iter().map(|problem| format!("{label} {}, {problem}", path.display())))
    })
}

fn read(file: &NamedFile) -> Result<String, Vec<String>> {
    let NamedFile { label, path } = file;
    let bytes = std::fs::read(path)
        .map_err(|error| vec![format!("{label} {}: the file cannot be read: {error}", path.display())])?;
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.split(|byte| *byte == b'\n').count();
        vec![format!("{label} {}, line {line}: the text is not UTF-8; save it as UTF-8", path.display())]
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

/// The plan of a run that starts at a moment (milliseconds of Unix time), or at the start of some day, as the first
/// target gets it.
pub(crate) fn plan(
    settings: &Settings,
    scenario: Scenario,
    seed: u64,
    run_id: &str,
    start: Option<i64>,
) -> Arc<Plan> {
    let start = start.unwrap_or(SOME_MONDAY);
    Arc::new(Plan::starting(scenario, tracking(settings, &settings.targets[0]), seed, run_id, start))
}

/// The same as each of the targets gets it: they may have different tokens, and sites.
pub(crate) fn plans(
    settings: &Settings,
    scenario: Scenario,
    seed: u64,
    run_id: &str,
    start: Option<i64>,
) -> Vec<Arc<Plan>> {
    let first = plan(settings, scenario, seed, run_id, start);
    let others = settings.targets[1..].iter();
    let others: Vec<_> = others.map(|target| Arc::new(first.aimed_at(tracking(settings, target)))).collect();
    std::iter::once(first).chain(others).collect()
}

fn tracking(settings: &Settings, target: &settings::Target) -> Tracking {
    Tracking {
        site: target.site_id,
        authenticated: target.token.is_some(),
        countries: settings.visits.countries && target.token.is_some(),
        tag_dimension: settings.sending.tag_dimension.map(u32::from),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use traffic::profile::Profile;
    use traffic::scenario::{LENGTH, PAGEVIEWS};

    use super::*;
    use crate::settings::layers::{Inputs, Purpose};
    use crate::settings::registry::find;

    fn settings(flags: &[(&'static str, &str)], files: &[(&str, &str)]) -> Settings {
        let flags =
            flags.iter().map(|(name, text)| (find(name).expect("a setting"), (*text).to_owned())).collect();
        let read = |path: &Path| {
            let found = files.iter().find(|(name, _)| Path::new(name) == path);
            found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| std::io::ErrorKind::NotFound.into())
        };
        let environment = BTreeMap::new();
        let purpose = Purpose::Plan;
        let inputs = Inputs { purpose, flags, env_files: Vec::new(), environment: &environment, read: &read };
        crate::settings::load(&inputs).expect("settings").settings
    }

    fn site() -> Site {
        Site::parse("https://shop.example.com/    Home").expect("a page")
    }

    #[test]
    fn the_profile_classic_gives_the_defaults_and_nothing_besides() {
        let settings = settings(&[("TRAFFICINATOR_PROFILE", "classic")], &[]);
        let declared = Declared { site: site(), catalogue: None, funnels: Vec::new() };
        let draft = draft(&settings, declared);
        let expected = Draft {
            pageviews: Some(PAGEVIEWS),
            length: Some(LENGTH),
            time_zone: draft.time_zone.clone(),
            ..Draft::new(Profile::built_in("classic").expect("a profile"), site())
        };
        assert_eq!(format!("{draft:?}"), format!("{expected:?}"));
    }

    #[test]
    fn another_profile_brings_its_distributions_and_its_rhythm() {
        let settings = settings(
            &[("TRAFFICINATOR_PROFILE", "saas"), ("TRAFFICINATOR_CURVE", "daily"), ("PAGEVIEWS_MAX", "9")],
            &[],
        );
        let declared = Declared { site: site(), catalogue: None, funnels: Vec::new() };
        let draft = draft(&settings, declared);
        let saas = Profile::built_in("saas").expect("a profile");
        assert_eq!(draft.rhythm, Some(saas.rhythm));
        assert_eq!(draft.profile, saas);
        assert_eq!((draft.pageviews, draft.length), (Some((1, 9)), None));
        assert!((draft.shares.direct.get() - 0.54).abs() < 1e-12);
    }

    #[test]
    fn a_page_with_a_product_that_is_not_sold_is_told_with_its_line() {
        let page = "[[site.page]]\nurl = 'https://shop.test/'\nproducts = ['B-1', 'B-2']\n";
        let product = "[[product]]\nsku = 'B-1'\nname = 'Boots'\ncategory = 'Shoes'\nprice = 9\n";
        let problems = |text: &str| {
            scenario(
                &settings(&[("TRAFFICINATOR_SCENARIO", "shop.toml")], &[("shop.toml", text)]),
                &mut Vec::new(),
            )
            .expect_err("an unknown product")
        };
        let expected =
            "site.page.products (shop.toml:1): \"B-2\" is not in the catalogue; give the sku of a product";
        assert_eq!(problems(&format!("{page}{product}")), [expected]);
        assert_eq!(problems(page).len(), 2);
        assert!(problems(page)[0].ends_with("give products, each under a line [[product]]"));
    }

    #[test]
    fn a_file_is_told_by_the_spelling_and_source_of_its_user() {
        let flags = [
            ("URLS_FILE", "/nonexistent/urls"),
            ("TRAFFICINATOR_CATALOGUE", "/nonexistent/shop.csv"),
            ("TRAFFICINATOR_SCENARIO", "shop.toml"),
        ];
        let files = [("shop.toml", "rate = '1/s'\nfunnel_config_path = '/nonexistent/funnels'\n")];
        let problems = scenario(&settings(&flags, &files), &mut Vec::new()).expect_err("no such files");
        for (problem, place) in problems.iter().zip([
            "--urls-file /nonexistent/urls: the file cannot be read: ",
            "--catalogue /nonexistent/shop.csv: the file cannot be read: ",
            "funnel_config_path (shop.toml:2) /nonexistent/funnels: the file cannot be read: ",
        ]) {
            assert!(problem.starts_with(place), "{place} does not begin\n{problem}");
        }
        assert_eq!(problems.len(), 3, "{problems:?}");
    }

    #[test]
    fn what_traffic_refuses_is_told_by_the_spelling_and_source_of_its_user() {
        let problems = scenario(
            &settings(
                &[
                    ("ECOMMERCE_SHIPPING_RATES", "500"),
                    ("TRAFFICINATOR_BOTS_SHARE", "0.6"),
                    ("TRAFFICINATOR_CHATBOTS_SHARE", "0.6"),
                ],
                &[],
            ),
            &mut Vec::new(),
        )
        .expect_err("orders that cost more than is allowed");
        assert!(
            problems[0].starts_with("ECOMMERCE_ORDER_VALUE_MAX (profile ecommerce): 299.99 is less than"),
            "{problems:?}"
        );
        assert!(
            problems[1].starts_with(
                "--bots-share: 0.6 and 0.6 of TRAFFICINATOR_CHATBOTS_SHARE are more than 0.9 together"
            ),
            "{problems:?}"
        );
    }
}
