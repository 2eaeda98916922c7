//! Whether thresholds say what they were written to say.

use engine::observation::{Observation, Outcome};
use proptest::prelude::*;
use traffic::hit::Kind;

use super::*;

fn parsed(text: &str) -> Threshold {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> String {
    parse(text).expect_err(text)
}

/// Hits of one millisecond, two, and so on, each sent a millisecond after it was due; every tenth is an order.
fn statistics(hits: u64) -> Statistics {
    let mut statistics = Statistics::default();
    for number in 1..=hits {
        statistics.observe(&Observation {
            kind: if number % 10 == 0 { Kind::Order } else { Kind::Pageview },
            due: 0,
            ready: 400_000,
            sent: 1_000_000,
            done: 1_000_000 + number * 1_000_000,
            outcome: Outcome::Answered(200),
        });
    }
    statistics
}

fn measured() -> Measured {
    let mut measured = Measured {
        visits: VisitCounts { planned: 50, started: 40, completed: 30, incomplete: 10, dropped: 10 },
        hits: HitCounts {
            planned: 1_000,
            sent: 950,
            accepted: 893,
            rejected: 5,
            failed: 2,
            late: 7,
            dropped: 50,
            retried: 3,
            ..HitCounts::default()
        },
        ..Measured::default()
    };
    assert!(measured.errors.add_named("http_500", 5) && measured.errors.add_named("timeout", 2));
    measured
}

const RATES: RatePart = RatePart { visits_per_second: 2.0, hits_per_second: 47.5 };

fn judged(text: &str) -> (Option<f64>, String, bool) {
    let (statistics, measured) = (statistics(100), measured());
    let sample = Sample { statistics: &statistics, measured: &measured, rates: RATES, model: Model::Open };
    let part = judge(&parsed(text), &sample);
    assert_eq!(part.expression, text.replace(' ', ""));
    assert!(!part.aborted);
    (part.value, part.unit, part.holds)
}

#[test]
fn times_are_judged_in_milliseconds() {
    for (text, value, holds) in [
        ("service.p95<95.5ms", 95.0, true),
        ("service.p95 < 95ms", 95.0, false),
        ("service.p50 <= 0.0501s", 50.0, true),
        ("service.min==1000us", 1.0, true),
        ("service.max > 1m", 100.0, false),
        ("service.mean!=50ms", 50.5, true),
        ("wait.max<=400us", 0.4, true),
        ("lag.p99.9>=0.6ms", 0.6, true),
        // 50 of 150 hits were dropped, each after 30 s.
        ("response.p0==2ms", 2.0, true),
        ("response.p60<100ms", 91.0, true),
        ("response.p95<200ms", 30_000.0, false),
        ("response.max<=30s", 30_000.0, false),
        ("service[order].min>=10ms", 10.0, true),
        ("response[pageview].min==2ms", 2.0, true),
    ] {
        let (found, unit, found_holds) = judged(text);
        let found = found.unwrap_or_else(|| panic!("{text}"));
        assert!((found / value - 1.0).abs() < 0.001, "{text}: {found}");
        assert_eq!((unit.as_str(), found_holds), ("ms", holds), "{text}: {found}");
    }
}

#[test]
fn counts_shares_and_rates_are_judged_by_what_was_measured() {
    for (text, value, unit, holds) in [
        ("errors<7%", 57.0 / 950.0, "share", true),
        ("errors<0.06", 57.0 / 950.0, "share", false),
        ("errors.count<=57", 57.0, "count", true),
        ("errors.http_500==5", 5.0, "count", true),
        ("errors.http_503==0", 0.0, "count", true),
        ("errors.timeout<0.1%", 2.0 / 950.0, "share", false),
        ("visits.planned==50", 50.0, "count", true),
        ("visits.started>=80%", 0.8, "share", true),
        ("visits.completed>60%", 0.6, "share", false),
        ("visits.incomplete<10", 10.0, "count", false),
        ("visits.dropped==0", 10.0, "count", false),
        ("hits.planned>=1000", 1_000.0, "count", true),
        ("hits.sent>95%", 0.95, "share", false),
        ("hits.accepted>=893", 893.0, "count", true),
        ("hits.rejected<=5", 5.0, "count", true),
        ("hits.failed!=2", 2.0, "count", false),
        // Binary fractions are not what people compare.
        ("hits.late<=0.7%", 0.007, "share", true),
        ("hits.dropped<=5%", 0.05, "share", true),
        ("hits.retried<1%", 0.003, "share", true),
        ("rate.visits>=2/s", 2.0, "per_second", true),
        ("rate.hits<47/s", 47.5, "per_second", false),
        ("rate.hits>=2850/m", 47.5, "per_second", true),
    ] {
        let (found, found_unit, found_holds) = judged(text);
        let found = found.unwrap_or_else(|| panic!("{text}"));
        assert!((found - value).abs() < 1e-9, "{text}: {found}");
        assert_eq!((found_unit.as_str(), found_holds), (unit, holds), "{text}: {found}");
    }
}

#[test]
fn without_samples_no_threshold_holds() {
    let nothing = Measured::default();
    let statistics = Statistics::default();
    let sample = Sample { statistics: &statistics, measured: &nothing, rates: RATES, model: Model::Open };
    for text in [
        "response.p95<1h",
        "lag.mean>=0s",
        "errors<=100%",
        "errors.count==0",
        "errors.timeout==0",
        "visits.dropped==0",
        "hits.late<=100%",
        "rate.visits>=0/s",
        "rate.hits<1000/s",
    ] {
        let part = judge(&parsed(text), &sample);
        assert_eq!((part.value, part.holds), (None, false), "{text}");
    }
    let (some, measured) = (self::statistics(9), measured());
    let sample = Sample { statistics: &some, measured: &measured, rates: RATES, model: Model::Open };
    let part = judge(&parsed("service[order].max<1h"), &sample);
    assert_eq!((part.value, part.holds), (None, false));
}

#[test]
fn where_nothing_is_due_no_response_threshold_holds() {
    let (statistics, measured) = (statistics(10), measured());
    let sample = Sample { statistics: &statistics, measured: &measured, rates: RATES, model: Model::Closed };
    for text in ["response.p95<1h", "response[order].max<1h"] {
        let part = judge(&parsed(text), &sample);
        assert_eq!((part.value, part.holds), (None, false), "{text}");
    }
    assert!(judge(&parsed("service.p95<1h"), &sample).holds);
}

#[test]
fn two_kinds_of_content_have_one_name() {
    let mut statistics = Statistics::default();
    for (kind, done) in [(Kind::Impression, 1_000_000), (Kind::Interaction, 3_000_000)] {
        let outcome = Outcome::Answered(200);
        statistics.observe(&Observation { kind, due: 0, ready: 0, sent: 0, done, outcome });
    }
    let measured = measured();
    let sample = Sample { statistics: &statistics, measured: &measured, rates: RATES, model: Model::Open };
    for text in ["service[content].mean>1.9ms", "service[content].mean<2.1ms"] {
        assert!(judge(&parsed(text), &sample).holds, "{text}");
    }
}

#[test]
fn a_percentile_is_exactly_the_share_that_results_report() {
    for (text, share) in
        [("p0", 0.0), ("p7", 0.07), ("p50", 0.5), ("p99.9", 0.999), ("p99.99", 0.9999), ("p100", 1.0)]
    {
        let threshold = parsed(&format!("lag.{text}<1s"));
        let Metric::Time { figure: Figure::Quantile(found), .. } = threshold.metric else { panic!("{text}") };
        assert_eq!(found.to_bits(), f64::to_bits(share), "{text}");
        assert_eq!(threshold.text, format!("lag.{text}<1s"));
    }
}

#[test]
fn what_is_malformed_is_named_with_its_place_and_what_is_accepted() {
    let all: Vec<String> = [
        "",
        "   ",
        "response.p95",
        "<200ms",
        "response.p95=200ms",
        "response.p95=<200ms",
        "response.p95<",
        "response.p95<200",
        "response.p95<200sec",
        "response.p95<-5ms",
        "response.p95<1e3ms",
        "response.p95<2h",
        "response<200ms",
        "response.p101<200ms",
        "response.p9x<200ms",
        "response.mena<200ms",
        "response[ordr].p95<1s",
        "response[order.p95<1s",
        "lag[order].p95<1s",
        "order.response.p95<1s",
        "respnse.p95<200ms",
        "p95<200ms",
        "errors<5",
        "errors<101%",
        "errors<1ms",
        "errors.http_200<1",
        "errors.http_99<1",
        "errors.timeouts<1",
        "errors[order]<1%",
        "visits<1",
        "visits.droped==0",
        "visits.dropped==0.5",
        "visits.planned>90%",
        "hits.dropped_idle==0",
        "rate.hits>20",
        "rate.hits>20/w",
        "rate.visit>20/s",
        "errors<1%<2%",
        "errors<1%\u{1b}[31m",
    ]
    .into_iter()
    .map(|text| format!("{text:?}\n  {}", refused(text)))
    .collect();
    insta::assert_snapshot!(all.join("\n"));
}

fn metric() -> impl Strategy<Value = (String, &'static str)> {
    let time = ("response|service|wait|lag", r"mean|min|max|p(100|[0-9]{1,2}(\.[1-9]{1,4})?)")
        .prop_map(|(view, figure)| (format!("{view}.{figure}"), "us|µs|ms|s|m"));
    let kind = ("response|service", "order|content|ping", "mean|p50")
        .prop_map(|(view, kind, figure)| (format!("{view}[{kind}].{figure}"), "us|ms|s"));
    let count = prop_oneof![
        r"errors\.(count|timeout|http_[345][0-9]{2})",
        r"visits\.(started|completed|incomplete|dropped)",
        r"hits\.(sent|accepted|rejected|failed|late|dropped|retried)",
    ]
    .prop_map(|name| (name, "%?"));
    let share = Just(("errors".to_owned(), "%"));
    let rate = r"rate\.(visits|hits)".prop_map(|name| (name, "/[smhd]"));
    prop_oneof![time, kind, count, share, rate]
}

fn well_formed() -> impl Strategy<Value = (String, String)> {
    (metric(), "<|<=|>|>=|==|!=", 0..=60_u32, " ?", " ?").prop_flat_map(
        |((metric, unit), sign, number, a, b)| {
            unit.prop_map(move |unit| {
                (format!("{a}{metric}{b}{sign}{a}{number}{b}{unit}"), format!("{metric}{sign}{number}{unit}"))
            })
        },
    )
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn nothing_that_looks_like_one_makes_it_panic(
        text in r"(response|errors|hits|rate|p)?[\[\].]{0,2}(order|p99|http_5|late)?[\].]{0,2}[<>=! é]{0,3}[0-9.]{0,5}[a-zµ%/ ]{0,3}"
    ) {
        let _ = parse(&text);
    }

    #[test]
    fn its_text_is_read_as_the_same((text, plain) in well_formed()) {
        let threshold = parse(&text).map_err(TestCaseError::fail)?;
        // `p7.0` is `p7`, and `p07` too.
        prop_assert_eq!(parse(&threshold.to_string()), Ok(threshold.clone()));
        if !plain.contains(".p0") {
            prop_assert_eq!(threshold.text, plain);
        }
    }
}

#[test]
fn a_shard_ends_only_by_what_a_part_breaks_for_the_whole() {
    let tells = |text: &str| parse(text).unwrap().tells_of_the_whole();
    for text in
        ["response.p95<200ms", "errors<1%", "visits.completed>=99%", "errors.count<10", "hits.dropped==0"]
    {
        assert!(tells(text), "{text}");
    }
    // A part has fewer of everything.
    for text in ["rate.hits>=20/s", "visits.completed>=100", "hits.accepted==500", "visits.dropped!=0"] {
        assert!(!tells(text), "{text}");
    }
}
