use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::profile::Profile;

fn devices() -> Devices {
    Devices::new(&Profile::built_in("ecommerce").unwrap().devices)
}

/// Share of the devices of a class that are so.
fn share(devices: &Devices, class: Class, is_so: impl Fn(&Device) -> bool) -> f64 {
    let of_class = || devices.iter().filter(|device| device.class == class);
    let total: f64 = of_class().map(|device| device.share).sum();
    of_class().filter(|device| is_so(device)).map(|device| device.share).sum::<f64>() / total
}

fn hints(devices: &Devices, device: &Device) -> Option<Value> {
    devices.hints(device).map(|text| serde_json::from_str(text.raw()).unwrap())
}

/// The number behind `name/` in a user agent.
fn told<'a>(agent: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = agent.split_once(&format!("{name}/"))?;
    rest.split(['.', ' ']).next()
}

#[test]
fn there_are_more_than_forty_models_each_with_a_name_of_its_own() {
    let names: BTreeSet<&str> = MODELS.iter().copied().flatten().map(|model| model.name).collect();
    assert_eq!(names.len(), MODELS.iter().copied().map(<[Model]>::len).sum::<usize>());
    assert!(names.len() >= 40, "{}", names.len());
    let devices = devices();
    assert!(u16::try_from(devices.iter().len()).is_ok());
    let used: BTreeSet<&str> = devices.iter().map(|device| device.name).collect();
    assert_eq!(used, names);
}

#[test]
fn shares_of_the_classes_are_those_of_the_profile() {
    for name in ["classic", "content", "ecommerce", "saas"] {
        let profile = Profile::built_in(name).unwrap().devices;
        let total: f64 = profile.all().iter().map(|kind| kind.share).sum();
        let shares = Devices::new(&profile).class_shares();
        for (share, kind) in shares.iter().zip(profile.all()) {
            assert!((share - kind.share / total).abs() < 1e-9, "{name}: {shares:?}");
        }
    }
}

#[test]
fn a_class_without_a_share_is_never_drawn() {
    let mut profile = Profile::built_in("content").unwrap().devices;
    profile.phone.share = 0.0;
    let devices = Devices::new(&profile);
    let mut stream = Stream::new(1, crate::random::Domain::Visitor, 1);
    assert!((0..20_000).all(|_| devices.get(devices.draw(&mut stream).0).class != Class::Phone));
}

#[test]
fn browsers_and_systems_have_the_shares_of_the_market() {
    let devices = devices();
    // Of those that were measured, the others left out: percent.
    let desktop = [("Chrome", 70.3), ("Edge", 11.8), ("Safari", 6.3), ("Firefox", 4.9), ("Opera", 2.1)];
    let phone = [("Chrome", 69.2), ("Safari", 20.3), ("Samsung Internet", 3.3)];
    for (class, market) in [(Class::Desktop, &desktop[..]), (Class::Phone, &phone[..])] {
        let named = |device: &Device| market.iter().any(|(name, _)| *name == device.browser);
        let known = share(&devices, class, named);
        let total: f64 = market.iter().map(|(_, percent)| percent).sum();
        for (browser, percent) in market {
            let planned = share(&devices, class, |device| device.browser == *browser) / known;
            assert!((planned - percent / total).abs() < 0.01, "{browser}: {planned}");
        }
    }
    for (class, one, other, ratio) in
        [(Class::Desktop, "Windows", "macOS", 71.0 / 15.0), (Class::Phone, "Android", "iOS", 72.0 / 27.0)]
    {
        let planned = share(&devices, class, |device| device.system == one)
            / share(&devices, class, |device| device.system == other);
        assert!((planned / ratio - 1.0).abs() < 0.03, "{one} to {other}: {planned}");
    }
}

#[test]
fn browsers_run_where_they_exist() {
    for device in devices().iter() {
        let is_apple = ["macOS", "iOS", "iPadOS"].contains(&device.system);
        match device.browser {
            "Safari" => assert!(is_apple, "{device:?}"),
            "Samsung Internet" => assert_eq!(device.brand, "Samsung"),
            "Opera" => assert_eq!(device.class, Class::Desktop),
            _ => {}
        }
        assert_eq!(is_apple, device.brand == "Apple", "{device:?}");
    }
}

#[test]
fn a_user_agent_is_kept_once_and_is_that_of_its_browser_and_system() {
    let devices = devices();
    let texts: BTreeSet<&str> = devices.user_agents().iter().map(Text::raw).collect();
    assert_eq!(texts.len(), devices.user_agents().len());
    let mut speakers = vec![BTreeSet::new(); texts.len()];
    for device in devices.iter() {
        assert_eq!(devices.user_agent(device), &devices.user_agents()[devices.agent(device)]);
        let major = agent::major(device.browser_version);
        speakers[devices.agent(device)].insert((device.class.name(), device.system, device.browser, major));
    }
    for (speakers, agent) in speakers.iter().zip(devices.user_agents()) {
        assert_eq!(speakers.len(), 1, "{}: {speakers:?}", agent.raw());
    }
}

#[test]
fn what_is_told_in_hints_is_what_the_user_agent_leaves_out() {
    let devices = devices();
    let mut told_something = 0;
    for device in devices.iter() {
        let agent = devices.user_agent(device).raw();
        let is_built_in = matches!(device.class, Class::Tv | Class::Console) || device.browser == "Silk";
        let is_chromium = agent.contains(" Chrome/") && !is_built_in;
        let Some(hints) = hints(&devices, device) else {
            assert!(!is_chromium, "{agent}");
            continue;
        };
        assert!(is_chromium, "{agent}");
        told_something += 1;
        let keys: Vec<&String> = hints.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["fullVersionList", "mobile", "model", "platform", "platformVersion"]);
        let versions: Vec<(&str, &str)> = hints["fullVersionList"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| (entry["brand"].as_str().unwrap(), entry["version"].as_str().unwrap()))
            .collect();
        assert_eq!(versions.len(), 3, "{versions:?}");
        let version = |brand: &str| versions.iter().find(|(name, _)| *name == brand).unwrap().1;
        let (brand, name) = match device.browser {
            "Chrome" => ("Google Chrome", "Chrome"),
            "Edge" if device.system == "Android" => ("Microsoft Edge", "EdgA"),
            "Edge" => ("Microsoft Edge", "Edg"),
            "Opera" => ("Opera", "OPR"),
            browser => (browser, "SamsungBrowser"),
        };
        assert_eq!(version(brand), device.browser_version);
        assert_eq!(agent::major(version(brand)), told(agent, name).unwrap(), "{agent}");
        assert_eq!(agent::major(version("Chromium")), told(agent, "Chrome").unwrap(), "{agent}");
        assert_eq!(hints["mobile"], device.class == Class::Phone);
        assert_eq!(hints["platform"], device.system);
        assert_eq!(hints["model"] != "", device.system == "Android");
        let number = hints["platformVersion"].as_str().unwrap();
        match (device.system, device.system_version) {
            ("Windows", "11") => assert!(agent::major(number).parse::<u32>().unwrap() >= 13),
            ("Windows", _) => assert_eq!(number, "10.0.0"),
            ("Linux", _) => assert_eq!(number, ""),
            (_, version) => assert!(number.starts_with(version) && number.ends_with(".0"), "{number}"),
        }
    }
    assert!(told_something > 100, "{told_something}");
}

#[test]
fn the_brand_that_nobody_has_is_where_chromium_puts_it() {
    let devices = devices();
    let list = |browser: &str, version: &str| {
        let device = devices.iter().find(|d| d.browser == browser && d.browser_version == version).unwrap();
        let hints = hints(&devices, device).unwrap();
        let entries = hints["fullVersionList"].as_array().unwrap().clone();
        entries
            .iter()
            .map(|e| format!("{} {}", e["brand"].as_str().unwrap(), e["version"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    // As captured from Opera 136 and 135, and (major versions only) Samsung Internet 30.
    assert_eq!(
        list("Opera", "136.0.6008.80"),
        ["Chromium 152.0.7977.130", "Not?A_Brand 24.0.0.0", "Opera 136.0.6008.80"]
    );
    assert_eq!(
        list("Opera", "135.0.5973.92"),
        ["Not=A?Brand 99.0.0.0", "Opera 135.0.5973.92", "Chromium 151.0.7922.176"]
    );
    assert_eq!(
        list("Samsung Internet", "30.0.0.59"),
        ["Samsung Internet 30.0.0.59", "Chromium 143.0.7499.192", "Not A(Brand 24.0.0.0"]
    );
}

#[test]
fn a_screen_fits_its_class_and_what_matomo_stores() {
    for device in devices().iter() {
        assert!(!device.screens.is_empty());
        for (screen, _) in device.screens {
            assert!(screen.len() <= 9, "{screen}");
            let (width, height) = screen.split_once('x').unwrap();
            let (width, height): (u32, u32) = (width.parse().unwrap(), height.parse().unwrap());
            let fits = match device.class {
                Class::Phone => (360..=448).contains(&width) && (640..=1_000).contains(&height),
                Class::Tablet => width.min(height) >= 700 && width.max(height) <= 1_400,
                Class::Desktop => width > height && width >= 1_280,
                Class::Tv | Class::Console => width * 9 == height * 16,
            };
            assert!(fits, "{}: {screen}", device.name);
        }
    }
}

#[test]
fn computers_and_apples_show_pdf_files_and_what_is_built_in_does_not() {
    for device in devices().iter() {
        let expected = match device.class {
            Class::Desktop => true,
            Class::Tv | Class::Console => false,
            _ => device.brand == "Apple" || device.browser == "Firefox",
        };
        assert_eq!(device.reads_pdf, expected, "{device:?}");
    }
}
