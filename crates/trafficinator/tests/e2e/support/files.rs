//! A web server that hands out files of a test's own, and remembers how it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What is answered at a path: the status line and headers, and the body.
type Answers = BTreeMap<String, (String, Vec<u8>)>;

/// The server while it runs.
pub(crate) struct FileServer {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
}

impl FileServer {
    /// Serves what `answers` makes of the server's address; everything else is 404.
    pub(crate) fn start(
        answers: impl FnOnce(SocketAddr) -> Vec<(&'static str, &'static str, Vec<u8>)>,
    ) -> FileServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers: Answers = answers(address)
            .into_iter()
            .map(|(path, head, body)| (path.to_owned(), (head.to_owned(), body)))
            .collect();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let server = FileServer { address, heads: Arc::clone(&heads), stopped: Arc::clone(&stopped) };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                answer(&stream.unwrap(), &answers, &heads);
            }
        });
        server
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The heads of all requests.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

impl Drop for FileServer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        let _wakes_the_listener = TcpStream::connect(self.address);
    }
}

fn answer(mut stream: &TcpStream, answers: &Answers, heads: &Mutex<Vec<String>>) {
    let head: Vec<String> =
        BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    heads.lock().unwrap().push(head.join("\n"));
    let missing = ("404 Not Found".to_owned(), Vec::new());
    let (status, body) = answers.get(&path).unwrap_or(&missing);
    let length = body.len();
    let _the_other_side_may_be_gone =
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")
            .and_then(|()| stream.write_all(body));
}
