//! `check`: looks at the settings, the files and the target, and records nothing.

mod outline;

use std::fmt::Write as _;
use std::time::Duration;

use engine::clock::Clock;
use engine::transport::Client;
use jiff::Timestamp;
use serde_json::Value;

use super::run::{advice, check_outside, clients, doubts};
use super::{Environment, begin, complain, load, print, runtime};
use crate::cli::SettingsArgs;
use crate::exit::Exit;
use crate::matomo::Api;
use crate::settings::layers::Purpose;
use crate::settings::{OfTarget, Settings, Target};

/// How long the target may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Clocks further apart than this are worth a word, in milliseconds.
pub(super) const SKEW_MS: i64 = 2_000;

/// The `check` command.
pub(super) fn check(args: SettingsArgs, environment: &Environment) -> anyhow::Result<Exit> {
    let Some(loaded) = load(args, Purpose::Send, environment) else { return Ok(Exit::Usage) };
    let settings = loaded.settings;
    begin(&settings, &loaded.warnings);
    let mut text = String::new();
    write_settings(&settings, &mut text)?;
    let mut problems = Vec::new();
    problems.extend(check_outside(&settings));
    let mut notes = Vec::new();
    match crate::scenario::scenario(&settings, &mut notes) {
        Ok(scenario) => {
            // The seed changes nothing in what is told.
            let plan = crate::scenario::plan(&settings, scenario, 1, "check", None);
            outline::write(&settings, &plan, &mut text)?;
            for note in notes {
                writeln!(text, "note: {note}")?;
            }
        }
        Err(found) => problems.extend(found),
    }
    match clients(&settings) {
        Ok(clients) => runtime()?.block_on(async {
            for (target, client) in settings.targets.iter().zip(&clients) {
                look(&settings, target, client, &mut text, &mut problems).await?;
            }
            anyhow::Ok(())
        })?,
        Err(problem) => problems.push(problem),
    }
    print(&text)?;
    if problems.is_empty() {
        print("\nok: nothing was recorded; `run` with these settings sends\n")?;
        return Ok(Exit::Ok);
    }
    complain(problems);
    Ok(Exit::Usage)
}

/// The settings somebody gave; the rest are defaults.
fn write_settings(settings: &Settings, out: &mut String) -> std::fmt::Result {
    writeln!(out, "settings (all others are at their defaults)")?;
    for described in settings.describe().iter().filter(|described| described.source != "default") {
        writeln!(out, "  {:<28} {}  ({})", described.name, described.value, described.source)?;
    }
    Ok(())
}

/// Looks at the target without parameters, which Matomo answers without recording anything, and asks its API where a
/// token allows it.
async fn look(
    settings: &Settings,
    target: &Target,
    client: &Client,
    out: &mut String,
    problems: &mut Vec<String>,
) -> anyhow::Result<()> {
    let Some(url) = &target.url else { return Ok(()) };
    match settings.targets.len() {
        1 => writeln!(out, "target\n  {url}, site {}", target.site_id)?,
        _ => writeln!(out, "target {}\n  {url}, site {}{}", target.name, target.site_id, portion(target))?,
    }
    let clock = Clock::start();
    let answer = match client.fetch(client.target().path(), None, LIMIT.min(settings.sending.timeout)).await {
        Ok(answer) => answer,
        Err(error) => {
            let (label, advice) = (target.label(OfTarget::Url), advice(error.failure, target));
            problems.push(format!("{label} {url} is not reached: {error}. {advice}"));
            return Ok(());
        }
    };
    let ms = clock.now() as f64 / 1e6;
    writeln!(
        out,
        "  answers {} after {ms:.0} ms{}",
        answer.status,
        if url.is_https() { ", certificate verified" } else { "" }
    )?;
    problems.extend(
        doubts(&answer, target).map(|doubt| format!("{} {url}: {doubt}", target.label(OfTarget::Url))),
    );
    if let Some(skew) = answer.date.as_deref().and_then(|date| skew_ms(date, clock.unix_ms(clock.now())))
        && skew.abs() > SKEW_MS
    {
        writeln!(out, "  its clock is {:.0} s off ours; visits follow its clock", skew as f64 / 1_000.0)?;
    }
    let Some(token) = &target.token else {
        writeln!(
            out,
            "  no token: the API was not asked whether the site exists; visitors stay in one place"
        )?;
        return Ok(());
    };
    let base = url.base();
    let api = Api::new(client, &base, token);
    match api.call("API.getMatomoVersion", &[]).await {
        Ok(version) => {
            let version = version.get("value").and_then(Value::as_str).unwrap_or("?");
            writeln!(out, "  Matomo {version}")?;
            if settings.visits.chatbots > 0.0 && !knows_chatbots(version) {
                let label = settings.label("TRAFFICINATOR_CHATBOTS_SHARE");
                writeln!(out, "note: {label}: Matomo reports AI chatbots from 5.6 on; this one drops them")?;
            }
        }
        Err(error) => {
            let label = target.label(OfTarget::Token);
            problems.push(format!("{label}: the API refuses it: {error:#}"));
            return Ok(());
        }
    }
    let site = target.site_id.to_string();
    match api.call("SitesManager.getSiteFromId", &[("idSite", &site)]).await {
        Ok(found) => {
            let text = |name: &str| {
                found
                    .get(name)
                    .map(|value| value.as_str().map_or(value.to_string(), str::to_owned))
                    .unwrap_or_default()
            };
            writeln!(
                out,
                "  site {site}: {} ({}), time zone {}, currency {}",
                text("name"),
                text("main_url"),
                text("timezone"),
                text("currency")
            )?;
            compare_site(settings, target, &text("timezone"), &text("currency"), out)?;
        }
        Err(error) => problems.push(format!("{} {site}: {error:#}", target.label(OfTarget::SiteId))),
    }
    Ok(())
}

/// Which visits a target is to get.
fn portion(target: &Target) -> String {
    let share = target.audience.share() * 100.0;
    let cap = target.max_visits_per_day.map(|most| format!(", at most {most} a day")).unwrap_or_default();
    format!(", {share:.0} % of the visits{cap}")
}

/// What the site says otherwise than the settings.
fn compare_site(
    settings: &Settings,
    target: &Target,
    zone: &str,
    currency: &str,
    out: &mut String,
) -> std::fmt::Result {
    let ours = target.time_zone.iana_name().unwrap_or("UTC");
    if !zone.is_empty() && zone != ours {
        writeln!(
            out,
            "note: the site's time zone is {zone}, {} is {ours}: visits around midnight may be split",
            target.label(OfTarget::TimeZone)
        )?;
    }
    if let Some(given) =
        settings.shop.currency.as_deref().filter(|given| !currency.is_empty() && *given != currency)
    {
        writeln!(
            out,
            "note: ECOMMERCE_CURRENCY is {given}, and the site counts in {currency}: Matomo goes by the site"
        )?;
    }
    Ok(())
}

/// Whether a Matomo of this version reports AI chatbots; one whose version cannot be read is taken to.
fn knows_chatbots(version: &str) -> bool {
    let mut parts = version.split(['.', '-']).map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= (5, 6),
        _ => true,
    }
}

/// How far a `Date` header is ahead of us.
pub(super) fn skew_ms(date: &str, unix_ms: i64) -> Option<i64> {
    let date = jiff::fmt::rfc2822::parse(date).ok()?;
    let ours = Timestamp::from_millisecond(unix_ms).ok()?;
    Some(date.timestamp().as_millisecond() - ours.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::knows_chatbots;

    #[test]
    fn matomo_knows_chatbots_from_5_6_on() {
        for (version, knows) in [
            ("5.2.0-b5", false),
            ("5.5.9", false),
            ("5.6.0", true),
            ("5.10.1", true),
            ("6.0", true),
            ("?", true),
        ] {
            assert_eq!(knows_chatbots(version), knows, "{version}");
        }
    }
}
