//! `recMode` of Matomo 5.6 and newer: bots on purpose, and AI chatbots counted apart.

use serde_json::json;

use crate::case::{case, check, measured};
use crate::stand_in::{A, Matomo};

#[tokio::test]
async fn ai_chatbots_are_counted_apart_and_make_no_visit() {
    let matomo = Matomo::with(measured()).await;
    let chatbots = [
        "ChatGPT-User/1.0",
        "Mozilla/5.0 (compatible; Claude-User/1.0)",
        "Perplexity-User/1.0",
        "MistralAI-User/1.0",
        "Gemini-Deep-Research",
        "GoogleAgent/1.0",
        "NovaAct/1.0",
        "ChatGPT-User/1.0",
    ];
    for (at, ua) in chatbots.iter().enumerate() {
        assert_eq!(matomo.hit(at as i64, &format!("{A}&recMode=1&ua={}", ua.replace(' ', "+"))).await, 204);
    }
    assert!(matomo.visits(1).await.is_empty());
    let of = "idSite=1&period=day&date=yesterday";
    assert_eq!(
        matomo.api("BotTracking.get", of).await,
        json!({
            "BotTracking_AIChatbotsRequests": 8,
            "BotTracking_AIChatbotsUniqueChatbots": 7,
            "BotTracking_AIChatbotsUniquePageUrls": 1,
        })
    );
    let rows = matomo.api("BotTracking.getAIChatbotRequests", of).await;
    assert_eq!(rows[0], json!({ "label": "ChatGPT-User", "requests": 2 }));
    assert_eq!(rows.as_array().map(Vec::len), Some(7));
    let totals = matomo.api("VisitsSummary.get", of).await;
    assert_eq!(totals["nb_visits"], 0);
}

#[tokio::test]
async fn the_mode_says_who_is_meant_and_the_user_agent_who_came() {
    let person = "ua=Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0";
    let crawler = "ua=Googlebot/2.1";
    let chatbot = "ua=ChatGPT-User/1.0";
    let hit =
        |row, who: &str, more: &str, actions: &[u64]| case(row, &[(0, format!("{A}&{who}{more}"))], actions);
    let cases = vec![
        hit("a person", person, "", &[1]),
        hit("a person, 1", person, "&recMode=1", &[]),
        hit("a person, 2", person, "&recMode=2", &[1]),
        hit("a crawler", crawler, "", &[]),
        hit("a crawler, 1", crawler, "&recMode=1", &[]),
        hit("a crawler, 2", crawler, "&recMode=2", &[]),
        hit("a chatbot", chatbot, "", &[]),
        hit("a chatbot, 1", chatbot, "&recMode=1", &[]),
        hit("a chatbot, 2", chatbot, "&recMode=2", &[]),
    ];
    check(measured(), cases).await;
}

#[tokio::test]
async fn chatbots_in_a_bulk_are_tracked_beside_visits() {
    let matomo = Matomo::start().await;
    let hits = ["recMode=1&ua=ChatGPT-User/1.0", A, "recMode=2&ua=Claude-User/1.0"];
    let answer = matomo.bulk(&hits.map(|more| matomo.query(0, more))).await;
    assert_eq!((&answer["tracked"], &answer["invalid"]), (&json!(3), &json!(0)));
    assert_eq!(matomo.actions().await, [1]);
    let of = "idSite=1&period=day&date=yesterday";
    assert_eq!(matomo.api("BotTracking.get", of).await["BotTracking_AIChatbotsRequests"], 2);
}
