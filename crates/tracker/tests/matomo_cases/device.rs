//! Devices: what somebody browses with, and what becomes of bots.

use serde_json::{Value, json};

use crate::case::{Case, case, check, measured};
use crate::stand_in::{A, Matomo};

const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1";
const IPAD: &str = "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1";
const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0";
const SAMSUNG: &str = "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36";

/// One hit of this user agent with these client hints, and what was recorded of it.
fn device(row: &str, user_agent: &str, hints: &str) -> Case {
    case(row, &[(0, format!("{A}&ua={user_agent}&uadata={hints}"))], &[1])
}

fn platform(platform: &str, version: &str, model: &str) -> String {
    json!({
        "fullVersionList": [{ "brand": "Google Chrome", "version": "131.0.6778.86" }],
        "mobile": !model.is_empty(),
        "model": model,
        "platform": platform,
        "platformVersion": version,
    })
    .to_string()
}

#[tokio::test]
async fn browsers_and_systems_are_told_from_user_agents_and_hints() {
    let browser = |case: Case, code: &'static str, version: &'static str, kind: &'static str| {
        case.fact("/0/browserCode", code).fact("/0/browserVersion", version).fact("/0/deviceType", kind)
    };
    let system = |case: Case, code: &'static str, version: &'static str| {
        case.fact("/0/operatingSystemCode", code).fact("/0/operatingSystemVersion", version)
    };
    let edge = format!("{WINDOWS} Edg/131.0.0.0");
    let cases = vec![
        system(browser(device("Chrome", WINDOWS, ""), "CH", "131.0", "Desktop"), "WIN", "10"),
        browser(device("Edge", &edge, ""), "PS", "131.0", "Desktop"),
        browser(device("Firefox", FIREFOX, ""), "FF", "132.0", "Desktop"),
        browser(device("Safari", MAC, ""), "SF", "17.6", "Desktop"),
        system(browser(device("iPhone", IPHONE, ""), "MF", "17.6", "Smartphone"), "IOS", "17.6")
            .fact("/0/deviceBrand", "Apple"),
        system(browser(device("iPad", IPAD, ""), "MF", "17.6", "Tablet"), "IPA", "17.6")
            .fact("/0/deviceBrand", "Apple"),
        system(device("Windows 11", WINDOWS, &platform("Windows", "15.0.0", "")), "WIN", "11")
            .fact("/0/operatingSystem", "Windows 11"),
        system(device("Windows 10", WINDOWS, &platform("Windows", "10.0.0", "")), "WIN", "10"),
        system(device("macOS by its user agent", MAC, ""), "MAC", "10.15"),
        system(device("macOS by hints", MAC, &platform("macOS", "14.5.0", "")), "MAC", "14.5"),
        device("a generic smartphone", ANDROID, "").fact("/0/deviceModel", "Generic Smartphone"),
        system(device("Pixel 8", ANDROID, &platform("Android", "14.0.0", "Pixel 8")), "AND", "14.0")
            .fact("/0/deviceBrand", "Google")
            .fact("/0/deviceModel", "Pixel 8"),
        system(device("SM-S911B", ANDROID, &platform("Android", "14.0.0", "SM-S911B")), "AND", "14.0")
            .fact("/0/deviceBrand", "Samsung")
            .fact("/0/deviceModel", "Galaxy S23"),
        browser(device("Samsung Internet", SAMSUNG, ""), "SB", "25.0", "Smartphone"),
        system(device("hints that are no JSON", WINDOWS, "{"), "WIN", "10"),
        device("curl", "curl/8.5.0", "").fact("/0/operatingSystemCode", "UNK"),
        device("Python", "python-requests/2.32", "").fact("/0/operatingSystemCode", "UNK"),
        device("no user agent", "", "").fact("/0/browserCode", "UNK"),
        device("headless Chrome", &WINDOWS.replace("Chrome/", "HeadlessChrome/"), "")
            .fact("/0/browserCode", "HC"),
        device("bots=1", "Googlebot/2.1&bots=1", "").fact("/0/operatingSystemCode", "BOT"),
        case(
            "the first hit decides",
            &[(0, format!("{A}&ua={WINDOWS}")), (10, format!("{A}&ua={IPHONE}"))],
            &[2],
        )
        .fact("/0/browserCode", "CH"),
        case("Googlebot", &[(0, "ua=Mozilla/5.0 (compatible; Googlebot/2.1)")], &[]),
        case("GPTBot", &[(0, "ua=Mozilla/5.0 (compatible; GPTBot/1.2)")], &[]),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn brands_work_where_there_is_no_list_of_full_versions() {
    let hints = json!({ "brands": [{ "brand": "Brave", "version": "131" }], "platform": "Windows" });
    let cases = vec![
        device("brands", WINDOWS, &hints.to_string())
            .fact("/0/browserCode", "BR")
            .fact("/0/browserVersion", "131"),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn screens_languages_clocks_and_plugins_are_kept_as_they_come() {
    let cases = vec![
        case("res", &[(0, "res=1920x1080")], &[1]).fact("/0/resolution", "1920x1080"),
        case("res, free text", &[(0, "res=1111111111111")], &[1]).fact("/0/resolution", "111111111"),
        case("lang", &[(0, "lang=en-US,en;q=0.9")], &[1]).fact("/0/languageCode", "en-us"),
        case("h, m, s", &[(0, "h=23&m=5&s=9")], &[1])
            .fact("/0/visitLocalTime", "23:05:09")
            .fact("/0/visitLocalHour", "23"),
        case("h, m, s that are none", &[(0, "h=25&m=60&s=x")], &[1]).fact("/0/visitLocalTime", "00:00:00"),
        case("plugins", &[(0, "pdf=1&cookie=1&fla=1")], &[1]).fact("/0/plugins", "flash, pdf, cookie"),
        case("no plugins", &[(0, "pdf=0&cookie=0")], &[1]).fact("/0/plugins", ""),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn without_ua_the_sender_decides_who_is_a_bot() {
    let matomo = Matomo::start().await;
    let bot = [("User-Agent", "Googlebot/2.1")];
    let query = matomo.query(0, A);
    assert_eq!(matomo.send("GET", "/matomo.php", &query, &bot, b"").await.status, 204);
    assert!(matomo.visits(1).await.is_empty());
    let query = matomo.query(0, &format!("{A}&ua={}", FIREFOX.replace(' ', "+")));
    assert_eq!(matomo.send("GET", "/matomo.php", &query, &bot, b"").await.status, 204);
    assert_eq!(matomo.only_visit().await["browserCode"], Value::from("FF"));
}
