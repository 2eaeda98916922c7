//! What a release holds besides the program: completions, the manual, and the archive of it all.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::program::trafficinator;

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

/// What must be in nothing that is made of the command line.
const SECRET: &str = "geheim-und-privat";

/// A program of the system.
#[track_caller]
fn run(program: &str, args: &[&str]) -> Output {
    let output = Command::new(program).args(args).output();
    let output = output.unwrap_or_else(|error| panic!("{program} cannot be started: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}: {said}");
    output
}

/// The subcommands that `--help` lists below these words, with those below them.
fn commands(words: &[String]) -> Vec<Vec<String>> {
    let args = words.iter().map(String::as_str).chain(["--help"]);
    let help = trafficinator(args).finish().expect(0).stdout;
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // What a command is about may be longer than a line.
    let names =
        listed.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    let mut found = Vec::new();
    for name in names {
        let words: Vec<String> = words.iter().cloned().chain([name.to_owned()]).collect();
        found.push(words.clone());
        found.extend(commands(&words));
    }
    found
}

/// Pages of the manual, written into a folder.
fn manual() -> (TempDir, Vec<PathBuf>) {
    let folder = TempDir::new().unwrap();
    let done = trafficinator(["man", folder.path().to_str().unwrap()])
        .vars(&[("MATOMO_URL", SECRET), ("MATOMO_TOKEN_AUTH", SECRET), ("TRAFFICINATOR_RATE", SECRET)])
        .finish()
        .expect(0);
    let pages = done.stdout.lines().map(PathBuf::from).collect();
    (folder, pages)
}

#[test]
fn every_command_has_a_page_in_the_manual_that_is_set_without_a_warning() {
    let (_folder, pages) = manual();
    let names: BTreeSet<String> =
        pages.iter().map(|page| page.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let mut expected: BTreeSet<String> =
        commands(&[]).iter().map(|words| format!("trafficinator-{}", words.join("-"))).collect();
    expected.insert("trafficinator".to_owned());
    assert!(expected.contains("trafficinator-emit-kubernetes") && expected.len() > 15, "{expected:?}");
    assert_eq!(names, expected);
    for page in &pages {
        let text = std::fs::read_to_string(page).unwrap();
        assert!(!text.contains(SECRET), "{}", page.display());
        let path = page.to_str().unwrap();
        let output = Command::new("man")
            .args(["--warnings=all", "--local-file", "--encoding=UTF-8", path])
            .env("MANWIDTH", "100")
            .output()
            .expect("`man`, of Debian's package man-db (`make tools`)");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{path}");
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains("SYNOPSIS") && shown.contains("DESCRIPTION"), "{path}: {shown}");
        let name = page.file_stem().unwrap().to_str().unwrap();
        assert!(text.contains(&format!("\n{} \\- ", name.replace('-', "\\-"))), "{text}");
    }
}

#[test]
fn the_page_of_a_command_explains_its_flags_and_names_their_variables() {
    let (folder, _) = manual();
    let page = std::fs::read_to_string(folder.path().join("trafficinator-run.1")).unwrap();
    for text in [
        ".SH EXAMPLES",
        r"\-\-matomo\-url",
        "MATOMO_URL",
        "TARGET_VISITS_PER_DAY",
        r"\fBtrafficinator run\fR",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let whole = trafficinator(["man"]).finish().expect(0).stdout;
    assert_eq!(whole, std::fs::read_to_string(folder.path().join("trafficinator.1")).unwrap());
    let done = trafficinator(["man", "/nowhere/at/all"]).finish().expect(2);
    assert!(done.stderr.contains("there is no such folder"), "{}", done.stderr);
}

#[test]
fn shells_complete_every_command_and_are_told_nothing_of_this_one() {
    let commands = commands(&[]);
    for shell in SHELLS {
        let script = trafficinator(["completions", shell])
            .vars(&[("MATOMO_URL", SECRET), ("MATOMO_TOKEN_AUTH", SECRET)])
            .finish()
            .expect(0)
            .stdout;
        assert!(!script.contains(SECRET), "{shell}");
        for words in &commands {
            assert!(script.contains(words.last().unwrap()), "{shell}: {words:?}");
        }
        assert!(script.contains("matomo-url"), "{shell}");
    }
    let done = trafficinator(["completions", "csh"]).finish().expect(2);
    assert!(
        done.stderr.contains("[possible values: bash, zsh, fish, powershell, elvish]"),
        "{}",
        done.stderr
    );
}

#[test]
fn bash_completes_what_was_begun() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("trafficinator.bash");
    std::fs::write(&path, trafficinator(["completions", "bash"]).finish().expect(0).stdout).unwrap();
    let path = path.to_str().unwrap();
    run("bash", &["--norc", "-n", path]);
    for (line, expected) in [
        ("trafficinator emi", "emit"),
        ("trafficinator emit kube", "kubernetes"),
        ("trafficinator run --matomo-tok", "--matomo-token-auth --matomo-token-auth-file"),
        ("trafficinator completions z", "zsh"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
        let script = format!(
            ". {path}; COMP_WORDS=({line}); COMP_CWORD={}; _trafficinator trafficinator {last} {before}; \
             echo \"${{COMPREPLY[*]}}\"",
            words.len() - 1
        );
        let output = run("bash", &["--norc", "-c", &script]);
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), expected, "{line}");
    }
}

/// Packs the program that is tested into a folder, and names the archive. What is packed calls it: it is large, for its
/// debugger.
fn pack(into: &Path) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let program = into.join("program");
    std::fs::write(&program, format!("#!/bin/sh\nexec '{}' \"$@\"\n", env!("CARGO_BIN_EXE_trafficinator")))
        .unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let output = Command::new(root.join("scripts/dist.sh"))
        .arg(into)
        .current_dir(into)
        .env("BINARY", program)
        .env("TARGET", "test-target")
        .env("SOURCE_DATE_EPOCH", "1795000000")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let archive = into.join(format!("trafficinator-{}-test-target.tar.gz", env!("CARGO_PKG_VERSION")));
    assert!(archive.is_file(), "{}", String::from_utf8_lossy(&output.stdout));
    archive
}

#[test]
fn a_release_is_the_same_bytes_each_time_it_is_packed() {
    let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (one, other) = (pack(first.path()), pack(second.path()));
    assert!(std::fs::read(&one).unwrap() == std::fs::read(other).unwrap());
    let sums = "SHA256SUMS";
    let check =
        Command::new("sha256sum").args(["--check", "--strict", sums]).current_dir(first.path()).output();
    assert!(check.unwrap().status.success());
    std::fs::write(&one, "another").unwrap();
    let check =
        Command::new("sha256sum").args(["--check", "--strict", sums]).current_dir(first.path()).output();
    assert!(!check.unwrap().status.success());
}

#[test]
fn a_release_holds_the_program_its_papers_completions_and_manual() {
    let folder = TempDir::new().unwrap();
    let archive = pack(folder.path());
    let archive = archive.to_str().unwrap();
    let listed = run("tar", &["--list", "--verbose", "--file", archive]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    let name = format!("trafficinator-{}-test-target", env!("CARGO_PKG_VERSION"));
    for path in [
        "trafficinator",
        "README.md",
        "LICENSE",
        "NOTICE",
        "CHANGELOG.md",
        "completions/trafficinator.bash",
        "completions/_trafficinator",
        "completions/trafficinator.fish",
        "completions/trafficinator.ps1",
        "man/man1/trafficinator.1",
        "man/man1/trafficinator-emit-compose.1",
    ] {
        assert!(listed.lines().any(|line| line.ends_with(&format!("{name}/{path}"))), "{path} in\n{listed}");
    }
    // Nobody's name, no other time, nothing that only its maker may read.
    for line in listed.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let may = if fields[0].starts_with('d') || line.ends_with("/trafficinator") {
            "rwxr-xr-x"
        } else {
            "rw-r--r--"
        };
        assert_eq!((&fields[0][1..], fields[1], fields[3]), (may, "0/0", "2026-11-18"), "{line}");
    }
    run("tar", &["--extract", "--file", archive, "--directory", folder.path().to_str().unwrap()]);
    let program = folder.path().join(name).join("trafficinator");
    let output = run(program.to_str().unwrap(), &["--version"]);
    let version = concat!("trafficinator ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), version);
}
