//! The files that settings name: read, so that they can go with the shards, and looked through for secrets.

use std::path::{Path, PathBuf};

use super::{SECRETS_OF_TARGETS, is_file};
use crate::settings::{Described, scenario_file};
use crate::sitemap;

/// A file that goes with the shards.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// The variable that names it.
    pub(super) variable: &'static str,
    /// Where it is here, from the root.
    pub(super) path: PathBuf,
    /// Its name there: letters, digits, dots, dashes and underscores, and no two alike.
    pub(super) key: String,
    pub(super) content: Vec<u8>,
}

/// Reads the files that settings name. The error is a problem a line.
pub(super) fn of(described: &[Described]) -> Result<Vec<File>, Vec<String>> {
    let mut files: Vec<File> = Vec::new();
    let mut problems = Vec::new();
    for setting in described.iter().filter(|setting| is_file(setting)) {
        let path = Path::new(&setting.value);
        match read(path) {
            Ok((path, content)) => {
                problems.extend(told(setting, &content));
                let key = key(&path, &files);
                files.push(File { variable: setting.name, path, key, content });
            }
            Err(error) => {
                problems.push(format!("{} {}: it cannot be read: {error}", setting.label, path.display()));
            }
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

/// A pipe, such as that of `<(...)`, was read before and is empty by now.
fn read(path: &Path) -> std::io::Result<(PathBuf, Vec<u8>)> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other(
            "it is no regular file, and what is in a pipe can be read once; give a file",
        ));
    }
    Ok((std::path::absolute(path)?, std::fs::read(path)?))
}

/// What keeps a file from being copied.
fn told(setting: &Described, content: &[u8]) -> Vec<String> {
    match setting.name {
        "TRAFFICINATOR_SCENARIO" => scenario_file::private(&String::from_utf8_lossy(content))
            .into_iter()
            .map(|entry| {
                let advice = if entry.key.starts_with("targets.") {
                    SECRETS_OF_TARGETS
                } else {
                    "give that as a variable or a file of its own, as you would to `run`"
                };
                format!(
                    "{} ({}:{}): {}, and the scenario file goes with the shards as it is; {advice}",
                    entry.key, setting.value, entry.line, entry.value
                )
            })
            .collect(),
        "TRAFFICINATOR_SITEMAP" if sitemap::is_index(content) => vec![format!(
            "{} {}: it is an index, and the sitemaps that it names do not go with the shards; give one of them, or \
             the URL of the index",
            setting.label, setting.value
        )],
        // A certificate is public, and what it is signed with is not.
        "TRAFFICINATOR_CA_FILE" if String::from_utf8_lossy(content).contains("PRIVATE KEY-----") => {
            vec![format!(
                "{} {}: it holds a private key, and goes with the shards as it is; give a file with the certificate alone",
                setting.label, setting.value
            )]
        }
        _ => Vec::new(),
    }
}

/// The name of a file, as every system takes it; the end of it says what is in it.
fn key(path: &Path, files: &[File]) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let name: String = name.chars().map(plain).collect();
    let name = &name[name.len().saturating_sub(100)..];
    let mut key = name.to_owned();
    for number in 2.. {
        if !key.starts_with('.') && files.iter().all(|file| file.key != key) {
            break;
        }
        key = format!("{number}-{name}");
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_get_names_that_differ_and_that_every_system_takes() {
        let mut files: Vec<File> = Vec::new();
        for (path, expected) in [
            ("a/scenario.toml", "scenario.toml"),
            ("b/scenario.toml", "2-scenario.toml"),
            ("c/scenario.toml", "3-scenario.toml"),
            ("d/mein Geschäft.csv", "mein_Gesch_ft.csv"),
            ("e/..data", "2-..data"),
        ] {
            let key = key(Path::new(path), &files);
            assert_eq!(key, expected, "{path}");
            files.push(File { variable: "URLS_FILE", path: path.into(), key, content: Vec::new() });
        }
    }
}
