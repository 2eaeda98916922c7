//! Requests of AI chatbots: `BotTracking.get`, `BotTracking.getAIChatbotRequests` (Matomo 5.8 and newer).

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::selection::question;
use super::{Refusal, page};
use crate::parameters::Parameters;
use crate::server::Tracker;

pub(super) fn get(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let (question, period) = question(parameters, tracker)?;
    let all = tracker.chatbots();
    let of_period = all.of(question.site).filter(|request| (period.from..period.until).contains(&request.at));
    let (mut requests, mut chatbots, mut urls) = (0, HashSet::new(), HashSet::new());
    for request in of_period {
        requests += 1;
        chatbots.insert(request.chatbot);
        urls.extend(request.url.as_deref());
    }
    Ok(json!({
        "BotTracking_AIChatbotsRequests": requests,
        "BotTracking_AIChatbotsUniqueChatbots": chatbots.len(),
        "BotTracking_AIChatbotsUniquePageUrls": urls.len(),
    }))
}

pub(super) fn requests(parameters: &Parameters<'_>, tracker: &Tracker) -> Result<Value, Refusal> {
    let (question, period) = question(parameters, tracker)?;
    let all = tracker.chatbots();
    let mut rows: BTreeMap<&str, usize> = BTreeMap::new();
    for request in all.of(question.site).filter(|request| (period.from..period.until).contains(&request.at)) {
        *rows.entry(request.chatbot).or_default() += 1;
    }
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(_, requests)| std::cmp::Reverse(*requests));
    let rows = rows.into_iter().map(|(label, requests)| json!({ "label": label, "requests": requests }));
    Ok(Value::Array(page(rows.collect(), parameters)))
}
