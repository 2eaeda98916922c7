//! Log lines: plain sentences for people, JSON for machines, and a live line that log lines do not tear apart.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::settings::{LogFormat, LogLevel, Output};

/// So many lines are collected at most; then the oldest make room.
const COLLECTED: usize = 1_000;

/// Standard error, with a live line at its end where it is a terminal.
#[derive(Clone, Debug)]
pub(crate) struct Screen {
    live: Arc<Mutex<bool>>,
    /// Log lines while something else has the screen.
    collected: Arc<Mutex<Option<Collected>>>,
    is_terminal: bool,
}

/// Log lines that are not written yet.
#[derive(Debug, Default)]
struct Collected {
    lines: VecDeque<Vec<u8>>,
    /// How many had to make room.
    gone: usize,
}

impl Screen {
    pub(crate) fn new() -> Screen {
        Screen { live: Arc::default(), collected: Arc::default(), is_terminal: io::stderr().is_terminal() }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Shows a line that the next one, or a log line, replaces.
    pub(crate) fn show(&self, line: &str) {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let width =
            terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| usize::from(width.0));
        let line: String = line.chars().take(width.saturating_sub(1)).collect();
        // A screen that is gone is no reason to stop sending.
        let _ = write!(io::stderr(), "\r\x1b[2K{line}");
        let _ = io::stderr().flush();
        *live = true;
    }

    /// Takes the live line away.
    pub(crate) fn clear(&self) {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut *live) {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }

    /// Keeps log lines from now on instead of writing them.
    pub(crate) fn collect(&self) {
        self.clear();
        self.collected().get_or_insert_default();
    }

    /// The lines that were collected after the first so many.
    pub(crate) fn collected_since(&self, count: usize) -> Vec<String> {
        let collected = self.collected();
        let Some(Collected { lines, gone }) = collected.as_ref() else { return Vec::new() };
        let new = lines.iter().skip(count.saturating_sub(*gone));
        // Lines that are gone count, so that the caller's count stays right.
        let missed = std::iter::repeat_n(String::new(), gone.saturating_sub(count));
        missed.chain(new.map(|line| String::from_utf8_lossy(line).into_owned())).collect()
    }

    /// Writes what was collected, and all that follows as it comes.
    pub(crate) fn release(&self) {
        let Some(Collected { lines, gone }) = self.collected().take() else { return };
        let mut out = io::stderr().lock();
        if gone > 0 {
            let _ = writeln!(out, "{gone} earlier lines are left out");
        }
        for line in lines {
            let _ = out.write_all(&line);
        }
    }

    fn collected(&self) -> MutexGuard<'_, Option<Collected>> {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes one log line, or keeps it.
impl Write for &Screen {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Some(Collected { lines, gone }) = self.collected().as_mut() {
            if lines.len() == COLLECTED {
                lines.pop_front();
                *gone += 1;
            }
            lines.push_back(line.to_vec());
            return Ok(line.len());
        }
        self.clear();
        io::stderr().write_all(line).map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl<'a> MakeWriter<'a> for Screen {
    type Writer = &'a Screen;
    fn make_writer(&'a self) -> &'a Screen {
        self
    }
}

/// Starts logging. An invalid `RUST_LOG` is said and passed over.
pub(crate) fn start(output: &Output, screen: &Screen) {
    let level = match output.log_level {
        LogLevel::Error => Level::ERROR,
        LogLevel::Warn => Level::WARN,
        LogLevel::Info => Level::INFO,
        LogLevel::Debug => Level::DEBUG,
        LogLevel::Trace => Level::TRACE,
    };
    // What libraries say below a warning is of no use to users; RUST_LOG gets at it.
    let own = ["trafficinator", "engine", "tracker", "traffic"];
    let default =
        own.into_iter().fold(Targets::new().with_default(Level::WARN.min(level)), |targets, name| {
            targets.with_target(name, level)
        });
    let given = output.log_filter.as_deref().map(str::parse::<Targets>);
    let (filter, bad) = match given {
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (default, Some(error)),
        None => (default, None),
    };
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(screen.clone());
    // A second call (in tests) leaves the first in place.
    let _ = match output.log_format {
        LogFormat::Json => registry.with(layer.json().flatten_event(true).with_target(false)).try_init(),
        LogFormat::Text => registry.with(layer.event_format(Plain { dated: !screen.is_terminal })).try_init(),
    };
    if let Some(error) = bad {
        tracing::warn!("RUST_LOG is not used: {error}");
    }
}

/// `2026-11-23T04:05:06Z warning: text`; without the date on a terminal, without the level where it is information.
struct Plain {
    dated: bool,
}

impl<S, N> FormatEvent<S, N> for Plain
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if self.dated {
            SystemTime.format_time(&mut writer)?;
            writer.write_char(' ')?;
        }
        let level = match *event.metadata().level() {
            Level::ERROR => "error: ",
            Level::WARN => "warning: ",
            Level::INFO => "",
            Level::DEBUG => "debug: ",
            Level::TRACE => "trace: ",
        };
        writer.write_str(level)?;
        context.field_format().format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collected_lines_are_handed_out_once_and_only_so_many_are_kept() {
        let screen = Screen::new();
        assert!(screen.collected_since(0).is_empty());
        screen.collect();
        for number in 0..COLLECTED + 5 {
            // As tracing does it: a line at once.
            (&screen).write_all(format!("line {number}\n").as_bytes()).unwrap();
        }
        let last = screen.collected_since(COLLECTED + 3);
        assert_eq!(last, ["line 1003\n", "line 1004\n"]);
        let all = screen.collected_since(0);
        assert_eq!(all.len(), COLLECTED + 5, "those that are gone count");
        assert_eq!((all[4].as_str(), all[5].as_str()), ("", "line 5\n"));
        assert!(screen.collected_since(COLLECTED + 5).is_empty());
    }
}
