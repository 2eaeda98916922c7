//! A real nginx in front of a directory of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use engine::clock::Clock;
use tempfile::TempDir;

use super::PATIENCE;

/// Certificate and key of the laboratory, for 127.0.0.1, 127.0.0.3 and localhost, valid until the year 2126.
pub(crate) const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/data/laboratory.crt");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/data/laboratory.key");

/// nginx while it runs.
pub(crate) struct Nginx {
    child: Child,
    directory: TempDir,
    address: SocketAddr,
}

/// `server` holds directives of the server, such as locations. Where it has a line `ssl_certificate`, TLS is spoken.
pub(crate) fn start(server: &str) -> Nginx {
    // nginx cannot choose a port by itself; somebody may be quicker than it to take the one that was free.
    for _ in 0..5 {
        if let Some(nginx) = try_start(server) {
            return nginx;
        }
    }
    panic!("nginx found no free port in five attempts");
}

/// Directives for TLS.
pub(crate) fn tls() -> String {
    format!("ssl_certificate {CERTIFICATE}; ssl_certificate_key {KEY};")
}

fn try_start(server: &str) -> Option<Nginx> {
    let address = TcpListener::bind("127.0.0.3:0").unwrap().local_addr().unwrap();
    let directory = TempDir::new().unwrap();
    let path = directory.path().display();
    let kind = if server.contains("ssl_certificate ") { " ssl" } else { "" };
    let configuration = format!(
        "daemon off; master_process off; user root root; pid {path}/pid; error_log {path}/error.log;
         events {{ worker_connections 512; }}
         http {{
           client_body_temp_path {path}/body; proxy_temp_path {path}/proxy; fastcgi_temp_path {path}/fastcgi;
           uwsgi_temp_path {path}/uwsgi; scgi_temp_path {path}/scgi;
           log_format plain '$status $request_method $request_uri'; access_log {path}/access.log plain;
           keepalive_requests 1000000; root {path};
           server {{ listen {address}{kind}; server_name _; {server} }}
         }}"
    );
    let file = directory.path().join("nginx.conf");
    std::fs::write(&file, configuration).unwrap();
    let child = Command::new("nginx")
        .args(["-p".as_ref(), directory.path(), "-e".as_ref(), Path::new("error.log"), "-c".as_ref(), &file])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("nginx cannot be started ({error}): install Debian's package `nginx` (`make test` does)")
        });
    let mut nginx = Nginx { child, directory, address };
    let clock = Clock::start();
    loop {
        if nginx.child.try_wait().unwrap().is_some() {
            let said = nginx.file("error.log");
            assert!(said.contains("Address already in use"), "nginx does not start:\n{said}");
            return None;
        }
        if nginx.is_listening() {
            return Some(nginx);
        }
        assert!(Duration::from_nanos(clock.now()) < PATIENCE, "nginx does not listen on {address}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Nginx {
    /// The address of a location.
    pub(crate) fn url(&self, scheme: &str, location: &str) -> String {
        format!("{scheme}://{}/{location}", self.address)
    }

    /// Writes a file to serve.
    pub(crate) fn serve(&self, name: &str, bytes: &[u8]) {
        let path = self.directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Hits in its access log, as `status method target`.
    pub(crate) fn logged_hits(&self) -> Vec<String> {
        let log = self.file("access.log");
        log.lines().filter(|line| line.contains("rec=1")).map(str::to_owned).collect()
    }

    /// Its access log.
    pub(crate) fn log(&self) -> String {
        self.file("access.log")
    }

    fn file(&self, name: &str) -> String {
        let mut text = String::new();
        if let Ok(mut file) = std::fs::File::open(self.directory.path().join(name)) {
            file.read_to_string(&mut text).unwrap();
        }
        text
    }

    /// Whether it is this nginx that listens: its own log tells.
    fn is_listening(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.address) else { return false };
        let _ = stream.write_all(b"GET /there HTTP/1.0\r\n\r\n");
        let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
        let _ = stream.read(&mut [0; 1024]);
        // Plain HTTP on a port of TLS is logged as well, as 400.
        !self.file("access.log").is_empty()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
