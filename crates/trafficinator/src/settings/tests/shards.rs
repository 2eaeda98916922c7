//! Which part of a plan is sent, who says so, and when it starts.

use traffic::walk::Shard;

use super::{Given, described, load_for, problems, settings};
use crate::settings::Start;
use crate::settings::layers::Purpose;

type Variables<'a> = &'a [(&'a str, &'a str)];

/// What all shards need.
const NEEDED: [(&str, &str); 3] = [
    ("TRAFFICINATOR_SEED", "7"),
    ("TRAFFICINATOR_RUN_ID", "monday"),
    ("TRAFFICINATOR_START_AT", "2026-12-01T10:00:00Z"),
];

fn with_needed(more: Variables<'_>) -> Vec<(&str, &str)> {
    NEEDED.iter().chain(more).copied().collect()
}

fn shard(more: Variables<'_>) -> Option<(u32, u32)> {
    let environment = with_needed(more);
    let settings = settings(&Given { environment: &environment, ..Given::default() });
    settings.run.shard.map(|shard| (shard.index(), shard.of()))
}

fn refused(more: Variables<'_>) -> String {
    let environment = with_needed(more);
    problems(&Given { environment: &environment, ..Given::default() })
}

const AUTO: (&str, &str) = ("TRAFFICINATOR_SHARD", "auto");

#[test]
fn without_a_shard_the_whole_plan_is_sent() {
    assert_eq!(shard(&[]), None);
    assert_eq!(settings(&Given::default()).run.part(), Shard::WHOLE);
    assert_eq!(settings(&Given::default()).connections(), 50);
}

#[test]
fn a_shard_is_given_by_its_number_from_0_and_how_many_there_are() {
    for (text, expected) in
        [("0/1", (0, 1)), ("3/8", (3, 8)), (" 7 / 8 ", (7, 8)), ("9999/10000", (9_999, 10_000))]
    {
        assert_eq!(shard(&[("TRAFFICINATOR_SHARD", text)]), Some(expected), "{text}");
    }
    for (text, part) in [
        ("8/8", "the last of 8 is 7/8"),
        ("1/0", "give K/N such as 3/8"),
        ("3", "give K/N such as 3/8"),
        ("-1/8", "give K/N such as 3/8"),
        ("+1/8", "give K/N such as 3/8"),
        ("1/8/2", "give K/N such as 3/8"),
        ("0/10001", "at most 10000 shards"),
        ("99999999999999999999/8", "the last of 8 is 7/8"),
        ("automatic", "or auto"),
    ] {
        let message = refused(&[("TRAFFICINATOR_SHARD", text)]);
        assert!(message.contains(&format!("\"{text}\" is not accepted")), "{message}");
        assert!(message.contains(part) && message.lines().count() == 1, "{message}");
    }
}

#[test]
fn connections_are_divided_among_the_shards_and_each_has_one() {
    let connections = |shard: &str, concurrency: &str| {
        let environment = with_needed(&[("TRAFFICINATOR_SHARD", shard), ("CONCURRENCY", concurrency)])
            .into_iter()
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect::<Vec<_>>();
        let environment: Vec<(&str, &str)> =
            environment.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        settings(&Given { environment: &environment, ..Given::default() }).connections()
    };
    assert_eq!(["0/3", "1/3", "2/3"].map(|shard| connections(shard, "50")), [17, 17, 16]);
    assert_eq!(["0/3", "1/3", "2/3"].map(|shard| connections(shard, "2")), [1, 1, 1]);
}

#[test]
fn systems_that_start_many_machines_tell_each_which_one_it_is() {
    let cases: &[(Variables<'_>, (u32, u32))] = &[
        (&[("JOB_COMPLETION_INDEX", "3"), ("TRAFFICINATOR_SHARDS", "8")], (3, 8)),
        (&[("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_SIZE", "2")], (0, 2)),
        (&[("CLOUD_RUN_TASK_INDEX", "0"), ("CLOUD_RUN_TASK_COUNT", "1")], (0, 1)),
        (
            &[("SLURM_ARRAY_TASK_ID", "4"), ("SLURM_ARRAY_TASK_MIN", "1"), ("SLURM_ARRAY_TASK_COUNT", "5")],
            (3, 5),
        ),
        (
            &[
                ("SLURM_ARRAY_TASK_ID", "14"),
                ("SLURM_ARRAY_TASK_MIN", "2"),
                ("SLURM_ARRAY_TASK_COUNT", "5"),
                ("SLURM_ARRAY_TASK_STEP", "3"),
            ],
            (4, 5),
        ),
        // Two that agree, an empty variable, and a number that is told twice.
        (
            &[
                ("AWS_BATCH_JOB_ARRAY_INDEX", "1"),
                ("AWS_BATCH_JOB_ARRAY_SIZE", "2"),
                ("TRAFFICINATOR_SHARDS", "2"),
                ("JOB_COMPLETION_INDEX", "1"),
                ("SLURM_ARRAY_TASK_ID", " "),
            ],
            (1, 2),
        ),
    ];
    for (variables, expected) in cases {
        let variables = [&[AUTO], *variables].concat();
        assert_eq!(shard(&variables), Some(*expected), "{variables:?}");
    }
    let environment = with_needed(&[AUTO, ("CLOUD_RUN_TASK_INDEX", "1"), ("CLOUD_RUN_TASK_COUNT", "3")]);
    let all = settings(&Given { environment: &environment, ..Given::default() });
    assert_eq!(described(&all, "TRAFFICINATOR_SHARD"), ("1/3".to_owned(), "environment".to_owned()));
}

#[test]
fn whoever_tells_nothing_or_nonsense_is_named_with_what_was_told() {
    let cases: &[(Variables<'_>, &[&str])] = &[
        (&[], &["finds nobody", "JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", "CLOUD_RUN_TASK_COUNT"]),
        (&[], &["SLURM_ARRAY_TASK_MIN", "K/N such as 3/8"]),
        (&[("JOB_COMPLETION_INDEX", "3")], &["JOB_COMPLETION_INDEX=3", "set TRAFFICINATOR_SHARDS"]),
        (
            &[("JOB_COMPLETION_INDEX", "x"), ("TRAFFICINATOR_SHARDS", "3")],
            &["JOB_COMPLETION_INDEX=x", "a whole number"],
        ),
        (
            &[("JOB_COMPLETION_INDEX", "3"), ("TRAFFICINATOR_SHARDS", "3")],
            &["JOB_COMPLETION_INDEX=3", "TRAFFICINATOR_SHARDS (environment)=3", "below that of the shards"],
        ),
        (&[("AWS_BATCH_JOB_ARRAY_INDEX", "1")], &["needs AWS_BATCH_JOB_ARRAY_SIZE as well"]),
        (
            &[("CLOUD_RUN_TASK_INDEX", "1"), ("CLOUD_RUN_TASK_COUNT", "-2")],
            &["CLOUD_RUN_TASK_COUNT=-2", "a whole number of at least 0"],
        ),
        (
            &[("CLOUD_RUN_TASK_INDEX", "1"), ("CLOUD_RUN_TASK_COUNT", "10001")],
            &["CLOUD_RUN_TASK_COUNT=10001", "1 to 10000"],
        ),
        (
            &[("SLURM_ARRAY_TASK_ID", "4"), ("SLURM_ARRAY_TASK_COUNT", "9")],
            &["needs SLURM_ARRAY_TASK_MIN as well"],
        ),
        (
            &[
                ("SLURM_ARRAY_TASK_ID", "4"),
                ("SLURM_ARRAY_TASK_MIN", "1"),
                ("SLURM_ARRAY_TASK_COUNT", "5"),
                ("SLURM_ARRAY_TASK_STEP", "2"),
            ],
            &["SLURM_ARRAY_TASK_STEP=2", "4 is not 1 plus a multiple of the step"],
        ),
        (
            &[
                ("SLURM_ARRAY_TASK_ID", "4"),
                ("SLURM_ARRAY_TASK_MIN", "5"),
                ("SLURM_ARRAY_TASK_COUNT", "5"),
                ("SLURM_ARRAY_TASK_STEP", "0"),
            ],
            &["4 is not 5 plus"],
        ),
        (
            &[
                ("JOB_COMPLETION_INDEX", "1"),
                ("TRAFFICINATOR_SHARDS", "3"),
                ("CLOUD_RUN_TASK_INDEX", "2"),
                ("CLOUD_RUN_TASK_COUNT", "3"),
            ],
            &["two things", "JOB_COMPLETION_INDEX=1", "CLOUD_RUN_TASK_INDEX=2", "unset"],
        ),
        (
            &[
                ("AWS_BATCH_JOB_ARRAY_INDEX", "1"),
                ("AWS_BATCH_JOB_ARRAY_SIZE", "4"),
                ("TRAFFICINATOR_SHARDS", "3"),
            ],
            &["AWS_BATCH_JOB_ARRAY_SIZE=4", "TRAFFICINATOR_SHARDS (environment) says that there are 3"],
        ),
    ];
    for (variables, parts) in cases {
        let message = refused(&[&[AUTO], *variables].concat());
        assert!(message.starts_with("TRAFFICINATOR_SHARD (environment): \"auto\" "), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        for part in *parts {
            assert!(message.contains(part), "{part} is not in\n{message}");
        }
    }
}

#[test]
fn a_number_of_shards_agrees_with_the_shard_and_does_not_come_alone() {
    let shards = ("TRAFFICINATOR_SHARDS", "8");
    assert_eq!(shard(&[("TRAFFICINATOR_SHARD", "3/8"), shards]), Some((3, 8)));
    let message = refused(&[("TRAFFICINATOR_SHARD", "3/4"), shards]);
    assert!(message.contains("\"3/4\" is one of 4, and TRAFFICINATOR_SHARDS (environment)"), "{message}");
    let message = refused(&[shards]);
    assert!(message.contains("\"8\" does not say which of them this is"), "{message}");
    assert!(message.contains("--shard auto or --shard K/8"), "{message}");
}

#[test]
fn all_shards_need_the_same_seed_run_id_and_start() {
    let refused = |flags: Variables<'static>| problems(&Given { flags, ..Given::default() });
    let message = refused(&[("TRAFFICINATOR_SHARD", "3/8")]);
    let start = "--shard: \"3/8\" needs --seed, --run-id, --start-at: all shards must have the same";
    assert!(message.starts_with(start), "{message}");
    let message = refused(&[("TRAFFICINATOR_SHARD", "3/8"), ("TRAFFICINATOR_RUN_ID", "a")]);
    assert!(message.contains("needs --seed, --start-at: "), "{message}");
    // What is not sent needs no run id and no start.
    let plan = |flags| load_for(Purpose::Plan, &Given { flags, ..Given::default() });
    assert!(plan(&[("TRAFFICINATOR_SHARD", "3/8"), ("TRAFFICINATOR_SEED", "7")]).is_ok());
    let message = plan(&[("TRAFFICINATOR_SHARD", "3/8")]).expect_err("no seed").to_string();
    assert!(message.contains("needs --seed: "), "{message}");
}

#[test]
fn a_start_is_a_moment_that_is_the_same_everywhere() {
    let start = |text: &str| {
        let flags = [("TRAFFICINATOR_START_AT", text)];
        settings(&Given { flags: &flags, ..Given::default() }).run.start
    };
    let expected = Start::At("2026-12-01T10:00:00Z".parse().unwrap());
    for text in ["2026-12-01T10:00:00Z", "2026-12-01T11:00:00+01:00", "2026-12-01 05:00:00.0004-05:00"] {
        assert_eq!(start(text), expected, "{text}");
    }
    assert_eq!(expected.at_ms(), Some(1_796_119_200_000));
    assert_eq!((Start::AtOnce.at_ms(), settings(&Given::default()).run.start), (None, Start::AtOnce));
    for (text, part) in [
        ("2026-12-01T10:00:00", "it does not say in which time zone"),
        ("2026-12-01T10:00", "it does not say in which time zone"),
        ("10:00", "such as 2026-12-01T10:00:00Z"),
        ("tomorrow", "such as 2026-12-01T10:00:00Z"),
        ("2026-13-01T10:00:00Z", "such as 2026-12-01T10:00:00Z"),
        ("1826-12-01T10:00:00Z", "between the years 2000 and 2200"),
        ("9999-12-01T10:00:00Z", "between the years 2000 and 2200"),
    ] {
        let flags = [("TRAFFICINATOR_START_AT", text)];
        let message = problems(&Given { flags: &flags, ..Given::default() });
        assert!(message.starts_with(&format!("--start-at: \"{text}\" is not accepted")), "{message}");
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn a_run_waits_for_a_file_or_for_a_time() {
    let flags = [("TRAFFICINATOR_START_AT", "2026-12-01T10:00:00Z"), ("AUTO_START", "false")];
    let message = problems(&Given { flags: &flags, ..Given::default() });
    assert!(message.contains("cannot go with --auto-start, which is false"), "{message}");
}

#[test]
fn a_number_of_shards_that_is_none_is_told_once() {
    let environment = &[("JOB_COMPLETION_INDEX", "1"), ("TRAFFICINATOR_SHARDS", "zz")];
    let told =
        problems(&Given { environment, flags: &[("TRAFFICINATOR_SHARD", "auto")], ..Given::default() });
    assert!(told.contains("TRAFFICINATOR_SHARDS (environment): \"zz\" is not accepted"), "{told}");
    assert!(!told.contains("not how many"), "{told}");
}
