//! Writes files whole or not at all.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Writes a file at once: somebody may be waiting for it, and half of it is of no use. What is there and is no file,
/// such as a pipe, is written to as it is, and so is a file that was mounted by itself. A link goes on to be one.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        return std::fs::write(path, text);
    }
    let path = &behind_links(path);
    let part = part_of(path);
    std::fs::write(&part, text)?;
    match std::fs::rename(&part, path) {
        Err(error) if matches!(error.kind(), ErrorKind::ResourceBusy | ErrorKind::CrossesDevices) => {
            std::fs::write(path, text)?;
            std::fs::remove_file(&part)
        }
        renamed => renamed,
    }
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
    let part = part_of(&behind_links(path));
    std::fs::write(&part, "")?;
    std::fs::remove_file(&part)
}

fn behind_links(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// What a file is called before it is whole.
fn part_of(path: &Path) -> OsString {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_goes_on_to_be_one() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        try_out(&link).unwrap();
        write(&link, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
