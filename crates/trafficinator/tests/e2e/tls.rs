//! HTTPS: certificates are verified unless somebody says otherwise.

use std::time::Duration;

use crate::support::nginx::{self, CERTIFICATE, Nginx};
use crate::support::program::{Program, SHORT, run, trafficinator};
use crate::support::server::Server;
use crate::support::summary::{assert_adds_up, assert_true, count};

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused_and_the_way_out_is_named() {
    let server = Server::obliging();
    let nginx = before(&server);
    let running = ten(&nginx).start();
    running.says("--ca-file", Duration::from_secs(3));
    let ended = running.finish().expect(1);
    let summary = ended.json();
    assert_adds_up(&summary);
    assert_eq!(count(&summary, "errors.tls"), count(&summary, "hits.sent"));
    assert!(server.requests().is_empty(), "not even a look got through");
    let check = trafficinator(["check", "--matomo-url", &nginx.url("https", "")]).finish().expect(2);
    assert!(check.stderr.contains("--insecure"), "{}", check.stderr);
}

#[test]
fn a_certificate_of_a_given_authority_is_accepted() {
    let server = Server::obliging();
    let nginx = before(&server);
    let summary = ten(&nginx).args(["--ca-file", CERTIFICATE]).finish().expect(0).json();
    assert_true(&summary, &server);
    assert_eq!(count(&summary, "visits.completed"), 10);
    assert!(summary["target"]["url"].as_str().unwrap().starts_with("https://"));
}

#[test]
fn any_certificate_is_accepted_where_that_is_asked_for() {
    let server = Server::obliging();
    let nginx = before(&server);
    let summary = ten(&nginx).args(["--insecure"]).finish().expect(0).json();
    assert_true(&summary, &server);
    assert_eq!(count(&summary, "visits.completed"), 10);
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_is_a_usage_error() {
    let ca_file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    for file in ["/nonexistent/ca.pem", ca_file] {
        let refused = trafficinator(["run", "--matomo-url", "https://127.0.0.3/", "--ca-file", file])
            .finish()
            .expect(2);
        assert!(
            refused.stderr.contains("TRAFFICINATOR_CA_FILE") || refused.stderr.contains("--ca-file"),
            "{}",
            refused.stderr
        );
    }
}

#[test]
fn https_to_a_port_that_speaks_http_is_a_failure_of_tls() {
    let server = Server::obliging();
    let url = format!("https://{}/", server.address());
    let ended = run(&url)
        .args(["--rate", "100/s", "--max-total-visits", "3", "--timeout", "2s"])
        .vars(&SHORT)
        .finish()
        .expect(1);
    let summary = ended.json();
    assert_adds_up(&summary);
    assert!(count(&summary, "errors.tls") + count(&summary, "errors.connect") > 0, "{summary:#}");
    assert!(server.hits().is_empty());
}

/// nginx speaks TLS and hands on to a server of the test.
fn before(server: &Server) -> Nginx {
    let proxy = format!("location / {{ proxy_pass http://{}; }}", server.address());
    nginx::start(&format!("{} {proxy}", nginx::tls()))
}

fn ten(nginx: &Nginx) -> Program {
    run(&nginx.url("https", "")).args(["--rate", "100/s", "--max-total-visits", "10"]).vars(&SHORT)
}
