//! Profiles and what a scenario file declares, as their users meet them.

use std::path::Path;

use crate::support::TOKEN;
use crate::support::program::{run, trafficinator};
use crate::support::server::Server;
use crate::support::stand_in::StandIn;

const NAMES: [&str; 4] = ["content", "ecommerce", "saas", "classic"];

const SHOP: &str = r#"
[site]
url = "https://shop.test"

[[site.page]]
url = "/"
links = ["/boots", "/thank-you"]

[[site.page]]
url = "/boots"
products = ["B-1"]

[[site.page]]
url = "/thank-you"

[[product]]
sku = "B-1"
name = "Boots"
category = "Shoes"
price = 89.90

[[goal]]
id = 4
url_contains = "thank-you"
revenue = 2.5

[[dimension]]
id = 3
scope = "visit"
values = "customer_type"
"#;

fn file(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_profile_that_is_shown_and_used_as_a_file_plans_the_same_visits() {
    let directory = tempfile::tempdir().unwrap();
    for name in NAMES {
        let shown = trafficinator(["profile", "show", name]).finish().expect(0).stdout;
        assert!(shown.starts_with(&format!("# Profile `{name}`")), "{shown}");
        let copy = file(directory.path(), "mine.toml", &shown);
        let plan = |profile: &str| {
            let args = ["plan", "--seed", "7", "--visits", "20", "--format", "jsonl", "--profile", profile];
            trafficinator(args).finish().expect(0).stdout
        };
        let planned = plan(name);
        assert_eq!(planned, plan(&copy), "{name}");
        assert!(planned.lines().count() >= 20);
    }
}

#[test]
fn profiles_are_listed_and_a_name_that_is_none_gets_a_hint() {
    let list = trafficinator(["profile", "list"]).finish().expect(0).stdout;
    for (line, name) in list.lines().zip(NAMES) {
        assert!(line.starts_with(name) && line.len() > 30, "{line}");
    }
    assert_eq!(list.lines().count(), 4);
    let refused = trafficinator(["profile", "show", "ecomerce"]).finish().expect(2);
    assert!(refused.stderr.contains("'ecommerce'"), "{}", refused.stderr);
    let refused = trafficinator(["plan", "--profile", "ecomerce"]).finish().expect(2);
    assert!(refused.stderr.contains("--profile: \"ecomerce\" is not accepted: did you mean ecommerce?"));
    let refused = trafficinator(["demo", "--profile", "./gone.toml"]).finish().expect(2);
    assert!(refused.stderr.contains("--profile ./gone.toml: the file cannot be read"), "{}", refused.stderr);
}

#[test]
fn somebody_new_gets_a_plan_of_the_shop_and_is_told_the_profile_of_a_run() {
    trafficinator(["plan"]).finish().expect(0);
    let server = Server::obliging();
    let ended = run(&server.url())
        .args(["--rate", "100/s"])
        .vars(&[("MAX_TOTAL_VISITS", "3"), ("TRAFFICINATOR_PROFILE", "content")])
        .finish()
        .expect(0);
    assert!(ended.stderr.contains("profile content: An online magazine"), "{}", ended.stderr);
}

#[test]
fn a_scenario_file_and_the_profile_beside_it_make_the_site() {
    let directory = tempfile::tempdir().unwrap();
    let shown = trafficinator(["profile", "show", "ecommerce"]).finish().expect(0).stdout;
    file(directory.path(), "mine.toml", &shown.replace("description = \"", "description = \"Ours: "));
    let scenario = file(directory.path(), "shop.toml", &format!("profile = \"mine.toml\"\n{SHOP}"));
    let planned = trafficinator(["plan", "--seed", "1", "--visits", "200", "--format", "jsonl"])
        .args(["--scenario", &scenario])
        .finish()
        .expect(0)
        .stdout;
    for word in ["https://shop.test/boots", "\"_pks\":\"B-1\"", "\"dimension3\":\"new\""] {
        assert!(planned.contains(word), "{word} is not planned");
    }
    assert!(!planned.contains("\"url\":\"https://shop.example.com"), "pages of the built-in site");

    let stand_in = StandIn::start(&[]);
    let check = trafficinator(["check", "--matomo-url", &stand_in.url(), "--scenario", &scenario])
        .args(["--curve", "daily", "--identity", "browser", "--bots-share", "0.2", "--chatbots-share", "0.1"])
        .var("MATOMO_TOKEN_AUTH", TOKEN)
        .finish()
        .expect(0)
        .stdout;
    for word in [
        "mine.toml: Ours: An online shop",
        "identity browser",
        "curve daily",
        "20.0 % of everybody who comes are crawlers",
        "10.0 % of everybody who comes are AI chatbots",
        "note: --chatbots-share: Matomo reports AI chatbots from 5.6 on",
        "3 pages from ",
        "1 product in 1 category",
        "4 by pages whose address contains \"thank-you\", worth 2.50",
        "3 of visits: new, returning or member",
    ] {
        assert!(check.contains(word), "{word} is not in\n{check}");
    }
    assert!(!check.contains("no user ids are sent"), "{check}");
}

#[test]
fn a_check_says_what_gives_way_and_what_is_left_out() {
    let stand_in = StandIn::start(&[]);
    let check = |vars: &[(&str, &str)]| {
        trafficinator(["check", "--matomo-url", &stand_in.url()]).vars(vars).finish().expect(0).stdout
    };
    let said = check(&[("VISIT_DURATION_MAX", "120"), ("PAGEVIEWS_MAX", "3"), ("PAGEVIEWS_MIN", "3")]);
    for word in [
        "note: VISIT_DURATION_MAX 120 min with 3 page views",
        "note: PAGEVIEWS_MIN 3: no visit bounces",
        "note: no user ids are sent: they need a token",
        "PAGEVIEWS_MIN                3  (environment)",
        "SITESEARCH_PROBABILITY       0.14  (profile ecommerce)",
    ] {
        assert!(said.contains(word), "{word} is not in\n{said}");
    }
    let said = check(&[("TRAFFICINATOR_PROFILE", "classic")]);
    assert!(!said.contains("note:") && !said.contains("(profile"), "{said}");
}

#[test]
fn everything_wrong_is_told_at_once_whether_in_a_profile_a_table_or_a_variable() {
    let directory = tempfile::tempdir().unwrap();
    let shown = trafficinator(["profile", "show", "saas"]).finish().expect(0).stdout;
    let broken = shown.replace("outlinks_probability = 0.09", "outlinks_probability = 9");
    let profile = file(directory.path(), "mine.toml", &broken);
    let scenario = file(directory.path(), "shop.toml", "[[goal]]\nid = 1\n");
    let refused = trafficinator(["plan", "--profile", &profile, "--scenario", &scenario])
        .vars(&[("CONCURRENCY", "many"), ("URLS_FILE", "/nonexistent/list")])
        .finish()
        .expect(2);
    for word in [
        "outlinks_probability (",
        "mine.toml:15): \"9\" is not accepted",
        "shop.toml:1): needs exactly one of manual",
        "CONCURRENCY (environment): \"many\"",
        "/nonexistent/list",
    ] {
        assert!(refused.stderr.contains(word), "{word} is not in\n{}", refused.stderr);
    }
    assert_eq!(refused.stderr.lines().filter(|line| line.starts_with("error: ")).count(), 4);
}
