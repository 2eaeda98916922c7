//! A web server that answers by script and remembers what it was sent.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, UNIX_EPOCH};

use engine::clock::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;
use traffic::curve::Nanos;
use traffic::hit::Kind;

/// A request that arrived whole.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Counted from 0 in the order of arrival.
    pub(crate) number: usize,
    /// Which connection it came on, counted from 0.
    pub(crate) connection: usize,
    /// When it had arrived.
    pub(crate) at: Nanos,
    /// When the server began to answer, or ended the connection, or noticed that the client had.
    pub(crate) over: Option<Nanos>,
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
    /// Parameters of the query and of the body.
    pub(crate) parameters: HashMap<String, String>,
    /// Whether the server has taken note of it, whatever it answered.
    pub(crate) recorded: bool,
}

impl Request {
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    pub(crate) fn cid(&self) -> &str {
        self.parameter("cid").expect("every hit has a cid")
    }

    /// When it is said to have happened, in seconds of Unix time.
    pub(crate) fn cdt(&self) -> Option<i64> {
        self.parameter("cdt").map(|cdt| cdt.parse().expect("seconds"))
    }

    pub(crate) fn is_first_of_its_visit(&self) -> bool {
        self.parameter("new_visit") == Some("1")
    }

    pub(crate) fn kind(&self) -> Kind {
        let kinds = [
            ("ping", Kind::Ping),
            ("ec_id", Kind::Order),
            ("search", Kind::Search),
            ("link", Kind::Outlink),
            ("download", Kind::Download),
            ("e_c", Kind::Event),
        ];
        kinds
            .iter()
            .find(|(name, _)| self.parameters.contains_key(*name))
            .map_or(Kind::Pageview, |pair| pair.1)
    }
}

/// What the server does with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    pub(crate) act: Act,
    /// How long it takes.
    pub(crate) delay: Duration,
    /// Whether the hit is recorded.
    pub(crate) recorded: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// Answers and keeps the connection.
    Answer(u16),
    /// Answers and closes the connection without having announced it.
    AnswerAndClose(u16),
    /// Says nothing until the client is gone.
    Hang,
    /// Breaks the connection.
    Reset,
    /// Sends something that is not HTTP.
    Garbage,
    /// Promises a body and breaks off in the middle.
    Half,
}

impl From<Act> for Reply {
    fn from(act: Act) -> Reply {
        let recorded = matches!(act, Act::Answer(200..=299) | Act::AnswerAndClose(200..=299));
        Reply { act, delay: Duration::ZERO, recorded }
    }
}

impl Reply {
    pub(crate) fn after(self, millis: u64) -> Reply {
        Reply { delay: Duration::from_millis(millis), ..self }
    }

    pub(crate) fn recorded(self, recorded: bool) -> Reply {
        Reply { recorded, ..self }
    }
}

/// `Answer(204)`: a Matomo that is well.
pub(crate) fn well(_: &Request) -> Reply {
    Act::Answer(204).into()
}

/// How the server behaves apart from its answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Behaviour {
    /// Connections are refused until [`Server::open`].
    pub(crate) refuses: bool,
    /// Which connections, counted from 0, are accepted and closed at once.
    pub(crate) closes_at_once: fn(usize) -> bool,
    /// Idle connections are closed after this time.
    pub(crate) keeps: Duration,
    /// By how many seconds its clock is ahead of ours; there is a `Date` header then.
    pub(crate) ahead: Option<i64>,
}

impl Default for Behaviour {
    fn default() -> Behaviour {
        Behaviour { refuses: false, closes_at_once: |_| false, keeps: Duration::from_hours(1), ahead: None }
    }
}

#[derive(Debug, Default)]
struct Seen {
    requests: Vec<Request>,
    connections: usize,
}

type Script = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

struct Shared {
    clock: Clock,
    behaviour: Behaviour,
    script: Script,
    seen: Mutex<Seen>,
}

/// A server on a thread of its own; ends with its value.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    open: Option<oneshot::Sender<()>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// A server that takes its time from `clock`.
    pub(crate) fn start(
        clock: Clock,
        behaviour: Behaviour,
        script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let shared = Arc::new(Shared { clock, behaviour, script: Arc::new(script), seen: Mutex::default() });
        // Bound but not listening yet: connections are refused, and nobody else gets the port.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        let (open, opened) = oneshot::channel();
        let (listening, listens) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let mine = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let serve = async {
                if opened.await.is_err() {
                    return;
                }
                let listener = socket.listen(1_024).unwrap();
                let _nobody_waits = listening.send(());
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let number = {
                        let mut seen = mine.seen.lock().unwrap();
                        seen.connections += 1;
                        seen.connections - 1
                    };
                    if !(behaviour.closes_at_once)(number) {
                        tokio::spawn(converse(Arc::clone(&mine), stream, number));
                    }
                }
            };
            runtime.block_on(async {
                tokio::select! {
                    () = serve => {}
                    _ = stopped => {}
                }
            });
        });
        let mut server = Server { address, shared, open: Some(open), stop: Some(stop), thread: Some(thread) };
        if !behaviour.refuses {
            server.open();
            listens.recv_timeout(Duration::from_secs(10)).unwrap();
        }
        server
    }

    /// Begins to listen.
    pub(crate) fn open(&mut self) {
        if let Some(open) = self.open.take() {
            open.send(()).unwrap();
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What has arrived so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.seen.lock().unwrap().requests.clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.shared.seen.lock().unwrap().requests.len()
    }

    /// How many connections were opened.
    pub(crate) fn connections(&self) -> usize {
        self.shared.seen.lock().unwrap().connections
    }

    /// The hits of each visitor, in the order of their arrival.
    pub(crate) fn by_cid(&self) -> HashMap<String, Vec<Request>> {
        let mut visitors: HashMap<String, Vec<Request>> = HashMap::new();
        for request in self.requests() {
            visitors.entry(request.cid().to_owned()).or_default().push(request);
        }
        visitors
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.open.take());
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the server panicked");
        }
    }
}

/// Serves one connection.
async fn converse(shared: Arc<Shared>, mut stream: TcpStream, connection: usize) {
    stream.set_nodelay(true).unwrap();
    let mut buffer = Vec::new();
    loop {
        let keeps = shared.behaviour.keeps;
        let Ok(Some(mut request)) = tokio::time::timeout(keeps, read_request(&mut stream, &mut buffer)).await
        else {
            return;
        };
        request.connection = connection;
        let reply = {
            let mut seen = shared.seen.lock().unwrap();
            request.at = shared.clock.now();
            request.number = seen.requests.len();
            let reply = (shared.script)(&request);
            request.recorded = reply.recorded;
            seen.requests.push(request.clone());
            reply
        };
        if !reply.delay.is_zero() {
            tokio::time::sleep(reply.delay).await;
        }
        let over = || {
            shared.seen.lock().unwrap().requests[request.number].over = Some(shared.clock.now());
        };
        let (status, closes) = match reply.act {
            Act::Answer(status) => (status, false),
            Act::AnswerAndClose(status) => (status, true),
            Act::Hang => {
                let _gone = stream.read(&mut [0]).await;
                over();
                return;
            }
            Act::Reset => {
                over();
                stream.set_zero_linger().unwrap();
                return;
            }
            Act::Garbage | Act::Half => {
                let text: &[u8] = match reply.act {
                    Act::Half => b"HTTP/1.1 200 OK\r\ncontent-length: 43\r\n\r\nGIF89a",
                    _ => b"220 mail.example.org ESMTP\r\n",
                };
                over();
                let _gone = stream.write_all(text).await;
                return;
            }
        };
        let date = shared.behaviour.ahead.map_or_else(String::new, |ahead| {
            let seconds = shared.clock.unix_ms(shared.clock.now()).div_euclid(1_000) + ahead;
            let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds as u64));
            format!("date: {date}\r\n")
        });
        let length = if status == 204 { "" } else { "content-length: 2\r\n" };
        let body = if status == 204 { "" } else { "no" };
        let answer = format!("HTTP/1.1 {status} Scripted\r\n{date}{length}\r\n{body}");
        over();
        if stream.write_all(answer.as_bytes()).await.is_err() || closes {
            return;
        }
    }
}

/// Reads a request to its end; nothing when the client is gone.
async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    let head_end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        read_some(stream, buffer).await?;
    };
    let head = String::from_utf8(buffer[..head_end].to_vec()).expect("an ASCII head");
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while buffer.len() < head_end + length {
        read_some(stream, buffer).await?;
    }
    let body = String::from_utf8(buffer[head_end..head_end + length].to_vec()).expect("an ASCII body");
    buffer.drain(..head_end + length);
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let parameters = form_urlencoded::parse(query.as_bytes())
        .chain(form_urlencoded::parse(body.as_bytes()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    Some(Request {
        number: 0,
        connection: 0,
        at: 0,
        over: None,
        method,
        path,
        headers,
        body,
        parameters,
        recorded: false,
    })
}

async fn read_some(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<()> {
    let mut chunk = [0; 4_096];
    let read = stream.read(&mut chunk).await.ok()?;
    buffer.extend_from_slice(&chunk[..read]);
    (read > 0).then_some(())
}
