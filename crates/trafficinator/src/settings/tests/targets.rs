//! The target's URL, and secrets that must never show.

use std::ffi::OsString;

use proptest::prelude::*;

use super::{Given, from_environment, load_given};
use crate::cli;
use crate::settings::conceal::conceal_secrets;
use crate::settings::tracking_url::{TrackingUrl, redact};

fn url(text: &str) -> TrackingUrl {
    TrackingUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn a_base_url_or_sub_folder_gets_the_tracking_endpoint() {
    for (text, endpoint, base) in [
        ("http://h", "http://h/matomo.php", "http://h/"),
        ("https://h:8443/", "https://h:8443/matomo.php", "https://h:8443/"),
        ("https://h/stats", "https://h/stats/matomo.php", "https://h/stats/"),
        ("https://h/stats//", "https://h/stats/matomo.php", "https://h/stats/"),
        ("https://h/a/b/matomo.php", "https://h/a/b/matomo.php", "https://h/a/b/"),
        ("https://h/piwik.php", "https://h/piwik.php", "https://h/"),
        ("HTTPS://H/mymatomo.php", "https://h/mymatomo.php/matomo.php", "https://h/mymatomo.php/"),
        ("http://[::1]:80/", "http://[::1]/matomo.php", "http://[::1]/"),
    ] {
        let url = url(text);
        assert_eq!(url.endpoint().as_str(), endpoint, "{text}");
        assert_eq!(url.base().as_str(), base, "{text}");
        assert_eq!(url.to_string(), endpoint, "{text}");
    }
}

#[test]
fn credentials_in_the_url_are_kept_apart_and_never_displayed() {
    let url = url("https://us%40er:ge%25heim@h/x");
    let auth = url.basic_auth().expect("credentials");
    assert_eq!((auth.user.reveal(), auth.password.reveal()), ("us@er", "ge%heim"));
    assert_eq!(url.endpoint().as_str(), "https://h/x/matomo.php");
    assert_eq!(url.to_string(), "https://***@h/x/matomo.php");
    assert_eq!(
        format!("{url:?} {auth:?}"),
        "\"https://***@h/x/matomo.php\" BasicAuth { user: ***, password: *** }"
    );
}

#[test]
fn loopback_is_this_machine_only() {
    for text in ["http://localhost", "http://a.localhost/", "http://127.9.9.9", "http://[::1]:8899/"] {
        assert!(url(text).is_loopback(), "{text}");
    }
    for text in ["http://localhost.example.org", "http://10.0.0.1", "http://matomo"] {
        assert!(!url(text).is_loopback(), "{text}");
    }
}

/// Secrets without characters that other parts of a message have anyway.
fn secret() -> impl Strategy<Value = String> {
    "QJX[a-zA-Z0-9:@/?#%&=+ ]{0,12}XJQ"
}

proptest! {
    /// Whatever is wrong elsewhere, and in whichever source: a token shows nowhere.
    #[test]
    fn a_token_never_shows(token in secret(), place in 0..4, broken in any::<bool>()) {
        let pair = [("MATOMO_TOKEN_AUTH", token.as_str())];
        let line = format!("MATOMO_TOKEN_AUTH='{token}'\n{token}\n");
        let key = format!("matomo_token_auth = {token:?}\n");
        let mut given = Given::default();
        match place {
            0 => given.flags = &pair,
            1 => given.environment = &pair,
            2 => given.env_file = Some(&line),
            _ => given.scenario = Some(&key),
        }
        let bad = [("CONCURRENCY", "0")];
        if broken && place != 1 {
            given.environment = &bad;
        }
        let printed = match load_given(&given) {
            Ok(loaded) => format!("{loaded:?} {:?}", loaded.settings.describe()),
            Err(refused) => format!("{refused:?} {refused}"),
        };
        prop_assert!(!printed.to_lowercase().contains("qjx"), "{printed}");
    }

    /// Any text in place of a URL: what stands before an @ or after a ? does not show.
    #[test]
    fn credentials_of_a_url_never_show(
        scheme in "(https?://|https?:/|ftp://|//|)",
        password in "QJX[a-zA-Z0-9:@?#%&=+ /]{0,12}XJQ",
        rest in "(host/?|host:99999|\\[::|)",
        query in "(|\\?token_auth=QJX|#QJX)",
    ) {
        let text = format!("{scheme}user:{password}@{rest}{query}");
        prop_assert!(!redact(&text).to_lowercase().contains("qjx"), "{}", redact(&text));
        let pair = [("MATOMO_URL", text.as_str())];
        for given in [
            Given { flags: &pair, ..Given::default() },
            Given { environment: &pair, ..Given::default() },
        ] {
            let printed = match load_given(&given) {
                Ok(loaded) => format!("{loaded:?} {:?}", loaded.settings.describe()),
                Err(refused) => format!("{refused:?} {refused}"),
            };
            prop_assert!(!printed.to_lowercase().contains("qjx"), "{printed}");
        }
    }
}

#[test]
fn an_at_sign_in_the_path_is_no_secret() {
    for (text, shown) in [
        ("http://127.0.0.1:18900/@me/sitemap.xml", "http://127.0.0.1:18900/@me/sitemap.xml"),
        ("https://h/@me/?key=QJX", "https://h/@me/?***"),
        ("https://h/@me/?key=QJX@x", "https://***@x"),
        // The beginning of a password may look like a port.
        ("https://user:12/34@h/", "https://***@h/"),
        ("https://u:p@h/", "https://***@h/"),
        ("https://u:p@h/@me/", "https://***@me/"),
        ("https://u:pa/ss@h/", "https://***@h/"),
        ("u:p@h", "***@h"),
    ] {
        assert_eq!(redact(text), shown, "{text}");
    }
    assert_eq!(concealed("t run --sitemap https://h/@me/map.xml"), None);
    let given = Given { scenario: Some("matomo_url = 'https://h/@me/'\n"), ..Given::default() };
    assert_eq!(load_given(&given).expect("settings").settings.targets[0].name, "h");
    assert!(crate::settings::scenario_file::private("matomo_url = 'https://h/@me/'\n").is_empty());
}

#[test]
fn what_was_read_from_the_command_line_does_not_print_its_secrets() {
    let args =
        ["trafficinator", "run", "--matomo-token-auth", "SECRET", "--matomo-url", "http://u:SECRET@h/"];
    let task = cli::parse(args.map(OsString::from)).expect("parses");
    let printed = format!("{task:?}");
    assert!(!printed.contains("SECRET"), "{printed}");
}

/// Runs `conceal_secrets` on a line of arguments: what is left, and the variables.
fn concealed(line: &str) -> Option<(String, Vec<(String, String)>)> {
    let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
    let (args, variables) = conceal_secrets(&args)?;
    let args: Vec<String> = args.into_iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    Some((args.join(" "), variables))
}

fn pairs(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn secrets_move_from_the_command_line_to_the_environment() {
    let token = &[("MATOMO_TOKEN_AUTH", "T"), ("MATOMO_TOKEN_AUTH_FILE", "")];
    assert_eq!(
        concealed("t run --matomo-token-auth T --quiet"),
        Some(("t run --quiet".to_owned(), pairs(token)))
    );
    assert_eq!(
        concealed("t check --seed 7 --matomo-token-auth=T --matomo-url http://h/"),
        Some(("t check --seed 7 --matomo-url=http://h/".to_owned(), pairs(token)))
    );
    assert_eq!(
        concealed("t plan --matomo-url=http://u:p@h/ --matomo-token-auth-file f"),
        Some(("t plan --matomo-token-auth-file f".to_owned(), pairs(&[("MATOMO_URL", "http://u:p@h/")])))
    );
}

#[test]
fn without_secrets_or_with_wrong_arguments_nothing_moves() {
    for line in [
        "t",
        "t demo --matomo-token-auth T",
        "t run --matomo-url http://h/ --quiet",
        "t run --matomo-token-auth",
        "t run --matomo-token-auth --quiet",
        "t run --matomo-token-auth=",
        "t run --matomo-token-auth A --matomo-token-auth B",
        "t run --matomo-token-auth A --matomo-token-auth-file f",
        "t run -- --matomo-token-auth A",
    ] {
        assert_eq!(concealed(line), None, "{line}");
    }
}

#[test]
fn the_credentials_of_a_sitemap_leave_the_command_line_and_paths_stay() {
    let (kept, variables) = concealed("t plan --sitemap https://u:p@h/map.xml --quiet").expect("a secret");
    assert_eq!(kept, "t plan --quiet");
    let expected = [("TRAFFICINATOR_SITEMAP", "https://u:p@h/map.xml"), ("URLS_FILE", "")];
    assert_eq!(variables, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(concealed("t run --sitemap maps/a@b.xml"), None);
    // Two flags for the same are an error that the parser reports.
    assert_eq!(concealed("t run --sitemap https://u:p@h/ --urls-file a.txt"), None);
}

#[test]
fn a_concealed_token_still_wins_over_a_token_file() {
    let (_, variables) = concealed("t run --matomo-token-auth FLAG").expect("a secret");
    // The variables replace those that are there.
    let environment: Vec<(&str, &str)> =
        variables.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let token = from_environment(&environment).targets[0].token.clone().expect("a token");
    assert_eq!(token.reveal(), "FLAG");
}
