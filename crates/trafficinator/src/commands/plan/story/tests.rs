//! Stories of made-up visits.

use traffic::funnel;
use traffic::goal::{Goal, Trigger};
use traffic::ledger::Cents;
use traffic::plan::Tracking;
use traffic::profile::{BUILT_IN, Profile};
use traffic::scenario::{Draft, Rate, Scenario, Share};
use traffic::site::{DEFAULT_LIST, Site};
use traffic::source::Channel;

use super::*;
use crate::commands::plan::paper::Ink;

/// A scenario of the profile with two goals, a third of whose orders are placed.
fn draft(profile: &str) -> Draft {
    let site = Site::parse(DEFAULT_LIST).unwrap();
    let mut draft = Draft::new(Profile::built_in(profile).unwrap(), site);
    let goal = |id, trigger| Goal { id, trigger, revenue: Cents(0), repeats: false };
    draft.goals = vec![
        goal(1, Trigger::Manual(Share::new(0.05).unwrap())),
        goal(4, Trigger::EventAction("play".to_owned())),
    ];
    draft
}

fn plan_of(draft: Draft) -> Plan {
    let tracking = Tracking { site: 1, authenticated: true, countries: true, tag_dimension: None };
    Plan::new(Scenario::new(draft).unwrap(), tracking, 7, "plan")
}

/// A new visitor from Lyon who comes by a channel and does these things, ten seconds apart, on the page of a shoe.
fn visit(plan: &Plan, channel: Channel, deeds: &[Deed]) -> Visit {
    let mut visit =
        (0..10_000).map(|number| plan.visit(number)).find(|visit| visit.source.channel == channel).unwrap();
    let countries = &plan.visitors().countries;
    let france = countries.iter().position(|country| country.code == "fr").unwrap();
    let cities = &countries.get(france as u16).cities;
    visit.visitor.country = france as u16;
    visit.visitor.city = cities.iter().position(|city| city.name.raw() == "Lyon").unwrap() as u16;
    visit.visitor.language = 0;
    visit.visitor.user = None;
    (visit.earlier, visit.predecessor) = (0, None);
    let page =
        plan.scenario().site.pages().position(|page| page.title.raw().starts_with("Men / Shoes /")).unwrap();
    let mut view = 0;
    visit.actions = (0..)
        .zip([Deed::Pageview].iter().chain(deeds).chain(&[Deed::Ping]))
        .map(|(index, &deed)| {
            view += u16::from(deed == Deed::Pageview && index > 0);
            let offset_ms = index * 10_000;
            let converts = if let Deed::Goal(goal) = deed { 1 << goal } else { 0 };
            Action { deed, place: Place::Page(page as u32), view, offset_ms, due_ms: offset_ms, converts }
        })
        .collect();
    visit
}

fn sentence(plan: &Plan, visit: &Visit) -> String {
    Teller::new(plan, Some("EUR")).story(visit, Some(0)).sentence
}

/// Where and with what somebody from Lyon comes.
fn from_lyon(plan: &Plan, visit: &Visit) -> String {
    format!("from Lyon, France,{}", equipment(plan.visitors().device(&visit.visitor)))
}

#[test]
fn who_looks_at_one_page_leaves() {
    let plan = plan_of(draft("ecommerce"));
    let one = visit(&plan, Channel::Direct, &[]);
    let expected = format!(
        "A new visitor {} came directly, looked at one page for 10 seconds and left.",
        from_lyon(&plan, &one)
    );
    assert_eq!(sentence(&plan, &one), expected);
}

#[test]
fn a_cart_is_left_unless_it_is_ordered() {
    let plan = plan_of(draft("ecommerce"));
    let term = (0..300).find(|&term| plan.scenario().site.searched(term).page.is_some()).unwrap();
    let text = plan.scenario().site.searched(term).text.raw().to_owned();
    let search = |results| Deed::Search { term, results };
    let cart = |revenue| Deed::Cart { items: 1, revenue };
    let mut left =
        visit(&plan, Channel::Email, &[search(0), search(3), Deed::Pageview, cart(8_490), Deed::Pageview]);
    left.earlier = 2;
    let told = sentence(&plan, &left);
    let start = format!(
        "A returning visitor {}, here for the 3rd time, came from a newsletter (campaign ",
        from_lyon(&plan, &left)
    );
    assert!(told.starts_with(&start), "{told}");
    let end = format!(
        "), saw 3 pages in 60 seconds, searched for \"{text}\" (nothing found), then \"{text}\" and left a cart of \
         84.90 \
         EUR."
    );
    assert!(told.ends_with(&end), "{told}");

    let ordered = visit(
        &plan,
        Channel::Direct,
        &[cart(8_490), Deed::Pageview, Deed::Order { nth: 0, revenue: 10_488 }],
    );
    let told = sentence(&plan, &ordered);
    assert!(
        told.contains("saw 2 pages") && told.contains(" and ordered ") && told.ends_with(" for 104.88 EUR."),
        "{told}"
    );
    assert!(!told.contains("left a cart"), "{told}");
}

#[test]
fn goals_and_logins_are_told() {
    let plan = plan_of(draft("saas"));
    let mut member = visit(&plan, Channel::Direct, &[Deed::Goal(0), Deed::Goal(0)]);
    member.visitor.user = (0..1_000).find_map(|number| plan.visit(number).visitor.user);
    let told = sentence(&plan, &member);
    assert!(told.starts_with("A new, logged-in visitor from Lyon"), "{told}");
    assert!(told.ends_with("saw 1 page in 30 seconds and reached goal 1."), "{told}");
    let both = sentence(&plan, &visit(&plan, Channel::Direct, &[Deed::Goal(0), Deed::Goal(1)]));
    assert!(both.ends_with("and reached the goals 1 and 4."), "{both}");
}

#[test]
fn every_channel_is_told_in_words() {
    let plan = plan_of(draft("ecommerce"));
    let mut told: Vec<String> =
        (0..3_000).map(|number| clause::came(&plan, plan.visit(number).source)).collect();
    told.sort();
    told.dedup();
    for expected in
        ["came directly", "came from Google", "came from Instagram", "came from a chat with ChatGPT"]
    {
        assert!(told.iter().any(|clause| clause == expected), "{expected} is not in {told:?}");
    }
    for start in [
        "came from Bing looking for \"",
        "came from a newsletter (campaign ",
        "clicked a search ad on Google for \"",
        "clicked a paid social ad on Instagram (campaign ",
        "followed a link on blog.example.org",
    ] {
        assert!(told.iter().any(|clause| clause.starts_with(start)), "{start} is not in {told:?}");
    }
}

#[test]
fn a_funnel_is_told_with_its_steps() {
    let funnels = r#"[{"name": "purchase", "probability": 1, "steps": [
        {"type": "pageview", "title": "Product", "url": "https://a.example/p"},
        {"type": "event", "event_category": "Cart", "event_action": "add", "event_name": "SKU-1"},
        {"type": "site_search", "search_keyword": "gift box", "search_results": 1},
        {"type": "ecommerce", "ecommerce_revenue": 121, "ecommerce_items": 2}]}]"#;
    let plan = plan_of(Draft { funnels: funnel::parse(funnels, 0.1).unwrap(), ..draft("classic") });
    let story = Teller::new(&plan, None).story(&plan.visit(0), Some(0));
    let told = "walked through the funnel \"purchase\", triggered the event Cart / add / SKU-1, searched for \
                \"gift box\" and \
                ordered 2 items for 121.00.";
    assert!(story.sentence.ends_with(told), "{}", story.sentence);
    let notes = [
        "triggered the event Cart / add / SKU-1",
        "searched for \"gift box\" (1 result)",
        "ordered 2 items for 121.00",
    ];
    assert_eq!(story.pages.len(), 1);
    assert_eq!(
        (story.pages[0].title.as_str(), story.pages[0].notes.as_slice()),
        ("Product", &notes.map(str::to_owned)[..])
    );
}

#[test]
fn who_comes_back_is_told_after_how_long() {
    let mut draft = draft("ecommerce");
    draft.most_visits = Some(2_000);
    let plan = plan_of(draft);
    let mut teller = Teller::new(&plan, None);
    let mut arrivals = plan.arrivals().unwrap();
    let again = (0..2_000).map(|number| plan.visit(number)).find(|visit| visit.earlier > 0).unwrap();
    let story = teller.story(&again, arrivals.due(again.number));
    let before = again.predecessor.unwrap();
    let apart = (arrivals.due(again.number).unwrap() - arrivals.due(before).unwrap()) / 1_000_000_000
        + u64::from(plan.population().past(before) - again.past);
    let expected = format!(", {} after the last visit, ", span(apart));
    assert!(apart > 1_800 && story.sentence.contains(&expected), "{expected} is not in {}", story.sentence);
}

#[test]
fn the_time_of_day_is_told_where_the_plan_depends_on_it() {
    let mut daily = draft("ecommerce");
    daily.rhythm = Some(daily.profile.rhythm);
    daily.clock = Clock::Real;
    let plan = plan_of(daily);
    let visit = visit(&plan, Channel::Direct, &[]);
    let story = Teller::new(&plan, None).story(&visit, Some(20 * 3_600 * 1_000_000_000));
    // That Monday is in January: Lyon is an hour ahead of UTC.
    assert_eq!(
        story.title,
        format!("Visit {}, 20:00:00 after the start, Monday 21:00 in Lyon", visit.number)
    );
}

#[test]
fn nothing_is_due_in_a_closed_model() {
    let plan = plan_of(Draft { rate: Rate::Max, ..draft("classic") });
    assert_eq!(Teller::new(&plan, None).story(&plan.visit(3), None).title, "Visit 3");
}

#[test]
fn stories_are_free_of_jargon_and_fit_on_the_paper() {
    for (profile, _) in BUILT_IN {
        let plan = plan_of(draft(profile));
        let mut teller = Teller::new(&plan, Some("EUR"));
        for number in 0..1_500 {
            let story = teller.story(&plan.visit(number), Some(number * 1_000_000_000));
            let told = &story.sentence;
            assert!(told.starts_with("A ") && told.ends_with('.'), "{told}");
            for wrong in ["  ", " 1 pages", " 1 items", "_", "http", " ,", "\"\"", "()", " of .", "None"] {
                assert!(!told.contains(wrong), "{wrong:?} is in: {told}");
            }
            for width in [60, 80, 100] {
                let text = story.text(&Paper { width, ink: Ink::Plain });
                assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
            }
        }
    }
}
