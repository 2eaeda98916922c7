//! The web server: tells tracking from reporting, and spoils answers as often as it was asked to.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method as HttpMethod, Response, StatusCode};
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::answer::{self, Image, Method};
use crate::bulk;
use crate::chance::{Chance, Purpose as ChanceOf};
use crate::chatbot;
use crate::clock;
use crate::device::Devices;
use crate::failure::Failures;
use crate::options::Options;
use crate::parameters::Parameters;
use crate::report;
use crate::request::{Reading, Refusal, read};
use crate::sender::{Purpose, Sender, authority};
use crate::visits::Visits;

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 * 1024 * 1024;
/// The longest address that is read, in bytes: Apache's limit for a line of 8,190.
const LONGEST_ADDRESS: usize = 8_170;

/// Often enough for somebody who watches, seldom enough for a log.
const BETWEEN_TELLING: Duration = Duration::from_secs(5);

/// All that requests share.
#[derive(Debug)]
pub(crate) struct Tracker {
    pub(crate) options: Options,
    pub(crate) devices: Devices,
    chatbots: Mutex<chatbot::Requests>,
    visits: Mutex<Visits>,
    refused: Mutex<Failures>,
    delays: Chance,
    failures: Chance,
    drops: Chance,
    /// Closed when the server stops: nobody is kept waiting then.
    running: watch::Receiver<()>,
}

impl Tracker {
    fn new(options: Options, running: watch::Receiver<()>) -> Self {
        let seed = options.seed;
        Self {
            options,
            devices: Devices::default(),
            chatbots: Mutex::default(),
            visits: Mutex::new(Visits::new(seed)),
            refused: Mutex::default(),
            delays: Chance::new(seed, ChanceOf::Delay),
            failures: Chance::new(seed, ChanceOf::Fail),
            drops: Chance::new(seed, ChanceOf::Drop),
            running,
        }
    }

    pub(crate) fn visits(&self) -> MutexGuard<'_, Visits> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn refused(&self) -> MutexGuard<'_, Failures> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn chatbots(&self) -> MutexGuard<'_, chatbot::Requests> {
        self.chatbots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records what was read, unless it is to be lost without a word.
    pub(crate) fn record(&self, reading: &Reading, visits: &mut Visits) -> Result<(), Refusal> {
        match reading {
            Reading::Dropped => Ok(()),
            _ if self.drops() => Ok(()),
            Reading::Visit(hit) => visits.record(hit, &self.options),
            Reading::Chatbot(request) => {
                self.chatbots().record(request);
                Ok(())
            }
        }
    }

    /// Waits, but not beyond the end of the server.
    async fn wait(&self, delay: Duration) {
        let mut running = self.running.clone();
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            _ = running.changed() => {}
        }
    }

    /// Whether the next hit is to be lost without a word.
    fn drops(&self) -> bool {
        self.options.drop.hits(&self.drops)
    }
}

/// Answers as Matomo would on this listener, until `shutdown` is done; all visits are kept in memory.
pub async fn serve(
    listener: TcpListener,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (stop, running) = watch::channel(());
    let tracker = Arc::new(Tracker::new(options, running));
    let application = Router::new().fallback(handle).with_state(Arc::clone(&tracker));
    // Without a delay of Nagle's algorithm; a connection that refuses the option still works.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    let serving = axum::serve(listener, application.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move {
            shutdown.await;
            drop(stop);
        });
    tokio::select! {
        served = serving => served,
        () = tell(&tracker) => Ok(()),
    }
}

/// Tells how many visits there are while they become more; never ends.
async fn tell(tracker: &Tracker) {
    let Some(tell) = tracker.options.tell else { return std::future::pending().await };
    let mut told = 0;
    loop {
        tokio::time::sleep(BETWEEN_TELLING).await;
        let visits = tracker.visits().all.len();
        if visits != told {
            tell(visits);
            told = visits;
        }
    }
}

async fn handle(
    State(tracker): State<Arc<Tracker>>,
    ConnectInfo(sender): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let address = parts.uri.path_and_query().map_or(0, |address| address.as_str().len());
    if address > LONGEST_ADDRESS {
        return answer::plain(StatusCode::URI_TOO_LONG, "Request-URI Too Long\n");
    }
    let method = match parts.method {
        HttpMethod::GET | HttpMethod::HEAD => Method::Get,
        HttpMethod::POST => Method::Post,
        HttpMethod::OPTIONS => return answer::accepted(Method::Post, Image::None),
        _ => return answer::plain(StatusCode::METHOD_NOT_ALLOWED, "use GET or POST\n"),
    };
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or("");
    let tracking = path.ends_with("/matomo.php") || path.ends_with("/piwik.php");
    let reporting = path.ends_with("/index.php") || path.ends_with('/');
    if !tracking && !reporting {
        return answer::plain(
            StatusCode::NOT_FOUND,
            "not found: hits go to /matomo.php, reports to /index.php\n",
        );
    }
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return answer::plain(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 64 MB\n");
    };
    if reporting {
        return report::answer(query, &body, &tracker);
    }
    let answer = track(method, query, &body, &parts.headers, sender, &tracker);
    let delay = tracker.options.delay.draw(&tracker.delays);
    if !delay.is_zero() {
        tracker.wait(delay).await;
    }
    answer
}

/// Records what a tracking request holds, and answers it.
fn track(
    method: Method,
    query: &str,
    body: &Bytes,
    headers: &HeaderMap,
    sender: SocketAddr,
    tracker: &Tracker,
) -> Response<Body> {
    let is_bulk = method == Method::Post && bulk::is_bulk(body);
    let mut parameters = Parameters::default();
    if method == Method::Post && !is_bulk {
        parameters.add_encoded(body);
    }
    parameters.add_encoded(query.as_bytes());
    if parameters.is_empty() && !is_bulk {
        return answer::no_hit(method);
    }
    if tracker.options.fail.hits(&tracker.failures) {
        return if is_bulk { bulk::failed() } else { answer::failed(method) };
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let prefetches = matches!(header("x-purpose"), "preview" | "instant") || header("x-moz") == "prefetch";
    let sender = Sender {
        ip: sender.ip().to_canonical(),
        user_agent: header("user-agent").to_owned(),
        language: header("accept-language").to_owned(),
        purpose: if prefetches { Purpose::Prefetch } else { Purpose::Visit },
    };
    let now = clock::now();
    if is_bulk {
        return bulk::bulk(body, parameters.filled("token_auth"), &sender, tracker, now);
    }
    let allowed = authority(parameters.filled("token_auth"), &tracker.options);
    let read = read(&parameters, &sender, allowed, &tracker.options, &tracker.devices, now);
    match read.and_then(|reading| tracker.record(&reading, &mut tracker.visits())) {
        Err(refusal) => {
            tracker.refused().remember(refusal, &parameters, now);
            answer::refused(method)
        }
        Ok(()) if parameters.get("send_image") == Some("0") => answer::accepted(method, Image::None),
        Ok(()) => answer::accepted(method, Image::Pixel),
    }
}
