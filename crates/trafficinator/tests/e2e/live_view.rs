//! The live view in a real terminal, that of a tmux of the test's own.

use std::process::Command;

use crate::support::server::{Server, never, status};
use crate::support::{PATIENCE, eventually};

#[test]
fn the_view_shows_a_run_obeys_keys_and_gives_the_terminal_back() {
    let server = Server::obliging();
    let terminal = Terminal::start(&server, "", "--rate 20/s");
    terminal.shows("Response times, whole run");
    let shown = terminal.shows("≤");
    for part in ["running", "planned 20.0", "p99", "Messages", "q stop", "seed 7"] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    assert_eq!(terminal.state(), "1 0", "another screen, without a cursor");

    terminal.press("?");
    terminal.shows("0.25x to 4x");
    terminal.press("?");
    terminal.shows_no_more("0.25x to 4x");
    terminal.press("+");
    terminal.shows("1.25x planned");
    terminal.shows("planned 25.0");
    terminal.press("-");
    terminal.shows_no_more("1.25x planned");
    terminal.press("p");
    terminal.shows("paused");
    terminal.shows("0.00  planned 0.00");
    terminal.press("p");
    terminal.shows("running");

    terminal.tmux(&["resize-window", "-t", "run", "-x", "60", "-y", "18"]);
    eventually(PATIENCE, "a view as wide as the window", || {
        let shown = terminal.screen();
        let rows: Vec<&str> = shown.lines().collect();
        let is_whole =
            rows.len() == 18 && rows[17].contains("q stop") && rows[0].trim_end().chars().count() == 60;
        is_whole.then_some(())
    });
    terminal.tmux(&["resize-window", "-t", "run", "-x", "100", "-y", "60"]);
    // A key that comes together with a new size is kept back by crossterm until the next one comes.
    eventually(PATIENCE, "a view as high as the window", || {
        let shown = terminal.screen();
        let rows: Vec<&str> = shown.lines().collect();
        (rows.len() == 60 && rows[59].contains("q stop")).then_some(())
    });

    terminal.press("q");
    let end = terminal.ended();
    assert!(is_well(&end), "{end}");
    assert!(end.contains("the rate was changed by hand"), "the result is marked:\n{end}");
    assert!(end.contains("ended by a signal") && end.contains("ok: all"), "the summary:\n{end}");
    assert!(end.contains("stopping: open visits have"), "what was logged meanwhile:\n{end}");
    assert!(end.contains("sending to"), "what was there before:\n{end}");
    assert!(!end.contains("q stop"), "nothing of the view is left:\n{end}");
    terminal.is_as_it_was(&end);
}

#[test]
fn a_target_that_hangs_is_told_and_ctrl_c_twice_stops_at_once() {
    let server = Server::start(|seen| match seen.hit {
        Some(40..) => never(),
        _ => status(204),
    });
    let terminal = Terminal::start(&server, "NO_COLOR=1", "--rate 50/s --concurrency 4");
    terminal.shows("all slots taken");
    terminal.shows("no answers for");
    let coloured = terminal.tmux(&["capture-pane", "-e", "-p", "-t", "run"]);
    assert!(coloured.contains("\u{1b}["), "some of it is bold");
    assert_eq!(colours(&coloured), Vec::<u16>::new(), "NO_COLOR");
    terminal.press("C-c");
    terminal.shows("draining");
    terminal.press("C-c");
    let end = terminal.ended();
    assert!(end.contains("code=130") && end.contains("aborted 4"), "{end}");
    terminal.is_as_it_was(&end);
}

#[test]
fn a_terminal_that_can_do_nothing_gets_lines() {
    let server = Server::obliging();
    for variable in ["TERM=dumb", "TRAFFICINATOR_QUIET=true", "LOG_FORMAT=json"] {
        let terminal = Terminal::start(&server, variable, "--rate 20/s --duration 1s");
        let end = terminal.ended();
        assert!(is_well(&end), "{end}");
        assert!(!end.contains("q stop"), "{variable}:\n{end}");
        assert!(end.contains("sending to") || variable.contains("QUIET"), "{variable}:\n{end}");
        terminal.is_as_it_was(&end);
    }
}

/// Whether a run ended well, or would have on a machine of its own.
fn is_well(end: &str) -> bool {
    end.contains("code=0")
        || (end.contains("code=98") && end.contains("void: the generator was the bottleneck"))
}

/// Codes in escape sequences that stand for a colour.
fn colours(text: &str) -> Vec<u16> {
    let sequences = text.split("\u{1b}[").skip(1).filter_map(|rest| rest.split_once('m'));
    let codes = sequences.flat_map(|(codes, _)| codes.split(';').filter_map(|code| code.parse().ok()));
    codes.filter(|code| matches!(code, 30..=38 | 40..=48 | 90..=97 | 100..=107)).collect()
}

/// A terminal in which the program runs. It is closed when the test forgets it.
struct Terminal {
    socket: String,
}

impl Terminal {
    /// Starts the program with a variable and arguments, in a terminal of 100 columns and 30 rows.
    fn start(server: &Server, variable: &str, args: &str) -> Terminal {
        let port = server.url().rsplit(':').next().unwrap_or_default().trim_end_matches('/').to_owned();
        let terminal =
            Terminal { socket: format!("trafficinator-{}-{port}-{}", std::process::id(), variable.len()) };
        let program = env!("CARGO_BIN_EXE_trafficinator");
        let url = server.url();
        // A shell that goes on keeps the terminal, and tells what it was left like.
        let line = format!(
            "{variable} MATOMO_URL={url} MATOMO_SITE_ID=1 TRAFFICINATOR_PROFILE=classic PAUSE_BETWEEN_PVS_MIN=0.1 \
             PAUSE_BETWEEN_PVS_MAX=0.3 '{program}' run --seed 7 {args}; code=$?; stty -a; echo code=$code; exec cat"
        );
        terminal.tmux(&["-f", "/dev/null", "new-session", "-d", "-s", "run", "-x", "100", "-y", "30", &line]);
        terminal.tmux(&["set-option", "-g", "status", "off"]);
        terminal.tmux(&["resize-window", "-t", "run", "-x", "100", "-y", "30"]);
        terminal
    }

    fn tmux(&self, args: &[&str]) -> String {
        let mut command = Command::new("tmux");
        command.env_remove("TMUX").env_remove("NO_COLOR").env("LC_ALL", "C.UTF-8");
        let output = command.args(["-u", "-L", &self.socket]).args(args).output().expect("tmux");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tmux {args:?}: {error}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn press(&self, key: &str) {
        self.tmux(&["send-keys", "-t", "run", key]);
    }

    fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-t", "run"])
    }

    /// Waits for the end of the program, and returns all that was ever on the first screen.
    #[track_caller]
    fn ended(&self) -> String {
        self.shows("code=");
        self.tmux(&["capture-pane", "-p", "-S", "-", "-t", "run"])
    }

    /// Waits until the screen shows something, and returns it.
    #[track_caller]
    fn shows(&self, text: &str) -> String {
        let mut last = String::new();
        eventually(PATIENCE, &format!("{text:?} on the screen"), || {
            last = self.screen();
            last.contains(text).then(|| last.clone())
        })
    }

    #[track_caller]
    fn shows_no_more(&self, text: &str) {
        eventually(PATIENCE, &format!("a screen without {text:?}"), || {
            (!self.screen().contains(text)).then_some(())
        });
    }

    /// Whether the second screen is on, and whether there is a cursor.
    fn state(&self) -> String {
        self.tmux(&["display-message", "-p", "-t", "run", "#{alternate_on} #{cursor_flag}"]).trim().to_owned()
    }

    /// `end` has what `stty` said after the program had ended.
    #[track_caller]
    fn is_as_it_was(&self, end: &str) {
        assert_eq!(self.state(), "0 1", "the first screen, with a cursor");
        let words: Vec<&str> = end.split_whitespace().collect();
        for mode in ["icanon", "echo", "isig", "opost"] {
            assert!(
                words.contains(&mode) || words.contains(&format!("{mode};").as_str()),
                "{mode} in\n{end}"
            );
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _already_gone = Command::new("tmux").args(["-L", &self.socket, "kill-server"]).output();
    }
}
