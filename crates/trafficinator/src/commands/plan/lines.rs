//! `--format jsonl`: one JSON object a hit, byte for byte the same for the same seed.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};
use traffic::curve::Nanos;
use traffic::encode::List;
use traffic::plan::{Plan, Planner, Scratch};
use traffic::visit::Visit;
use traffic::walk::Shard;

/// One hit.
#[derive(serde::Serialize)]
struct Line<'a> {
    /// None of a robot: Matomo makes no visit of it.
    visit: Option<u64>,
    /// Milliseconds from the start of the plan.
    offset_ms: u64,
    method: &'static str,
    kind: &'static str,
    params: Parameters<'a>,
    user_agent: &'a str,
}

/// Parameters as a JSON object, in the order in which they are sent.
struct Parameters<'a>(&'a [(String, String)]);

impl Serialize for Parameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Writes the hits of the first visits, and of the robots that come along with them: of these only what a shard sends.
pub(super) fn write(plan: &Plan, part: Shard, visits: u64, out: &mut impl Write) -> io::Result<()> {
    let mut planner = Planner::default();
    let mut scratch = Scratch::default();
    let mut arrivals = plan.arrivals();
    let user_agents: Vec<&str> = plan.user_agents().map(traffic::encode::Text::raw).collect();
    for number in (0..visits).take_while(|number| plan.contains(*number)) {
        // In a closed model nothing is due: every visit is told from its own start.
        if !part.sends(plan, number) {
            continue;
        }
        let Some(arrival) = arrivals.as_mut().map_or(Some(0), |arrivals| arrivals.due(number)) else { break };
        let start = arrivals.as_mut().and_then(|arrivals| plan.start(number, arrivals)).unwrap_or(arrival);
        let visit = planner.visit(plan, number, Vec::new());
        write_hits(plan, &visit, start, &user_agents, &mut scratch, out)?;
        for nth in 0..plan.robots(number) {
            let robot = planner.robot(plan, number, nth, Vec::new());
            write_hits(plan, &robot, arrival, &user_agents, &mut scratch, out)?;
        }
    }
    Ok(())
}

fn write_hits(
    plan: &Plan,
    visit: &Visit,
    arrival: Nanos,
    user_agents: &[&str],
    scratch: &mut Scratch,
    out: &mut impl Write,
) -> io::Result<()> {
    let is_authenticated = plan.tracking().authenticated;
    for (index, action) in visit.actions.iter().enumerate() {
        let mut list = List::default();
        plan.parameters(visit, index, None, scratch, &mut list);
        if is_authenticated {
            list.0.push(("token_auth".to_owned(), "***".to_owned()));
        }
        let line = Line {
            visit: visit.robot.is_none().then_some(visit.number),
            offset_ms: arrival / 1_000_000 + u64::from(action.due_ms),
            method: if is_authenticated { "POST" } else { "GET" },
            kind: action.kind().name(),
            params: Parameters(&list.0),
            user_agent: user_agents[plan.user_agent(visit)],
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use traffic::plan::Tracking;
    use traffic::profile::Profile;
    use traffic::scenario::{Draft, Scenario, Share};
    use traffic::site::{DEFAULT_LIST, Site};

    use super::*;

    #[test]
    fn robots_come_along_as_hits_of_no_visit() {
        let site = Site::parse(DEFAULT_LIST).unwrap();
        let mut draft = Draft::new(Profile::built_in("content").unwrap(), site);
        draft.robots.crawlers = Share::new(0.3).unwrap();
        draft.robots.chatbots = Share::new(0.3).unwrap();
        let tracking = Tracking { site: 1, authenticated: false, countries: false, tag_dimension: None };
        let plan = Plan::new(Scenario::new(draft).unwrap(), tracking, 7, "plan");
        let mut out = Vec::new();
        write(&plan, Shard::WHOLE, 50, &mut out).unwrap();
        let (mut visits, mut robots) = (0, 0);
        for line in String::from_utf8(out).unwrap().lines() {
            let hit: Value = serde_json::from_str(line).unwrap();
            let is_robot = matches!(hit["kind"].as_str(), Some("crawler" | "chatbot"));
            assert_eq!(hit["visit"].is_null(), is_robot, "{line}");
            assert_eq!(hit["params"]["ua"], hit["user_agent"]);
            visits += u64::from(hit["params"].get("new_visit").is_some());
            robots += u64::from(is_robot);
        }
        assert_eq!(visits, 50);
        // 1.5 robots a visit, some of which ask for several pages.
        assert!((60..=300).contains(&robots), "{robots}");
    }
}
