//! Readers of what `emit` prints, none of them ours: Python's YAML, the schemas of Kubernetes, docker-compose.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The oldest Kubernetes whose clusters have `backoffLimitPerIndex` without asking for it, and newer ones.
const VERSIONS: [&str; 4] = ["1.29", "1.31", "1.34", "1.37"];

const MISSING: &str = "install it with `make tools`";

/// All documents of a text.
#[track_caller]
pub(crate) fn documents(yaml: &str) -> Vec<Value> {
    let script =
        "import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin.buffer.read())), sys.stdout)";
    let mut child = Command::new(python("python"))
        .args(["-B", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(yaml.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{yaml}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The one document of a kind and a name that ends so.
#[track_caller]
pub(crate) fn find<'a>(documents: &'a [Value], kind: &str, end: &str) -> &'a Value {
    let is_meant = |document: &&Value| {
        document["kind"] == kind
            && document["metadata"]["name"].as_str().is_some_and(|name| name.ends_with(end))
    };
    documents.iter().find(is_meant).unwrap_or_else(|| panic!("no {kind} …{end} in {documents:#?}"))
}

/// What the schemas say of manifests; a field they do not know is wrong.
pub(crate) fn validated(yaml: &str) -> Result<(), String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("manifests.yaml");
    std::fs::write(&path, yaml).unwrap();
    for version in VERSIONS {
        let output = Command::new(python("kubernetes-validate"))
            .args(["--strict", "-k", version])
            .arg(&path)
            .output()
            .unwrap();
        let said = said(&output);
        if !output.status.success() || !said.contains("passed for resource") {
            return Err(said);
        }
    }
    Ok(())
}

/// What docker-compose makes of a file: variables put in their places, one notation for everything.
#[track_caller]
pub(crate) fn composed(file: &Path, variables: &[(&str, &str)]) -> Value {
    let output = compose(file, variables);
    assert!(output.status.success(), "{}", said(&output));
    assert!(!said(&output).contains("WARN"), "{}", said(&output));
    documents(&String::from_utf8(output.stdout).unwrap()).remove(0)
}

/// The same, however it ends.
pub(crate) fn compose(file: &Path, variables: &[(&str, &str)]) -> Output {
    Command::new("docker-compose")
        .arg("-f")
        .arg(file)
        .arg("config")
        .envs(variables.iter().copied())
        .output()
        .unwrap_or_else(|error| panic!("docker-compose cannot be started ({error}): {MISSING}"))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

fn python(program: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let path = target.join("manifests/bin").join(program);
    assert!(path.exists(), "{} is not there: {MISSING}", path.display());
    path
}
