//! Values of custom dimensions, and robots.

use traffic::dimension::{ActionValues, Dimension, Listed, Values, VisitValues};
use traffic::encode::List;
use traffic::plan::{Planner, Scratch};
use traffic::robot::Robot;
use traffic::scenario::{Robots, Share};

use crate::chi_square::{Mix, check, visits_for};
use crate::classic::{classic, plan_of};

const LISTED: [(&str, f64); 4] = [("a", 0.5), ("b", 0.25), ("c", 0.15), ("d", 0.1)];

/// Which of the listed values a parameter has.
fn case(parameters: &List, name: &str) -> Option<usize> {
    let (_, text) = parameters.0.iter().find(|(key, _)| key == name)?;
    LISTED.iter().position(|(known, _)| known == text)
}

#[test]
fn listed_values_of_dimensions_have_their_shares() {
    let listed = || Listed::new(&LISTED.map(|(text, weight)| (text.to_owned(), weight)));
    let mut draft = classic();
    draft.dimensions = vec![
        Dimension { id: 1, values: Values::Visit(VisitValues::Listed(listed())) },
        Dimension { id: 2, values: Values::Action(ActionValues::Listed(listed())) },
    ];
    let plan = plan_of(draft);
    let (mut planner, mut scratch) = (Planner::default(), Scratch::default());
    let (mut of_visits, mut of_actions) = (Vec::new(), Vec::new());
    for number in 0..visits_for(0.1) {
        let visit = planner.visit(&plan, number, Vec::new());
        for index in 0..visit.actions.len() {
            let mut list = List::default();
            plan.parameters(&visit, index, None, &mut scratch, &mut list);
            of_actions.extend(case(&list, "dimension2"));
            // Drawn once a visitor: who comes again is not drawn again.
            of_visits.extend(case(&list, "dimension1").filter(|_| index == 0 && visit.predecessor.is_none()));
        }
    }
    let weights = LISTED.map(|(_, weight)| weight);
    let mixes = [
        Mix::new("values of visits", &weights, of_visits.into_iter()),
        Mix::new("values of actions", &weights, of_actions.into_iter()),
    ];
    check("dimensions", &mixes);
}

#[test]
fn robots_come_as_often_as_they_are_asked_to() {
    let (crawlers, chatbots) = (0.10, 0.05);
    let mut draft = classic();
    draft.robots =
        Robots { crawlers: Share::new(crawlers).unwrap(), chatbots: Share::new(chatbots).unwrap() };
    let plan = plan_of(draft);
    let visits = visits_for(chatbots / 6.0);
    let mut planner = Planner::default();
    let mut robots = Vec::new();
    for number in 0..visits {
        for nth in 0..plan.robots(number) {
            let robot = planner.robot(&plan, number, nth, Vec::new());
            assert!(!robot.actions.is_empty());
            robots.push(robot.robot.unwrap());
        }
    }
    let share = |count: usize| count as f64 / (visits as usize + robots.len()) as f64;
    let is_crawler = |robot: &Robot| matches!(robot, Robot::Crawler(_));
    let crawled = robots.iter().filter(|robot| is_crawler(robot)).count();
    assert!((share(crawled) - crawlers).abs() < 0.002, "{}", share(crawled));
    assert!((share(robots.len() - crawled) - chatbots).abs() < 0.002, "{}", share(robots.len() - crawled));
    let along = (crawlers + chatbots) / (1.0 - crawlers - chatbots);
    let name = |robot: &Robot, chatbot: bool| match (*robot, chatbot) {
        (Robot::Crawler(index), false) | (Robot::Chatbot(index), true) => Some(usize::from(index)),
        _ => None,
    };
    let kinds =
        plan.user_agents().filter(|text| text.raw().contains("-User") || text.raw().contains("NovaAct"));
    assert!(kinds.count() >= 5);
    let mixes = [
        Mix::of("robots along", along, (0..visits).map(|number| plan.robots(number) > 0)),
        Mix::of("crawlers of robots", crawlers / (crawlers + chatbots), robots.iter().map(is_crawler)),
        Mix::new("crawlers", &[1.0; 8], robots.iter().filter_map(|robot| name(robot, false))),
        Mix::new("chatbots", &[1.0; 6], robots.iter().filter_map(|robot| name(robot, true))),
    ];
    check("robots", &mixes);
}
