//! The command line: what it takes, what it refuses, and its help word by word.

use std::ffi::OsString;

use crate::cli::{ManTo, PlanFormat, Platform, ProfileTask, SettingsArgs, Shell, Task, command, parse};
use crate::emit::{IMAGE, NOT_FOR_SHARDS};
use crate::settings::conceal::COMMANDS;
use crate::settings::registry::SETTINGS;
use crate::settings::{Rate, SummaryTo};

fn parsed(line: &str) -> Result<Task, clap::Error> {
    parse(line.split(' ').map(OsString::from))
}

fn run_args(line: &str) -> SettingsArgs {
    match parsed(line) {
        Ok(Task::Run(args)) => args,
        other => panic!("{line}: {other:?}"),
    }
}

fn flags(line: &str) -> Vec<(String, String)> {
    run_args(line).flags.into_iter().map(|(setting, text)| (setting.flag(), text)).collect()
}

/// The error's exit code.
fn exit_code(line: &str) -> i32 {
    match parsed(line) {
        Ok(task) => panic!("{line} was accepted: {task:?}"),
        Err(error) => error.exit_code(),
    }
}

#[test]
fn run_check_and_plan_take_a_flag_for_every_setting() {
    for name in ["run", "check", "plan"] {
        let command = command();
        let subcommand = command.find_subcommand(name).expect("a subcommand");
        for setting in SETTINGS {
            let flag = setting.flag();
            assert!(subcommand.get_arguments().any(|arg| arg.get_long() == Some(&flag)), "{name} --{flag}");
        }
    }
    command().debug_assert();
}

#[test]
fn every_command_that_takes_a_token_takes_it_off_the_process_list() {
    fn takes_one(subcommand: &clap::Command) -> bool {
        subcommand.get_arguments().any(|arg| arg.get_long() == Some("matomo-token-auth"))
            || subcommand.get_subcommands().any(takes_one)
    }
    let command = command();
    let mut names: Vec<&str> =
        command.get_subcommands().filter(|one| takes_one(one)).map(clap::Command::get_name).collect();
    let mut concealed = COMMANDS.to_vec();
    names.sort_unstable();
    concealed.sort_unstable();
    assert_eq!(names, concealed);
}

#[test]
fn emit_takes_every_setting_that_many_machines_can_have_alike() {
    for name in ["kubernetes", "compose"] {
        let command = command();
        let emit = command.find_subcommand("emit").expect("a subcommand");
        let subcommand = emit.find_subcommand(name).expect("a subcommand");
        for setting in SETTINGS {
            let flag = setting.flag();
            let is_taken = subcommand.get_arguments().any(|arg| arg.get_id() == setting.name);
            assert_eq!(is_taken, !NOT_FOR_SHARDS.contains(&setting.name), "{name} --{flag}");
        }
    }
    match parsed(
        "t emit kubernetes --shards 8 --results-claim nfs.a --start-at 2026-12-01T11:00:00+01:00 --rate 5/s",
    ) {
        Ok(Task::Emit(args)) => {
            assert_eq!((args.shards, args.image.as_str(), args.output), (8, IMAGE, None));
            let (secret, results_claim) = ("trafficinator".to_owned(), Some("nfs.a".to_owned()));
            assert_eq!(args.platform, Platform::Kubernetes { name: None, secret, results_claim });
            let given: Vec<_> =
                args.settings.flags.iter().map(|(setting, text)| (setting.name, text.as_str())).collect();
            let start_at = ("TRAFFICINATOR_START_AT", "2026-12-01T11:00:00+01:00");
            assert_eq!(given, [("TRAFFICINATOR_RATE", "5/s"), start_at]);
        }
        other => panic!("{other:?}"),
    }
    match parsed("t emit compose --shards 8 -o -") {
        Ok(Task::Emit(args)) => assert_eq!(args.output, None, "standard output"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn completions_and_the_manual_are_asked_for_by_shell_and_folder() {
    assert!(matches!(parsed("t completions bash"), Ok(Task::Completions(Shell::Bash))));
    assert!(matches!(parsed("t completions powershell"), Ok(Task::Completions(Shell::Power))));
    assert!(matches!(parsed("t man"), Ok(Task::Man(ManTo::Stdout))));
    match parsed("t man pages") {
        Ok(Task::Man(to)) => assert_eq!(to, ManTo::Folder("pages".into())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_switch_may_have_a_value() {
    let expected = |value: &str| vec![("auto-start".to_owned(), value.to_owned())];
    assert_eq!(flags("t run --auto-start"), expected("true"));
    assert_eq!(flags("t run --auto-start=false"), expected("false"));
    assert_eq!(flags("t run --auto-start false"), expected("false"));
    assert_eq!(flags("t run --auto-start --seed 7").len(), 2);
}

#[test]
fn env_files_may_be_repeated() {
    let files = run_args("t run --env-file a.env --env-file=b.env").env_files;
    assert_eq!(files, ["a.env", "b.env"].map(std::path::PathBuf::from));
}

#[test]
fn thresholds_may_be_repeated() {
    let expected = [("threshold".to_owned(), "errors<1%,lag.p99<10ms,hits.late==0".to_owned())];
    assert_eq!(flags("t run --threshold errors<1%,lag.p99<10ms --threshold=hits.late==0"), expected);
    assert_eq!(exit_code("t run --stages 5/s@1m --stages 5/s@1m"), 2);
}

#[test]
fn an_empty_value_reaches_the_settings_which_refuse_it() {
    assert_eq!(flags("t run --seed="), [("seed".to_owned(), String::new())]);
}

#[test]
fn plan_demo_and_tracker_have_flags_of_their_own() {
    match parsed("t plan --visits 3 --format jsonl --seed 7") {
        Ok(Task::Plan(args)) => {
            assert_eq!(
                (args.visits, args.format, args.settings.flags.len()),
                (Some(3), PlanFormat::Jsonl, 1)
            );
        }
        other => panic!("{other:?}"),
    }
    match parsed("t demo --drop 1% --fail 0.5 --quiet --summary-json - --seed 9 --rate 60/m") {
        Ok(Task::Demo(args)) => {
            assert_eq!((Ok(args.drop), Ok(args.fail), args.quiet), ("1%".parse(), "50%".parse(), true));
            assert_eq!((args.visits, args.seed, args.rate), (200, Some(9), Rate::PerSecond(1.0)));
            assert_eq!(args.summary_json, Some(SummaryTo::Stdout));
            assert_eq!(args.profile, "ecommerce");
        }
        other => panic!("{other:?}"),
    }
    match parsed("t tracker --delay 5ms:90,200ms:10") {
        Ok(Task::Tracker(args)) => {
            assert_eq!(args.listen.to_string(), "127.0.0.1:8899");
            assert_eq!(Ok(args.delay), "5ms:90,200ms:10".parse());
            assert_eq!(args.site_timezone, "UTC");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_profile_is_shown_by_its_name_in_any_case() {
    for (name, text) in traffic::profile::BUILT_IN {
        for line in [format!("t profile show {name}"), format!("t profile show {}", name.to_uppercase())] {
            match parsed(&line) {
                Ok(Task::Profile(task)) => assert_eq!(task, ProfileTask::Show(text), "{line}"),
                other => panic!("{line}: {other:?}"),
            }
        }
    }
    assert!(matches!(parsed("t profile list"), Ok(Task::Profile(ProfileTask::List))));
    let error = parsed("t profile show ecomerce").expect_err("no such profile").to_string();
    assert!(error.contains("content, ecommerce, saas, classic"), "{error}");
    assert!(error.contains("a similar value exists: 'ecommerce'"), "{error}");
}

#[test]
fn usage_errors_exit_with_2_and_help_with_0() {
    for line in [
        "t",
        "t fly",
        "t run extra",
        "t run --no-such-flag",
        "t run --seed",
        "t run --seed 1 --seed 2",
        "t profile",
        "t profile show",
        "t profile show blog",
        "t profile list saas",
        "t plan --visits 0",
        "t plan --format xml",
        "t demo --drop 101%",
        "t demo --rate often",
        "t demo --matomo-url http://h/",
        "t tracker --listen nowhere",
        "t tracker --delay 5ms:x",
        "t emit",
        "t emit swarm --shards 2",
        "t emit compose",
        "t emit compose --shards 0",
        "t emit compose --shards 1001",
        "t emit compose --shards 2 --image ",
        "t emit compose --shards 2 --name a",
        "t emit kubernetes --shards 2 --name Run",
        "t emit kubernetes --shards 2 --name -run",
        "t emit kubernetes --shards 2 --name run-",
        "t emit kubernetes --shards 2 --name 7",
        "t emit kubernetes --shards 2 --secret a_b",
        "t emit kubernetes --shards 2 --results-claim a..b",
        "t completions",
        "t completions tcsh",
    ] {
        assert_eq!(exit_code(line), 2, "{line}");
    }
    for line in ["t --help", "t --version", "t run -h", "t run --help"] {
        assert_eq!(exit_code(line), 0, "{line}");
    }
}

#[test]
fn a_misspelt_flag_gets_a_suggestion() {
    let error = parsed("t run --pageview-min 3").expect_err("no such flag").to_string();
    assert!(error.contains("--pageviews-min"), "{error}");
}

#[test]
fn a_misspelt_token_flag_does_not_echo_the_token() {
    for line in ["t run --matomo-token-auht=GEHEIM", "t run --matomo-token-auht GEHEIM"] {
        let error = parsed(line).expect_err("no such flag").to_string();
        assert!(!error.contains("GEHEIM"), "{error}");
    }
}

#[test]
fn help_is_word_by_word_as_reviewed() {
    for (name, line) in [
        ("trafficinator", "trafficinator --help"),
        ("run_short", "trafficinator run -h"),
        ("run_long", "trafficinator run --help"),
        ("check_short", "trafficinator check -h"),
        ("plan_short", "trafficinator plan -h"),
        ("profile", "trafficinator profile --help"),
        ("profile_show", "trafficinator profile show --help"),
        ("tracker", "trafficinator tracker --help"),
        ("demo", "trafficinator demo --help"),
        ("capacity", "trafficinator capacity -h"),
        ("compare", "trafficinator compare --help"),
        ("merge", "trafficinator merge --help"),
        ("report", "trafficinator report --help"),
        ("health", "trafficinator health --help"),
        ("emit", "trafficinator emit --help"),
        ("emit_kubernetes_short", "trafficinator emit kubernetes -h"),
        ("emit_compose_short", "trafficinator emit compose -h"),
        ("completions", "trafficinator completions --help"),
        ("man", "trafficinator man --help"),
    ] {
        let help = command()
            .term_width(100)
            .try_get_matches_from(line.split(' '))
            .expect_err("help is an early exit")
            .to_string();
        insta::assert_snapshot!(name, help);
    }
}
