//! The compose files, as the README says how to use them, with every `docker-compose` that is here.

use serde_json::Value;

use crate::support::docker::{Project, composes, project};
use crate::support::{PATIENCE, TOKEN, eventually};

/// The id of the container of a service.
#[track_caller]
fn container(project: &Project, compose: &[&str], service: &str) -> String {
    let profiles = ["--profile", "demo"];
    let said = project.compose(compose, &[&profiles[..], &["ps", "--quiet", "--all", service]].concat(), &[]);
    let said = if said.code == Some(0) {
        said
    } else {
        // 1.29 lists what has ended without being asked.
        project.compose(compose, &[&profiles[..], &["ps", "--quiet", service]].concat(), &[]).expect(0)
    };
    said.stdout.trim().to_owned()
}

#[track_caller]
fn await_state(project: &Project, id: &str, template: &str, wanted: &str) {
    let mut last = String::new();
    eventually(PATIENCE, wanted, || {
        last = project.inspect(id, template);
        (last == wanted).then_some(())
    });
}

#[test]
fn all_profiles_are_accepted_and_publish_ports_on_this_machine_only() {
    let test = "all_profiles_are_accepted_and_publish_ports_on_this_machine_only";
    let Some(project) = project(test) else { return };
    for compose in composes(test) {
        for profiles in [&[][..], &["--profile", "demo"], &["--profile", "lab"]] {
            let args = [profiles, &["config"]].concat();
            let said = project.compose(compose, &args, &[]).expect(0);
            assert_eq!(said.stderr, "", "{compose:?} {profiles:?}");
            // Two ways of writing it down, and none of them for all addresses.
            assert!(
                !said.stdout.contains("0.0.0.0:8080") && !said.stdout.contains("host_ip: 0"),
                "{}",
                said.stdout
            );
        }
    }
}

#[test]
fn one_command_shows_visits_arriving_in_the_stand_in() {
    let test = "one_command_shows_visits_arriving_in_the_stand_in";
    let Some(project) = project(test) else { return };
    // What another run is to do does not matter to it.
    project.write(".env", "TARGET_VISITS_PER_DAY=20000\nMATOMO_SITE_ID=3\nTIMEZONE=Europe/Berlin\n");
    for compose in composes(test) {
        let vars =
            [("TRAFFICINATOR_RATE", "20/s"), ("MAX_TOTAL_VISITS", "60"), ("PAUSE_BETWEEN_PVS_MAX", "0.5")];
        project.compose(compose, &["up", "--build", "--detach", "demo"], &vars).expect(0);
        let (demo, tracker) = (container(&project, compose, "demo"), container(&project, compose, "tracker"));
        await_state(&project, &tracker, "{{.State.Health.Status}}", "healthy");
        await_state(&project, &demo, "{{.State.Status}}", "exited");
        let logs = project.compose(compose, &["logs", "demo"], &[]).expect(0).all();
        assert!(logs.contains("60"), "{compose:?}: {logs}");
        eventually(PATIENCE, "visits that the stand-in tells of", || {
            let logs = project.compose(compose, &["logs", "tracker"], &[]).expect(0).all();
            logs.contains("60 visits recorded").then_some(())
        });
        // A run that is over stays over.
        assert_eq!(project.inspect(&demo, "{{.RestartCount}} {{.HostConfig.RestartPolicy.Name}}"), "0 no");
        project.compose(compose, &["--profile", "demo", "down", "--volumes"], &[]).expect(0);
        assert!(project.docker(&["inspect", &tracker]).code != Some(0), "{compose:?}: down leaves nothing");
    }
}

#[test]
fn up_logs_and_down_work_as_the_readme_says() {
    let test = "up_logs_and_down_work_as_the_readme_says";
    let Some(project) = project(test) else { return };
    for compose in composes(test) {
        project.compose(compose, &["up", "--build", "--detach", "tracker"], &[]).expect(0);
        project.write("secrets/matomo_token", TOKEN);
        project.write(
            ".env",
            "MATOMO_URL=http://tracker:8899/\nMATOMO_SITE_ID=1\nTRAFFICINATOR_RATE=10/s\nLOG_FORMAT=json\n\
             MATOMO_TOKEN_AUTH_FILE=/run/secrets/matomo_token\nURLS_FILE=config/urls.txt\n\
             TRAFFICINATOR_SUMMARY_JSON=run.json\nPAUSE_BETWEEN_PVS_MIN=0\nPAUSE_BETWEEN_PVS_MAX=0.1\n",
        );
        project.compose(compose, &["up", "--build", "--detach"], &[]).expect(0);
        let id = container(&project, compose, "matomo_loadgen");
        assert_eq!(project.containers().len(), 2, "{compose:?}: without a profile nothing else is started");
        await_state(&project, &id, "{{.State.Health.Status}}", "healthy");
        let all = project.inspect_all(&id);
        assert!(!all.to_string().contains(TOKEN), "docker inspect shows the token");
        let host = &all[0]["HostConfig"];
        assert_eq!(host["ReadonlyRootfs"], true, "{compose:?}");
        assert_eq!(host["CapDrop"], serde_json::json!(["ALL"]), "{compose:?}");
        assert_eq!(host["SecurityOpt"], serde_json::json!(["no-new-privileges:true"]), "{compose:?}");
        assert_eq!(all[0]["Config"]["User"], "65532:65532", "{compose:?}");
        assert_eq!(all[0]["Config"]["StopTimeout"], 60, "{compose:?}");
        project.compose(compose, &["stop", "matomo_loadgen"], &[]).expect(0);
        assert_eq!(project.inspect(&id, "{{.State.Status}}"), "exited");
        let code = project.inspect(&id, "{{.State.ExitCode}}");
        assert!(["0", "98"].contains(&code.as_str()), "{compose:?}: {code}:\n{}", project.logs(&id));
        // Each line of the log is JSON; the last holds the summary.
        let logs = project.docker(&["logs", &id]).expect(0).all();
        let lines: Vec<Value> = logs.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.iter().any(|line| line.get("summary").is_some()), "{logs}");
        let prefixed = project.compose(compose, &["logs", "matomo_loadgen"], &[]).expect(0).all();
        assert!(prefixed.contains("stopping: open visits have 30 s to finish"), "{prefixed}");
        assert!(!prefixed.contains(TOKEN), "docker-compose logs shows the token");
        std::fs::remove_file(project.path(".env")).unwrap();
        project.compose(compose, &["--profile", "demo", "down", "--volumes"], &[]).expect(0);
        assert!(project.docker(&["inspect", &id]).code != Some(0), "{compose:?}: down leaves nothing");
    }
}

#[test]
fn presets_change_what_the_container_runs_with_and_settings_win_over_them() {
    let test = "presets_change_what_the_container_runs_with_and_settings_win_over_them";
    let Some(project) = project(test) else { return };
    project.build();
    for compose in composes(test) {
        let check = |preset: Option<&str>, vars: &[(&str, &str)]| {
            let file = preset.map(|name| format!("presets/.env.{name}"));
            let from: Vec<&str> = file.iter().flat_map(|file| ["--env-file", file]).collect();
            let args = [&from[..], &["run", "--rm", "-T", "matomo_loadgen", "check"]].concat();
            let vars = [&[("MATOMO_URL", "http://127.0.0.1:9/"), ("MATOMO_SITE_ID", "1")], vars].concat();
            // Nobody listens there: what counts is what it would run with.
            project.compose(compose, &args, &vars).all()
        };
        for (preset, connections) in [("light", "10"), ("medium", "50"), ("heavy", "150"), ("extreme", "300")]
        {
            let said = check(Some(preset), &[]);
            let line = |name: &str| {
                said.lines().find(|line| line.split_whitespace().next() == Some(name)).unwrap_or_default()
            };
            assert!(line("TRAFFICINATOR_PRESET").contains(preset), "{compose:?} {preset}:\n{said}");
            let concurrency = line("CONCURRENCY");
            assert!(
                concurrency.split_whitespace().any(|word| word == connections)
                    && concurrency.contains(&format!("preset {preset}")),
                "{compose:?} {preset}: {concurrency:?} in\n{said}"
            );
        }
        let said = check(Some("heavy"), &[("CONCURRENCY", "7")]);
        let line = said.lines().find(|line| line.contains("CONCURRENCY")).unwrap_or_default();
        assert!(line.split_whitespace().any(|word| word == "7"), "{compose:?}: {line:?} in\n{said}");
        // Without any, nothing but what the container sets by itself is set.
        let said = check(None, &[]);
        assert!(!said.contains("preset"), "{compose:?}:\n{said}");
    }
}

#[test]
fn the_laboratory_has_scripts_and_a_configuration_that_can_be_read() {
    let file = |name: &str| format!("{}/../../deploy/lab/{name}", env!("CARGO_MANIFEST_DIR"));
    for (program, args) in [
        ("sh", ["-n", &file("install.sh")].as_slice()),
        ("sh", &["-n", &file("passwords.sh")]),
        ("promtool", &["check", "config", &file("prometheus.yml")]),
    ] {
        let output = std::process::Command::new(program).args(args).output().unwrap();
        assert!(output.status.success(), "{program} {args:?}: {output:?}");
    }
}
