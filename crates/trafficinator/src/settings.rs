//! Everything the program can be told, from flags, environment, env-files, a scenario file, presets and profiles,
//! checked and typed. [`load`] reads nothing but its argument and reports all problems at once.

mod build;
mod checks;
#[cfg(any(unix, test))]
pub(crate) mod conceal;
mod env_file;
mod fields;
pub(crate) mod kind;
pub(crate) mod layers;
pub(crate) mod length;
pub(crate) mod nearest;
mod preset;
pub(crate) mod profile;
pub(crate) mod registry;
pub(crate) mod scenario_file;
pub(crate) mod shard;
pub(crate) mod source;
mod spelling;
mod table;
pub(crate) mod tables;
pub(crate) mod targets;
#[cfg(test)]
mod tests;
pub(crate) mod tracking_url;
mod values;
mod warnings;

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use traffic::curve::Stage;
use traffic::walk::{Audience, Shard};

use crate::sitemap::Place;
use crate::threshold::Threshold;
use engine::target::Secret;
use layers::Inputs;
use profile::Chosen;
use source::{Problem, Source};
use tables::Tables;
use tracking_url::TrackingUrl;

/// The checked settings of a run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Never empty.
    pub(crate) targets: Vec<Target>,
    pub(crate) sending: Sending,
    pub(crate) load: Load,
    pub(crate) visits: Visits,
    pub(crate) shop: Shop,
    pub(crate) site: Site,
    pub(crate) run: Run,
    pub(crate) output: Output,
    /// How visitors of such a site behave.
    pub(crate) profile: Chosen,
    /// What the scenario file declares besides settings.
    pub(crate) tables: Tables,
    described: Vec<Described>,
}

/// A Matomo that gets visits.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// What tells it from others: its host unless it was given a name.
    pub(crate) name: String,
    /// Where a scenario file declares it; nothing for the one of `MATOMO_URL`.
    pub(crate) place: Option<Source>,
    /// Always there for [`layers::Purpose::Send`].
    pub(crate) url: Option<TrackingUrl>,
    /// `idsite`; [`load`] has warned when it was left at its default.
    pub(crate) site_id: u32,
    pub(crate) token: Option<Secret>,
    /// Which visitors come here.
    pub(crate) audience: Audience,
    /// `None` when off; days are those of `site.visitor_time_zone`.
    pub(crate) max_visits_per_day: Option<u64>,
    /// Of the site in Matomo: no visit crosses its midnight.
    pub(crate) time_zone: TimeZone,
    /// What it must keep to, besides what the whole run must.
    pub(crate) thresholds: Vec<Threshold>,
}

/// What is set for each target.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OfTarget {
    Url,
    SiteId,
    Token,
    TimeZone,
}

impl Target {
    /// What its user calls one of its settings.
    pub(crate) fn label(&self, setting: OfTarget) -> String {
        let (name, key) = match setting {
            OfTarget::Url => ("MATOMO_URL", "url"),
            OfTarget::SiteId => ("MATOMO_SITE_ID", "site_id"),
            OfTarget::Token => ("MATOMO_TOKEN_AUTH", "token_file"),
            OfTarget::TimeZone => ("TRAFFICINATOR_SITE_TIMEZONE", "time_zone"),
        };
        match &self.place {
            Some(place) => format!("targets.{key} ({place})"),
            None => name.to_owned(),
        }
    }
}

/// How visits are divided among several targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Distribution {
    /// By weights and shares.
    Weighted,
    /// New visitors in turn.
    RoundRobin,
    /// Every visit to all.
    Mirrored,
}

impl Distribution {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Weighted => "weighted",
            Self::RoundRobin => "round-robin",
            Self::Mirrored => "mirrored",
        }
    }
}

/// How visits are sent, whoever gets them.
#[derive(Debug, Clone)]
pub(crate) struct Sending {
    pub(crate) distribution: Distribution,
    /// Visit dimension that receives the run id.
    pub(crate) tag_dimension: Option<u16>,
    pub(crate) timeout: Duration,
    pub(crate) ca_file: Option<PathBuf>,
    /// Do not verify the target's certificate.
    pub(crate) insecure: bool,
}

/// How many visits, and how many at once.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) rate: Rate,
    pub(crate) arrivals: Arrivals,
    pub(crate) curve: Curve,
    /// How the rate changes; `rate` and `curve` say nothing where there are any.
    pub(crate) stages: Vec<Stage>,
    /// Most requests in flight at once.
    pub(crate) concurrency: usize,
    /// Threads that send, at most `concurrency`; `None` is one per core (then the caller caps it).
    pub(crate) workers: Option<usize>,
}

/// What visitors do. Shares are of all visits, 0 to 1, independent of each other.
#[derive(Debug, Clone)]
pub(crate) struct Visits {
    pub(crate) clock: Clock,
    /// `None`: as the profile has them.
    pub(crate) pageviews: Option<RangeInclusive<u32>>,
    /// Real pause between page views; unused with [`Clock::Real`] or [`Rate::Max`].
    pub(crate) pause: RangeInclusive<Duration>,
    /// Length of a visit on its own clock; `None`: as the profile has it.
    pub(crate) length: Option<RangeInclusive<Duration>>,
    pub(crate) site_search: f64,
    pub(crate) outlinks: f64,
    pub(crate) downloads: f64,
    pub(crate) click_events: f64,
    pub(crate) random_events: f64,
    /// Share of direct visits among all sources.
    pub(crate) direct: f64,
    /// Spread visitors over countries: asked for, and a token is there.
    pub(crate) countries: bool,
    pub(crate) identity: Identity,
    /// Crawlers, as a share of everybody who comes.
    pub(crate) bots: f64,
    /// AI chatbots, likewise.
    pub(crate) chatbots: f64,
    pub(crate) funnels: Option<PathBuf>,
}

/// What visitors buy. Money is in cents.
#[derive(Debug, Clone)]
pub(crate) struct Shop {
    /// Share of visits that place an order.
    pub(crate) orders: f64,
    pub(crate) order_cents: RangeInclusive<u64>,
    pub(crate) items: RangeInclusive<u32>,
    /// Tax on the sub total, 0 to 1.
    pub(crate) tax_rate: f64,
    pub(crate) shipping_cents: Vec<u64>,
    /// Three capital letters.
    pub(crate) currency: Option<String>,
    /// `None` is what the site sells, or what is built in.
    pub(crate) catalogue: Option<PathBuf>,
}

/// The site that is visited.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// Never together with `sitemap`; without either the site is the profile's built-in one.
    pub(crate) urls_file: Option<PathBuf>,
    pub(crate) sitemap: Option<Place>,
    /// Of the visitors' day.
    pub(crate) visitor_time_zone: TimeZone,
}

/// When the run starts and ends, and what makes it repeatable.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// `None`: draw one.
    pub(crate) seed: Option<u64>,
    /// `None`: draw one.
    pub(crate) id: Option<String>,
    pub(crate) duration: Option<Duration>,
    /// Left out of the statistics; shorter than the run.
    pub(crate) warm_up: Duration,
    /// What the run must keep to.
    pub(crate) thresholds: Vec<Threshold>,
    /// `AUTO_STOP_AFTER_HOURS`, `None` when off.
    pub(crate) auto_stop: Option<Duration>,
    /// `None` when off.
    pub(crate) max_total_visits: Option<u64>,
    /// `None` when off; days are those of `site.visitor_time_zone`.
    pub(crate) max_visits_per_day: Option<u64>,
    pub(crate) grace: Duration,
    pub(crate) fail_fast: bool,
    pub(crate) start: Start,
    /// Whose part of the plan is sent here; `None` for all of it.
    pub(crate) shard: Option<Shard>,
}

/// What the program prints and writes.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) summary_json: Option<SummaryTo>,
    /// Ends in `.html`, `.md` or `.csv`.
    pub(crate) report: Option<PathBuf>,
    /// Where metrics are served.
    pub(crate) listen: Option<SocketAddr>,
    /// Plain lines on a terminal as well.
    pub(crate) no_tui: bool,
    pub(crate) quiet: bool,
    pub(crate) log_level: LogLevel,
    /// Raw text of `RUST_LOG`; wins over `log_level`.
    pub(crate) log_filter: Option<String>,
    pub(crate) log_format: LogFormat,
}

/// How fast visits start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rate {
    /// Visits a second, from 1e-9 to 1e9.
    PerSecond(f64),
    /// Closed model: a visit starts whenever a slot is free.
    Max,
}

/// How the starts of visits are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrivals {
    Smooth,
    Poisson,
}

/// How the rate follows the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    Flat,
    /// Over the day and the week, as the profile has it.
    Daily,
}

/// What hits tell of their visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    Exact,
    Browser,
}

/// Whose time a visit runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    Simulated,
    Real,
}

/// When the first visit may start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Start {
    AtOnce,
    /// When the file appears; it is deleted then.
    OnSignal {
        file: PathBuf,
        check_every: Duration,
    },
    /// At a time, to the millisecond; where that is over, at once, and the run is late.
    At(Timestamp),
}

/// Where the summary goes as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SummaryTo {
    Stdout,
    File(PathBuf),
}

/// The least severe lines that are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// The shape of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// The value of a setting that is drawn from distributions of the profile.
pub(crate) const AS_THE_PROFILE_HAS_IT: &str = "as the profile has it";

/// One setting as it came out, for `check` to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Described {
    /// Environment name.
    pub(crate) name: &'static str,
    /// The setting as its user gave it: `--seed`, `PAGEVIEWS_MIN (environment)`.
    pub(crate) label: String,
    /// Never a secret.
    pub(crate) value: String,
    /// `flag`, `environment`, `prod.env:3`, `preset light`, `profile saas`, `default`.
    pub(crate) source: String,
    /// The text that was given, to give it again; nothing where nobody gave one, or where it holds a secret.
    pub(crate) raw: Option<String>,
    /// Whether it was given by itself: neither in a scenario file, a preset or a profile, nor by default.
    pub(crate) is_given: bool,
}

/// Settings, and what their user should know about them.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) settings: Settings,
    pub(crate) warnings: Vec<String>,
}

/// Why there are no settings: `Display` prints one problem a line.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    /// Never empty.
    pub(crate) problems: Vec<Problem>,
    /// What can be checked all the same.
    pub(crate) files: Box<Files>,
    pub(crate) warnings: Vec<String>,
}

/// Files that settings name and others read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    pub(crate) urls: Option<NamedFile>,
    pub(crate) funnels: Option<NamedFile>,
    pub(crate) catalogue: Option<NamedFile>,
}

/// A file, and the setting that names it.
#[derive(Debug, Clone)]
pub(crate) struct NamedFile {
    /// The setting as its user gave it: `--urls-file`, `URLS_FILE (environment)`.
    pub(crate) label: String,
    pub(crate) path: PathBuf,
}

/// Lays all sources over each other, checks everything and builds the settings.
pub(crate) fn load(inputs: &Inputs<'_>) -> Result<Loaded, Refused> {
    let layers::Layered { mut raws, rust_log, mut tables, profile, mut problems, mut warnings } =
        layers::lay(inputs);
    problems.extend(checks::settle_rivals(&mut raws));
    problems.extend(checks::settle_tables(&mut raws, &mut tables, &mut warnings));
    problems.extend(checks::settle_stages(&mut raws, &tables));
    let (mut values, wrong) = values::parse_all(&raws);
    problems.extend(wrong);
    problems.extend(values::read_token_file(&mut values, &raws, inputs.read));
    problems.extend(shard::settle(&mut values, &raws, inputs));
    problems.extend(checks::missing(&raws, &tables, inputs.purpose));
    problems.extend(checks::contradictions(&raws, &values, &tables));
    problems.extend(checks::check_tag(&raws, &values, &tables));
    problems.extend(checks::check_warm_up(&raws, &values, &tables));
    let targets = targets::targets(&values, &tables, inputs.read).unwrap_or_else(|wrong| {
        problems.extend(wrong);
        Vec::new()
    });
    let Some(profile) = profile.filter(|_| problems.is_empty()) else {
        let named = |name| {
            let label = source::label(registry::find(name)?, &raws.get(name)?.source);
            Some(NamedFile { label, path: values.get(name)? })
        };
        let files = Box::new(Files {
            urls: named("URLS_FILE"),
            funnels: named("FUNNEL_CONFIG_PATH"),
            catalogue: named("TRAFFICINATOR_CATALOGUE"),
        });
        return Err(Refused { problems, files, warnings });
    };
    warnings.extend(warnings::about(&raws, &values, &tables, &targets, inputs));
    Ok(Loaded { settings: build::build(&raws, &values, rust_log, profile, (targets, tables)), warnings })
}

impl Settings {
    /// Every setting as it came out, in the order of `--help`, secrets redacted.
    pub(crate) fn describe(&self) -> &[Described] {
        &self.described
    }

    /// Most requests in flight on this machine: its part of `CONCURRENCY`, and at least one to each target.
    pub(crate) fn connections(&self) -> usize {
        self.run.part().part(self.load.concurrency).max(self.targets.len())
    }

    /// The site that gets the visits, where there is one target.
    pub(crate) fn only_site(&self) -> Option<u32> {
        match self.targets.as_slice() {
            [target] => Some(target.site_id),
            _ => None,
        }
    }

    /// Everything that is demanded: of the whole run, then of each target.
    pub(crate) fn thresholds(&self) -> impl Iterator<Item = &Threshold> {
        self.run.thresholds.iter().chain(self.targets.iter().flat_map(|target| &target.thresholds))
    }

    /// A setting as its user gave it, by the name that `traffic` has for it.
    pub(crate) fn label(&self, name: &str) -> String {
        let is_meant = |known: &str| {
            known == name || known.strip_prefix("TRAFFICINATOR_").is_some_and(|own| own == name)
        };
        let described = self.described.iter().find(|described| is_meant(described.name));
        described.map_or_else(|| name.to_owned(), |described| described.label.clone())
    }
}

impl Run {
    /// The part of the plan that is sent here.
    pub(crate) fn part(&self) -> Shard {
        self.shard.unwrap_or(Shard::WHOLE)
    }
}

impl SummaryTo {
    /// `-` is standard output.
    pub(crate) fn from_text(text: &str) -> Self {
        if text == "-" { Self::Stdout } else { Self::File(text.into()) }
    }
}

impl LogLevel {
    const NAMES: &[&str] = &["error", "warn", "info", "debug", "trace"];

    /// Also takes `warning` and `critical`, which today's deployments may have.
    fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "error" | "critical" => Some(Self::Error),
            "warn" | "warning" => Some(Self::Warn),
            "info" => Some(Self::Info),
            "debug" => Some(Self::Debug),
            "trace" => Some(Self::Trace),
            _ => None,
        }
    }

    #[cfg(test)]
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            let newline = if at == 0 { "" } else { "\n" };
            write!(f, "{newline}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}
