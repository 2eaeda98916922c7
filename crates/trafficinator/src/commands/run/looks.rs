//! The first look at the targets, before anything is sent: whether they answer, and what to do where they do not.

use std::time::Duration;

use engine::clock::Clock;
use engine::observation::Failure;
use engine::transport::{Client, FetchError, Fetched};

use crate::commands::check::{SKEW_MS, skew_ms};
use crate::settings::tracking_url::TrackingUrl;
use crate::settings::{OfTarget, Settings, Target};

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a first look found.
pub(super) struct Look {
    /// Whether it can be worked with.
    pub(super) is_reached: bool,
    /// The `Date` header and when it was read, in milliseconds of Unix time.
    pub(super) date: Option<(String, i64)>,
}

/// Looks at all targets at once, and says what it found; in their order.
pub(super) async fn look(settings: &Settings, clients: &[Client]) -> Vec<Look> {
    let patience = PATIENCE.min(settings.sending.timeout);
    let asked: Vec<_> = clients
        .iter()
        .map(|client| {
            let client = client.clone();
            tokio::spawn(async move {
                let found = client.fetch(client.target().path(), None, patience).await;
                (found, Clock::start().unix_ms(0))
            })
        })
        .collect();
    let mut looks = Vec::new();
    for ((target, client), asked) in settings.targets.iter().zip(clients).zip(asked) {
        let (found, at_ms) =
            asked.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        let is_reached = report(&found, client, target, settings.run.fail_fast);
        looks.push(Look { is_reached, date: found.ok().and_then(|answer| Some((answer.date?, at_ms))) });
    }
    looks
}

/// Says where the clock of a target is another one: machines that are to start at a time start together only where their
/// clocks agree.
pub(super) fn compare_clocks(settings: &Settings, looks: &[Look]) {
    for (target, look) in settings.targets.iter().zip(looks) {
        let Some(ms) = look.date.as_ref().and_then(|(date, at_ms)| skew_ms(date, *at_ms)) else { continue };
        if ms.abs() > SKEW_MS {
            let (seconds, which) = (ms.abs() as f64 / 1_000.0, if ms > 0 { "behind" } else { "ahead of" });
            tracing::warn!(
                "the clock of this machine is {seconds:.0} s {which} that of {}: machines start together only where \
                 their clocks agree",
                target.name
            );
        }
    }
}

/// Says what was found; whether it can be worked with.
fn report(look: &Result<Fetched, FetchError>, client: &Client, target: &Target, fail_fast: bool) -> bool {
    let goes_on = if fail_fast { "--fail-fast: stopping" } else { "going on trying" };
    match look {
        Ok(answer) => match doubts(answer, target) {
            Some(doubt) => {
                tracing::warn!("{}: {doubt}; {goes_on}", client.target().address());
                false
            }
            None => true,
        },
        Err(error) => {
            let advice = advice(error.failure, target);
            tracing::error!("{} is not reached: {error}. {advice}; {goes_on}", client.target().address());
            false
        }
    }
}

/// What is odd about an answer to a request without parameters: Matomo answers 200 or 204.
pub(in crate::commands) fn doubts(answer: &Fetched, target: &Target) -> Option<String> {
    let url = || target.label(OfTarget::Url);
    match (answer.status, &answer.location) {
        (200..=299 | 400, _) => None,
        (status @ 300..=399, Some(location)) => {
            Some(format!("it answers {status} and points to {location}; set {} to where Matomo is", url()))
        }
        (401 | 403, _) => Some(format!(
            "it answers {}; does the web server want a user and password (http://user:password@host/)?",
            answer.status
        )),
        (404, _) => Some(format!("it answers 404; is the path of {} right?", url())),
        (503, _) => Some("it answers 503; is Matomo in maintenance (record_statistics = 0)?".to_owned()),
        (status, _) => Some(format!("it answers {status}")),
    }
}

/// What to do about a target that is not reached.
pub(in crate::commands) fn advice(failure: Failure, target: &Target) -> String {
    let advice = match failure {
        Failure::Dns => {
            return format!(
                "Check the spelling of the host in {}; between containers it is the name of the service",
                target.label(OfTarget::Url)
            );
        }
        Failure::Connect if target.url.as_ref().is_some_and(TrackingUrl::is_loopback) => {
            "Is it running, and on this port? Inside a container, localhost is the container itself: use the name of the service"
        }
        Failure::Connect => "Is it running, and is the port right?",
        Failure::Tls => {
            "For a certificate of your own give --ca-file; for a laboratory --insecure; or is it http://?"
        }
        Failure::Timeout => "Is there a firewall on the way, or is it overloaded?",
        Failure::Protocol => "Does another program listen on this port, or is it https://?",
        Failure::Reset | Failure::Aborted => "Is it restarting, or is it https://?",
    };
    advice.to_owned()
}
