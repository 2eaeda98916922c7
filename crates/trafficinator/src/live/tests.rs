//! Views of made-up runs, painted in rooms of all sizes.

use std::time::Duration;

use engine::recorder::Snapshot;
use engine::recorder::series::{Gauges, Series, Window};
use engine::recorder::times::Times;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;

use super::draw;
use super::theme::Theme;
use super::throttle::Throttle;
use super::view::{Facts, Moment, Phase, View};
use crate::summary::Model;
use crate::summary::verdict::ThresholdPart;

const SECONDS: u64 = 40;

fn facts() -> Facts {
    Facts {
        target: "https://matomo.example.org/matomo.php".to_owned(),
        site_id: Some(3),
        profile: "ecommerce".to_owned(),
        preset: Some("light".to_owned()),
        seed: 7,
        run_id: "1a2b3c4d".to_owned(),
        concurrency: 64,
        cores: 4,
        most_visits: Some(4_000),
        grace: Duration::from_secs(30),
        ..Facts::default()
    }
}

/// 25 visits and 100 hits a second, one hit of twenty takes 200 ms.
fn busy() -> Snapshot {
    let mut snapshot = Snapshot::new(0);
    let mut windows = Vec::new();
    for second in 0..SECONDS {
        let (mut response, mut service) = (Times::default(), Times::default());
        for hit in 0..100_u64 {
            let us = if hit % 20 == 0 { 200_000 } else { 5_000 + (second * 31 + hit * 17) % 2_000 };
            response.record((us + 700) * 1_000);
            service.record(us * 1_000);
            snapshot.statistics.lag.record(90_000);
        }
        snapshot.statistics.response += &response;
        snapshot.statistics.service += &service;
        let mut window = Window { response: response.pack(), service: service.pack(), ..Window::default() };
        window.hits.planned = 100;
        window.hits.accepted = 100;
        window.cpu.process = 310_000_000;
        window.cpu.busiest = 120_000_000;
        windows.push(window);
    }
    snapshot.series = Series::of(0, 1, windows).unwrap();
    let (visits, hits) = (&mut snapshot.counts.visits, &mut snapshot.counts.hits);
    (visits.planned, visits.started, visits.completed) = (25 * SECONDS, 25 * SECONDS, 940);
    (hits.planned, hits.sent, hits.accepted) = (105 * SECONDS, 100 * SECONDS, 100 * SECONDS);
    snapshot.gauges = Gauges { in_flight: 3, open_visits: 60, connections: 12, backlog: 0, open_files: 40 };
    snapshot
}

/// The same with answers of 500, timeouts, and hits that could not be sent.
fn troubled() -> Snapshot {
    let mut snapshot = busy();
    let counts = &mut snapshot.counts;
    assert!(counts.errors.add_named("http_500", 40) && counts.errors.add_named("timeout", 111));
    (counts.hits.accepted, counts.hits.rejected, counts.hits.failed) = (100 * SECONDS - 151, 40, 111);
    counts.hits.dropped = 12;
    counts.visits.incomplete = 90;
    snapshot.gauges =
        Gauges { in_flight: 64, open_visits: 480, connections: 64, backlog: 1_234, open_files: 90 };
    snapshot
}

fn threshold(expression: &str, value: Option<f64>, unit: &str, holds: bool) -> ThresholdPart {
    let (expression, unit) = (expression.to_owned(), unit.to_owned());
    ThresholdPart { target: None, expression, value, unit, holds, aborted: false }
}

/// A view that looked at a run twice, at a second that is not over and the one before.
fn looked(facts: Facts, snapshot: &Snapshot, thresholds: &[ThresholdPart]) -> View {
    let mut view = View::new(facts);
    let mut before = Snapshot::new(0);
    before.counts.visits.started = snapshot.counts.visits.started.saturating_sub(125);
    before.counts.hits.sent = snapshot.counts.hits.sent.saturating_sub(500);
    let at = |seconds| Duration::from_secs(seconds);
    let phase = Phase::Arriving;
    let moment =
        |now, snapshot| Moment { now, snapshot, planned: 25.0, phase, thresholds, targets: Vec::new() };
    view.update(&moment(at(SECONDS - 5), &before));
    for _ in 0..10 {
        view.update(&moment(at(SECONDS), snapshot));
    }
    view
}

fn painted(view: &View, theme: Theme, width: u16, height: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw::render(frame, view, theme)).unwrap();
    terminal
}

fn text(view: &View, width: u16, height: u16) -> String {
    painted(view, Theme::Colours, width, height).backend().to_string()
}

fn colours(buffer: &Buffer) -> usize {
    buffer.content().iter().filter(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset).count()
}

#[test]
fn a_run_that_goes_well() {
    let view = looked(facts(), &busy(), &[]);
    insta::assert_snapshot!("well_80x24", text(&view, 80, 24));
    insta::assert_snapshot!("well_120x40", text(&view, 120, 40));
    insta::assert_snapshot!("well_40x10", text(&view, 40, 10));
}

#[test]
fn a_run_with_errors_and_thresholds() {
    let thresholds = [
        threshold("response.p95<150ms", Some(200.4), "ms", false),
        threshold("errors<5%", Some(0.038), "share", true),
        threshold("orders.p99<1s", None, "ms", false),
    ];
    let mut view = looked(facts(), &troubled(), &thresholds);
    view.tell("warning: all answers so far are 400. Is the site there, may the token write, and is the clock right?\n");
    view.tell("plain news\n");
    insta::assert_snapshot!("troubled_80x24", text(&view, 80, 24));
    insta::assert_snapshot!("troubled_120x40", text(&view, 120, 40));
    insta::assert_snapshot!("troubled_40x10", text(&view, 40, 10));
}

#[test]
fn a_run_that_has_just_begun_waits_and_shows_no_zeros() {
    let mut view = View::new(facts());
    let snapshot = Snapshot::new(0);
    let now = Duration::from_secs(1);
    view.update(&Moment {
        now,
        snapshot: &snapshot,
        planned: 25.0,
        phase: Phase::Arriving,
        thresholds: &[],
        targets: Vec::new(),
    });
    let shown = text(&view, 80, 24);
    assert!(shown.contains("waiting for the first answers"), "{shown}");
    assert!(!shown.contains("p90"), "{shown}");
    insta::assert_snapshot!("empty_80x24", shown);
}

#[test]
fn a_paused_run_says_so_and_at_which_speed_it_goes_on() {
    let mut view = looked(facts(), &busy(), &[]);
    view.throttle = Some(Throttle::STEADY.faster().toggled());
    let shown = text(&view, 80, 24);
    assert!(
        shown.contains("paused") && shown.contains("1.25x planned") && shown.contains("p go on"),
        "{shown}"
    );
}

#[test]
fn the_help_lies_over_everything() {
    let mut view = looked(facts(), &busy(), &[]);
    view.is_help_shown = true;
    insta::assert_snapshot!("help_80x24", text(&view, 80, 24));
}

#[test]
fn a_target_that_hangs_is_seen_at_once() {
    let mut snapshot = troubled();
    let mut view = looked(facts(), &snapshot, &[]);
    assert_eq!(view.silence(), None);
    for second in 1..=7 {
        snapshot.gauges.backlog += 100;
        let now = Duration::from_secs(SECONDS + second);
        view.update(&Moment {
            now,
            snapshot: &snapshot,
            planned: 25.0,
            phase: Phase::Arriving,
            thresholds: &[],
            targets: Vec::new(),
        });
    }
    for (width, height) in [(160, 50), (80, 24), (40, 10)] {
        let shown = text(&view, width, height);
        for telling in ["no answers for 7 s", "all slots taken", "1,934", "of 64"] {
            assert!(shown.contains(telling), "{telling} at {width}x{height}:\n{shown}");
        }
    }
    snapshot.counts.hits.accepted += 1;
    let now = Duration::from_secs(SECONDS + 8);
    view.update(&Moment {
        now,
        snapshot: &snapshot,
        planned: 25.0,
        phase: Phase::Arriving,
        thresholds: &[],
        targets: Vec::new(),
    });
    assert_eq!(view.silence(), None, "an answer came");
}

#[test]
fn a_generator_that_is_the_bottleneck_is_not_to_be_overlooked() {
    let mut snapshot = busy();
    for _ in 0..1_000 {
        snapshot.statistics.lag.record(25_000_000);
    }
    let shown = text(&looked(facts(), &snapshot, &[]), 120, 40);
    assert!(shown.contains("void so far") && shown.contains("say nothing about the target"), "{shown}");
}

#[test]
fn phases_are_told_apart() {
    let snapshot = busy();
    let with = |facts: Facts, phase| {
        let mut view = looked(facts, &snapshot, &[]);
        let now = Duration::from_secs(SECONDS);
        view.update(&Moment {
            now,
            snapshot: &snapshot,
            planned: 25.0,
            phase,
            thresholds: &[],
            targets: Vec::new(),
        });
        text(&view, 80, 24)
    };
    let warm_up = Facts { warm_up: Duration::from_secs(SECONDS + 20), ..facts() };
    assert!(with(warm_up, Phase::Arriving).contains("warming up, 20 s left"));
    assert!(with(facts(), Phase::Capped).contains("daily cap, until tomorrow"));
    let draining = with(facts(), Phase::Draining);
    assert!(
        draining.contains("draining") && draining.contains("60 open visits have 30 s to finish"),
        "{draining}"
    );
    assert!(draining.contains("Ctrl-C stop at once"), "{draining}");
}

#[test]
fn a_closed_model_has_no_response_times() {
    let closed = Facts { model: Model::Closed, most_visits: None, ..facts() };
    let shown = text(&looked(closed, &busy(), &[]), 120, 40);
    assert!(!shown.to_lowercase().contains("response"), "{shown}");
    assert!(shown.contains("closed model") && shown.contains("no limit: q stops"), "{shown}");
}

#[test]
fn each_of_several_targets_has_a_line_where_there_is_room() {
    let (fine, poor) = (busy(), troubled());
    let target = |name: &str, snapshot: &Snapshot| super::Target::of(name, snapshot);
    let mut view = looked(facts(), &poor, &[]);
    view.targets = vec![target("old", &fine), target("new", &poor)];
    let shown = text(&view, 120, 44);
    assert!(shown.contains("── Targets ─") && shown.contains("response p95"), "{shown}");
    let line = |name: &str| shown.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert!(line("old ").contains("940") && !line("old ").contains("151"), "{shown}");
    assert!(line("new ").contains("151"), "{shown}");
    view.targets = (0..20).map(|index| target(&format!("target {index}"), &fine)).collect();
    let shown = text(&view, 160, 60);
    assert!(shown.contains("target 6 ") && shown.contains("and 13 more"), "{shown}");
    let mut closed = looked(Facts { model: Model::Closed, most_visits: None, ..facts() }, &fine, &[]);
    closed.targets = vec![target("old", &fine), target("new", &poor)];
    assert!(!text(&closed, 120, 44).contains("response p95"));
}

#[test]
fn without_colours_nothing_is_coloured_and_with_them_something_is() {
    let mut view = looked(facts(), &troubled(), &[threshold("errors<1%", Some(0.04), "share", false)]);
    view.tell("error: something\n");
    for is_help_shown in [false, true] {
        view.is_help_shown = is_help_shown;
        for (width, height) in [(160, 50), (80, 24), (40, 10)] {
            let plain = painted(&view, Theme::Plain, width, height);
            assert_eq!(colours(plain.backend().buffer()), 0, "{width}x{height}");
            let coloured = painted(&view, Theme::Colours, width, height);
            assert!(colours(coloured.backend().buffer()) > 20, "{width}x{height}");
        }
    }
    view.is_help_shown = false;
    insta::assert_snapshot!("plain_100x30", painted(&view, Theme::Plain, 100, 30).backend().to_string());
}

#[test]
fn what_comes_from_elsewhere_does_not_control_the_terminal() {
    let bad = "a\u{1b}[2Jb\u{7}c\u{202e}d\u{9b}e\r\n";
    let facts = Facts { target: bad.to_owned(), profile: bad.to_owned(), run_id: bad.to_owned(), ..facts() };
    let mut view = looked(facts, &busy(), &[threshold(bad, None, "ms", false)]);
    view.tell(bad);
    for (width, height) in [(160, 50), (80, 24), (40, 10)] {
        let terminal = painted(&view, Theme::Colours, width, height);
        for cell in terminal.backend().buffer().content() {
            let is_harmless = |c: char| !c.is_control() && c != '\u{202e}';
            assert!(cell.symbol().chars().all(is_harmless), "{:?}", cell.symbol());
        }
    }
    assert!(text(&view, 80, 24).contains("a\u{fffd}[2Jb"));
}

#[test]
fn only_so_many_messages_are_kept() {
    let mut view = View::new(facts());
    for number in 0..super::view::MESSAGES + 50 {
        view.tell(&format!("line {number}\n"));
    }
    assert_eq!(view.messages.len(), super::view::MESSAGES);
    assert_eq!(view.messages.back().map(|message| message.text.as_str()), Some("line 249"));
}

#[test]
fn what_remains_is_the_first_limit() {
    let until = Some(Duration::from_secs(SECONDS + 60));
    let view = looked(Facts { until, ..facts() }, &busy(), &[]);
    assert_eq!(view.remaining(), Some(Duration::from_mins(1)));
    assert!(view.progress().is_some_and(|share| (0.39..0.41).contains(&share)), "{:?}", view.progress());
    let view = looked(facts(), &busy(), &[]);
    assert_eq!(view.remaining(), Some(Duration::from_mins(2)), "3,000 visits at 25 a second");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_room_is_too_small_or_too_large(
        width in 1..200_u16,
        height in 1..80_u16,
        kind in 0..4_u8,
        is_help_shown in any::<bool>(),
        theme in prop_oneof![Just(Theme::Colours), Just(Theme::Plain)],
    ) {
        let long = "wörter, die lang sind ".repeat(30);
        let mut view = match kind {
            0 => View::new(facts()),
            1 => looked(facts(), &busy(), &[]),
            2 => looked(Facts { model: Model::Closed, target: long.clone(), ..facts() }, &troubled(), &[]),
            _ => {
                let thresholds = vec![threshold(&long, Some(1.0), "ms", false); 12];
                looked(facts(), &troubled(), &thresholds)
            }
        };
        view.is_help_shown = is_help_shown;
        view.tell(&long);
        view.tell("日本語のメッセージ");
        let shown = painted(&view, theme, width, height);
        prop_assert!(shown.backend().buffer().content().iter().any(|cell| cell.symbol() != " "));
    }
}
