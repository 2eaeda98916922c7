//! Robots: crawlers and AI chatbots that come besides the visits. They are told apart on purpose: Matomo makes no
//! visit of them, and neither do we.

use crate::encode::Text;
use crate::random::{Domain, Stream};
use crate::scenario;

/// What crawlers send as their user agent, as their makers document it.
const CRAWLERS: [&str; 8] = [
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; +https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
    "Mozilla/5.0 (compatible; MJ12bot/v2.0.3; http://mj12bot.com/)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
];

/// What AI chatbots send that fetch a page because somebody asked them to.
const CHATBOTS: [&str; 6] = [
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Claude-User/1.0; +Claude-User@anthropic.com)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; MistralAI-User/1.0; +https://docs.mistral.ai/robots)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Gemini-Deep-Research; +https://gemini.google/overview/deep-research/) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; NovaAct/1.0)",
];

/// Which robot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Robot {
    /// One of the crawlers.
    Crawler(u8),
    /// One of the AI chatbots.
    Chatbot(u8),
}

/// How many robots come, and what they call themselves.
#[derive(Clone, Debug)]
pub(crate) struct Robots {
    /// For every visit, on average.
    crawlers: f64,
    chatbots: f64,
    user_agents: Vec<Text>,
}

impl Robots {
    /// From shares of everybody who comes.
    pub(crate) fn new(robots: scenario::Robots) -> Robots {
        let (crawlers, chatbots) = (robots.crawlers.get(), robots.chatbots.get());
        let visits = 1.0 - crawlers - chatbots;
        Robots {
            crawlers: crawlers / visits,
            chatbots: chatbots / visits,
            user_agents: CRAWLERS.iter().chain(&CHATBOTS).map(|text| Text::new(text)).collect(),
        }
    }

    /// How many come along with a visit.
    pub(crate) fn along(&self, seed: u64, number: u64) -> u32 {
        let wanted = self.crawlers + self.chatbots;
        if wanted <= 0.0 {
            return 0;
        }
        let more = Stream::new(seed, Domain::Robot, number).chance(wanted - libm::floor(wanted));
        libm::floor(wanted) as u32 + u32::from(more)
    }

    /// One of those that come along.
    pub(crate) fn draw(&self, stream: &mut Stream) -> Robot {
        if stream.chance(self.crawlers / (self.crawlers + self.chatbots)) {
            Robot::Crawler(stream.below(CRAWLERS.len() as u32) as u8)
        } else {
            Robot::Chatbot(stream.below(CHATBOTS.len() as u32) as u8)
        }
    }

    /// The user agents of all robots.
    pub(crate) fn user_agents(&self) -> &[Text] {
        &self.user_agents
    }
}

impl Robot {
    /// Where its user agent stands among all of them.
    pub(crate) fn index(self) -> usize {
        match self {
            Robot::Crawler(index) => usize::from(index),
            Robot::Chatbot(index) => CRAWLERS.len() + usize::from(index),
        }
    }
}
