//! A web server that does what a test tells it to: answers, waits, hangs, breaks off, talks nonsense; and remembers
//! every request.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::clock::Clock;
use jiff::Timestamp;

use super::eventually;

/// What the server does with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    act: Act,
    after: Duration,
    then: Then,
    /// How far the `Date` header is ahead, in seconds; none sends no such header.
    date: Option<i64>,
    recorded: bool,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Status(u16),
    Raw(&'static str),
    Nothing,
    Break,
}

/// What becomes of the connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    KeepOpen,
    /// It is closed, as the answer said.
    CloseAsSaid,
    /// It is closed without a word.
    Close,
}

/// An answer with this status; 2xx count as recorded.
pub(crate) fn status(status: u16) -> Answer {
    let recorded = (200..300).contains(&status);
    Answer { act: Act::Status(status), after: Duration::ZERO, then: Then::KeepOpen, date: Some(0), recorded }
}

/// Recorded, and never answered.
pub(crate) fn never() -> Answer {
    Answer { act: Act::Nothing, recorded: true, ..status(204) }
}

/// The connection is broken off with a TCP reset instead of an answer.
pub(crate) fn reset() -> Answer {
    Answer { act: Act::Break, recorded: false, ..status(204) }
}

/// Something that is not HTTP.
pub(crate) fn garbage() -> Answer {
    Answer { act: Act::Raw("220 mail.example.org ESMTP\r\n"), recorded: false, ..status(204) }
}

impl Answer {
    /// Less of a body than the head promises.
    pub(crate) fn half() -> Answer {
        Answer { act: Act::Raw("HTTP/1.1 200 OK\r\nContent-Length: 43\r\n\r\nGIF89a"), ..status(200) }
    }

    /// Not before so long.
    pub(crate) fn after(self, after: Duration) -> Answer {
        Answer { after, ..self }
    }

    /// With a clock that is so many seconds ahead of ours.
    pub(crate) fn dated(self, ahead: i64) -> Answer {
        Answer { date: Some(ahead), ..self }
    }

    /// Without a `Date` header.
    pub(crate) fn undated(self) -> Answer {
        Answer { date: None, ..self }
    }

    /// And the connection is closed, as the answer says.
    pub(crate) fn closing(self) -> Answer {
        Answer { then: Then::CloseAsSaid, ..self }
    }

    /// And the connection is closed, without a word about it.
    pub(crate) fn closing_silently(self) -> Answer {
        Answer { then: Then::Close, ..self }
    }

    /// Recorded whatever is answered.
    pub(crate) fn recorded(self) -> Answer {
        Answer { recorded: true, ..self }
    }
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// When it was there, in nanoseconds since the server started.
    pub(crate) at: u64,
    /// The same on the wall clock, in milliseconds of Unix time.
    pub(crate) unix_ms: i64,
    /// When its answer began to leave.
    pub(crate) answered: Option<u64>,
    pub(crate) method: String,
    /// Path and query as they came.
    pub(crate) target: String,
    /// The head as it came.
    pub(crate) head: String,
    pub(crate) body: String,
    /// Parameters of query and body.
    pub(crate) parameters: BTreeMap<String, String>,
    /// Number among the hits; none for a request that is no hit.
    pub(crate) hit: Option<usize>,
    /// Whether a Matomo that answers like this has recorded it.
    pub(crate) recorded: bool,
}

impl Seen {
    /// A parameter, or nothing.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }
}

type Script = dyn Fn(&Seen) -> Answer + Send + Sync;

struct Shared {
    script: Box<Script>,
    clock: Clock,
    seen: Mutex<Vec<Seen>>,
    hits: AtomicUsize,
    stopped: AtomicBool,
}

/// The server while it runs.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Server {
    /// Starts a server that answers by a script.
    pub(crate) fn start(script: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Server {
        Server::start_at("127.0.0.1:0", script)
    }

    /// Starts it on a given address.
    pub(crate) fn start_at(
        address: &str,
        script: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            script: Box::new(script),
            clock: Clock::start(),
            seen: Mutex::default(),
            hits: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let server = Server { address, shared: Arc::clone(&shared) };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.stopped.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || converse(&shared, &stream.unwrap()));
            }
        });
        server
    }

    /// A server that takes everything.
    pub(crate) fn obliging() -> Server {
        Server::start(|_| status(204))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Nanoseconds since the server started.
    pub(crate) fn now(&self) -> u64 {
        self.shared.clock.now()
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Every hit so far.
    pub(crate) fn hits(&self) -> Vec<Seen> {
        self.requests().into_iter().filter(|seen| seen.hit.is_some()).collect()
    }

    /// Waits until so many hits came.
    #[track_caller]
    pub(crate) fn await_hits(&self, count: usize) {
        eventually(super::PATIENCE, &format!("{count} hits"), || {
            (self.shared.hits.load(Ordering::Relaxed) >= count).then_some(())
        });
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        let _wakes_the_listener = TcpStream::connect(self.address);
    }
}

/// Serves one connection.
fn converse(shared: &Shared, mut stream: &TcpStream) {
    stream.set_nodelay(true).unwrap();
    // What is taken out of the socket before the answer is known cannot be reset any more: look first.
    while let Some((head, body, length)) = look(stream) {
        let (index, answer) = remember(shared, head, body);
        if !answer.after.is_zero() {
            std::thread::sleep(answer.after);
        }
        match answer.act {
            // Closing with something unread resets the connection.
            Act::Break => return,
            Act::Nothing => {
                let _ = stream.read_exact(&mut vec![0; length]);
                let _waits_for_the_other_side = stream.read(&mut [0]);
                return;
            }
            Act::Raw(_) | Act::Status(_) => {
                if stream.read_exact(&mut vec![0; length]).is_err() {
                    return;
                }
                let bytes = render(answer, shared.clock.unix_ms(shared.clock.now()));
                shared.seen.lock().unwrap()[index].answered = Some(shared.clock.now());
                if stream.write_all(bytes.as_bytes()).is_err()
                    || answer.then != Then::KeepOpen
                    || matches!(answer.act, Act::Raw(_))
                {
                    return;
                }
            }
        }
    }
}

/// The next request, left in the socket: its head, its body, and the length of both.
fn look(stream: &TcpStream) -> Option<(String, String, usize)> {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let count = stream.peek(&mut bytes).ok().filter(|count| *count > 0)?;
        let text = String::from_utf8_lossy(&bytes[..count]);
        if let Some((head, rest)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.trim().parse().unwrap());
            if rest.len() >= length {
                return Some((head.to_owned(), rest[..length].to_owned(), head.len() + 4 + length));
            }
        }
        // The rest is on its way.
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn remember(shared: &Shared, head: String, body: String) -> (usize, Answer) {
    let at = shared.clock.now();
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap_or_default().to_owned());
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let parameters: BTreeMap<String, String> = [query, &body]
        .into_iter()
        .flat_map(|part| url::form_urlencoded::parse(part.as_bytes()).into_owned())
        .collect();
    let is_hit = parameters.contains_key("rec");
    let mut seen = Seen {
        at,
        unix_ms: shared.clock.unix_ms(at),
        answered: None,
        method,
        target,
        head,
        body,
        parameters,
        hit: is_hit.then(|| shared.hits.load(Ordering::Relaxed)),
        recorded: false,
    };
    let mut all = shared.seen.lock().unwrap();
    if is_hit {
        seen.hit = Some(shared.hits.fetch_add(1, Ordering::Relaxed));
    }
    let answer = (shared.script)(&seen);
    seen.recorded = is_hit && answer.recorded;
    all.push(seen);
    (all.len() - 1, answer)
}

fn render(answer: Answer, unix_ms: i64) -> String {
    let status = match answer.act {
        Act::Status(status) => status,
        Act::Raw(text) => return text.to_owned(),
        Act::Nothing | Act::Break => unreachable!("nothing is written"),
    };
    let mut text = format!("HTTP/1.1 {status} As Told\r\n");
    if let Some(ahead) = answer.date {
        let moment = Timestamp::from_second(unix_ms.div_euclid(1_000) + ahead).unwrap();
        text += &moment.strftime("Date: %a, %d %b %Y %H:%M:%S GMT\r\n").to_string();
    }
    if answer.then == Then::CloseAsSaid {
        text += "Connection: close\r\n";
    }
    text + if status == 204 { "\r\n" } else { "Content-Length: 6\r\n\r\nhello\n" }
}
