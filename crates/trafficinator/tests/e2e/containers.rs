//! The image, in a real Docker engine.

use serde_json::Value;

use crate::support::docker::{Builder, Project, project, skip};
use crate::support::{PATIENCE, TOKEN, eventually};

/// A health check that does not make a test wait.
const OFTEN: [&str; 4] = ["--health-interval", "1s", "--health-start-period", "0s"];

/// Starts the stand-in in the network of the project, where it is found by the name `tracker`.
fn start_tracker(project: &Project) -> String {
    start_tracker_with(project, &[])
}

fn start_tracker_with(project: &Project, more: &[&str]) -> String {
    let options = ["--network", project.image(), "--network-alias", "tracker", "--no-healthcheck"];
    project.start(&options, &[&["tracker", "--listen", "0.0.0.0:8899"], more].concat())
}

/// Starts a run against it.
fn start_run(project: &Project, options: &[&str]) -> String {
    let network = ["--network", project.image(), "--env", "MATOMO_URL=http://tracker:8899/"];
    let visits = ["--env", "TRAFFICINATOR_RATE=10/s", "--env", "MATOMO_SITE_ID=1"];
    project.start(&[&network, visits.as_slice(), &OFTEN, options].concat(), &["run"])
}

/// Waits until the engine thinks so of a container, and gives what the last check said.
#[track_caller]
fn await_health(project: &Project, id: &str, wanted: &str) -> String {
    eventually(PATIENCE, wanted, || {
        let health = &project.inspect_all(id)[0]["State"]["Health"];
        let last = health["Log"].as_array()?.last()?["Output"].as_str()?.to_owned();
        (health["Status"] == wanted).then_some(last)
    })
}

/// Waits until a container has ended, and gives its exit code.
#[track_caller]
fn await_end(project: &Project, id: &str) -> String {
    eventually(PATIENCE, "the end of the container", || {
        let state = project.inspect(id, "{{.State.Status}} {{.State.ExitCode}}");
        state.strip_prefix("exited ").map(str::to_owned)
    })
}

/// All was well, but for the generator being kept from its work by other tests.
#[track_caller]
fn assert_well(project: &Project, id: &str, code: &str) {
    assert!(["0", "98"].contains(&code), "it ended with {code}:\n{}", project.logs(id));
}

/// What a file of a container holds, also when that has ended.
fn file(project: &Project, id: &str, path: &str) -> Value {
    let here = project.path("copy");
    project.docker(&["cp", &format!("{id}:{path}"), &here.display().to_string()]).expect(0);
    serde_json::from_str(&std::fs::read_to_string(here).unwrap()).unwrap()
}

#[test]
fn both_builders_make_an_image_that_holds_little_more_than_the_program() {
    const TEST: &str = "both_builders_make_an_image_that_holds_little_more_than_the_program";
    let Some(project) = project(TEST) else { return };
    for builder in [Builder::BuildKit, Builder::Classic] {
        // What the other one made would be left without a name.
        project.docker(&["rmi", "--force", project.image()]);
        let said = project.try_build(builder);
        if said.lacks_buildkit() {
            skip(TEST, "this Docker has no BuildKit; the classic builder was tested");
            continue;
        }
        said.expect(0);
        let size: u64 = project.inspect(project.image(), "{{.Size}}").parse().unwrap();
        assert!(size < 20_000_000, "{builder:?}: {size} bytes");
        let image = &project.inspect_all(project.image())[0];
        let config = &image["Config"];
        assert_eq!(config["User"], "65532:65532");
        assert_eq!(config["Entrypoint"], serde_json::json!(["trafficinator"]));
        assert_eq!(config["Cmd"], serde_json::json!(["run"]));
        assert_eq!(config["StopSignal"], "SIGTERM");
        assert_eq!(config["Healthcheck"]["Test"], serde_json::json!(["CMD", "trafficinator", "health"]));
        let labels = &config["Labels"];
        assert_eq!(labels["org.opencontainers.image.version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(labels["org.opencontainers.image.licenses"], "MIT");
        for shell in ["sh", "/bin/sh", "/busybox/sh"] {
            let said =
                project.docker(&["run", "--rm", "--network", "none", "--entrypoint", shell, project.image()]);
            assert_eq!(said.code, Some(127), "{shell}: {said:?}");
        }
        let said = project.docker(&[
            "run",
            "--rm",
            "--network",
            "none",
            "--read-only",
            project.image(),
            "--version",
        ]);
        assert_eq!(said.expect(0).stdout, concat!("trafficinator ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}

#[test]
fn a_container_sends_is_healthy_and_drains_when_it_is_stopped() {
    let Some(project) = project("a_container_sends_is_healthy_and_drains_when_it_is_stopped") else { return };
    project.build();
    project.network();
    let tracker = start_tracker(&project);
    // A relative name is one in the volume.
    let id = start_run(&project, &["--env", "TRAFFICINATOR_SUMMARY_JSON=run.json"]);
    await_health(&project, &id, "healthy");
    eventually(PATIENCE, "hits that were accepted", || {
        let said = project.docker(&["exec", &id, "trafficinator", "health"]).expect(0).stdout;
        (said.starts_with("sending; ") && !said.contains(" 0 hits accepted")).then_some(())
    });
    let users = project.docker(&["top", &id, "-eo", "pid,uid,gid"]).expect(0).stdout;
    let users: Vec<&str> = users.lines().skip(1).flat_map(|line| line.split_whitespace().skip(1)).collect();
    assert_eq!(users, ["65532", "65532"]);
    project.docker(&["stop", "--time", "40", &id]).expect(0);
    let code = await_end(&project, &id);
    assert_well(&project, &id, &code);
    let logs = project.logs(&id);
    for text in ["stopping: open visits have 30 s to finish", "acknowledged"] {
        assert!(logs.contains(text), "{text}:\n{logs}");
    }
    let summary = file(&project, &id, "/data/run.json");
    assert_eq!(summary["run"]["stopped_by"], "signal");
    assert_eq!(summary["visits"]["planned"], summary["visits"]["completed"], "{}", summary["visits"]);
    eventually(PATIENCE, "visits that the stand-in tells of", || {
        project.logs(&tracker).contains("visits recorded").then_some(())
    });
}

#[test]
fn a_container_that_waits_is_healthy_starts_on_a_file_and_can_be_stopped_before() {
    let test = "a_container_that_waits_is_healthy_starts_on_a_file_and_can_be_stopped_before";
    let Some(project) = project(test) else { return };
    project.build();
    project.network();
    start_tracker(&project);
    let waiting = ["--env", "AUTO_START=false", "--env", "START_CHECK_INTERVAL=0.1"];
    let id = start_run(&project, &waiting);
    let said = await_health(&project, &id, "healthy");
    assert_eq!(said.trim(), "waiting for the start signal (START_SIGNAL_FILE)");
    project.write("go", "");
    let here = project.path("go").display().to_string();
    project.docker(&["cp", &here, &format!("{id}:/data/loadgen.start")]).expect(0);
    eventually(PATIENCE, "a run that sends", || {
        let said = project.docker(&["exec", &id, "trafficinator", "health"]).expect(0).stdout;
        said.starts_with("sending").then_some(())
    });
    // As process 1 it gets only the signals that it asked for.
    let id = start_run(&project, &waiting);
    eventually(PATIENCE, "a run that waits", || project.logs(&id).contains("to appear").then_some(()));
    project.docker(&["stop", "--time", "20", &id]).expect(0);
    assert_eq!(await_end(&project, &id), "0", "{}", project.logs(&id));
}

#[test]
fn a_container_ends_on_a_signal_before_anything_listens_for_it() {
    let Some(project) = project("a_container_ends_on_a_signal_before_anything_listens_for_it") else {
        return;
    };
    project.build();
    project.network();
    start_tracker_with(&project, &["--delay", "600s"]);
    // What the stand-in never answers is read before the run.
    let sitemap = ["--env", "TRAFFICINATOR_SITEMAP=http://tracker:8899/matomo.php"];
    for (signal, code) in [("TERM", "143"), ("INT", "130")] {
        let id = start_run(&project, &[&sitemap[..], &["--env", "TRAFFICINATOR_TIMEOUT=10m"]].concat());
        // As process 1 it may not have asked for signals yet.
        eventually(PATIENCE, "the end of the container", || {
            project.docker(&["kill", "--signal", signal, &id]);
            (project.inspect(&id, "{{.State.Status}}") == "exited").then_some(())
        });
        assert_eq!(project.inspect(&id, "{{.State.ExitCode}}"), code, "{}", project.logs(&id));
    }
}

#[test]
fn a_container_whose_target_is_unreachable_is_unhealthy_and_goes_on() {
    let Some(project) = project("a_container_whose_target_is_unreachable_is_unhealthy_and_goes_on") else {
        return;
    };
    project.build();
    project.network();
    let id = start_run(&project, &["--health-retries", "2"]);
    let said = await_health(&project, &id, "unhealthy");
    assert!(said.starts_with("the target is unreachable, it was not reached yet; "), "{said}");
    project.docker(&["exec", &id, "trafficinator", "health"]).expect(1);
    assert_eq!(project.inspect(&id, "{{.State.Status}} {{.RestartCount}}"), "running 0");
    // It outlives that: as soon as the target is there it sends.
    start_tracker(&project);
    let said = await_health(&project, &id, "healthy");
    assert!(said.starts_with("sending; "), "{said}");
}

#[test]
fn a_token_from_a_file_is_seen_nowhere() {
    let Some(project) = project("a_token_from_a_file_is_seen_nowhere") else { return };
    project.build();
    project.network();
    let tracker = start_tracker(&project);
    project.write("secrets/matomo_token", TOKEN);
    let mount = format!("{}:/run/secrets:ro", project.path("secrets").display());
    let options = ["--volume", &mount, "--env", "MATOMO_TOKEN_AUTH_FILE=/run/secrets/matomo_token"];
    let id = start_run(&project, &[options.as_slice(), &["--env", "MAX_TOTAL_VISITS=20"]].concat());
    let code = await_end(&project, &id);
    assert_well(&project, &id, &code);
    let logs = project.logs(&id);
    assert!(!logs.contains("RANDOMIZE_VISITOR_COUNTRIES"), "there is a token:\n{logs}");
    for (what, text) in [
        ("docker inspect", project.inspect_all(&id).to_string()),
        ("docker logs", logs),
        ("the logs of the stand-in", project.logs(&tracker)),
        ("docker history", project.docker(&["history", "--no-trunc", project.image()]).expect(0).all()),
    ] {
        assert!(!text.contains(TOKEN), "{what} shows the token");
    }
}

#[test]
fn a_run_that_is_over_ends_its_container() {
    let Some(project) = project("a_run_that_is_over_ends_its_container") else { return };
    project.build();
    project.network();
    start_tracker(&project);
    let id = start_run(&project, &["--env", "MAX_TOTAL_VISITS=10", "--restart", "no"]);
    let code = await_end(&project, &id);
    assert_well(&project, &id, &code);
    assert_eq!(project.inspect(&id, "{{.State.Status}} {{.RestartCount}}"), "exited 0");
}

#[test]
fn a_result_that_cannot_be_written_is_refused_before_the_run() {
    let Some(project) = project("a_result_that_cannot_be_written_is_refused_before_the_run") else { return };
    project.build();
    // The root file system is read-only, and the folder of the machine somebody else's.
    let mount = format!("{}:/results", project.path("config").display());
    for path in ["/run.json", "/results/run.json"] {
        let result = format!("TRAFFICINATOR_SUMMARY_JSON={path}");
        let options = ["--network", "none", "--volume", &mount, "--env", &result];
        let id =
            project.start(&[&options[..], &["--env", "MATOMO_URL=http://127.0.0.1:9/"]].concat(), &["run"]);
        assert_eq!(await_end(&project, &id), "2", "{path}: {}", project.logs(&id));
        let said = project.logs(&id);
        assert!(
            said.contains(&format!("TRAFFICINATOR_SUMMARY_JSON: \"{path}\" cannot be written (")),
            "{said}"
        );
        assert!(said.contains("give a file in a folder of this user, or -"), "{said}");
    }
}
