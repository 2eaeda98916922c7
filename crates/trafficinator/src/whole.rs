//! Writes files whole or not at all.

use std::io;
use std::path::Path;

/// Writes a file at once: somebody may be waiting for it, and half of it is of no use. What is there and is no file,
/// such as a pipe, is written to as it is.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        return std::fs::write(path, text);
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    std::fs::write(&part, text)?;
    std::fs::rename(&part, path)
}
