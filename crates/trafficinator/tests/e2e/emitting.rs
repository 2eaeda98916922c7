//! `emit`: one plan on many machines, as Kubernetes and docker-compose read it.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::TOKEN;
use crate::support::manifests::{compose, composed, documents, find, validated};
use crate::support::program::{Program, trafficinator};

const URL: &str = "https://matomo.example.org/";

/// `emit` for one of both, with everything that would be drawn.
fn emit(platform: &str) -> Program {
    let alike = ["--seed", "7", "--run-id", "Test.7", "--start-at", "2036-12-01T10:00:00Z"];
    let args = ["emit", platform, "--shards", "3", "--matomo-url", URL, "--matomo-site-id", "3"];
    trafficinator(args.into_iter().chain(alike))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder with files in it, each with its path.
fn folder<const N: usize>(files: [(&str, &[u8]); N]) -> (TempDir, [String; N]) {
    let folder = TempDir::new().unwrap();
    let paths = files.map(|(name, content)| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    });
    (folder, paths)
}

const FUNNELS: &str = r#"[{"name": "Buy $HOME", "probability": 0.5, "priority": 1, "steps": [
  {"type": "pageview", "title": "Home: \"a\"", "url": "https://shop.test/"}]}]"#;

#[test]
fn the_manifests_are_what_the_schemas_of_kubernetes_ask_for() {
    let (_folder, [funnels, sitemap]) = folder([
        ("funnels.json", FUNNELS.as_bytes()),
        ("sitemap.xml", b"<urlset><url><loc>https://shop.test/</loc></url></urlset>\n\n"),
    ]);
    let plain = emit("kubernetes");
    let whole = emit("kubernetes")
        .args(["--funnel-config-path", &funnels, "--sitemap", &sitemap, "--listen", "0.0.0.0:9464"])
        .args(["--name", "black-friday", "--secret", "tokens.prod", "--grace", "90s"])
        .var("MATOMO_TOKEN_AUTH", TOKEN)
        .var("MATOMO_URL", "https://user:secret@matomo.example.org/");
    let claimed = emit("kubernetes").args(["--results-claim", "shared", "--image", "registry.test:5000/t:1"]);
    for program in [plain, whole, claimed] {
        let text = program.finish().expect(0).stdout;
        assert_eq!(validated(&text), Ok(()), "{text}");
        let wrong = text.replace("backoffLimitPerIndex", "backoffLimitsPerIndex");
        assert!(validated(&wrong).is_err_and(|said| said.contains("backoffLimitsPerIndex")));
    }
}

#[test]
fn every_pod_sends_its_part_of_one_plan_once() {
    let text =
        emit("kubernetes").args(["--rate", "50/s", "--threshold", "errors<1%"]).finish().expect(0).stdout;
    let documents = documents(&text);
    let job = find(&documents, "Job", "trafficinator-test-7");
    let spec = &job["spec"];
    for (field, value) in [
        ("completionMode", json!("Indexed")),
        ("completions", json!(3)),
        ("parallelism", json!(3)),
        ("backoffLimitPerIndex", json!(0)),
        ("podReplacementPolicy", json!("Failed")),
    ] {
        assert_eq!(spec[field], value, "{field}");
    }
    let pod = &spec["template"]["spec"];
    assert_eq!(pod["restartPolicy"], "Never");
    assert_eq!(pod["terminationGracePeriodSeconds"], 60);
    let container = &pod["containers"][0];
    let result = "--summary-json=/data/shard-$(JOB_COMPLETION_INDEX).json";
    assert_eq!(container["args"], json!(["run", "--shard=auto", result]));
    assert_eq!(container["env"][0]["name"], "JOB_COMPLETION_INDEX");
    let settings = find(&documents, "ConfigMap", "-settings");
    assert_eq!(container["envFrom"][0]["configMapRef"]["name"], settings["metadata"]["name"]);
    assert_eq!(
        settings["data"],
        json!({
            "MATOMO_URL": "https://matomo.example.org/matomo.php",
            "MATOMO_SITE_ID": "3",
            "TRAFFICINATOR_RATE": "50/s",
            "TRAFFICINATOR_THRESHOLD": "errors<1%",
            "TRAFFICINATOR_SEED": "7",
            "TRAFFICINATOR_RUN_ID": "Test.7",
            "TRAFFICINATOR_START_AT": "2036-12-01T10:00:00Z",
            "TRAFFICINATOR_SHARDS": "3",
        })
    );
    let claim = find(&documents, "PersistentVolumeClaim", "-results");
    assert_eq!(pod["volumes"][0]["persistentVolumeClaim"]["claimName"], claim["metadata"]["name"]);
}

#[test]
fn a_pod_has_no_more_rights_than_the_strictest_policy_leaves() {
    let documents = documents(&emit("kubernetes").finish().expect(0).stdout);
    let pod = &find(&documents, "Job", "")["spec"]["template"]["spec"];
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(pod["enableServiceLinks"], false);
    let of_pod = &pod["securityContext"];
    assert_eq!((&of_pod["runAsNonRoot"], &of_pod["runAsUser"]), (&json!(true), &json!(65532)));
    assert_eq!(of_pod["seccompProfile"], json!({"type": "RuntimeDefault"}));
    assert_eq!(
        pod["containers"][0]["securityContext"],
        json!({
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": {"drop": ["ALL"]},
        })
    );
}

#[test]
fn files_that_settings_name_go_with_the_shards_to_the_byte() {
    let scenario = b"# ends without a line\necommerce_probability = 0.2\nurls_file = \"sub/urls.txt\"";
    let urls = "# a: b\n  https://shop.test/\tHome \"$(HOME)\" #\n\nhttps://shop.test/ä  Ä\u{a0}\r\n";
    let sitemap = gzipped();
    let (_folder, [scenario, _, funnels]) = folder([
        ("scenario.toml", scenario),
        ("sub/urls.txt", urls.as_bytes()),
        ("a $HOME ${NOPE} \"b'.json", FUNNELS.as_bytes()),
    ]);
    let text = emit("kubernetes")
        .args(["--scenario", &scenario, "--funnel-config-path", &funnels])
        .finish()
        .expect(0)
        .stdout;
    let all = documents(&text);
    let files = &find(&all, "ConfigMap", "-files")["data"];
    let settings = &find(&all, "ConfigMap", "-settings")["data"];
    let mount = "/etc/trafficinator/";
    for (variable, content) in [
        ("TRAFFICINATOR_SCENARIO", std::fs::read_to_string(&scenario).unwrap()),
        ("URLS_FILE", urls.to_owned()),
        ("FUNNEL_CONFIG_PATH", FUNNELS.to_owned()),
    ] {
        let path = settings[variable].as_str().unwrap();
        let key = path.strip_prefix(mount).unwrap();
        assert!(key.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)), "{key}");
        assert_eq!(files[key], content.as_str(), "{variable}");
    }
    // A variable wins over the scenario file, which names the list by a path that is not there.
    assert!(settings.get("ECOMMERCE_PROBABILITY").is_none());

    let (_folder, [packed]) = folder([("sitemap.xml.gz", &sitemap)]);
    let text = emit("kubernetes").args(["--sitemap", &packed]).finish().expect(0).stdout;
    let all = documents(&text);
    let files = find(&all, "ConfigMap", "-files");
    assert!(files.get("data").is_none());
    assert!(files["binaryData"]["sitemap.xml.gz"].as_str().unwrap().starts_with("H4sI"), "{files}");
    assert_eq!(validated(&text), Ok(()));
}

#[test]
fn a_shard_is_told_what_makes_the_plan_that_was_asked_for() {
    let scenario =
        b"ecommerce_probability = 0.3\nurls_file = \"sub/urls.txt\"\n[[goal]]\nid = 1\nmanual = 0.2\n";
    let (_folder, [scenario, _, funnels, env]) = folder([
        ("scenario.toml", scenario),
        ("sub/urls.txt", b"https://shop.test/  Home\nhttps://shop.test/a  A\nhttps://shop.test/b  B / C\n"),
        ("funnels.json", FUNNELS.as_bytes()),
        ("prod.env", b"PAGEVIEWS_MIN=2\nPAGEVIEWS_MAX=9\nTIMEZONE=Europe/Berlin\n"),
    ]);
    let flags =
        ["--scenario", &scenario, "--funnel-config-path", &funnels, "--env-file", &env, "--preset", "heavy"];
    let all = documents(&emit("kubernetes").args(flags).args(["--rate", "3/s"]).finish().expect(0).stdout);
    // As a pod has it: the files in one folder, the settings as variables.
    let mount = TempDir::new().unwrap();
    for (name, content) in find(&all, "ConfigMap", "-files")["data"].as_object().unwrap() {
        std::fs::write(mount.path().join(name), content.as_str().unwrap()).unwrap();
    }
    let mount = mount.path().to_str().unwrap();
    let plan = ["plan", "--format", "jsonl", "--visits", "40"];
    let mut shard = trafficinator(plan);
    for (name, value) in find(&all, "ConfigMap", "-settings")["data"].as_object().unwrap() {
        // Which part it sends is another matter than what the whole is.
        if !["TRAFFICINATOR_SHARDS", "TRAFFICINATOR_START_AT"].contains(&name.as_str()) {
            shard = shard.var(name, &value.as_str().unwrap().replace("/etc/trafficinator", mount));
        }
    }
    let whole = trafficinator(plan).args(flags).args(["--rate", "3/s", "--matomo-site-id", "3"]);
    let whole = whole.args(["--seed", "7", "--run-id", "Test.7"]);
    let (shard, whole) = (shard.finish().expect(0).stdout, whole.finish().expect(0).stdout);
    assert!(whole.lines().count() > 80, "{whole}");
    assert!(shard == whole, "{shard}\n---\n{whole}");
}

/// A sitemap, packed by Python's gzip.
fn gzipped() -> Vec<u8> {
    let script = "import gzip, sys; sys.stdout.buffer.write(gzip.compress(\
                  b'<urlset><url><loc>https://shop.test/</loc></url></urlset>', mtime=0))";
    std::process::Command::new("python3").args(["-c", script]).output().unwrap().stdout
}

#[test]
fn compose_reads_the_shards_as_they_were_meant() {
    let (folder, [funnels]) = folder([("a $HOME ${NOPE} \"b'.json", FUNNELS.as_bytes())]);
    let file = folder.path().join("run.yaml");
    let done = emit("compose")
        .args(["--rate", "50/s", "--funnel-config-path", &funnels, "--image", "registry.test:5000/t:$1"])
        .args(["-o", file.to_str().unwrap()])
        .var("RUST_LOG", "info,engine=debug # $HOME: \"x\"")
        .finish()
        .expect(0);
    assert_eq!(done.stdout, format!("{}\n", file.display()));
    let config = composed(&file, &[]);
    let services = config["services"].as_object().unwrap();
    assert_eq!(services.keys().collect::<Vec<_>>(), ["merge", "shard-0", "shard-1", "shard-2"]);
    for number in 0..3 {
        let shard = &services[&format!("shard-{number}")];
        let result = format!("--summary-json=/data/shard-{number}.json");
        assert_eq!(shard["command"], json!(["run", format!("--shard={number}/3"), result]));
        assert_eq!((&shard["restart"], &shard["read_only"]), (&json!("no"), &json!(true)));
        assert_eq!((&shard["cap_drop"], &shard["user"]), (&json!(["ALL"]), &json!("65532:65532")));
        // It prints what it read so that it can be read again: `$` is doubled.
        assert_eq!(shard["image"], "registry.test:5000/t:$$1");
        let told = &shard["environment"];
        assert_eq!(told["RUST_LOG"], "info,engine=debug # $$HOME: \"x\"");
        assert_eq!(told["TRAFFICINATOR_RATE"], "50/s");
        assert_eq!(told["TRAFFICINATOR_START_AT"], "2036-12-01T10:00:00Z");
        assert_eq!(told["MATOMO_URL"], "https://matomo.example.org/matomo.php");
        let volumes = shard["volumes"].as_array().unwrap();
        let source = json!(funnels.replace('$', "$$"));
        let is_bound = |volume: &&Value| volume["source"] == source && volume["read_only"] == true;
        assert!(volumes.iter().any(|volume| is_bound(&volume)), "{volumes:?}");
    }
    let merge = &services["merge"];
    let parts = ["/data/shard-0.json", "/data/shard-1.json", "/data/shard-2.json"];
    assert_eq!(merge["command"], json!(["merge", parts[0], parts[1], parts[2], "--output=/data/run.json"]));
    assert_eq!(merge["profiles"], json!(["merge"]));
}

#[test]
fn a_token_is_in_nothing_that_is_printed_however_it_was_given() {
    let (_folder, [file, scenario]) =
        folder([("token", TOKEN.as_bytes()), ("scenario.toml", b"matomo_token_auth_file = \"token\"\n")]);
    for platform in ["kubernetes", "compose"] {
        for program in [
            emit(platform).args(["--matomo-token-auth", TOKEN]),
            emit(platform).var("MATOMO_TOKEN_AUTH", TOKEN),
            emit(platform).args(["--matomo-token-auth-file", &file]),
            emit(platform).args(["--scenario", &scenario]),
        ] {
            let done = program.finish().expect(0);
            assert!(!format!("{}{}", done.stdout, done.stderr).contains(TOKEN), "{}", done.stdout);
            let all = documents(&done.stdout);
            if platform == "kubernetes" {
                let pod = &find(&all, "Job", "")["spec"]["template"]["spec"];
                let env = pod["containers"][0]["env"].as_array().unwrap();
                let path = json!("/run/secrets/trafficinator/MATOMO_TOKEN_AUTH");
                assert!(
                    env.iter().any(|env| env["name"] == "MATOMO_TOKEN_AUTH_FILE" && env["value"] == path)
                );
                let volumes = pod["volumes"].as_array().unwrap();
                assert!(volumes.iter().any(|volume| volume["secret"]["secretName"] == "trafficinator"));
                let makes = "kubectl create secret generic trafficinator --from-file=MATOMO_TOKEN_AUTH=FILE";
                assert!(done.stdout.contains(makes), "{}", done.stdout);
            } else {
                let shard = &all[0]["services"]["shard-0"];
                assert_eq!(shard["environment"]["MATOMO_TOKEN_AUTH_FILE"], "/run/secrets/matomo_token");
                assert!(all[0]["secrets"]["matomo_token"]["file"].is_string());
            }
        }
        let done = emit(platform).finish().expect(0);
        assert!(!done.stdout.contains("MATOMO_TOKEN_AUTH"), "{}", done.stdout);
    }
}

#[test]
fn a_password_in_a_url_stays_where_it_is() {
    // The second may be one: with a slash in it, what is before looks like a port.
    let urls = ["https://user:geheim@matomo.example.org/", "https://user:12/geheim@matomo.example.org/"];
    for (platform, url) in ["kubernetes", "compose"].into_iter().flat_map(|one| urls.map(|url| (one, url))) {
        let done = trafficinator(["emit", platform, "--shards", "2", "--matomo-url", url]).finish().expect(0);
        let said = format!("{}{}", done.stdout, done.stderr);
        assert!(!said.contains("geheim") && !said.contains("***"), "{said}");
        if platform == "kubernetes" {
            let all = documents(&done.stdout);
            let env = &find(&all, "Job", "")["spec"]["template"]["spec"]["containers"][0]["env"];
            let reference = json!({"secretKeyRef": {"name": "trafficinator", "key": "MATOMO_URL"}});
            assert_eq!(env[1], json!({"name": "MATOMO_URL", "valueFrom": reference}));
            assert_eq!(validated(&done.stdout), Ok(()));
        } else {
            let folder = TempDir::new().unwrap();
            let file = folder.path().join("run.yaml");
            std::fs::write(&file, &done.stdout).unwrap();
            let config = composed(&file, &[("MATOMO_URL", url)]);
            assert_eq!(config["services"]["shard-1"]["environment"]["MATOMO_URL"], url);
            let output = compose(&file, &[("MATOMO_URL", "")]);
            assert!(!output.status.success(), "it starts without the URL");
        }
    }
}

#[test]
fn a_scenario_file_that_holds_a_secret_is_not_copied() {
    for (key, value) in [
        ("matomo_token_auth", TOKEN),
        ("matomo_url", "https://user:geheim@matomo.example.org/"),
        ("sitemap", "https://user:geheim@shop.test/sitemap.xml"),
        ("sitemap", "https://shop.test/sitemap.xml?key=geheim"),
    ] {
        let text = format!("matomo_site_id = 1\n{key} = \"{value}\"\n");
        let (_folder, [scenario, urls]) =
            folder([("scenario.toml", text.as_bytes()), ("urls.txt", b"https://shop.test/  Home\n")]);
        // The file holds it even where something else wins.
        let done = emit("kubernetes")
            .args(["--scenario", &scenario, "--urls-file", &urls])
            .var("MATOMO_TOKEN_AUTH", "another")
            .finish()
            .expect(2);
        let said = format!(
            "error: {key} ({scenario}:2): it is a secret or holds one, and the scenario file goes with the shards"
        );
        assert!(done.stderr.contains(&said), "{}", done.stderr);
        assert!(!done.stderr.contains("geheim") && !done.stderr.contains(TOKEN), "{}", done.stderr);
        assert_eq!(done.stdout, "");
    }
}

#[test]
fn what_cannot_work_on_many_machines_is_refused_with_a_reason() {
    let index = b"<sitemapindex><sitemap><loc>https://shop.test/s.xml</loc></sitemap></sitemapindex>";
    let pages = b"<urlset><url><loc>https://shop.test/</loc></url></urlset>";
    let large = format!("# {}\nhttps://shop.test/  Home\n", "x".repeat(1 << 20));
    let targets = b"[[targets]]\nurl = \"https://a.test/\"\ntoken_file = \"token\"\n\
        [[targets]]\nurl = \"https://user:geheim@b.test/\"\n";
    let (_folder, [report, index, _, large, signal, key, listen, targets, _]) = folder([
        ("report.toml", b"report = \"run.html\"\n"),
        ("sitemap.xml", index),
        ("s.xml", pages),
        ("large.txt", large.as_bytes()),
        ("signal.toml", b"auto_start = false\n"),
        ("key.pem", b"-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----\n"),
        ("listen.toml", b"listen = \"[::]:0\"\n"),
        ("targets.toml", targets),
        ("token", TOKEN.as_bytes()),
    ]);
    for (args, said) in [
        (["--scenario", report.as_str()], "report ("),
        (["--scenario", signal.as_str()], "auto_start ("),
        (["--sitemap", index.as_str()], "it is an index"),
        (["--urls-file", large.as_str()], "a ConfigMap holds 1048576 at most"),
        (["--pageviews-min", "99"], "PAGEVIEWS_MAX"),
        (["--ca-file", report.as_str()], "it holds no PEM certificate"),
        (["--ca-file", key.as_str()], "it holds a private key"),
        (["--listen", "0.0.0.0:0"], "--listen: port 0 is any that is free"),
        (["--scenario", listen.as_str()], "listen ("),
        (["--scenario", targets.as_str()], "targets.token_file ("),
        (["--output", "/nowhere/run.yaml"], "--output /nowhere/run.yaml: it cannot be written"),
    ] {
        let mut program = emit("kubernetes").args(args);
        if args[1] == targets {
            program = trafficinator(["emit", "kubernetes", "--shards", "3"]).args(args);
        }
        let done = program.finish().expect(2);
        assert!(done.stderr.contains(said), "{args:?}: {}", done.stderr);
        assert!(!done.stderr.contains("geheim"), "{}", done.stderr);
        assert_eq!(done.stdout, "");
    }
    let done =
        trafficinator(["emit", "kubernetes", "--shards", "3", "--scenario", &targets]).finish().expect(2);
    for said in
        ["targets.toml:3): targets with secrets cannot be", "targets.url (", "emit one Job for each target"]
    {
        assert!(done.stderr.contains(said), "{}", done.stderr);
    }
    for start_at in ["9000-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "2036-12-01T10:00:00"] {
        let args = ["emit", "compose", "--shards", "2", "--matomo-url", URL, "--start-at", start_at];
        let done = trafficinator(args).finish().expect(2);
        assert!(done.stderr.contains("error: --start-at: "), "{}", done.stderr);
    }
    let done = emit("compose").var("TRAFFICINATOR_SHARD", "auto").finish().expect(2);
    assert!(
        done.stderr.contains("every shard is told its own by what is emitted; leave it out"),
        "{}",
        done.stderr
    );
    let done = trafficinator(["emit", "compose", "--shards", "2"]).finish().expect(2);
    assert!(done.stderr.contains("MATOMO_URL: is not set"), "{}", done.stderr);
    for flag in ["--summary-json", "--report", "--shard", "--auto-start", "--no-tui"] {
        let done = emit("compose").args([flag, "x.html"]).finish().expect(2);
        assert!(done.stderr.contains("unexpected argument"), "{flag}: {}", done.stderr);
    }
}

#[test]
fn what_is_not_passed_on_is_told() {
    let (_folder, [env]) = folder([("prod.env", b"TRAFFICINATOR_SUMMARY_JSON=run.json\nLOG_FORMAT=json\n")]);
    let done = emit("compose")
        .args(["--env-file", &env])
        .vars(&[("TRAFFICINATOR_REPORT", "run.html"), ("TRAFFICINATOR_NO_TUI", "true"), ("MATOMO_URL", "")])
        .finish()
        .expect(0);
    for said in [
        format!("warning: TRAFFICINATOR_SUMMARY_JSON ({env}:1) is not passed on: every shard writes"),
        "warning: TRAFFICINATOR_REPORT (environment) is not passed on: reports are made".to_owned(),
        "warning: TRAFFICINATOR_NO_TUI (environment) is not passed on: shards have no terminal".to_owned(),
    ] {
        assert!(done.stderr.contains(&said), "{}", done.stderr);
    }
    let shard = &documents(&done.stdout)[0]["services"]["shard-0"]["environment"];
    assert_eq!(shard["LOG_FORMAT"], "json");
    assert!(!done.stdout.contains("run.html") && !done.stdout.contains("run.json\""), "{}", done.stdout);
}

#[test]
fn a_run_gets_a_name_a_seed_and_a_start_of_its_own() {
    let once = || {
        let args = ["emit", "kubernetes", "--shards", "2", "--matomo-url", URL];
        let all = documents(&trafficinator(args).finish().expect(0).stdout);
        find(&all, "ConfigMap", "-settings").clone()
    };
    let (first, second) = (once(), once());
    for variable in ["TRAFFICINATOR_SEED", "TRAFFICINATOR_RUN_ID"] {
        assert_ne!(first["data"][variable], second["data"][variable], "{variable}");
    }
    assert_ne!(first["metadata"]["name"], second["metadata"]["name"]);
    let start = first["data"]["TRAFFICINATOR_START_AT"].as_str().unwrap();
    assert!(start.ends_with(":00Z"), "{start}");
    let start: jiff::Timestamp = start.parse().unwrap();
    let ahead = start.as_second() - engine::clock::Clock::start().unix_ms(0) / 1000;
    assert!((4 * 60..=6 * 60).contains(&ahead), "{ahead} s from now");
}

#[test]
fn a_start_that_is_over_and_a_target_that_no_container_finds_are_told() {
    let hour = 3_600_000;
    let before = engine::clock::Clock::start().unix_ms(0) - hour;
    let before = jiff::Timestamp::from_millisecond(before).unwrap().to_string();
    let done = trafficinator(["emit", "compose", "--shards", "2", "--matomo-url", "http://127.0.0.1:8899/"])
        .args(["--start-at", &before])
        .finish()
        .expect(0);
    assert!(done.stderr.contains(&format!("--start-at {before} is over")), "{}", done.stderr);
    assert!(done.stderr.contains("in a container it is that of the container"), "{}", done.stderr);
}

#[test]
fn the_examples_are_what_the_program_prints() {
    for (platform, shards) in [("kubernetes", "8"), ("compose", "3")] {
        let args = ["emit", platform, "--shards", shards, "--matomo-url", URL, "--matomo-site-id", "3"];
        let load = ["--rate", "50/s", "--duration", "10m"];
        let alike = ["--seed", "7", "--run-id", "example", "--start-at", "2027-01-04T10:00:00Z"];
        let done = trafficinator(args.into_iter().chain(load).chain(alike))
            .var("MATOMO_TOKEN_AUTH", TOKEN)
            .finish()
            .expect(0);
        let path = root().join(format!("deploy/{platform}.yaml"));
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        let head = done.stdout.lines().nth(2).unwrap_or_default();
        assert!(there == done.stdout, "{} is not what this prints; write it again:\n{head}", path.display());
        if platform == "kubernetes" {
            assert_eq!(validated(&there), Ok(()));
        } else {
            assert!(composed(&path, &[])["services"].as_object().is_some_and(|services| services.len() == 4));
        }
    }
}

#[test]
fn what_else_is_deployed_is_read_by_what_it_is_for() {
    let text = std::fs::read_to_string(root().join("deploy/aws-batch.json")).unwrap();
    let definition: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        definition["retryStrategy"]["attempts"], 1,
        "a shard that is started again repeats its visits"
    );
    let script = root().join("deploy/slurm.sbatch");
    let status = std::process::Command::new("bash").arg("-n").arg(&script).status().unwrap();
    assert!(status.success(), "{}", script.display());
    let pod = std::fs::read_to_string(root().join("deploy/kubernetes-results.yaml")).unwrap();
    assert_eq!(validated(&pod), Ok(()));
}

#[test]
fn the_command_at_the_top_makes_the_same_again() {
    let (_folder, [scenario]) =
        folder([("scenario.toml", b"matomo_url = \"https://matomo.example.org/@me/\"\n")]);
    let args =
        ["emit", "compose", "--shards", "2", "--start-at", "2036-12-01T10:00:00Z", "--scenario", &scenario];
    let vars = [("RUST_LOG", "info,engine=debug # x"), ("RANDOMIZE_VISITOR_COUNTRIES", "true")];
    let made = trafficinator(args).args(["--run-id=-x", "-o", "-"]).vars(&vars).finish().expect(0).stdout;
    assert_eq!(documents(&made)[0]["services"]["shard-0"]["environment"]["RUST_LOG"], vars[0].1);
    let command = made.lines().nth(2).and_then(|line| line.strip_prefix("#   ")).expect("a command");
    let again = std::process::Command::new("sh")
        .args([
            "-c",
            &command.replace("trafficinator emit", "\"$0\" emit"),
            env!("CARGO_BIN_EXE_trafficinator"),
        ])
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(again.status.success(), "{command}\n{said}");
    assert_eq!(String::from_utf8(again.stdout).unwrap(), made, "{command}");
}

#[test]
fn a_pipe_that_was_read_is_not_copied_empty() {
    let script =
        "exec \"$0\" emit kubernetes --shards 2 --scenario <(echo 'matomo_url = \"https://a.test/\"')";
    let done = std::process::Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_trafficinator")])
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.contains("it is no regular file") && done.stdout.is_empty(), "{said}");
}
