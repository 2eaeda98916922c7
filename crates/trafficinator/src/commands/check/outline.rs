//! The outline of the traffic that the settings make: who comes, where they go, what is counted, and what is done
//! otherwise than somebody asked for.

use std::fmt::{Result, Write as _};

use traffic::dimension::{ActionValues, Values, VisitValues};
use traffic::goal::Trigger;
use traffic::hit::Kind;
use traffic::plan::Plan;
use traffic::report;
use traffic::scenario::Scenario;

use crate::settings::{Curve, Identity, Settings};
use crate::stages;
use crate::summary::text::grouped;

/// Writes it.
pub(super) fn write(settings: &Settings, plan: &Plan, out: &mut String) -> Result {
    let scenario = plan.scenario();
    write_visits(settings, scenario, out)?;
    write_site(settings, plan, out)?;
    write_funnels(scenario, out)?;
    write_goals(scenario, out)?;
    write_dimensions(scenario, out)?;
    write_measuring(settings, out)?;
    write_reports(plan, out)?;
    for note in notes(settings, plan) {
        writeln!(out, "note: {note}")?;
    }
    Ok(())
}

fn write_visits(settings: &Settings, scenario: &Scenario, out: &mut String) -> Result {
    let chosen = &settings.profile;
    writeln!(out, "visits\n  profile {}: {}", chosen.name, chosen.profile.description)?;
    let identity = match settings.visits.identity {
        Identity::Exact => "exact: every hit names its visitor (cid)",
        Identity::Browser => {
            "browser: as the JavaScript tracker has it (_id), with an address for every visitor"
        }
    };
    writeln!(out, "  identity {identity}")?;
    let curve = match settings.load.curve {
        _ if !settings.load.stages.is_empty() => format!("stages: {}", stages::words(&settings.load.stages)),
        Curve::Flat => "flat: the same rate at every hour".to_owned(),
        Curve::Daily => "daily: the hours and weekdays of the profile, in TIMEZONE".to_owned(),
    };
    writeln!(out, "  curve {curve}")?;
    let robots = scenario.robots;
    let percent = |share: f64| share * 100.0;
    if robots.crawlers.get() > 0.0 {
        writeln!(
            out,
            "  robots {:.1} % of everybody who comes are crawlers; Matomo drops them, they are never visits",
            percent(robots.crawlers.get())
        )?;
    }
    if robots.chatbots.get() > 0.0 {
        writeln!(
            out,
            "  robots {:.1} % of everybody who comes are AI chatbots; reported by Matomo 5.6 and newer, never visits",
            percent(robots.chatbots.get())
        )?;
    }
    Ok(())
}

fn write_site(settings: &Settings, plan: &Plan, out: &mut String) -> Result {
    let site = &plan.scenario().site;
    let tables = &settings.tables;
    let list = match (&tables.site, &settings.site.urls_file, &settings.site.sitemap) {
        (Some(_), ..) => format!("{} ([[site.page]])", tables.path.display()),
        (None, Some(path), _) => path.display().to_string(),
        (None, None, Some(place)) => place.to_string(),
        (None, None, None) => "the built-in list".to_owned(),
    };
    writeln!(out, "site\n  {} from {list}", counted(site.len(), "page"))?;
    if let Some(catalogue) = &plan.scenario().catalogue {
        let categories: std::collections::BTreeSet<&str> =
            catalogue.products().iter().flat_map(|product| &product.categories).map(String::as_str).collect();
        let categories = if categories.len() == 1 {
            "1 category".to_owned()
        } else {
            format!("{} categories", categories.len())
        };
        writeln!(out, "catalogue\n  {} in {categories}", counted(catalogue.len(), "product"))?;
    } else if plan.scenario().shares.order.get() > 0.0 {
        writeln!(
            out,
            "catalogue\n  {}, the built-in ones or those of the site",
            counted(plan.scenario().shelf().len(), "product")
        )?;
    }
    Ok(())
}

fn write_funnels(scenario: &Scenario, out: &mut String) -> Result {
    if !scenario.funnels.is_empty() {
        writeln!(out, "funnels")?;
    }
    for funnel in &scenario.funnels {
        let steps: Vec<&str> = funnel.steps.iter().map(|step| step.deed.kind()).map(Kind::name).collect();
        writeln!(
            out,
            "  {} ({} of the visits that reach it): {}",
            funnel.name,
            funnel.probability.get(),
            steps.join(" > ")
        )?;
    }
    Ok(())
}

fn write_goals(scenario: &Scenario, out: &mut String) -> Result {
    if !scenario.goals.is_empty() {
        writeln!(out, "goals")?;
    }
    for goal in &scenario.goals {
        let trigger = match &goal.trigger {
            Trigger::Manual(share) => format!("by hand, in {:.1} % of all visits", share.get() * 100.0),
            Trigger::UrlContains(part) => format!("by pages whose address contains {part:?}"),
            Trigger::EventAction(action) => format!("by events with the action {action:?}"),
        };
        let repeats = if goal.repeats { ", as often as it happens" } else { "" };
        writeln!(out, "  {} {trigger}{repeats}, worth {}", goal.id, goal.revenue)?;
    }
    Ok(())
}

fn write_dimensions(scenario: &Scenario, out: &mut String) -> Result {
    if !scenario.dimensions.is_empty() {
        writeln!(out, "dimensions")?;
    }
    for dimension in &scenario.dimensions {
        let values = match &dimension.values {
            Values::Visit(VisitValues::CustomerType) => "of visits: new, returning or member".to_owned(),
            Values::Visit(VisitValues::Device) => "of visits: the kind of device".to_owned(),
            Values::Visit(VisitValues::Listed(listed)) => {
                format!("of visits: {}", counted(listed.texts.len(), "value"))
            }
            Values::Action(ActionValues::PageCategory) => "of actions: the section of the page".to_owned(),
            Values::Action(ActionValues::PageType) => "of actions: the kind of page".to_owned(),
            Values::Action(ActionValues::Listed(listed)) => {
                format!("of actions: {}", counted(listed.texts.len(), "value"))
            }
        };
        writeln!(out, "  {} {values}", dimension.id)?;
    }
    Ok(())
}

fn write_measuring(settings: &Settings, out: &mut String) -> Result {
    let run = &settings.run;
    if !run.warm_up.is_zero() {
        let time = stages::spell(run.warm_up);
        writeln!(out, "warm-up\n  the first {time} are sent, recorded and left out of the statistics")?;
    }
    if !run.thresholds.is_empty() {
        writeln!(out, "thresholds")?;
    }
    for threshold in &run.thresholds {
        let abort = match threshold.abort {
            None => String::new(),
            Some(delay) if delay.is_zero() => ", or the run ends".to_owned(),
            Some(delay) => format!(", or the run ends, not earlier than after {}", stages::spell(delay)),
        };
        writeln!(out, "  {threshold}{abort}")?;
    }
    Ok(())
}

/// Which of Matomo's reports stay empty, by the reason.
fn write_reports(plan: &Plan, out: &mut String) -> Result {
    let all = report::all().count();
    let empty = report::empty(plan);
    if empty.is_empty() {
        return writeln!(out, "reports\n  all {all} of Matomo's standard reports get data");
    }
    writeln!(out, "reports\n  {} of Matomo's {all} standard reports get data", all - empty.len())?;
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (report, why) in &empty {
        match reasons.iter_mut().find(|(known, _)| known == why) {
            Some((_, reports)) => reports.push(report),
            None => reasons.push((why, vec![report])),
        }
    }
    for (why, reports) in reasons {
        writeln!(out, "  empty: {}\n    {why}", reports.join(", "))?;
    }
    Ok(())
}

/// What is not as somebody asked for, and why.
fn notes(settings: &Settings, plan: &Plan) -> Vec<String> {
    let mut notes = plan.scenario().notes();
    notes.extend(plan.behaviour().notes().iter().cloned());
    if plan.scenario().profile.visitors.logged_in > 0.0 && !settings.visits.countries {
        notes.push(
            "no user ids are sent: they need a token and RANDOMIZE_VISITOR_COUNTRIES, or Matomo takes visitors for \
             one another"
                .to_owned(),
        );
    }
    notes
}

/// `1 page`, `2 pages`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{} {noun}s", grouped(count as u64)) }
}
