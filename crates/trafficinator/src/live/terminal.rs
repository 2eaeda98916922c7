//! The terminal: taken over while the view is open, and given back whatever happens.

use std::io::{self, BufWriter, IsTerminal as _, Stderr, Write as _};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{self, Event};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

/// Whether the terminal is taken over now. It belongs to the process, so this does.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// A terminal that was taken over; given back when it is dropped.
pub(crate) struct Taken(Terminal<CrosstermBackend<BufWriter<Stderr>>>);

impl Taken {
    /// Takes over the terminal that standard error is: a second screen, without a cursor, and keys one by one.
    pub(crate) fn take() -> io::Result<Taken> {
        give_back_after_a_panic();
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        let taken = || {
            execute!(io::stderr(), EnterAlternateScreen, Hide)?;
            Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(1 << 16, io::stderr())))
        };
        taken().map(Taken).inspect_err(|_| give_back())
    }

    /// Paints a frame. Nothing is painted once a panic has given the terminal back.
    pub(crate) fn draw(&mut self, render: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        if TAKEN.load(Ordering::SeqCst) {
            self.0.draw(render)?;
        }
        Ok(())
    }

    /// The next frame is painted as a whole.
    pub(crate) fn forget(&mut self) -> io::Result<()> {
        self.0.clear()
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

/// What the keyboard, or the window, says; nothing where it says nothing now.
pub(crate) fn next_event() -> io::Result<Option<Event>> {
    if event::poll(Duration::ZERO)? { event::read().map(Some) } else { Ok(None) }
}

/// Whether there is a terminal to show something on, and somebody at its keyboard.
pub(crate) fn is_there() -> bool {
    io::stderr().is_terminal() && io::stdin().is_terminal() && is_in_front()
}

/// Whether the terminal is ours to change: a shell stops what changes it from the background (`trafficinator run &`).
fn is_in_front() -> bool {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return true };
    // After the name, in parentheses: state, parent, group, session, terminal, group in front of the terminal.
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    match (fields.get(2), fields.get(5)) {
        (Some(group), Some(front)) => group == front,
        _ => true,
    }
}

/// Does nothing the second time.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // A terminal that is gone needs nothing back.
        let _ = execute!(io::stderr(), LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        let _ = io::stderr().flush();
    }
}

/// What a panic says has to be seen, on whichever thread it happens.
fn give_back_after_a_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            before(panic);
        }));
    });
}
