//! Actions: what counts as one, and what is kept of it.

use serde_json::{Value, json};

use crate::case::{case, check, measured};
use crate::stand_in::{A, Matomo, types};

const THANKS: &str = "url=https://shop.example.com/thank-you";

#[tokio::test]
async fn page_views_keep_what_they_measure_and_show() {
    let everything = format!(
        r#"{A}&action_name=Shop / Thank you&pv_id=abcdefgh&pf_net=10&pf_srv=120&pf_tfr=30&pf_dm1=200&pf_dm2=150&pf_onl=40&bw_bytes=51200&dimension1=gold&dimension2=shoes&_cvar={{"1":["plan","pro"]}}&cvar={{"1":["section","shoes"]}}"#
    );
    let first = "/0/actionDetails/0/";
    let at = |field: &str| -> String { format!("{first}{field}") };
    let page = |row, more: &str| case(row, &[(0, format!("{A}&pv_id=abc123&{more}"))], &[1]);
    let cases = vec![
        case("a page view with everything", &[(0, everything)], &[1])
            .fact(at("type"), "action")
            .fact(at("pageTitle"), "Shop / Thank you")
            .fact(at("idpageview"), "abcdef")
            .fact(at("pageLoadTimeMilliseconds"), 550)
            .fact(at("bandwidth"), 51200)
            .fact(at("dimension2"), "shoes")
            .fact(
                at("customVariables"),
                json!({ "1": { "customVariablePageName1": "section", "customVariablePageValue1": "shoes" } }),
            )
            .fact(
                "/0/customVariables",
                json!({ "1": { "customVariableName1": "plan", "customVariableValue1": "pro" } }),
            )
            .fact("/0/dimension1", "gold"),
        page("a timing that is too long", "pf_net=99999999&pf_srv=7").fact(at("pageLoadTimeMilliseconds"), 7),
        page("a timing that is negative", "pf_srv=-5").refused(0).recorded(&[0]),
        page("bandwidth that is negative", "bw_bytes=-1").refused(0).recorded(&[0]),
        page("much bandwidth", "bw_bytes=1000000000000").fact(at("bandwidth"), 1_000_000_000_000_i64),
        case(
            "timings that come with a later event",
            &[
                (0, format!("{A}&pv_id=abc123&pf_net=10&pf_srv=100")),
                (10, format!("{A}&pv_id=abc123&e_c=a&e_a=b&pf_srv=120&pf_onl=40")),
            ],
            &[2],
        )
        .fact(at("pageLoadTimeMilliseconds"), 170),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn events_contents_searches_and_links_keep_what_they_say() {
    let of = |row, more: &str, actions: u64| case(row, &[(0, format!("{A}&{more}"))], &[actions]);
    let first = |field: &str| -> String { format!("/0/actionDetails/0/{field}") };
    let event = "e_c=Video&e_a=watch&e_n=Intro&e_v=3";
    let mut cases = Vec::new();
    for event in [event.to_owned(), format!("{event}&ca=1")] {
        cases.push(
            of("an event, with or without ca=1", &event, 1)
                .fact(first("type"), "event")
                .fact(first("eventCategory"), "Video")
                .fact(first("eventAction"), "watch")
                .fact(first("eventName"), "Intro")
                .fact(first("eventValue"), 3.0),
        );
    }
    cases.extend([
        of("an event without its action", "e_c=Video", 1).fact(first("type"), "action"),
        of("a value that is no number", "e_c=a&e_a=b&e_v=abc", 1).fact(first("eventValue"), Value::Null),
        of("ca=1 that nothing handles", "ca=1", 0).refused(0).recorded(&[]),
        of("a search", "search=boots&search_cat=Men&search_count=3", 1)
            .fact(first("siteSearchKeyword"), "boots")
            .fact(first("siteSearchCategory"), "Men")
            .fact(first("siteSearchCount"), 3),
        of("a search without results", "search=nothing&search_count=0", 1).fact(first("siteSearchCount"), 0),
        of("a search without a count", "search=boots", 1).fact(first("siteSearchCount"), Value::Null),
        of("a search in the address", "url=https://shop.example.com/?q=boots%26cat=Men", 1)
            .fact(first("type"), "search")
            .fact(first("siteSearchKeyword"), "boots")
            .fact(first("siteSearchCategory"), "Men"),
        of("an empty search", "search=", 1).fact(first("type"), "action"),
        of("an outlink", "link=https://partner.example.net/x", 1)
            .fact(first("type"), "outlink")
            .fact(first("url"), "https://partner.example.net/x"),
        of("a download", "download=https://shop.example.com/a.pdf", 1)
            .fact(first("type"), "download")
            .fact(first("url"), "https://shop.example.com/a.pdf"),
        of("a download without a scheme", "download=x.pdf", 1).fact(first("url"), Value::Null),
        of("a link to a mailbox", "link=mailto:a@example.com", 1).fact(first("url"), Value::Null),
        of("content", "c_n=Ad&c_p=banner.png&c_t=https://a.example&ca=1", 0)
            .fact(first("type"), "content")
            .fact(first("contentName"), "Ad")
            .fact(first("contentPiece"), "banner.png")
            .fact(first("contentTarget"), "https://a.example")
            .fact(first("contentInteraction"), Value::Null),
        of("content that was used", "c_n=Ad&c_i=click", 0).fact(first("contentInteraction"), "click"),
        of("a name of 5,000 letters", &format!("c_n={}", "n".repeat(5_000)), 0).refused(0).recorded(&[]),
        of("a category of 5,000 letters", &format!("e_a=x&e_c={}", "n".repeat(5_000)), 0)
            .refused(0)
            .recorded(&[]),
    ]);
    check(measured(), cases).await;
}

#[tokio::test]
async fn goals_convert_by_hand_by_address_and_by_event() {
    let of = |row, hits: &[&str], actions: &[u64]| {
        let hits: Vec<(i64, String)> =
            hits.iter().enumerate().map(|(at, more)| (10 * at as i64, format!("{A}&{more}"))).collect();
        case(row, &hits, actions)
    };
    let cases = vec![
        of("by hand, as the first hit", &["idgoal=1"], &[0])
            .fact("/0/goalConversions", 1)
            .fact("/0/visitConverted", 1)
            .fact("/0/actionDetails/0/revenue", 5),
        of("by hand, again", &["idgoal=1", "idgoal=1"], &[0]).fact("/0/goalConversions", 1),
        of("its revenue", &["idgoal=1&revenue=19.99"], &[0]).fact("/0/actionDetails/0/revenue", 19.99),
        of("an unknown one", &["idgoal=9"], &[]).refused(0),
        of("by address", &[THANKS], &[1])
            .fact("/0/goalConversions", 1)
            .fact("/0/actionDetails/1/goalId", 2)
            .fact("/0/actionDetails/1/revenue", 10),
        of("by address in upper case", &["url=https://shop.example.com/Thank-You"], &[1])
            .fact("/0/goalConversions", 1),
        of("by address, with a revenue", &[&format!("{THANKS}&revenue=12.5")], &[1])
            .fact("/0/actionDetails/1/revenue", 12.5),
        of("by address, twice", &[THANKS, THANKS], &[2]).fact("/0/goalConversions", 1),
        of("the goal of an address, by hand", &["idgoal=2"], &[0]).fact("/0/actionDetails/0/goalId", 2),
        of("by event", &["e_c=Video&e_a=play"], &[1]).fact("/0/actionDetails/1/goalId", 3),
        of("by event, twice and multiple", &["e_c=Video&e_a=play", "e_c=Video&e_a=play"], &[2])
            .fact("/0/goalConversions", 2),
        of("by another event", &["e_c=Video&e_a=replay"], &[1]).fact("/0/goalConversions", 0),
        of("an address of an event", &[&format!("{THANKS}&e_c=Video&e_a=watch")], &[1])
            .fact("/0/goalConversions", 0),
        // The source looks for what handles `ca=1` before it looks for goals.
        of("ca=1 with a goal", &["idgoal=1&ca=1"], &[]).refused(0),
        of("ca=1 with a ping", &["x=1", "ping=1&ca=1"], &[1]).refused(1),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn products_that_were_looked_at_are_kept() {
    let product = format!(r#"{A}&_pks=SKU1&_pkn=Blue shoe&_pkc=["Shoes","Men"]&_pkp=25"#);
    let many = format!(r#"{A}&_pkc=["a","b","c","d","e","f"]"#);
    let cases = vec![
        case("a product", &[(0, product)], &[1])
            .fact("/0/actionDetails/0/productViewSku", "SKU1")
            .fact("/0/actionDetails/0/productViewName", "Blue shoe")
            .fact("/0/actionDetails/0/productViewCategories", json!(["Shoes", "Men"]))
            .fact("/0/actionDetails/0/productViewPrice", 25),
        case("more than five categories", &[(0, many)], &[1])
            .fact("/0/actionDetails/0/productViewCategories", json!(["a", "b", "c", "d", "e"])),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn dimensions_and_variables_belong_to_visits_or_to_actions() {
    let long = "v".repeat(300);
    let a = A.to_owned();
    let cases = vec![
        case("cut at 250", &[(0, format!("{A}&dimension1={long}"))], &[1])
            .fact("/0/dimension1", &long[..250]),
        case("one that does not exist", &[(0, format!("{A}&dimension7=x"))], &[1]).absent("/0/dimension7"),
        case(
            "of the visit, the last wins",
            &[(0, format!("{A}&dimension1=new")), (10, format!("{A}&dimension1=gold")), (20, a)],
            &[3],
        )
        .fact("/0/dimension1", "gold"),
        case(
            "of the action",
            &[(0, format!("{A}&dimension2=shoes")), (10, format!("{A}&dimension2="))],
            &[2],
        )
        .fact("/0/actionDetails/0/dimension2", "shoes")
        .fact("/0/actionDetails/1/dimension2", "")
        .absent("/0/dimension2"),
        case("none", &[(0, A)], &[1])
            .fact("/0/dimension1", Value::Null)
            .fact("/0/actionDetails/0/dimension2", Value::Null),
        case(
            "five slots of variables",
            &[(0, format!(r#"{A}&_cvar={{"5":["a","b"],"6":["c","d"]}}"#))],
            &[1],
        )
        .fact("/0/customVariables/5/customVariableValue5", "b")
        .absent("/0/customVariables/6"),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn titles_and_addresses_are_cleaned_and_cut() {
    let title = "t".repeat(1_100);
    let url = format!("https://shop.example.com/{}", "u".repeat(1_100));
    let of = |row, more: &str| case(row, &[(0, format!("{A}&{more}"))], &[1]);
    let (name, address) = ("/0/actionDetails/0/pageTitle", "/0/actionDetails/0/url");
    let cases = vec![
        of("trimmed", "action_name=  Home  ").fact(name, "Home"),
        of("1,024 letters", &format!("action_name={title}")).fact(name, &title[..1_024]),
        of("not escaped", "action_name=<b>1 %26 2</b>").fact(name, "<b>1 & 2</b>"),
        of("categories as they stand", "action_name=A / B / C").fact(name, "A / B / C"),
        of("emoji", "action_name=Gr\u{fc}\u{df}e \u{1f600}").fact(name, "Gr\u{fc}\u{df}e \u{1f600}"),
        of("an address of 1,024 letters", &format!("url={url}")).fact(address, &url[..1_024]),
        of("a host in upper case", "url=https://SHOP.example.com/A")
            .fact(address, "https://shop.example.com/A"),
        of("fragment, gclid and sid", "url=https://shop.example.com/a?gclid=1%26x=2%26sid=3%23top")
            .fact(address, "https://shop.example.com/a?x=2"),
        of("a foreign host", "url=https://elsewhere.example.org/a")
            .fact(address, "https://elsewhere.example.org/a"),
        of("no address", "url=").fact(address, Value::Null),
        of("no address at all", "url=foo").fact(address, Value::Null),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn five_kinds_are_actions_and_five_are_not() {
    let matomo = Matomo::with(measured()).await;
    let hits = [
        "url=https://shop.example.com/a",
        "search=boots",
        "e_c=a&e_a=b",
        "download=https://shop.example.com/a.pdf",
        "link=https://a.example/",
        "c_n=Ad",
        "idgoal=1",
        "idgoal=0&revenue=5",
        "idgoal=0&ec_id=O1&revenue=5",
        "ping=1",
    ];
    for (at, more) in hits.iter().enumerate() {
        assert_eq!(matomo.hit(at as i64, &format!("{A}&{more}")).await, 204, "{more}");
    }
    let visit = matomo.only_visit().await;
    assert_eq!((&visit["actions"], types(&visit).len()), (&json!(5), 8));
}
