//! Robots come besides the visits and are none.

use engine::clock::Clock;
use traffic::hit::Kind;
use traffic::scenario::{Draft, Robots, Share};

use crate::scene::{carry_out, options, plan, rich};
use crate::server::{Behaviour, Request, Server, well};

fn is_robot(hit: &Request) -> bool {
    // What every hit of a visit has, and no robot's.
    hit.parameter("pv_id").is_none()
}

#[test]
fn robots_are_hits_of_their_own_kinds_and_never_visits() {
    let clock = Clock::start();
    let server = Server::start(clock, Behaviour::default(), well);
    let share = |value| Share::new(value).unwrap();
    let robots = Robots { crawlers: share(0.4), chatbots: share(0.2) };
    let plan = plan(Draft { robots, ..rich(400.0, 200) });
    let snapshot = carry_out(&plan, &server, &options(20), clock);
    assert_eq!((snapshot.counts.visits.planned, snapshot.counts.visits.completed), (200, 200));
    let of = |kind: Kind| snapshot.counts.hits.by_kind[kind as usize];
    // 0.4 and 0.2 to 0.4 of everybody: two crawlers to a chatbot, of which some make rounds.
    assert!((60..160).contains(&of(Kind::Chatbot)), "{} chatbots", of(Kind::Chatbot));
    assert!(of(Kind::Crawler) > 2 * of(Kind::Chatbot), "{} hits of crawlers", of(Kind::Crawler));
    let requests = server.requests();
    let (robots, people): (Vec<_>, Vec<_>) = requests.iter().partition(|hit| is_robot(hit));
    assert_eq!(robots.len() as u64, of(Kind::Crawler) + of(Kind::Chatbot));
    for hit in robots {
        let agent = hit.parameter("ua").unwrap();
        assert_eq!(
            hit.parameter("recMode").is_some(),
            agent.contains("-User") || agent.contains("Deep-Research") || agent.contains("NovaAct"),
            "{agent}"
        );
        assert_eq!(hit.parameter("new_visit"), None);
    }
    assert!(people.iter().all(|hit| hit.parameter("recMode").is_none()));
    assert_eq!(snapshot.counts.acknowledged, snapshot.counts.planned);
    assert_eq!(snapshot.counts.planned.visits, 200);
}
