//! AI chatbots that fetch pages for somebody: counted apart, never a visit (Matomo 5.6 and newer).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What they call themselves, each part of its user agent.
const CHATBOTS: [&str; 7] = [
    "ChatGPT-User",
    "Claude-User",
    "Perplexity-User",
    "MistralAI-User",
    "Gemini-Deep-Research",
    "GoogleAgent",
    "NovaAct",
];

/// One request of a chatbot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) site: u32,
    /// Unix seconds.
    pub(crate) at: i64,
    pub(crate) chatbot: &'static str,
    /// The page it asked for.
    pub(crate) url: Option<String>,
}

/// All requests of chatbots, by site.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    by_site: BTreeMap<u32, Vec<Kept>>,
    urls: BTreeSet<Arc<str>>,
}

/// One request, as it is kept.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Unix seconds.
    pub(crate) at: i64,
    pub(crate) chatbot: &'static str,
    pub(crate) url: Option<Arc<str>>,
}

impl Requests {
    pub(crate) fn record(&mut self, request: &Request) {
        let url = request.url.as_deref().map(|url| {
            self.urls.get(url).cloned().unwrap_or_else(|| {
                let kept: Arc<str> = url.into();
                self.urls.insert(Arc::clone(&kept));
                kept
            })
        });
        let kept = Kept { at: request.at, chatbot: request.chatbot, url };
        self.by_site.entry(request.site).or_default().push(kept);
    }

    /// Those of one site, in the order in which they came.
    pub(crate) fn of(&self, site: u32) -> impl Iterator<Item = &Kept> {
        self.by_site.get(&site).into_iter().flatten()
    }
}

/// The chatbot behind this user agent, if it is one.
pub(crate) fn chatbot(user_agent: &str) -> Option<&'static str> {
    let lower = user_agent.to_ascii_lowercase();
    CHATBOTS.into_iter().find(|name| lower.contains(&name.to_ascii_lowercase()))
}
