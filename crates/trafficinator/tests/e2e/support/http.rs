//! Asks web servers as simply as it can be done.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The head, in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Asks for a page.
#[track_caller]
pub(crate) fn get(address: &str, path: &str) -> Answer {
    ask(address, "GET", path, "")
}

/// The same with another method, and with more lines of a head, which end in a line break each. HTTP 1.0: answers come
/// in one piece.
#[track_caller]
pub(crate) fn ask(address: &str, method: &str, path: &str, headers: &str) -> Answer {
    try_ask(address, method, path, headers)
        .unwrap_or_else(|error| panic!("{method} http://{address}{path}: {error}"))
}

/// The same where nobody may listen yet.
pub(crate) fn try_ask(address: &str, method: &str, path: &str, headers: &str) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    write!(stream, "{method} {path} HTTP/1.0\r\nHost: {address}\r\n{headers}\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let parts = || {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Answer { status, head: head.to_lowercase(), body: body.to_owned() })
    };
    parts().ok_or_else(|| std::io::Error::other(format!("no HTTP: {text:?}")))
}
