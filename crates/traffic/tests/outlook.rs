//! What a plan says it will produce is what it produces, for every profile: each computed share lies within chance of
//! the share among 40,000 planned visits.

mod classic;

use classic::{classic, plan_of, profiled};
use traffic::funnel;
use traffic::hit::Kind;
use traffic::ledger::Ledger;
use traffic::outlook::Outlook;
use traffic::plan::{Plan, Planner};
use traffic::scenario::{Draft, Share};
use traffic::visit::{Deed, Visit};

/// Visits that are planned.
const VISITS: u64 = 40_000;

/// A share is off by chance so many standard deviations at most: about one of two million is more.
const SIGMAS: f64 = 5.0;

/// What was counted over visits, in the order of [`expected`].
fn drawn(plan: &Plan) -> (Vec<(String, f64)>, f64) {
    let mut planner = Planner::default();
    let outlook = plan.outlook(VISITS);
    let mut counts = vec![0_u64; names(&outlook).len()];
    let mut ledger = Ledger::default();
    let (mut squares, mut robots) = (0.0, 0);
    for number in 0..VISITS {
        let visit = planner.visit(plan, number, Vec::new());
        let own = visit.ledger(&plan.scenario().goals);
        squares += (own.pageviews as f64).powi(2);
        for (count, is) in counts.iter_mut().zip(seen(plan, &outlook, &visit)) {
            *count += is;
        }
        ledger += own;
        robots += u64::from(plan.robots(number));
    }
    let mean = ledger.pageviews as f64 / VISITS as f64;
    let deviation = (squares / VISITS as f64 - mean * mean).sqrt() / (VISITS as f64).sqrt();
    let page_views_off = (mean - outlook.pageviews) / deviation.max(1e-9);
    let everybody = (robots + VISITS) as f64;
    let wanted = outlook.crawlers + outlook.chatbots;
    assert!((robots as f64 / everybody - wanted).abs() < 0.01, "robots: {robots}, wanted {wanted}");
    let counts = counts.into_iter().map(|count| count as f64 / VISITS as f64);
    (names(&outlook).into_iter().zip(counts).collect(), page_views_off)
}

fn names(outlook: &Outlook) -> Vec<String> {
    let fixed = [
        "returning",
        "logged in",
        "bounce",
        "search",
        "outlink",
        "download",
        "click",
        "event",
        "cart",
        "order",
    ];
    let channels = (0..outlook.channels.len()).map(|index| format!("channel {index}"));
    let classes = (0..outlook.classes.len()).map(|index| format!("class {index}"));
    let countries = (0..outlook.countries.len()).map(|index| format!("country {index}"));
    let goals = (0..outlook.goals.len()).map(|index| format!("goal {index}"));
    fixed
        .map(str::to_owned)
        .into_iter()
        .chain(channels)
        .chain(classes)
        .chain(countries)
        .chain(goals)
        .collect()
}

/// None where nothing is computed.
fn expected(outlook: &Outlook) -> Vec<Option<f64>> {
    let Outlook { returning, logged_in, bounce, search, outlink, download, .. } = *outlook;
    let Outlook { click, event, cart, orders, .. } = *outlook;
    [returning, logged_in, bounce, search, outlink, download, click, event, cart, orders]
        .into_iter()
        .chain(outlook.channels)
        .chain(outlook.classes)
        .chain(outlook.countries.iter().copied())
        .map(Some)
        .chain(outlook.goals.iter().copied())
        .collect()
}

fn seen(plan: &Plan, outlook: &Outlook, visit: &Visit) -> Vec<u64> {
    let any = |is: fn(&Deed) -> bool| visit.actions.iter().any(|action| is(&action.deed));
    let kind = |kind: Kind| visit.actions.iter().filter(|action| action.kind() == kind).count() as u64;
    let ledger = visit.ledger(&plan.scenario().goals);
    let click = any(|deed| matches!(deed, Deed::Click(_)));
    let event = any(|deed| matches!(deed, Deed::Event(_) | Deed::Step { kind: Kind::Event, .. }));
    let one = |index: usize, of: usize| (0..of).map(move |other| u64::from(other == index));
    let converts = |index: usize| visit.actions.iter().any(|action| action.converts >> index & 1 == 1);
    [
        u64::from(visit.earlier > 0),
        u64::from(visit.visitor.user.is_some()),
        u64::from(ledger.actions == 1),
        kind(Kind::Search).min(1),
        kind(Kind::Outlink).min(1),
        kind(Kind::Download).min(1),
        u64::from(click),
        u64::from(event),
        ledger.carts,
        ledger.orders,
    ]
    .into_iter()
    .chain(one(visit.source.channel as usize, outlook.channels.len()))
    .chain(one(plan.visitors().class(&visit.visitor) as usize, outlook.classes.len()))
    .chain(one(usize::from(visit.visitor.country), outlook.countries.len()))
    .chain((0..outlook.goals.len()).map(|index| u64::from(converts(index))))
    .collect()
}

/// By how many standard deviations the worst share is off, and its name.
fn worst(plan: &Plan, outlook: &Outlook) -> (f64, String) {
    let (drawn, page_views_off) = drawn(plan);
    let off = drawn.into_iter().zip(expected(outlook)).filter_map(|((name, drawn), expected)| {
        let expected = expected?;
        // Visits of a visitor have much in common, so that shares of visitors vary more than those of visits.
        let spread = (expected * (1.0 - expected)).max(1e-6) / VISITS as f64 * 1.6;
        Some(((drawn - expected).abs() / spread.sqrt(), format!("{name}: {drawn}, expected {expected}")))
    });
    off.chain([(page_views_off.abs(), "page views".to_owned())])
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .unwrap()
}

fn assert_foreseen(name: &str, draft: Draft) {
    let plan = plan_of(draft);
    let (off, what) = worst(&plan, &plan.outlook(VISITS));
    assert!(off < SIGMAS, "{name}: {what} ({off:.1} sigma)");
}

#[test]
fn what_every_profile_will_produce_is_foreseen() {
    for name in ["content", "ecommerce", "saas"] {
        assert_foreseen(name, profiled(name));
    }
    assert_foreseen("classic", classic());
}

#[test]
fn a_run_of_known_length_is_foreseen_with_its_returning_visitors() {
    assert_foreseen("short", Draft { most_visits: Some(VISITS), ..profiled("saas") });
}

#[test]
fn other_page_ranges_and_robots_are_foreseen() {
    for pages in [(1, 1), (1, 3), (2, 4), (5, 5)] {
        assert_foreseen("ecommerce", Draft { pageviews: Some(pages), ..profiled("ecommerce") });
        assert_foreseen("classic", Draft { pageviews: Some(pages), ..classic() });
    }
    let mut draft = profiled("content");
    draft.robots.crawlers = Share::new(0.3).unwrap();
    draft.robots.chatbots = Share::new(0.05).unwrap();
    assert_foreseen("robots", draft);
}

#[test]
fn funnels_are_foreseen() {
    let funnels = r#"[
      {"name": "one page", "probability": 0.1, "priority": 1, "steps": [
        {"type": "pageview", "url": "https://a.example/"}]},
      {"name": "shop", "probability": 0.2, "priority": 2, "exit_after_completion": false, "steps": [
        {"type": "pageview", "url": "https://a.example/"}, {"type": "site_search", "search_keyword": "x"},
        {"type": "event", "event_category": "c", "event_action": "a"},
        {"type": "ecommerce", "ecommerce_revenue": 20}]},
      {"name": "other", "probability": 0.3, "priority": 3, "steps": [
        {"type": "pageview", "url": "https://a.example/"},
        {"type": "download", "target_url": "https://a.example/a.pdf"},
        {"type": "pageview", "url": "https://a.example/2"}, {"type": "outlink", "target_url": "https://b.example/"}]}]"#;
    let funnels = funnel::parse(funnels, 0.1).unwrap();
    assert_foreseen("funnels", Draft { funnels: funnels.clone(), ..profiled("ecommerce") });
    assert_foreseen("funnels", Draft { funnels, ..classic() });
}

#[test]
fn a_share_that_is_off_by_a_tenth_would_be_noticed() {
    let plan = plan_of(profiled("ecommerce"));
    let outlook = plan.outlook(VISITS);
    let wrong = [
        Outlook { bounce: outlook.bounce * 1.1, ..outlook.clone() },
        Outlook { search: outlook.search * 1.1, ..outlook.clone() },
        Outlook { cart: outlook.cart * 1.2, ..outlook.clone() },
    ];
    for wrong in wrong {
        assert!(worst(&plan, &wrong).0 > SIGMAS);
    }
}
