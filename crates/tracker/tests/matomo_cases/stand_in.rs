//! A running stand-in for a test, and a small HTTP client to talk to it.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracker::Options;

/// The one valid token of [`Matomo::start`].
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// One visitor.
pub(crate) const A: &str = "cid=aaaaaaaaaaaaaaaa";
/// Another.
pub(crate) const B: &str = "cid=bbbbbbbbbbbbbbbb";
/// In seconds.
pub(crate) const MINUTE: i64 = 60;
/// No test waits longer than this for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A stand-in that lives as long as the test.
pub(crate) struct Matomo {
    address: SocketAddr,
    /// Noon of yesterday in UTC: hits of hours around it share a day and lie in the past.
    pub(crate) noon: i64,
    /// When the test began, by its clock.
    pub(crate) now: i64,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text()))
    }
}

impl Matomo {
    /// A stand-in with one valid token.
    pub(crate) async fn start() -> Self {
        Self::with(Options { token: Some(TOKEN.to_owned()), ..Options::default() }).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(tracker::serve(listener, options, async move {
            let _ = stopped.await;
        }));
        let mut matomo = Self { address, noon: 0, now: 0, stop, server };
        let date = matomo.get("/index.php", "").await.header("date").to_owned();
        let now = jiff::fmt::rfc2822::parse(&date).expect("a date").timestamp().as_second();
        matomo.now = now;
        matomo.noon = now.div_euclid(86_400) * 86_400 - 43_200;
        matomo
    }

    pub(crate) async fn get(&self, path: &str, query: &str) -> Answer {
        self.send("GET", path, query, &[], b"").await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, "", &[], body.as_bytes()).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        query: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let exchange = async {
            let mut connection = TcpStream::connect(self.address).await.expect("a connection");
            let question = if query.is_empty() { "" } else { "?" };
            let mut request = format!(
                "{method} {path}{question}{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n",
                body.len()
            );
            for (name, value) in headers {
                request.push_str(name);
                request.push_str(": ");
                request.push_str(value);
                request.push_str("\r\n");
            }
            request.push_str("\r\n");
            connection.write_all(request.as_bytes()).await.expect("sent");
            connection.write_all(body).await.expect("sent");
            let mut answer = Vec::new();
            connection.read_to_end(&mut answer).await.expect("answered");
            answer
        };
        parse(&tokio::time::timeout(PATIENCE, exchange).await.expect("an answer in time"))
    }

    /// Opens a connection and leaves it open.
    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    /// Asks the stand-in to stop, and waits until it has.
    pub(crate) async fn stop(self) {
        self.stop.send(()).expect("it runs");
        let stopped = tokio::time::timeout(PATIENCE, self.server).await.expect("it stops in time");
        stopped.expect("no panic").expect("no error");
    }

    /// Sends one hit of site 1 with a token, so many seconds after noon, and returns the status.
    pub(crate) async fn hit(&self, seconds: i64, extra: &str) -> u16 {
        self.get("/matomo.php", &self.query(seconds, extra)).await.status
    }

    /// The query of such a hit; what `extra` says comes last and wins.
    pub(crate) fn query(&self, seconds: i64, extra: &str) -> String {
        format!(
            "idsite=1&rec=1&url=https%3A%2F%2Fshop.example.com%2F&send_image=0&token_auth={TOKEN}&cdt={}&{extra}",
            self.noon + seconds
        )
    }

    /// Sends hits in bulk, with the token at the top, and returns the answer.
    pub(crate) async fn bulk(&self, hits: &[String]) -> Value {
        let hits: Vec<String> = hits.iter().map(|query| format!("?{query}")).collect();
        let body = serde_json::json!({ "requests": hits, "token_auth": TOKEN });
        self.post("/matomo.php", &body.to_string()).await.json()
    }

    /// Calls the reporting API with the token.
    pub(crate) async fn api(&self, method: &str, arguments: &str) -> Value {
        let body = format!("module=API&format=JSON&token_auth={TOKEN}&method={method}&{arguments}");
        self.post("/index.php", &body).await.json()
    }

    /// All visits of a site, the one that was recorded first in front.
    pub(crate) async fn visits(&self, site: u32) -> Vec<Value> {
        let answer = self.api("Live.getLastVisitsDetails", &format!("idSite={site}&filter_limit=-1")).await;
        let mut visits = answer.as_array().expect("a list").clone();
        visits.sort_by_key(|visit| visit["idVisit"].as_u64());
        visits
    }

    /// The number of actions of every visit of site 1, the one that was recorded first in front.
    pub(crate) async fn actions(&self) -> Vec<u64> {
        self.visits(1).await.iter().filter_map(|visit| visit["actions"].as_u64()).collect()
    }

    /// The only visit of site 1.
    pub(crate) async fn only_visit(&self) -> Value {
        let mut visits = self.visits(1).await;
        assert_eq!(visits.len(), 1, "{visits:#?}");
        visits.remove(0)
    }
}

/// What happened in a visit, in order.
pub(crate) fn types(visit: &Value) -> Vec<&str> {
    let details = visit["actionDetails"].as_array().expect("a list");
    details.iter().filter_map(|detail| detail["type"].as_str()).collect()
}

fn parse(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let chunked = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("transfer-encoding"));
    assert!(!chunked, "the stand-in knows how long its answers are");
    Answer { status: status.expect("a status"), headers, body: answer[end + 4..].to_vec() }
}
