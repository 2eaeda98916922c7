//! The program as a child: started with an environment of the test's own, listened to, and never left behind.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use engine::clock::Clock;
use serde_json::Value;

use super::{PATIENCE, eventually};

/// The program, about to be started.
pub(crate) struct Program(Command);

/// `trafficinator` with these arguments and an empty environment.
pub(crate) fn trafficinator<'a>(args: impl IntoIterator<Item = &'a str>) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trafficinator"));
    command.env_clear().current_dir(env!("CARGO_TARGET_TMPDIR"));
    if let Some(path) = path() {
        command.env("PATH", path);
    }
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Program(command)
}

/// `trafficinator run` against a target, with short pauses and the summary on standard output; visits are those of the
/// profile classic, unless a test says otherwise: about as many hits in each, and nothing that bounces.
pub(crate) fn run(url: &str) -> Program {
    trafficinator(["run", "--summary-json", "-"])
        .var("MATOMO_URL", url)
        .var("MATOMO_SITE_ID", "1")
        .var("TRAFFICINATOR_PROFILE", "classic")
        .var("PAUSE_BETWEEN_PVS_MIN", "0")
        .var("PAUSE_BETWEEN_PVS_MAX", "0.02")
}

/// Visits of one page view and its ping: for targets where every hit takes long.
pub(crate) const SHORT: [(&str, &str); 8] = [
    ("PAGEVIEWS_MIN", "1"),
    ("PAGEVIEWS_MAX", "1"),
    ("SITESEARCH_PROBABILITY", "0"),
    ("OUTLINKS_PROBABILITY", "0"),
    ("DOWNLOADS_PROBABILITY", "0"),
    ("CLICK_EVENTS_PROBABILITY", "0"),
    ("RANDOM_EVENTS_PROBABILITY", "0"),
    ("ECOMMERCE_PROBABILITY", "0"),
];

#[expect(clippy::disallowed_methods, reason = "children find other programs as the tests do")]
fn path() -> Option<std::ffi::OsString> {
    std::env::var_os("PATH")
}

impl Program {
    pub(crate) fn var(mut self, name: &str, value: &str) -> Program {
        self.0.env(name, value);
        self
    }

    pub(crate) fn vars(mut self, vars: &[(&str, &str)]) -> Program {
        self.0.envs(vars.iter().copied());
        self
    }

    pub(crate) fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Program {
        self.0.args(args);
        self
    }

    /// The same on another host.
    pub(crate) fn on(self, host: &str) -> Program {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", host]).arg(self.0.get_program()).args(self.0.get_args());
        command.env_clear().current_dir(env!("CARGO_TARGET_TMPDIR"));
        command.envs(self.0.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Program(command)
    }

    /// Starts it.
    pub(crate) fn start(mut self) -> Running {
        let clock = Clock::start();
        let mut child = self.0.spawn().expect("the program starts");
        let stdout = Heard::listen(child.stdout.take().unwrap());
        let stderr = Heard::listen(child.stderr.take().unwrap());
        Running { child, clock, stdout, stderr }
    }

    /// Starts it and waits for its end.
    pub(crate) fn finish(self) -> Finished {
        self.start().finish()
    }
}

/// The program while it runs. It is killed when the test forgets it.
pub(crate) struct Running {
    child: Child,
    clock: Clock,
    stdout: Heard,
    stderr: Heard,
}

impl Running {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it said on standard error so far.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Waits until it says something on standard error.
    #[track_caller]
    pub(crate) fn says(&self, text: &str, limit: Duration) {
        let start = Clock::start();
        while !self.stderr().contains(text) {
            let said = self.stderr();
            assert!(Duration::from_nanos(start.now()) < limit, "{text:?} was not said, only:\n{said}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Where it listens, once it has said so.
    #[track_caller]
    pub(crate) fn listens_at(&self) -> String {
        self.says("/metrics", PATIENCE);
        let said = self.stderr();
        let (_, rest) = said.split_once("metrics on http://").expect("it says where");
        rest.split_once("/metrics").expect("it says what").0.to_owned()
    }

    /// Sends a signal such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let status = Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill");
        assert!(status.success(), "kill -{name} {id}");
    }

    pub(crate) fn kill(&mut self) {
        let _already_over = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn finish(self) -> Finished {
        self.finish_within(PATIENCE)
    }

    /// Waits for its end, not longer than this from now.
    #[track_caller]
    pub(crate) fn finish_within(mut self, limit: Duration) -> Finished {
        let start = Clock::start();
        let status: ExitStatus = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if Duration::from_nanos(start.now()) > limit {
                self.kill();
                panic!("the program did not end within {limit:?}; it said:\n{}", self.stderr());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let took = Duration::from_nanos(self.clock.now());
        let stderr = self.stderr.whole();
        // Nothing does, whatever the exit code.
        assert!(!stderr.contains("panicked at "), "{stderr}");
        Finished {
            code: status.code(),
            stdout: self.stdout.whole(),
            stderr,
            took,
            waited: Duration::from_nanos(start.now()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The exit code; none after a signal that ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// From start to end.
    pub(crate) took: Duration,
    /// How long its end was waited for.
    pub(crate) waited: Duration,
}

impl Finished {
    /// The same, where it ended with this exit code. Tests share two cores: where all was well but for the generator
    /// being kept from its work, that is well too.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Finished {
        let Finished { code: got, stdout, stderr, .. } = &self;
        if (code, *got) == (0, Some(98)) {
            return self;
        }
        assert_eq!(*got, Some(code), "exit code; it said:\n{stderr}\n--- and on standard output:\n{stdout}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: no JSON in\n{}\n{}", self.stdout, self.stderr))
    }
}

/// What comes out of a pipe, collected by a thread.
struct Heard {
    text: Arc<Mutex<Vec<u8>>>,
    thread: Option<JoinHandle<()>>,
}

impl Heard {
    fn listen(mut pipe: impl Read + Send + 'static) -> Heard {
        let text = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&text);
        let thread = std::thread::spawn(move || {
            let mut block = [0; 8192];
            while let Ok(count @ 1..) = pipe.read(&mut block) {
                into.lock().unwrap().extend_from_slice(&block[..count]);
            }
        });
        Heard { text, thread: Some(thread) }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }

    /// Everything, once the other side is closed.
    fn whole(&mut self) -> String {
        if let Some(thread) = self.thread.take() {
            eventually(PATIENCE, "the end of a pipe", || thread.is_finished().then_some(()));
            thread.join().unwrap();
        }
        self.text()
    }
}
