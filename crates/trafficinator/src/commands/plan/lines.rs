//! `--format jsonl`: one JSON object a hit, byte for byte the same for the same seed.

use std::io::{self, Write};
use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, Serializer};
use traffic::arrivals::Arrivals;
use traffic::curve::{Curve, Nanos};
use traffic::encode::List;
use traffic::plan::{Plan, Planner, Scratch};
use traffic::visit::Visit;
use traffic::walk::{Part, Walk};

/// One hit.
#[derive(serde::Serialize)]
struct Line<'a> {
    /// Who gets it, where there are several targets.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
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

/// A plan as one target gets it.
pub(super) struct Aimed<'a> {
    pub(super) plan: &'a Plan,
    /// Which visits of it that target gets from here.
    pub(super) part: Part,
    /// What the target is called where there are several.
    pub(super) target: Option<&'a str>,
}

/// Writes the hits of the first visits, and of the robots that come along with them, to whichever targets get them.
pub(super) fn write(aimed: &[Aimed<'_>], visits: u64, out: &mut impl Write) -> io::Result<()> {
    let mut walks: Vec<Walker<'_>> = aimed.iter().map(Walker::new).collect();
    let next =
        |walks: &[Walker<'_>]| walks.iter().filter_map(|walk| walk.next).map(|(number, _)| number).min();
    while let Some(number) = next(&walks).filter(|number| *number < visits) {
        for walker in &mut walks {
            walker.write(number, out)?;
        }
    }
    Ok(())
}

/// Goes through the visits of one target.
struct Walker<'a> {
    aimed: &'a Aimed<'a>,
    walk: Walk,
    /// The next visit and when it is due.
    next: Option<(u64, Nanos)>,
    planner: Planner,
    scratch: Scratch,
    arrivals: Option<Arrivals<Arc<Curve>>>,
    user_agents: Vec<&'a str>,
}

impl<'a> Walker<'a> {
    fn new(aimed: &'a Aimed<'a>) -> Walker<'a> {
        let plan = aimed.plan;
        let mut walk = Walk::new(plan, aimed.part);
        Walker {
            next: walk.next(plan),
            walk,
            aimed,
            planner: Planner::default(),
            scratch: Scratch::default(),
            arrivals: plan.arrivals(),
            user_agents: plan.user_agents().map(traffic::encode::Text::raw).collect(),
        }
    }

    /// Writes visit `number` where it is the next one.
    fn write(&mut self, number: u64, out: &mut impl Write) -> io::Result<()> {
        let plan = self.aimed.plan;
        let Some((_, arrival)) = self.next.filter(|(next, _)| *next == number) else { return Ok(()) };
        let mut visit = self.planner.visit(plan, number, Vec::new());
        visit.earlier = self.walk.earlier(plan, number, visit.earlier);
        self.next = self.walk.next(plan);
        // In a closed model nothing is due: every visit is told from its own start.
        let start =
            self.arrivals.as_mut().and_then(|arrivals| plan.start(number, arrivals)).unwrap_or(arrival);
        self.write_hits(&visit, start, out)?;
        for nth in 0..plan.robots(number) {
            let robot = self.planner.robot(plan, number, nth, Vec::new());
            self.write_hits(&robot, arrival, out)?;
        }
        Ok(())
    }

    fn write_hits(&mut self, visit: &Visit, arrival: Nanos, out: &mut impl Write) -> io::Result<()> {
        let Aimed { plan, target, .. } = *self.aimed;
        let is_authenticated = plan.tracking().authenticated;
        for (index, action) in visit.actions.iter().enumerate() {
            let mut list = List::default();
            plan.parameters(visit, index, None, &mut self.scratch, &mut list);
            if is_authenticated {
                list.0.push(("token_auth".to_owned(), "***".to_owned()));
            }
            let line = Line {
                target,
                visit: visit.robot.is_none().then_some(visit.number),
                offset_ms: arrival / 1_000_000 + u64::from(action.due_ms),
                method: if is_authenticated { "POST" } else { "GET" },
                kind: action.kind().name(),
                params: Parameters(&list.0),
                user_agent: self.user_agents[plan.user_agent(visit)],
            };
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
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
        write(&[Aimed { plan: &plan, part: Part::WHOLE, target: None }], 50, &mut out).unwrap();
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
