//! What robots do, in words.

use traffic::encode::{List, Text};
use traffic::plan::{Plan, Scratch};
use traffic::robot::Robot;
use traffic::visit::Visit;

use super::deed::Told;
use super::words::{count, harmless, list};

/// A robot's round: `A crawler, Googlebot, asked for 2 pages: …`.
pub(super) fn story(plan: &Plan, robot: &Visit) -> String {
    let mut scratch = Scratch::default();
    let user_agent = plan.user_agents().nth(plan.user_agent(robot)).map_or("", Text::raw);
    let what = match robot.robot {
        Some(Robot::Chatbot(_)) => "An AI chatbot",
        _ => "A crawler",
    };
    let mut pages: Vec<String> = Vec::new();
    for index in 0..robot.actions.len() {
        let mut parameters = List::default();
        plan.parameters(robot, index, None, &mut scratch, &mut parameters);
        let url = Told(&parameters.0).text("url");
        let known = plan.scenario().site.pages().find(|page| page.url.raw() == url);
        pages.push(known.map_or(url, |page| format!("\"{}\"", harmless(page.title.raw()))));
    }
    let count = count(pages.len() as u64, "page");
    format!(
        "{what}, {}, came along and asked for {count}: {}. Matomo makes no visit of it.",
        name(user_agent),
        list(&pages)
    )
}

/// What a robot calls itself in its user agent.
fn name(user_agent: &str) -> &str {
    let rest = user_agent.split_once("compatible; ").map_or(user_agent, |(_, rest)| rest);
    rest.split(['/', ';', ')', ' ']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn robots_are_called_as_they_call_themselves() {
        for (user_agent, expected) in [
            ("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "YandexBot"),
            (
                "Mozilla/5.0 (KHTML, like Gecko; compatible; Gemini-Deep-Research; +https://x/) Chrome/1",
                "Gemini-Deep-Research",
            ),
            (
                "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
                "facebookexternalhit",
            ),
            ("Mozilla/5.0 (like Gecko; compatible; NovaAct/1.0)", "NovaAct"),
        ] {
            assert_eq!(name(user_agent), expected);
        }
    }
}
