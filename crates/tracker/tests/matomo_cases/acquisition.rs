//! Where visits came from, by their referrers and campaigns.

use serde_json::Value;

use crate::case::{Case, case, check, measured};
use crate::stand_in::A;

/// One hit with this referrer, and where its visit came from.
fn from(urlref: &str, channel: &str, name: impl Into<Value>) -> Case {
    let hit = format!("{A}&urlref={}", encode(urlref));
    case(urlref, &[(0, hit)], &[1]).fact("/0/referrerType", channel).fact("/0/referrerName", name)
}

/// One hit with these parameters of this page, and where its visit came from.
fn of_page(url: &str, more: &str, facts: [(&str, Value); 3]) -> Case {
    let row = format!("{url} {more}");
    let case = case(&row, &[(0, format!("{A}&url={}&{more}", encode(url)))], &[1]);
    facts.into_iter().fold(case, |case, (field, value)| case.fact(field, value))
}

/// Percent signs for everything that means something in a form.
fn encode(text: &str) -> String {
    text.replace('%', "%25").replace('&', "%26").replace('+', "%2B").replace('#', "%23")
}

#[tokio::test]
async fn search_engines_are_known_with_their_keywords() {
    let mut cases = Vec::new();
    for (urlref, name, keyword) in [
        ("https://www.google.com/search?q=red+shoes", "Google", "red shoes"),
        ("https://www.google.de/search?q=Schuhe", "Google", "schuhe"),
        ("https://www.bing.com/search?q=boots", "Bing", "boots"),
        ("https://duckduckgo.com/?q=boots", "DuckDuckGo", "boots"),
        ("https://search.yahoo.com/search?p=boots", "Yahoo!", "boots"),
        ("https://www.baidu.com/s?wd=boots", "Baidu", "boots"),
        ("https://yandex.ru/search/?text=boots", "Yandex", "boots"),
        ("https://www.ecosia.org/search?q=boots", "Ecosia", "boots"),
        ("https://search.brave.com/search?q=boots", "Brave", "boots"),
        ("https://www.qwant.com/?q=boots", "Qwant", "boots"),
        ("https://www.startpage.com/do/search?q=boots", "StartPage", "boots"),
        ("https://www.google.com/", "Google", "Keyword not defined"),
        ("android-app://com.google.android.googlequicksearchbox/", "Google", "Keyword not defined"),
        // Measured: two sites that nobody would take for search engines.
        ("https://www.facebook.com/", "Facebook", "Keyword not defined"),
        ("https://chat.openai.com/", "ChatGPT", "Keyword not defined"),
    ] {
        cases.push(from(urlref, "search", name).fact("/0/referrerKeyword", keyword));
    }
    check(measured(), cases).await;
}

#[tokio::test]
async fn social_networks_are_known() {
    let cases = [
        ("https://l.facebook.com/", "Facebook"),
        ("https://t.co/abc", "Twitter"),
        ("https://x.com/somebody", "Twitter"),
        ("https://twitter.com/somebody", "Twitter"),
        ("https://www.linkedin.com/feed/", "LinkedIn"),
        ("https://www.instagram.com/", "Instagram"),
        ("https://www.reddit.com/r/shoes", "reddit"),
        ("https://www.youtube.com/watch?v=1", "YouTube"),
        ("https://www.tiktok.com/@shop", "TikTok"),
        ("https://www.pinterest.com/pin/1", "Pinterest"),
        ("https://bsky.app/profile/x", "Bluesky"),
        ("https://mastodon.social/@x", "Mastodon"),
        ("https://www.threads.net/@x", "Threads"),
        ("https://news.ycombinator.com/item?id=1", "Hacker News"),
    ];
    check(measured(), cases.map(|(urlref, name)| from(urlref, "social", name)).into()).await;
}

#[tokio::test]
async fn anything_else_is_a_website_messengers_and_assistants_too() {
    let cases = [
        ("https://blog.example.org/post", "blog.example.org"),
        ("https://web.whatsapp.com/", "web.whatsapp.com"),
        ("https://t.me/shop", "t.me"),
        ("https://chatgpt.com/", "chatgpt.com"),
        ("https://www.perplexity.ai/", "www.perplexity.ai"),
        ("https://gemini.google.com/", "gemini.google.com"),
        ("https://claude.ai/", "claude.ai"),
        ("https://copilot.microsoft.com/", "copilot.microsoft.com"),
        // The domain of another site of the same Matomo.
        ("https://site2.example.com/", "site2.example.com"),
    ];
    check(measured(), cases.map(|(urlref, name)| from(urlref, "website", name)).into()).await;
}

#[tokio::test]
async fn the_own_domain_and_what_is_no_address_are_direct() {
    let cases = ["https://shop.example.com/other", "https://www.shop.example.com/", "foo", ""];
    check(measured(), cases.map(|urlref| from(urlref, "direct", Value::Null)).into()).await;
}

#[tokio::test]
async fn referrers_of_spam_are_dropped() {
    let cases = ["https://semalt.com/", "https://buttons-for-website.com/x"];
    let dropped = |urlref: &str| case(urlref, &[(0, format!("{A}&urlref={}", encode(urlref)))], &[]);
    check(measured(), cases.map(dropped).into()).await;
}

#[tokio::test]
async fn campaigns_are_named_by_many_parameters_in_lower_case() {
    let shop = "https://shop.example.com/";
    let facts = |name: Value, keyword: Value| {
        let channel = if name.is_null() { "direct" } else { "campaign" };
        [("/0/referrerType", channel.into()), ("/0/referrerName", name), ("/0/referrerKeyword", keyword)]
    };
    let none = Value::Null;
    let mut cases = Vec::new();
    for (query, name, keyword) in [
        ("?mtm_campaign=Sale&mtm_kwd=Red", "sale", Value::from("red")),
        ("?pk_campaign=Sale&pk_kwd=Red", "sale", "red".into()),
        ("?utm_campaign=Sale&utm_source=news&utm_term=Red", "sale", "red".into()),
        ("?utm_source=News&utm_medium=email", "news", none.clone()),
        ("?utm_medium=Email", "email", none.clone()),
        ("#mtm_campaign=Sale", "sale", none.clone()),
    ] {
        cases.push(of_page(&format!("{shop}{query}"), "", facts(name.into(), keyword)));
    }
    let google = "urlref=https://www.google.com/?q=red%2Bshoes";
    let campaign = format!("{shop}?mtm_campaign=Sale");
    cases.push(of_page(&campaign, google, facts("sale".into(), "red shoes".into())));
    let blog = "urlref=https://blog.example.org/";
    cases.push(of_page(&campaign, blog, facts("sale".into(), "blog.example.org".into())));
    for query in ["?gclid=1", "?mtm_kwd=Red", "?utm_term=Red"] {
        cases.push(of_page(&format!("{shop}{query}"), "", facts(Value::Null, Value::Null)));
    }
    cases.push(of_page(shop, "_rcn=Sale&_rck=Red", facts(Value::Null, Value::Null)));
    check(measured(), cases).await;
}
