//! Writes files whole or not at all.

use std::ffi::OsString;
use std::io;
use std::path::Path;

/// Writes a file at once: somebody may be waiting for it, and half of it is of no use. What is there and is no file,
/// such as a pipe, is written to as it is.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        return std::fs::write(path, text);
    }
    let part = part_of(path);
    std::fs::write(&part, text)?;
    std::fs::rename(&part, path)
}

/// Whether a path is one of a file in a folder that exists.
pub(crate) fn has_folder(path: &Path) -> bool {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.is_dir() && !path.is_dir()
}

/// Whether writing will be possible, as far as can be told: in containers folders are read-only, or somebody else's. What
/// is there is left alone.
pub(crate) fn try_out(path: &Path) -> io::Result<()> {
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        return Ok(());
    }
    let part = part_of(path);
    std::fs::write(&part, "")?;
    std::fs::remove_file(&part)
}

/// What a file is called before it is whole.
fn part_of(path: &Path) -> OsString {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    part
}
