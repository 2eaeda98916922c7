//! The crate is pure, as a rule that a machine checks: no input or output, no clock, no threads, no environment, no
//! arithmetic that differs between machines.

use std::fs;
use std::path::{Path, PathBuf};

/// What the sources must not mention outside their tests, and why.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("it sends nothing", &["std::net::Tcp", "std::net::Udp", "net::{Tcp", "TcpStream", "tokio", "hyper"]),
    ("it reads and writes no files", &["std::fs", "std::io", "std::process", "File::open"]),
    ("it has no clock", &["std::time::Instant", "time::Instant", "Instant::now", "SystemTime", "::now()"]),
    ("it starts no threads", &["std::thread", "thread::spawn", "thread_local!", "rayon"]),
    ("its settings are arguments", &["std::env", "env::var", "env!(", "option_env!("]),
    (
        "it draws from its own streams only",
        &["rand::", "getrandom", "RandomState", "thread_rng", "from_os_rng"],
    ),
    (
        "it keeps no state behind anybody's back",
        &["static mut", "OnceLock", "LazyLock", "Mutex", "RwLock", "Atomic"],
    ),
    (
        "use libm: these functions differ in their last bit from machine to machine",
        &[
            ".ln()",
            ".ln_1p()",
            ".log(",
            ".log2()",
            ".log10()",
            ".exp()",
            ".exp2()",
            ".exp_m1()",
            ".powf(",
            ".powi(",
            ".cbrt()",
            ".hypot(",
            ".sin()",
            ".cos()",
            ".tan()",
            ".tanh()",
            ".atan2(",
            "f64::ln",
            "f64::exp",
            "f64::powf",
            "f64::powi",
            "f64::log",
        ],
    ),
];

/// The crates it may use: data, arithmetic and time zones.
const DEPENDENCIES: &[&str] = &[
    "itoa",
    "jiff",
    "libm",
    "rand_core",
    "rand_xoshiro",
    "serde",
    "serde_json",
    "sha1",
    "thiserror",
    "toml",
    "url",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file: without its comments, and without what is compiled for tests only (an item that begins at the
/// margin and ends with a brace there, as rustfmt has it).
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut testing = false;
    for line in text.lines() {
        testing |= line.starts_with("#[cfg(test)]");
        if !testing && !line.trim_start().starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
        testing &= line != "}";
    }
    code
}

fn offences(text: &str) -> Vec<String> {
    let code = code(text);
    let found = |(reason, words): &(&str, &'static [&'static str])| {
        let reason = (*reason).to_owned();
        words
            .iter()
            .filter(|word| code.contains(**word))
            .map(move |word| format!("{word}: {reason}"))
            .collect::<Vec<_>>()
    };
    FORBIDDEN.iter().flat_map(found).collect()
}

#[test]
fn the_sources_mention_nothing_impure() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 15, "{files:?}");
    let offences: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let place = file.strip_prefix(&root).unwrap().display().to_string();
            offences(&fs::read_to_string(file).unwrap())
                .into_iter()
                .map(move |offence| format!("{place}: {offence}"))
        })
        .collect();
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn an_impure_source_would_be_found_and_its_tests_and_comments_are_left_alone() {
    let source = "//! Like tokio, but pure.\n\
        fn pure(x: f64) -> f64 {\n    libm::exp(x).sqrt()\n}\n\
        #[cfg(test)]\nmod tests {\n    fn read() {\n        std::fs::read(\"x\").unwrap();\n    }\n}\n";
    assert_eq!(offences(source), Vec::<String>::new());
    let late = format!("{source}fn late() -> bool {{\n    std::env::args().count() as f64.ln() > 1.0\n}}\n");
    assert_eq!(offences(&late).len(), 2, "{:?}", offences(&late));
    for (_, words) in FORBIDDEN {
        for word in *words {
            assert!(!offences(&format!("fn f() {{\n    let _ = {word};\n}}\n")).is_empty());
        }
    }
}

/// Names of the `[dependencies]` of a manifest, also of those for one kind of machine.
fn dependencies(manifest: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside = section == "dependencies" || section.ends_with(".dependencies");
            // `[dependencies.name]` is a dependency in a section of its own.
            names.extend(section.strip_prefix("dependencies."));
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            names.extend(line.split(['.', '=', ' ']).next());
        }
    }
    names
}

#[test]
fn it_depends_on_data_arithmetic_and_time_zones_only() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let names = dependencies(&manifest);
    assert!(names.contains(&"libm"), "{names:?}");
    for name in names {
        assert!(
            DEPENDENCIES.contains(&name),
            "{name} is not among {DEPENDENCIES:?}: does it keep the crate pure?"
        );
    }
    let wrong = "[dependencies]\ntokio.workspace = true\nrand = \"0.10\"\n[dependencies.hyper]\nversion = \"1\"\n\
        [target.'cfg(unix)'.dependencies]\nnix = \"1\"\n[dev-dependencies]\ninsta = \"1\"\n";
    assert_eq!(dependencies(wrong), ["tokio", "rand", "hyper", "nix"]);
}
