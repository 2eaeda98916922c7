//! Matomo's reporting API, as far as it proves what was recorded.

use std::time::Duration;

use anyhow::{Context as _, bail};
use engine::target::Secret;
use engine::transport::Client;
use serde_json::Value;
use traffic::encode::{Parameters as _, Query};
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
        let visits = self.report("VisitsSummary.get", span, &[]).await?;
        let actions = self.report("Actions.get", span, &[]).await?;
        let events = self.report("Events.getCategory", span, &[("filter_limit", "-1")]).await?;
        let orders = self.report("Goals.get", span, &[("idGoal", "ecommerceOrder")]).await?;
        let events = events.as_array().context("Events.getCategory: no list")?;
        let revenue = orders.get("revenue").and_then(number).context("Goals.get: no revenue")?;
        Ok(Ledger {
            visits: count(&visits, "nb_visits")?,
            actions: count(&visits, "nb_actions")?,
            pageviews: count(&actions, "nb_pageviews")?,
            events: events.iter().map(|row| count(row, "nb_events")).sum::<anyhow::Result<u64>>()?,
            searches: count(&actions, "nb_searches")?,
            outlinks: count(&actions, "nb_outlinks")?,
            downloads: count(&actions, "nb_downloads")?,
            orders: count(&orders, "nb_conversions")?,
            revenue: Cents((revenue * 100.0).round() as u64),
        })
    }
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
