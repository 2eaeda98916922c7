//! Every user agent that is planned, with its client hints, is recognised by an independent detector as what it was
//! planned to be: browser, system, kind of device, brand and model.
//!
//! The detector is a port of Matomo's own to Python; `make tools` installs it. What Matomo does and the port does not
//! is said in `detector/detect.py`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use traffic::profile::Profile;
use traffic::visitor::device::{Class, Device, Devices};

fn devices() -> Devices {
    Devices::new(&Profile::built_in("ecommerce").unwrap().devices)
}

/// What Matomo calls a browser.
fn browser(device: &Device) -> &'static str {
    match (device.browser, device.system, device.class) {
        ("Chrome", "Android", Class::Phone) => "Chrome Mobile",
        ("Chrome", "iOS" | "iPadOS", _) => "Chrome Mobile iOS",
        ("Edge", ..) => "Microsoft Edge",
        ("Firefox", "Android", _) => "Firefox Mobile",
        ("Firefox", "iOS" | "iPadOS", _) => "Firefox Mobile iOS",
        ("PlayStation browser", ..) => "NetFront",
        ("Safari", "iOS" | "iPadOS", _) => "Mobile Safari",
        ("Samsung Internet", ..) => "Samsung Browser",
        ("Silk", ..) => "Mobile Silk",
        (name, ..) => name,
    }
}

/// The first two parts of a version, which Matomo keeps.
fn two_parts(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

/// The version of the system that Matomo learns; `None` where it takes the model for a part of the version.
fn system_version(device: &Device, is_told: bool) -> Option<String> {
    Some(match (device.system, device.browser) {
        ("PlayStation" | "Nintendo Switch", _) => return None,
        ("Windows", _) if !is_told => "10".to_owned(),
        ("Android", _) if is_told => format!("{}.0", device.system_version),
        // Until version 26 Safari says nothing of the system it runs on, Firefox never does.
        ("macOS", "Safari") if device.browser_version.starts_with("18.") => "10.15".to_owned(),
        ("macOS", "Firefox") => "10.15".to_owned(),
        ("iOS" | "iPadOS", "Firefox") if !device.system_version.starts_with("17.") => {
            two_parts(if device.system_version == "18.6" { "18.6" } else { "18.7" })
        }
        _ => two_parts(device.system_version),
    })
}

fn planned(device: &Device, is_told: bool) -> Value {
    let is_apple = device.brand == "Apple";
    let is_named = is_told || device.system != "Android";
    let name = device.name.strip_prefix(device.brand).unwrap_or(device.name).trim_start();
    let model = match device.class {
        Class::Desktop => "",
        Class::Phone if is_apple => "iPhone",
        Class::Tablet if is_apple => "iPad",
        // It tells a year's software and no model.
        Class::Tv if device.brand == "LG" => "",
        _ => name,
    };
    let mut planned = json!({
        "bot": false,
        "browser": browser(device),
        "browser_version": two_parts(device.browser_version),
        "system": match device.system {
            "macOS" => "Mac",
            "Linux" => "GNU/Linux",
            "Nintendo Switch" => "Nintendo",
            system => system,
        },
        "type": match device.class {
            Class::Phone => "smartphone",
            class => class.name(),
        },
        "brand": if is_named { device.brand } else { "" },
        "model": if is_named { model } else { "" },
    });
    if let Some(version) = system_version(device, is_told) {
        planned["system_version"] = version.into();
    }
    planned
}

/// What is asked, a line each, every question once.
fn questions(devices: &Devices) -> Vec<Value> {
    let lines: BTreeSet<String> = devices
        .iter()
        .map(|device| {
            let hints = devices.hints(device).map(traffic::encode::Text::raw);
            let planned = planned(device, hints.is_some());
            json!({ "ua": devices.user_agent(device).raw(), "hints": hints, "planned": planned }).to_string()
        })
        .collect();
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The differences that the detector sees.
fn differences(name: &str, questions: &[Value]) -> Vec<String> {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let python = temporary.parent().unwrap().join("detector/bin/python");
    assert!(python.exists(), "the device detector is missing: run `make tools`");
    let file: PathBuf = temporary.join(format!("devices-{name}.jsonl"));
    let lines: Vec<String> = questions.iter().map(Value::to_string).collect();
    fs::write(&file, lines.join("\n")).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/detector/detect.py");
    let output = Command::new(python).arg("-B").arg(script).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn every_device_is_recognised_as_planned() {
    let devices = devices();
    let questions = questions(&devices);
    assert!(questions.len() > devices.user_agents().len(), "{}", questions.len());
    let differences = differences("all", &questions);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Replaces a text in an entry.
fn altered(question: &Value, from: &str, to: &str) -> Value {
    let text = question.to_string();
    assert!(text.contains(from), "{from}: {text}");
    serde_json::from_str(&text.replace(from, to)).unwrap()
}

#[test]
fn a_device_that_is_not_what_was_planned_is_noticed() {
    let questions = questions(&devices());
    let find = |browser: &str, model: &str| {
        let is_it = |question: &&Value| {
            question["planned"]["browser"] == browser && question["planned"]["model"] == model
        };
        questions.iter().find(is_it).unwrap()
    };
    let galaxy = find("Samsung Browser", "Galaxy S23");
    let iphone = find("Mobile Safari", "iPhone");
    let computer = find("Microsoft Edge", "");
    let altered = [
        // As planned, to begin with: nothing is to be noticed here.
        galaxy.clone(),
        // A model of another brand, and one nobody knows.
        altered(galaxy, "SM-S911B", "Pixel 8"),
        altered(galaxy, "SM-S911B", "SM-0"),
        // Another version of Android, another browser, another kind of device.
        altered(galaxy, r#"platformVersion\":\"1"#, r#"platformVersion\":\"2"#),
        altered(galaxy, "SamsungBrowser/", "Other/"),
        altered(iphone, "iPhone; CPU iPhone OS", "iPad; CPU OS"),
        // Versions of which only the hints, or only the user agent, speaks.
        altered(computer, r#"Edge\",\"version\":\"1"#, r#"Edge\",\"version\":\"2"#),
        altered(computer, " Edg/1", " Edg/2"),
    ];
    let differences = differences("altered", &altered);
    let noticed: BTreeSet<&str> =
        differences.iter().map(|difference| difference.split(':').next().unwrap()).collect();
    let expected = (2..=altered.len()).map(|line| format!("line {line}")).collect::<Vec<_>>();
    assert_eq!(
        noticed,
        expected.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        "{}",
        differences.join("\n")
    );
}
