//! The first visits of a plan, counted: what its shares come to, and which of the visits differ from each other.

use traffic::hit::Kind;
use traffic::ledger::Ledger;
use traffic::plan::{Plan, Planner};
use traffic::source::Channel;
use traffic::visit::{Action, Deed, Place, Visit};

/// What the first visits of a plan are like.
#[derive(Debug)]
pub(super) struct Sample {
    /// What Matomo will count.
    pub(super) ledger: Ledger,
    /// Of visits, and of the robots that come along.
    pub(super) hits: u64,
    pub(super) robot_hits: u64,
    /// Of all visits together, on their own clocks.
    pub(super) seconds: u64,
    /// In the order of [`Channel::ALL`].
    pub(super) channels: [u64; 7],
    /// In the order of `Class::ALL`.
    pub(super) classes: [u64; 5],
    /// By the index of the country.
    pub(super) countries: Vec<u64>,
    /// Visits that converted a goal, by its index.
    pub(super) goals: Vec<u64>,
    /// Visits with something, by its index.
    with: [u64; Trait::ALL.len()],
    pub(super) crawlers: u64,
    pub(super) chatbots: u64,
    seen: Vec<Seen>,
}

/// A visit, as far as others may differ from it.
#[derive(Clone, Copy, Debug)]
struct Seen {
    number: u64,
    /// One bit a trait.
    traits: u32,
    /// Whether it is soon told.
    is_short: bool,
}

/// Something that can be said of some visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trait {
    Returning,
    LoggedIn,
    Bounce,
    Search,
    /// A search that found nothing.
    Vain,
    Outlink,
    Download,
    Click,
    Event,
    Interaction,
    Goal,
    Cart,
    Order,
    Funnel,
    Direct,
    SearchEngine,
    Social,
    Website,
    Ai,
    Campaign,
    Email,
    Desktop,
    Handheld,
}

impl Trait {
    pub(super) const ALL: [Trait; 23] = [
        Trait::Returning,
        Trait::LoggedIn,
        Trait::Bounce,
        Trait::Search,
        Trait::Vain,
        Trait::Outlink,
        Trait::Download,
        Trait::Click,
        Trait::Event,
        Trait::Interaction,
        Trait::Goal,
        Trait::Cart,
        Trait::Order,
        Trait::Funnel,
        Trait::Direct,
        Trait::SearchEngine,
        Trait::Social,
        Trait::Website,
        Trait::Ai,
        Trait::Campaign,
        Trait::Email,
        Trait::Desktop,
        Trait::Handheld,
    ];

    /// What a story is about, one bit each.
    fn subjects() -> u32 {
        let subjects = [
            Trait::Bounce,
            Trait::Order,
            Trait::Cart,
            Trait::Funnel,
            Trait::Returning,
            Trait::LoggedIn,
            Trait::Search,
            Trait::Vain,
        ];
        subjects.iter().fold(0, |bits, what| bits | 1 << *what as u32)
    }

    /// How much it adds to a story.
    fn weight(self) -> u32 {
        match self {
            Trait::Bounce => 9,
            Trait::Order => 7,
            Trait::Cart | Trait::Funnel => 5,
            Trait::Returning => 4,
            Trait::Search | Trait::Email | Trait::Campaign => 3,
            Trait::Vain
            | Trait::Ai
            | Trait::Social
            | Trait::Website
            | Trait::SearchEngine
            | Trait::Direct => 2,
            Trait::Click | Trait::Interaction => 0,
            _ => 1,
        }
    }
}

/// A story of more pages, or of more that is done on them, is not picked where there are shorter ones.
const MOST_PAGES: u64 = 9;
const MOST_DEEDS: u64 = 3;

/// A story is rich enough with traits of this weight.
const RICH: u32 = 5;

impl Sample {
    /// From now on only these are picked.
    pub(super) fn pick_from(&mut self, is_among: impl Fn(u64) -> bool) {
        self.seen.retain(|seen| is_among(seen.number));
    }

    /// The first `visits` visits, or all where the plan has fewer.
    pub(super) fn of(plan: &Plan, visits: u64) -> Sample {
        let mut sample = Sample {
            ledger: Ledger::default(),
            hits: 0,
            robot_hits: 0,
            seconds: 0,
            channels: [0; 7],
            classes: [0; 5],
            countries: vec![0; plan.visitors().countries.iter().count()],
            goals: vec![0; plan.scenario().goals.len()],
            with: [0; Trait::ALL.len()],
            crawlers: 0,
            chatbots: 0,
            seen: Vec::new(),
        };
        let mut planner = Planner::default();
        let mut arrivals = plan.arrivals();
        let mut memory = Vec::new();
        for number in (0..visits).take_while(|number| plan.contains(*number)) {
            if arrivals.as_mut().is_some_and(|arrivals| arrivals.due(number).is_none()) {
                break;
            }
            let visit = planner.visit(plan, number, std::mem::take(&mut memory));
            sample.count(plan, &visit);
            memory = visit.actions;
            for nth in 0..plan.robots(number) {
                let robot = planner.robot(plan, number, nth, std::mem::take(&mut memory));
                sample.robot_hits += robot.actions.len() as u64;
                match robot.actions.first().map(Action::kind) {
                    Some(Kind::Chatbot) => sample.chatbots += 1,
                    _ => sample.crawlers += 1,
                }
                memory = robot.actions;
            }
        }
        sample
    }

    fn count(&mut self, plan: &Plan, visit: &Visit) {
        let ledger = visit.ledger(&plan.scenario().goals);
        self.ledger += ledger;
        self.hits += visit.actions.len() as u64;
        self.seconds += u64::from(visit.length_ms() / 1_000);
        self.channels[visit.source.channel as usize] += 1;
        self.classes[plan.visitors().class(&visit.visitor) as usize] += 1;
        self.countries[usize::from(visit.visitor.country)] += 1;
        for (index, count) in self.goals.iter_mut().enumerate() {
            *count += u64::from(visit.actions.iter().any(|action| action.converts >> index & 1 == 1));
        }
        let traits = traits(plan, visit, &ledger);
        for (index, count) in self.with.iter_mut().enumerate() {
            *count += u64::from(traits >> index & 1 == 1);
        }
        let deeds = ledger.actions - ledger.pageviews + ledger.interactions;
        let is_short = ledger.pageviews <= MOST_PAGES && deeds <= MOST_DEEDS;
        self.seen.push(Seen { number: visit.number, traits, is_short });
    }

    /// How many visits something can be said of.
    pub(super) fn with(&self, what: Trait) -> u64 {
        self.with[what as usize]
    }

    /// Numbers of visits, each of which shows what the others do not, in order.
    pub(super) fn different(&self, most: usize) -> Vec<u64> {
        let mut shown = 0_u32;
        let mut picked: Vec<u64> = Vec::new();
        while picked.len() < most.min(self.seen.len()) {
            let weight = |traits: u32| -> u32 {
                let all = Trait::ALL.iter().filter(|what| traits >> **what as u32 & 1 == 1);
                all.map(|what| what.weight()).sum()
            };
            // Once is enough for what stories are about; some of the rest makes them richer.
            let rich = |traits: u32| weight(traits & !Trait::subjects()).min(RICH);
            let fresh = |seen: &Seen| (seen.is_short, weight(seen.traits & !shown), rich(seen.traits));
            // Of equals the first.
            let rest = self.seen.iter().rev().filter(|seen| !picked.contains(&seen.number));
            let Some(next) = rest.max_by_key(|seen| fresh(seen)) else { break };
            shown |= next.traits;
            picked.push(next.number);
        }
        picked.sort_unstable();
        picked
    }
}

fn traits(plan: &Plan, visit: &Visit, ledger: &Ledger) -> u32 {
    let class = plan.visitors().class(&visit.visitor) as usize;
    let any = |is: fn(&Deed) -> bool| visit.actions.iter().any(|action| is(&action.deed));
    let from = visit.source.channel;
    let is = |what: Trait| match what {
        Trait::Returning => visit.earlier > 0,
        Trait::LoggedIn => visit.visitor.user.is_some(),
        Trait::Bounce => ledger.actions == 1,
        Trait::Search => ledger.searches > 0,
        Trait::Vain => any(|deed| matches!(deed, Deed::Search { results: 0, .. })),
        Trait::Outlink => ledger.outlinks > 0,
        Trait::Download => ledger.downloads > 0,
        Trait::Click => any(|deed| matches!(deed, Deed::Click(_))),
        Trait::Event => any(|deed| matches!(deed, Deed::Event(_) | Deed::Step { kind: Kind::Event, .. })),
        Trait::Interaction => ledger.interactions > 0,
        Trait::Goal => ledger.goals > 0,
        Trait::Cart => ledger.carts > 0,
        Trait::Order => ledger.orders > 0,
        Trait::Funnel => visit.actions.iter().any(|action| matches!(action.place, Place::Step(_))),
        Trait::Direct => from == Channel::Direct,
        Trait::SearchEngine => from == Channel::Search,
        Trait::Social => from == Channel::Social,
        Trait::Website => from == Channel::Website,
        Trait::Ai => from == Channel::Ai,
        Trait::Campaign => from == Channel::Campaign,
        Trait::Email => from == Channel::Email,
        Trait::Desktop => class == 0,
        Trait::Handheld => class == 1 || class == 2,
    };
    Trait::ALL.iter().fold(0, |bits, &what| bits | u32::from(is(what)) << what as u32)
}

#[cfg(test)]
mod tests {
    use traffic::plan::Tracking;
    use traffic::profile::Profile;
    use traffic::scenario::{Draft, Scenario};
    use traffic::site::{DEFAULT_LIST, Site};

    use super::*;

    #[test]
    fn visits_that_are_picked_differ_and_come_in_order() {
        let site = Site::parse(DEFAULT_LIST).unwrap();
        let draft = Draft::new(Profile::built_in("ecommerce").unwrap(), site);
        let tracking = Tracking { site: 1, authenticated: true, countries: true, tag_dimension: None };
        let plan = Plan::new(Scenario::new(draft).unwrap(), tracking, 7, "plan");
        let sample = Sample::of(&plan, 5_000);
        let picked = sample.different(5);
        assert!(picked.len() == 5 && picked.is_sorted() && *picked.last().unwrap() < 5_000, "{picked:?}");
        let shown = |what: Trait| {
            let is = |number: &&u64| sample.seen[**number as usize].traits >> what as u32 & 1 == 1;
            picked.iter().filter(is).count()
        };
        for what in [Trait::Order, Trait::Cart, Trait::Bounce, Trait::Search, Trait::Email, Trait::Campaign] {
            assert!((1..=4).contains(&shown(what)), "{what:?}: {picked:?}");
        }
        assert_eq!(Sample::of(&plan, 3).different(5), [0, 1, 2]);
    }
}
