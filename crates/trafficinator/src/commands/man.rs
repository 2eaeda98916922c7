//! `man`: prints the manual page of the program, or writes those of all commands.

use super::{complain, print};
use crate::cli::{self, ManTo};
use crate::exit::Exit;

/// The `man` command.
pub(super) fn man(to: &ManTo) -> anyhow::Result<Exit> {
    let pages = cli::pages()?;
    match to {
        ManTo::Stdout => {
            for page in pages.into_iter().take(1) {
                print(&String::from_utf8(page.text)?)?;
            }
        }
        ManTo::Folder(folder) => {
            if !folder.is_dir() {
                complain([format!(
                    "{}: there is no such folder; make it, or give another",
                    folder.display()
                )]);
                return Ok(Exit::Usage);
            }
            for page in pages {
                let path = folder.join(page.file);
                std::fs::write(&path, page.text)
                    .map_err(|error| anyhow::anyhow!("{}: it cannot be written: {error}", path.display()))?;
                print(&format!("{}\n", path.display()))?;
            }
        }
    }
    Ok(Exit::Ok)
}
