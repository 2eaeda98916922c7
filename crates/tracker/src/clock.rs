//! The one place where the stand-in reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// Now, in unix seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "the stand-in must not depend on engine, whose clock this is not"
)]
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs() as i64)
}
