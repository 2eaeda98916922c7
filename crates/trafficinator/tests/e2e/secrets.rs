//! What must not be seen: the token, and the credentials in an address.

use std::time::Duration;

use crate::support::program::{Finished, run, trafficinator};
use crate::support::server::Server;
use crate::support::{TOKEN, eventually};

/// Parameters that Matomo takes with a token only, or that spoil visits without one.
const NEED_A_TOKEN: [&str; 8] = ["token_auth", "cip", "country", "region", "city", "lat", "long", "uid"];

const PASSWORD: &str = "s3cr3t-w0rd";
/// `me:s3cr3t-w0rd`
const BASIC: &str = "Basic bWU6czNjcjN0LXcwcmQ=";

#[test]
fn the_token_travels_in_bodies_and_nowhere_else() {
    let server = Server::obliging();
    let sent = run(&server.url())
        .args(["--rate", "100/s", "--max-total-visits", "30", "--tag-dimension", "2"])
        .vars(&[("MATOMO_TOKEN_AUTH", TOKEN), ("RUST_LOG", "trace")])
        .finish()
        .expect(0);
    assert_silent(&sent, TOKEN);
    let hits = server.hits();
    assert!(!hits.is_empty());
    for hit in &hits {
        assert_eq!((hit.method.as_str(), hit.target.as_str()), ("POST", "/matomo.php"));
        assert_eq!(hit.get("token_auth"), TOKEN);
        assert_eq!(hit.body.matches(TOKEN).count(), 1);
    }
    for request in server.requests() {
        assert!(!request.head.contains(TOKEN), "{}", request.head);
    }
    let located = hits.iter().filter(|hit| hit.get("new_visit") == "1");
    for hit in located {
        assert!(hit.get("cip").parse::<std::net::IpAddr>().is_ok(), "cip {:?}", hit.get("cip"));
        assert!(hit.get("country").len() == 2, "country {:?}", hit.get("country"));
    }
}

#[test]
fn without_a_token_nothing_is_sent_that_needs_one() {
    let server = Server::obliging();
    run(&server.url()).args(["--rate", "100/s", "--max-total-visits", "60"]).finish().expect(0);
    for hit in server.hits() {
        assert_eq!(hit.method, "GET");
        for name in NEED_A_TOKEN {
            assert!(!hit.parameters.contains_key(name), "{name} in {}", hit.target);
        }
    }
}

#[test]
fn help_does_not_tell_the_token_of_the_environment() {
    for command in ["run", "check", "plan"] {
        let help = trafficinator([command, "--help"]).var("MATOMO_TOKEN_AUTH", TOKEN).finish().expect(0);
        assert!(help.stdout.contains("MATOMO_TOKEN_AUTH"));
        assert_silent(&help, TOKEN);
    }
}

#[test]
fn a_plan_shows_stars_for_the_token() {
    for format in ["text", "jsonl"] {
        let args = ["plan", "--visits", "5", "--seed", "1", "--format", format, "--matomo-token-auth", TOKEN];
        let plan = trafficinator(args).finish().expect(0);
        assert_silent(&plan, TOKEN);
        assert_eq!(plan.stdout.contains(r#""token_auth":"***""#), format == "jsonl");
    }
}

#[test]
fn a_check_does_not_tell_the_token() {
    let server = Server::obliging();
    let check = trafficinator(["check", "--matomo-url", &server.url(), "--matomo-token-auth", TOKEN])
        .var("RUST_LOG", "trace")
        .finish();
    assert_silent(&check, TOKEN);
    for request in server.requests() {
        assert!(!request.head.contains(TOKEN), "{}", request.head);
    }
}

#[test]
fn a_wrong_token_is_not_repeated_in_the_complaint() {
    let token = "not a token, but a \u{fffd}secret";
    let refused =
        trafficinator(["run", "--rate", "nonsense"]).var("MATOMO_TOKEN_AUTH", token).finish().expect(2);
    assert_silent(&refused, "secret");
}

#[test]
fn a_token_given_as_a_flag_leaves_the_process_list_at_once() {
    let server = Server::obliging();
    let url = format!("http://me:{PASSWORD}@{}/", server.address());
    for args in [
        vec!["--matomo-token-auth".to_owned(), TOKEN.to_owned(), "--matomo-url".to_owned(), url.clone()],
        vec![format!("--matomo-token-auth={TOKEN}"), format!("--matomo-url={url}")],
    ] {
        let running = trafficinator(["run", "--rate", "20/s", "--matomo-site-id", "1"])
            .args(args.iter().map(String::as_str))
            .vars(&[("PAUSE_BETWEEN_PVS_MIN", "0"), ("PAUSE_BETWEEN_PVS_MAX", "0.1")])
            .start();
        let before = server.hits().len();
        server.await_hits(before + 3);
        let cmdline = || std::fs::read(format!("/proc/{}/cmdline", running.id())).unwrap();
        let shown = eventually(Duration::from_secs(5), "a process list without secrets", || {
            let shown = String::from_utf8_lossy(&cmdline()).into_owned();
            (!shown.contains(TOKEN) && !shown.contains(PASSWORD)).then_some(shown)
        });
        assert!(shown.contains("--rate"), "{shown:?}");
        running.signal("TERM");
        let sent = running.finish().expect(0);
        assert_silent(&sent, TOKEN);
        assert_silent(&sent, PASSWORD);
    }
    assert!(server.hits().iter().all(|hit| hit.get("token_auth") == TOKEN));
}

#[test]
fn a_token_from_a_file_is_used() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let server = Server::obliging();
    let sent = run(&server.url())
        .args(["--rate", "100/s", "--max-total-visits", "5"])
        .var("MATOMO_TOKEN_AUTH_FILE", file.to_str().unwrap())
        .finish()
        .expect(0);
    assert_silent(&sent, TOKEN);
    assert!(server.hits().iter().all(|hit| hit.get("token_auth") == TOKEN));
}

#[test]
fn credentials_of_the_address_become_basic_authentication_and_are_shown_nowhere() {
    let server = Server::obliging();
    let url = format!("http://me:{PASSWORD}@{}/sub/", server.address());
    let sent = run(&url)
        .args(["--rate", "100/s", "--max-total-visits", "10"])
        .var("RUST_LOG", "trace")
        .finish()
        .expect(0);
    let requests = server.requests();
    assert!(requests.len() > 10);
    for request in &requests {
        assert_eq!(request.header("authorization"), BASIC);
        assert!(request.target.starts_with("/sub/matomo.php"), "{}", request.target);
        assert!(!request.target.contains(PASSWORD) && !request.header("host").contains(PASSWORD));
    }
    assert_eq!(sent.json()["target"]["url"], format!("http://{}/sub/matomo.php", server.address()));
    for secret in [PASSWORD, &BASIC[6..]] {
        assert_silent(&sent, secret);
    }
    let check = trafficinator(["check"]).var("MATOMO_URL", &url).finish().expect(0);
    assert_silent(&check, PASSWORD);
    let refused = trafficinator(["check", "--rate", "0/s"]).var("MATOMO_URL", &url).finish().expect(2);
    assert_silent(&refused, PASSWORD);
}

#[test]
fn credentials_of_an_address_that_is_refused_are_shown_nowhere() {
    for url in [
        format!("ftp://me:{PASSWORD}@matomo.example.org/"),
        format!("http://me:{PASSWORD}@/"),
        format!("http://me:{PASSWORD}@matomo.example.org:99999/"),
        format!("me:{PASSWORD}@matomo.example.org"),
    ] {
        let refused = trafficinator(["run"]).var("MATOMO_URL", &url).finish().expect(2);
        assert!(refused.stderr.contains("MATOMO_URL"), "{}", refused.stderr);
        assert_silent(&refused, PASSWORD);
    }
}

#[track_caller]
fn assert_silent(finished: &Finished, secret: &str) {
    for text in [&finished.stdout, &finished.stderr] {
        assert!(!text.contains(secret), "{secret} is told:\n{text}");
    }
}
