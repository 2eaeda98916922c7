//! What must not be seen is not seen.

use std::sync::Arc;
use std::time::Duration;

use engine::clock::Clock;
use engine::target::{BasicAuth, Secret, Target, Trust};
use engine::transport::Client;
use traffic::plan::{Plan, Tracking};
use traffic::scenario::Scenario;
use url::Url;

use crate::scene::{client, client_with, end, options, plan, rich, start};
use crate::server::{Behaviour, Server, well};

const TOKEN: &str = "c0ffee00c0ffee00c0ffee00c0ffee00";

#[test]
fn no_debug_print_shows_a_secret() {
    for scheme in ["http", "https"] {
        let url = Url::parse(&format!("{scheme}://stats.example.org/matomo.php")).unwrap();
        let auth = BasicAuth { user: Secret::new("someone"), password: Secret::new("pa55word") };
        let trust = Trust::Anyone;
        let target = Target::new(url, Some(&auth), Some(Secret::new(TOKEN)), trust, Duration::from_secs(1));
        let client = Client::new(target.clone()).unwrap();
        let options = options(1);
        let printed = format!(
            "{target:?} {client:?} {options:?} {auth:?} {target:#?} {client:#?} {options:#?} {auth:#?}"
        );
        // c29t… is someone:pa55word in base 64.
        for secret in [TOKEN, "someone", "pa55word", "c29tZW9uZTpwYTU1d29yZA"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}

#[test]
fn the_token_travels_in_bodies_only() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), well);
    let tracking = Tracking { site: 7, authenticated: true, countries: true, tag_dimension: None };
    let plan = Arc::new(Plan::new(Scenario::new(rich(500.0, 30)).unwrap(), tracking, 42, "test"));
    let run = start(&plan, &client_with(&server, Duration::from_secs(5), Some(TOKEN)), &options(5), clock);
    let printed = format!("{run:?}");
    assert!(!printed.contains(TOKEN), "{printed}");
    end(run, clock);
    for request in server.requests() {
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/matomo.php"));
        assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(request.body.matches(TOKEN).count(), 1);
        assert!(!request.headers.values().any(|value| value.contains(TOKEN)));
    }
}

#[test]
fn without_a_token_hits_are_gets_and_tell_nothing_that_needs_one() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), well);
    end(start(&plan(rich(500.0, 30)), &client(&server), &options(5), clock), clock);
    for request in server.requests() {
        assert_eq!((request.method.as_str(), request.body.as_str()), ("GET", ""));
        for name in ["token_auth", "cip", "country", "region", "city", "lat", "long"] {
            assert_eq!(request.parameter(name), None, "{name}");
        }
    }
}

#[test]
fn basic_authentication_goes_with_every_hit() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), well);
    let url = Url::parse(&format!("http://{}/stats/matomo.php", server.address())).unwrap();
    let auth = BasicAuth { user: Secret::new("someone"), password: Secret::new("pa55word") };
    let client =
        Client::new(Target::new(url, Some(&auth), None, Trust::Roots, Duration::from_secs(5))).unwrap();
    end(start(&plan(rich(500.0, 10)), &client, &options(5), clock), clock);
    for request in server.requests() {
        assert_eq!(request.headers["authorization"], "Basic c29tZW9uZTpwYTU1d29yZA==");
        assert!(request.path.starts_with("/stats/matomo.php?idsite=7&"), "{}", request.path);
    }
}
