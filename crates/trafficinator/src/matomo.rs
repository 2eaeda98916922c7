//! Matomo's reporting API, as far as it proves what was recorded.

use std::time::Duration;

use anyhow::{Context as _, bail};
use engine::target::Secret;
use engine::transport::Client;
use serde_json::Value;
use traffic::encode::{Parameters as _, Query};
use traffic::goal::Goal;
use traffic::ledger::{Cents, Ledger};

/// How long an answer of the API may take: reports are computed when they are asked for.
const LIMIT: Duration = Duration::from_mins(1);

/// Asks one Matomo.
#[derive(Debug)]
pub(crate) struct Api<'a> {
    client: &'a Client,
    /// The path of `index.php`.
    path: String,
    token: &'a Secret,
}

/// Which visits of which site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span<'a> {
    pub(crate) site: u32,
    /// First and last day, as Matomo writes them.
    pub(crate) days: (&'a str, &'a str),
    /// The goals that count.
    pub(crate) goals: &'a [Goal],
}

impl<'a> Api<'a> {
    /// The API beside the tracking endpoint of `client`.
    pub(crate) fn new(client: &'a Client, base: &url::Url, token: &'a Secret) -> Api<'a> {
        Api { client, path: format!("{}index.php", base.path()), token }
    }

    /// Calls a method. The token goes in the body.
    pub(crate) async fn call(&self, method: &str, parameters: &[(&str, &str)]) -> anyhow::Result<Value> {
        let mut form = Vec::new();
        let mut query = Query(&mut form);
        for (name, value) in [("module", "API"), ("format", "JSON"), ("method", method)] {
            query.value(name, value);
        }
        for (name, value) in parameters {
            query.value(name, value);
        }
        query.value("token_auth", self.token.reveal());
        let form = String::from_utf8(form).context("parameters are text")?;
        let answer =
            self.client.fetch(&self.path, Some(form), LIMIT).await.with_context(|| method.to_owned())?;
        let value: Value = match serde_json::from_slice(&answer.body) {
            Ok(value) => value,
            Err(_) => bail!("{method}: answered {} and no JSON; is the token right?", answer.status),
        };
        match value.get("result").and_then(Value::as_str) {
            Some("error") => {
                let message = value.get("message").and_then(Value::as_str).unwrap_or("no reason given");
                bail!("{method}: {message}")
            }
            _ => Ok(value),
        }
    }

    /// Calls a report over some days.
    async fn report(&self, method: &str, span: Span<'_>, more: &[(&str, &str)]) -> anyhow::Result<Value> {
        let (site, date) = (span.site.to_string(), format!("{},{}", span.days.0, span.days.1));
        let mut parameters = vec![("idSite", site.as_str()), ("period", "range"), ("date", date.as_str())];
        parameters.extend_from_slice(more);
        self.call(method, &parameters).await
    }

    /// What Matomo recorded.
    pub(crate) async fn totals(&self, span: Span<'_>) -> anyhow::Result<Ledger> {
        let all = [("filter_limit", "-1")];
        let visits = self.report("VisitsSummary.get", span, &[]).await?;
        let frequency = self.report("VisitFrequency.get", span, &[]).await?;
        let actions = self.report("Actions.get", span, &[]).await?;
        let events = self.report("Events.getCategory", span, &all).await?;
        let contents = self.report("Contents.getContentNames", span, &all).await?;
        let (orders, revenue) = self.conversions(span, "ecommerceOrder").await?;
        let (carts, cart_revenue) = self.conversions(span, "ecommerceAbandonedCart").await?;
        let (mut goals, mut goal_revenue) = (0, Cents(0));
        for goal in span.goals {
            let (conversions, revenue) = self.conversions(span, &goal.id.to_string()).await?;
            goals += conversions;
            goal_revenue.0 += revenue.0;
        }
        Ok(Ledger {
            visits: count(&visits, "nb_visits")?,
            returning: count(&frequency, "nb_visits_returning")?,
            actions: count(&visits, "nb_actions")?,
            pageviews: count(&actions, "nb_pageviews")?,
            events: sum("Events.getCategory", &events, "nb_events")?,
            searches: count(&actions, "nb_searches")?,
            outlinks: count(&actions, "nb_outlinks")?,
            downloads: count(&actions, "nb_downloads")?,
            impressions: sum("Contents.getContentNames", &contents, "nb_impressions")?,
            interactions: sum("Contents.getContentNames", &contents, "nb_interactions")?,
            goals,
            goal_revenue,
            carts,
            cart_revenue,
            orders,
            revenue,
        })
    }

    /// Conversions of a goal, and their revenue.
    async fn conversions(&self, span: Span<'_>, goal: &str) -> anyhow::Result<(u64, Cents)> {
        let answer = self.report("Goals.get", span, &[("idGoal", goal)]).await?;
        let revenue = answer
            .get("revenue")
            .and_then(number)
            .with_context(|| format!("Goals.get {goal}: no revenue"))?;
        Ok((count(&answer, "nb_conversions")?, Cents((revenue * 100.0).round() as u64)))
    }
}

fn sum(method: &str, rows: &Value, name: &str) -> anyhow::Result<u64> {
    let rows = rows.as_array().with_context(|| format!("{method}: no list"))?;
    rows.iter().map(|row| count(row, name)).sum()
}

fn count(row: &Value, name: &str) -> anyhow::Result<u64> {
    row.get(name)
        .and_then(number)
        .map(|value| value as u64)
        .with_context(|| format!("the answer has no {name}"))
}

/// Matomo gives numbers as numbers or as text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}
