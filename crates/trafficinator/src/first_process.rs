//! Signals where this is process 1, the first of a container: the kernel keeps those from it that it does not handle.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::register_conditional_shutdown;

/// Whether nothing else handles them yet.
static ENDS: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// Lets signals end the program as they would any other process, with the exit codes that shells give for that.
pub(crate) fn end_on_signals() -> io::Result<()> {
    if std::process::id() != 1 {
        return Ok(());
    }
    for signal in [SIGINT, SIGTERM] {
        register_conditional_shutdown(signal, 128 + signal, Arc::clone(&ENDS))?;
    }
    Ok(())
}

/// From here on something else does what signals ask for.
pub(crate) fn leave_signals_to_others() {
    ENDS.store(false, Ordering::SeqCst);
}
