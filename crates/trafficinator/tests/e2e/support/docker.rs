//! A real Docker engine: projects of a test's own, whose containers, images, volumes and networks go with it.
//!
//! `make test` starts an engine where none runs (`scripts/with_docker.sh`) and builds the static program that images are
//! made of. Where either is missing a test says that it was skipped.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tempfile::TempDir;

/// The static program, built by `scripts/static.sh`.
const PROGRAM: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/../static/trafficinator");

const DEBIANS: &str = "/usr/bin/docker";

/// What belongs to a checkout that people run in containers.
const FILES: [&str; 9] = [
    "Dockerfile",
    ".dockerignore",
    "LICENSE",
    "NOTICE",
    "docker-compose.yml",
    "docker-compose.loadgen.yml",
    "config",
    "deploy",
    "presets",
];

/// A checkout with the files that containers need and the program as `dist/trafficinator`; in it, commands of Docker
/// see neither variables nor files of whoever runs the tests.
pub(crate) struct Project {
    directory: TempDir,
    /// What its containers, volumes and networks begin with, and the name of its image.
    name: String,
    /// Containers that were started without compose.
    started: std::sync::Mutex<Vec<String>>,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Which way of the two to build an image.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Builder {
    /// The one that came first, and builds stage by stage.
    Classic,
    BuildKit,
}

/// A project for a test; none, said and counted, where there is no engine or no program.
pub(crate) fn project(test: &str) -> Option<Project> {
    static MISSING: OnceLock<Option<&str>> = OnceLock::new();
    let missing = MISSING.get_or_init(|| {
        let answers = docker(Path::new("/"), &["version", "--format", "{{.Server.Version}}"]);
        match answers.map(|said| said.code) {
            Ok(Some(0)) if Path::new(PROGRAM).exists() => None,
            Ok(Some(0)) => Some("there is no static program (scripts/static.sh target/static/trafficinator)"),
            Ok(_) => Some("no Docker engine answers (scripts/with_docker.sh starts one, as root)"),
            Err(_) => Some("there is no Docker (Debian's docker.io)"),
        }
    });
    if let Some(reason) = missing {
        skip(test, reason);
        return None;
    }
    Some(Project::new())
}

/// The ways to say `docker-compose` that work here; none, said and counted, where there is none.
pub(crate) fn composes(test: &str) -> Vec<&'static [&'static str]> {
    const ALL: [&[&str]; 2] = [&["docker-compose"], &["docker", "compose"]];
    let works = |command: &&[&str]| {
        run(Path::new("/"), command[0], &[&command[1..], &["version"]].concat(), &[])
            .is_ok_and(|said| said.code == Some(0))
    };
    let working: Vec<_> = ALL.into_iter().filter(works).collect();
    if working.is_empty() {
        skip(test, "there is no docker-compose (Debian's docker-compose)");
    }
    working
}

/// Says that a test was skipped, past the harness, which keeps what tests say to itself; `scripts/with_docker.sh` counts.
#[expect(clippy::disallowed_methods, reason = "who counts says in the environment where")]
pub(crate) fn skip(test: &str, reason: &str) {
    let line = format!("skipped: {test}: {reason}\n");
    let _nobody_reads = std::io::stderr().write_all(line.as_bytes());
    if let Some(path) = std::env::var_os("SKIPPED_TESTS") {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
}

fn docker(directory: &Path, args: &[&str]) -> std::io::Result<Said> {
    run(directory, "docker", args, &[])
}

/// Runs a command to its end with the variables it needs and those that are given.
fn run(directory: &Path, program: &str, args: &[&str], vars: &[(&str, &str)]) -> std::io::Result<Said> {
    let Output { status, stdout, stderr } = command(directory, program, args, vars).output()?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Said { code: status.code(), stdout: text(stdout), stderr: text(stderr) })
}

#[expect(clippy::disallowed_methods, reason = "where the engine is, is said in the environment")]
fn command(directory: &Path, program: &str, args: &[&str], vars: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir(directory).args(args).stdin(Stdio::null());
    let kept = ["PATH", "DOCKER_HOST", "HOME"];
    command.envs(kept.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command.envs(vars.iter().copied());
    command
}

impl Project {
    fn new() -> Project {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("trafficinator-test-{}-{number}", std::process::id());
        let directory = TempDir::new().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for file in FILES {
            copy(&root.join(file), &directory.path().join(file));
        }
        let project = Project { directory, name, started: std::sync::Mutex::default() };
        copy(Path::new(PROGRAM), &project.path("dist/trafficinator"));
        // Not that of this checkout: somebody's secrets may lie there.
        std::fs::create_dir(project.path("secrets")).unwrap();
        project
    }

    /// The name of its image.
    pub(crate) fn image(&self) -> &str {
        &self.name
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.directory.path().join(file)
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).unwrap();
    }

    /// `docker` with these arguments.
    pub(crate) fn docker(&self, args: &[&str]) -> Said {
        docker(self.directory.path(), args).expect("docker")
    }

    /// Builds the image of the prebuilt program.
    pub(crate) fn try_build(&self, builder: Builder) -> Said {
        let args = ["build", "--tag", &self.name, "--target", "prebuilt"];
        let args = [args.as_slice(), &["--build-arg", "BINARY=dist/trafficinator", "."]].concat();
        let build = |program: &str, kit: &str| {
            run(self.directory.path(), program, &args, &[("DOCKER_BUILDKIT", kit)]).expect("docker")
        };
        match builder {
            Builder::Classic => build("docker", "0"),
            Builder::BuildKit => match build("docker", "1") {
                // Debian's has it built in; it may not be the first that is found.
                said if said.lacks_buildkit() && Path::new(DEBIANS).exists() => build(DEBIANS, "1"),
                said => said,
            },
        }
    }

    /// The same in the way that always works.
    #[track_caller]
    pub(crate) fn build(&self) {
        self.try_build(Builder::Classic).expect(0);
    }

    /// Starts a container of the image in the background, as hardened as the compose files do; `options` go before the
    /// image, `args` are for the program. Gives its id.
    #[track_caller]
    pub(crate) fn start(&self, options: &[&str], args: &[&str]) -> String {
        let hardened = ["run", "--detach", "--read-only", "--cap-drop", "ALL"];
        let safe = ["--security-opt", "no-new-privileges:true"];
        let said =
            self.docker(&[&hardened, safe.as_slice(), options, &[self.image()], args].concat()).expect(0);
        let id = said.stdout.trim().to_owned();
        self.started.lock().unwrap().push(id.clone());
        id
    }

    /// What `docker inspect` says of a container, by a Go template.
    #[track_caller]
    pub(crate) fn inspect(&self, id: &str, template: &str) -> String {
        self.docker(&["inspect", "--format", template, id]).expect(0).stdout.trim().to_owned()
    }

    /// Everything `docker inspect` says.
    #[track_caller]
    pub(crate) fn inspect_all(&self, id: &str) -> Value {
        serde_json::from_str(&self.docker(&["inspect", id]).expect(0).stdout).unwrap()
    }

    /// What the program in a container said, on both streams.
    #[track_caller]
    pub(crate) fn logs(&self, id: &str) -> String {
        let said = self.docker(&["logs", id]).expect(0);
        said.stdout + &said.stderr
    }

    /// `docker-compose` in this project, with the prebuilt program and these variables.
    pub(crate) fn compose(&self, command: &[&str], args: &[&str], vars: &[(&str, &str)]) -> Said {
        let prebuilt = [
            ("COMPOSE_PROJECT_NAME", self.name.as_str()),
            ("LOADGEN_IMAGE", self.image()),
            ("LOADGEN_BUILD", "prebuilt"),
            ("LOADGEN_BINARY", "dist/trafficinator"),
            ("DOCKER_BUILDKIT", "0"),
        ];
        let args = [&command[1..], args].concat();
        run(self.directory.path(), command[0], &args, &[&prebuilt, vars].concat()).expect("docker-compose")
    }

    /// Sets a network up in which names of containers are addresses.
    #[track_caller]
    pub(crate) fn network(&self) -> &str {
        self.docker(&["network", "create", "--label", &self.label(), &self.name]).expect(0);
        &self.name
    }

    /// Ids of the containers that compose made.
    pub(crate) fn containers(&self) -> Vec<String> {
        self.labelled(&["ps", "--all"])
    }

    fn label(&self) -> String {
        format!("com.docker.compose.project={}", self.name)
    }

    /// Ids of what carries the label of this project.
    fn labelled(&self, list: &[&str]) -> Vec<String> {
        let filter = format!("label={}", self.label());
        let said = self.docker(&[list, &["--quiet", "--filter", &filter]].concat());
        said.stdout.split_whitespace().map(str::to_owned).collect()
    }
}

impl Drop for Project {
    /// Whatever happened: what was made goes, by its id.
    fn drop(&mut self) {
        let mut containers = std::mem::take(&mut *self.started.lock().unwrap());
        containers.extend(self.containers());
        for id in containers {
            self.docker(&["rm", "--force", "--volumes", &id]);
        }
        for id in self.labelled(&["network", "ls"]) {
            self.docker(&["network", "rm", &id]);
        }
        for id in self.labelled(&["volume", "ls"]) {
            self.docker(&["volume", "rm", "--force", &id]);
        }
        self.docker(&["rmi", "--force", self.image(), &format!("{}-tracker", self.image())]);
    }
}

impl Said {
    /// The same, where it ended with this exit code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Said {
        assert_eq!(self.code, Some(code), "{}\n--- and on standard output:\n{}", self.stderr, self.stdout);
        self
    }

    /// Newer clients want a plug-in for that builder.
    pub(crate) fn lacks_buildkit(&self) -> bool {
        self.code != Some(0) && self.stderr.contains("buildx component is missing")
    }

    /// Both streams.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let name = entry.unwrap().file_name();
            copy(&from.join(&name), &to.join(&name));
        }
    } else {
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
}
