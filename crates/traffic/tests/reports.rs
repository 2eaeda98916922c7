//! Every report of Matomo is filled: by an ordinary run, and by the eleven hits of which a real Matomo needed every one.

mod classic;
mod sent;

use classic::{classic, plan_of, profiled};
use traffic::encode::List;
use traffic::plan::{Plan, Tracking};
use traffic::report::{self, Fact, FactSet};
use traffic::scenario::{Draft, Rate, Scenario, Share};

/// Reports of a stock Matomo.
const REPORTS: usize = 86;

/// An ordinary run: 2,000 visits of the shop at 50 a second.
fn ordinary() -> Draft {
    let mut draft = profiled("ecommerce");
    draft.most_visits = Some(2_000);
    draft.rate = Rate::PerSecond(50.0);
    draft
}

fn without_token(draft: Draft) -> Plan {
    let tracking = Tracking { site: 1, authenticated: false, countries: false, tag_dimension: None };
    Plan::new(Scenario::new(draft).unwrap(), tracking, 42, "plan")
}

fn names(reports: impl Iterator<Item = report::Report>) -> Vec<&'static str> {
    reports.map(|report| report.name).collect()
}

#[test]
fn the_table_names_every_report_once_and_needs_every_fact() {
    let mut names = names(report::all());
    assert_eq!(names.len(), REPORTS);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), REPORTS);
    let mut methods: Vec<_> = report::all().map(|report| report.method).collect();
    methods.sort_unstable();
    methods.dedup();
    assert_eq!(methods.len(), REPORTS);
    let mut needed = FactSet::default();
    report::all().for_each(|report| needed.extend(report.needs));
    let idle: Vec<&str> = FactSet::ALL.without(needed).iter().map(Fact::name).collect();
    assert!(idle.is_empty(), "no report needs {idle:?}");
}

#[test]
fn two_thousand_visits_of_a_shop_fill_every_report() {
    let plan = plan_of(ordinary());
    let facts = report::facts_of_plan(&plan, 2_000);
    let missing: Vec<&str> = FactSet::ALL.without(facts).iter().map(Fact::name).collect();
    assert!(missing.is_empty(), "{missing:?} are missing");
    assert_eq!(report::filled(facts).count(), REPORTS);
    assert_eq!(report::empty(&plan), []);
    for (fact, name) in Fact::ALL {
        let rest = facts.without([fact].into_iter().collect());
        assert!(report::filled(rest).count() < REPORTS, "nothing is lost without {name}");
    }
}

/// The hits by which a real Matomo 5.2 filled all reports, visit by visit.
fn eleven() -> Vec<Vec<&'static str>> {
    vec![
        vec![
            "url=https://shop.example.com/|search=boots|search_cat=Men|search_count=3|\
             urlref=https://www.google.com/search?q=red+shoes|lang=de-DE,de|res=360x780|pdf=1|cookie=1|country=de|\
             region=BE|city=Berlin|lat=52.52|long=13.40|{A}",
            "url=https://shop.example.com/|search=nothing|search_count=0|{A}",
            "url=https://shop.example.com/thank-you|action_name=Shop / Thank you|pv_id=abcdef|pf_net=10|pf_srv=20|\
             pf_tfr=30|pf_dm1=40|pf_dm2=50|pf_onl=60|bw_bytes=12345|dimension1=new|dimension2=Shop|\
             _cvar={\"1\":[\"Type\",\"new\"]}|cvar={\"1\":[\"Page\",\"shop\"]}|_pks=S1|_pkn=Boot|_pkc=Shoes|_pkp=9.99|{A}",
            "url=https://shop.example.com/|e_c=Video|e_a=play|e_n=Film|e_v=3|ca=1|{A}",
            "url=https://shop.example.com/|c_n=Banner|c_p=banner.jpg|c_t=https://shop.example.com/sale|ca=1|{A}",
            "url=https://shop.example.com/|idgoal=1|{A}",
            "url=https://shop.example.com/|idgoal=0|ec_id=o-1|ec_items=[[\"S1\",\"Boot\",\"Shoes\",9.99,1]]|\
             revenue=9.99|ec_st=9.99|ec_tx=0.00|ec_sh=0.00|ec_dt=0.00|{A}",
        ],
        vec![
            "new_visit=1|url=https://shop.example.com/?mtm_campaign=Sale&mtm_kwd=red|idgoal=0|\
             ec_items=[[\"S1\",\"Boot\",\"Shoes\",9.99,1]]|revenue=9.99|{A}",
        ],
        vec![
            "url=https://shop.example.com/|action_name=Home|urlref=https://l.facebook.com/",
            "url=https://shop.example.com/|link=https://partner.example.net/x",
        ],
        vec![
            "url=https://shop.example.com/|download=https://shop.example.com/a.pdf|urlref=https://blog.example.org/post",
        ],
    ]
}

/// What every hit of the first visitor tells.
const FIRST: &str = "uid=somebody|ua=Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) \
                     SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36";

fn parameters(hit: &str) -> List {
    let hit = hit.replace("{A}", FIRST);
    let pairs = hit.split('|').map(|pair| pair.split_once('=').unwrap());
    List(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// What the eleven hits give without one of them; the visitor of the first visit makes the second as well.
fn given(dropped: Option<usize>) -> FactSet {
    let plan = plan_of(ordinary());
    let mut facts = FactSet::default();
    let mut number = 0;
    for (index, visit) in eleven().into_iter().enumerate() {
        let mut hits = Vec::new();
        for hit in visit {
            if dropped != Some(number) {
                hits.push(parameters(hit));
            }
            number += 1;
        }
        facts.extend(report::read(&plan, &hits, index == 1));
    }
    assert_eq!(number, 11);
    facts
}

#[test]
fn eleven_hits_fill_every_report_and_each_of_them_is_needed() {
    let facts = given(None);
    let missing: Vec<&str> = FactSet::ALL.without(facts).iter().map(Fact::name).collect();
    assert!(missing.is_empty(), "{missing:?} are missing");
    assert_eq!(report::filled(facts).count(), REPORTS);
    for dropped in 0..11 {
        let filled = report::filled(given(Some(dropped))).count();
        assert!(filled < REPORTS, "nothing is lost without hit {}", dropped + 1);
    }
}

/// The reports that stay empty with the reason that all of them have in common.
fn empty(plan: &Plan) -> Vec<(&'static str, String)> {
    report::empty(plan)
}

fn reason<'a>(empty: &'a [(&'static str, String)], name: &str) -> &'a str {
    let found = empty.iter().find(|(report, _)| *report == name);
    found.map_or_else(|| panic!("{name} is not among {empty:?}"), |(_, why)| why)
}

#[test]
fn what_stays_empty_is_said_with_the_reason() {
    let all = empty(&without_token(ordinary()));
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["Visitors/City", "Visitors/Region", "Visitors/User IDs"]);
    assert!(all.iter().all(|(_, why)| why.contains("MATOMO_TOKEN_AUTH")), "{all:?}");

    let mut draft = ordinary();
    draft.goals.clear();
    draft.dimensions.clear();
    let all = empty(&plan_of(draft));
    assert_eq!(all.len(), 9 + 2, "{all:?}");
    assert!(reason(&all, "Goals/Goal Newsletter signup").contains("no goal that is converted by hand"));
    assert!(reason(&all, "Goals/Goal Thank-you page").contains("no goal that a page's address converts"));
    assert!(reason(&all, "Goals/Goal Video play event").contains("no goal that an event converts"));
    assert!(reason(&all, "Visitors/Customer type").contains("scope visit"));
    assert!(reason(&all, "Actions/Page category").contains("scope action"));

    let mut draft = ordinary();
    draft.shares.order = Share::default();
    draft.profile.visitors.returning = 0.0;
    draft.profile.details.bandwidth = false;
    draft.profile.performance = None;
    draft.shares.direct = Share::new(1.0).unwrap();
    let all = empty(&plan_of(draft));
    assert_eq!(reason(&all, "Ecommerce/Ecommerce Orders"), "ECOMMERCE_PROBABILITY is 0");
    assert_eq!(reason(&all, "Ecommerce/Abandoned Carts"), "ECOMMERCE_PROBABILITY is 0");
    assert_eq!(reason(&all, "Actions/Returning Visits"), "visitors.returning of the profile is 0");
    assert_eq!(reason(&all, "Actions/Bandwidth - Main metrics"), "details.bandwidth of the profile is false");
    assert!(reason(&all, "Actions/Performance overview").contains("[performance]"));
    assert!(reason(&all, "Referrers/Campaigns").contains("DIRECT_TRAFFIC_PROBABILITY is 1"));
}

#[test]
fn the_classic_profile_leaves_what_it_does_not_measure() {
    let all = empty(&plan_of(classic()));
    for name in [
        "Actions/Content Name",
        "Ecommerce/Abandoned Carts",
        "Visitors/User IDs",
        "Visitors/Custom Variables",
    ] {
        assert!(!reason(&all, name).is_empty());
    }
    assert!(all.iter().all(|(name, _)| *name != "Actions/Returning Visits"), "{all:?}");
}

#[test]
fn facts_are_those_of_the_parameters_that_are_sent() {
    let plan = plan_of(ordinary());
    for number in 0..200 {
        let visit = plan.visit(number);
        let facts = report::facts(&plan, &visit);
        let hits = sent::hits(&plan, &visit);
        let sends = |name: &str| hits.iter().any(|hit| sent::value(hit, name).is_some());
        let has = |fact: Fact| facts.iter().any(|other| other == fact);
        let pairs = [
            (Fact::Search, "search"),
            (Fact::Outlink, "link"),
            (Fact::Download, "download"),
            (Fact::Event, "e_c"),
            (Fact::Order, "ec_id"),
            (Fact::UserId, "uid"),
            (Fact::Content, "c_n"),
        ];
        for (fact, name) in pairs {
            assert_eq!(has(fact), sends(name), "visit {number}: {name}");
        }
        assert_eq!(has(Fact::ReturningVisit), visit.earlier > 0);
    }
}
