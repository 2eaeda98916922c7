//! Signals that end a run.

#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind};

/// What the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// Waits for signals.
#[derive(Debug)]
pub(in crate::commands) struct Signals {
    #[cfg(unix)]
    interrupt: unix::Signal,
    #[cfg(unix)]
    terminate: unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    pub(in crate::commands) fn listen() -> std::io::Result<Signals> {
        let signals = Signals {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
        };
        crate::first_process::leave_signals_to_others();
        Ok(signals)
    }

    #[cfg(not(unix))]
    pub(in crate::commands) fn listen() -> std::io::Result<Signals> {
        Ok(Signals {})
    }

    /// The next one.
    #[cfg(unix)]
    pub(in crate::commands) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }

    /// The next one.
    #[cfg(not(unix))]
    pub(in crate::commands) async fn next(&mut self) -> Signal {
        let _ = tokio::signal::ctrl_c().await;
        Signal::Interrupt
    }
}
