//! A site and a catalogue of somebody's own: sitemaps, from files and from the web, and products.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::support::files::FileServer;
use crate::support::program::{Finished, trafficinator};
use crate::support::server::{Server, status};

const PAGES: [&str; 4] = ["", "shoes/", "shoes/red-boots", "about"];

/// A sitemap of these pages of a host.
fn map(host: &str, pages: &[&str]) -> String {
    let urls: Vec<String> =
        pages.iter().map(|page| format!("  <url><loc>https://{host}/{page}</loc></url>")).collect();
    let urls = urls.join("\n");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{urls}\n</urlset>\n"
    )
}

fn index(places: &[&str]) -> String {
    let maps: Vec<String> =
        places.iter().map(|place| format!("<sitemap><loc>{place}</loc></sitemap>")).collect();
    let maps = maps.join("\n");
    format!("<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{maps}\n</sitemapindex>\n")
}

fn packed(text: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

fn write(directory: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// `check` with these settings, against a target that is there.
fn check(vars: &[(&str, &str)], code: i32) -> Finished {
    let server = Server::start(|_| status(200));
    trafficinator(["check", "--matomo-url", &server.url()]).vars(vars).finish().expect(code)
}

/// Addresses and titles of the pages that are visited.
fn visited(sitemap: &str) -> BTreeSet<(String, String)> {
    let plan = trafficinator(["plan", "--seed", "7", "--visits", "60", "--sitemap", sitemap])
        .args(["--profile", "ecommerce", "--format", "jsonl"])
        .finish()
        .expect(0);
    plan.stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|hit| hit["kind"] == "pageview")
        .map(|hit| {
            let text = |name: &str| hit["params"][name].as_str().unwrap().to_owned();
            (text("url").split(['?', '#']).next().unwrap().to_owned(), text("action_name"))
        })
        .collect()
}

fn expected(host: &str) -> BTreeSet<(String, String)> {
    let titles = ["Home", "Shoes", "Shoes / Red boots", "About"];
    PAGES
        .iter()
        .zip(titles)
        .map(|(page, title)| (format!("https://{host}/{page}"), title.to_owned()))
        .collect()
}

#[test]
fn the_pages_of_a_sitemap_are_visited_packed_or_not_and_in_an_index() {
    let directory = tempfile::tempdir().unwrap();
    let text = map("own.example", &PAGES);
    let plain = write(directory.path(), "sitemap.xml", &text);
    assert_eq!(visited(plain.to_str().unwrap()), expected("own.example"));
    let gz = write(directory.path(), "sitemap.xml.gz", packed(&text));
    assert_eq!(visited(gz.to_str().unwrap()), expected("own.example"));
    write(directory.path(), "part-1.xml", map("own.example", &PAGES[..2]));
    write(directory.path(), "part-2.xml.gz", packed(&map("own.example", &PAGES[1..])));
    let places = ["https://own.example/maps/part-1.xml", "https://own.example/maps/part-2.xml.gz"];
    let index = write(directory.path(), "index.xml", index(&places));
    assert_eq!(visited(index.to_str().unwrap()), expected("own.example"));
    let checked = check(&[("TRAFFICINATOR_SITEMAP", index.to_str().unwrap())], 0);
    let source = format!("4 pages from {}", index.display());
    assert!(checked.stdout.contains(&source), "{}", checked.stdout);
    assert!(checked.stdout.contains("named more than once"), "{}", checked.stdout);
}

#[test]
fn a_sitemap_is_fetched_with_its_credentials_which_are_never_told() {
    let server = FileServer::start(|address: SocketAddr| {
        let part = format!("http://{address}/part.xml.gz");
        vec![
            ("/index.xml", "200 OK", index(&[&part]).into_bytes()),
            ("/part.xml.gz", "200 OK", packed(&map("own.example", &PAGES))),
        ]
    });
    let url = format!("http://me:s3cret@{}/index.xml", server.address());
    assert_eq!(visited(&url), expected("own.example"));
    for head in server.heads() {
        assert!(head.to_lowercase().contains("authorization: basic bwu6cznjcmv0"), "{head}");
    }
    assert_eq!(server.heads().len(), 2);
    let checked = check(&[("TRAFFICINATOR_SITEMAP", &url)], 0);
    assert!(checked.stdout.contains(&format!("4 pages from http://{}/index.xml", server.address())));
    let all = checked.stdout + &checked.stderr;
    assert!(!all.contains("s3cret") && all.contains("***@"), "{all}");
}

#[test]
fn what_is_no_sitemap_is_told_with_its_place_and_what_to_do() {
    let server = FileServer::start(|_| {
        vec![
            ("/page", "200 OK", b"<!DOCTYPE html>\n<html><body>Hi</body></html>".to_vec()),
            ("/moved.xml", "301 Moved Permanently\r\nLocation: https://own.example/new.xml", Vec::new()),
            ("/locked.xml", "401 Unauthorized", Vec::new()),
            ("/broken.xml.gz", "200 OK", packed(&map("own.example", &PAGES))[..40].to_vec()),
            ("/index.xml", "200 OK", index(&["part.xml"]).into_bytes()),
        ]
    });
    for (path, words) in [
        ("page", &["it is an HTML page"][..]),
        ("gone.xml", &["it answers 404", "/robots.txt"]),
        ("moved.xml", &["it answers 301", "https://own.example/new.xml", "redirects are not followed"]),
        ("locked.xml", &["it answers 401", "user:password"]),
        ("broken.xml.gz", &["cannot be unpacked"]),
        ("index.xml", &[", line 2: \"part.xml\" is neither"]),
    ] {
        let url = format!("http://me:s3cret@{}/{path}", server.address());
        let said = check(&[("TRAFFICINATOR_SITEMAP", &url)], 2).stderr;
        let place = format!("TRAFFICINATOR_SITEMAP (environment) http://{}/{path}", server.address());
        assert!(said.contains(&place), "{place} is not in\n{said}");
        assert!(words.iter().all(|word| said.contains(word)), "{words:?} is not in\n{said}");
        assert!(!said.contains("s3cret"), "{said}");
    }
    let directory = tempfile::tempdir().unwrap();
    for (name, text, words) in [
        ("cut.xml", "<urlset>\n<url>\n<loc>https://own.example/", ", line 3: "),
        ("empty.xml", "<urlset/>", "it has no <loc>"),
        ("list.xml", "https://own.example/\n", "URLS_FILE"),
        ("other.xml", "<urlset><url><loc>/a</loc></url></urlset>", "1 URL cannot be used"),
        ("absent.xml", "", "it cannot be read"),
    ] {
        let path = directory.path().join(name);
        if !text.is_empty() {
            write(directory.path(), name, text);
        }
        let said = check(&[("TRAFFICINATOR_SITEMAP", path.to_str().unwrap())], 2).stderr;
        assert!(said.contains(words) && said.contains(name), "{words} is not in\n{said}");
    }
}

#[test]
fn an_index_that_goes_round_in_circles_ends() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "a.xml", index(&["https://own.example/b.xml"]));
    let path = write(directory.path(), "b.xml", index(&["https://own.example/a.xml"]));
    let said = check(&[("TRAFFICINATOR_SITEMAP", path.to_str().unwrap())], 2).stderr;
    assert!(said.contains("an index in an index"), "{said}");
}

#[test]
fn a_list_and_a_sitemap_do_not_go_together() {
    let said = check(&[("URLS_FILE", "urls.txt"), ("TRAFFICINATOR_SITEMAP", "sitemap.xml")], 2).stderr;
    for word in ["URLS_FILE (environment)", "TRAFFICINATOR_SITEMAP (environment)", "both give the pages"] {
        assert!(said.contains(word), "{word} is not in\n{said}");
    }
}

const PRODUCTS: &str = "sku,name,category,price\n\
                        B-1,Red Boots,Shoes > Boots,89.90\n\
                        S-2,\"Socks, grey\",Shoes|Socks,7.95\n\
                        L-3,Laces,Shoes,2.45\n";

#[test]
fn a_catalogue_is_what_is_sold_at_its_prices() {
    let directory = tempfile::tempdir().unwrap();
    let sitemap = write(directory.path(), "sitemap.xml", map("own.example", &PAGES));
    let catalogue = write(directory.path(), "shop.csv", PRODUCTS);
    let settings = [
        ("TRAFFICINATOR_SITEMAP", sitemap.to_str().unwrap()),
        ("TRAFFICINATOR_CATALOGUE", catalogue.to_str().unwrap()),
        ("ECOMMERCE_PROBABILITY", "0.5"),
        ("ECOMMERCE_ITEMS_MAX", "3"),
        ("ECOMMERCE_ORDER_VALUE_MIN", "150"),
        ("ECOMMERCE_ORDER_VALUE_MAX", "151"),
    ];
    let plan = trafficinator(["plan", "--seed", "7", "--visits", "60", "--format", "jsonl"])
        .vars(&settings)
        .finish()
        .expect(0);
    let prices = [("B-1", 89.90), ("S-2", 7.95), ("L-3", 2.45)];
    let mut orders = 0;
    for line in plan.stdout.lines() {
        let hit: Value = serde_json::from_str(line).unwrap();
        let Some(items) = hit["params"]["ec_items"].as_str() else { continue };
        for item in serde_json::from_str::<Vec<Value>>(items).unwrap() {
            let sold = (item[0].as_str().unwrap(), item[3].as_f64().unwrap());
            assert!(prices.contains(&sold), "{sold:?}");
        }
        if hit["kind"] == "order" {
            let revenue: f64 = hit["params"]["revenue"].as_str().unwrap().parse().unwrap();
            assert!((150.0..=151.0).contains(&revenue), "{revenue}");
            orders += 1;
        }
    }
    assert!(orders > 10, "{orders}");
    let checked = check(&settings, 0);
    assert!(checked.stdout.contains("3 products"), "{}", checked.stdout);
}

#[test]
fn what_is_wrong_with_a_catalogue_is_told_with_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let wrong = PRODUCTS.replace("7.95", "7.955") + "X-4,Nothing,Shoes,0\n";
    let path = write(directory.path(), "shop.csv", wrong);
    let said = check(&[("TRAFFICINATOR_CATALOGUE", path.to_str().unwrap())], 2).stderr;
    assert!(said.contains("shop.csv, line 3: price \"7.955\""), "{said}");
    let path = write(directory.path(), "shop.csv", PRODUCTS);
    let catalogue = ("TRAFFICINATOR_CATALOGUE", path.to_str().unwrap());
    let dear =
        check(&[catalogue, ("ECOMMERCE_ITEMS_MIN", "3"), ("ECOMMERCE_ORDER_VALUE_MAX", "99")], 2).stderr;
    assert!(dear.contains("ECOMMERCE_ORDER_VALUE_MAX") && dear.contains("110.33"), "{dear}");
    let many = check(&[catalogue, ("ECOMMERCE_ITEMS_MIN", "4")], 2).stderr;
    assert!(many.contains("ECOMMERCE_ITEMS_MIN") && many.contains("at most 3"), "{many}");
}
