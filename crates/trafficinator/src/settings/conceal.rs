//! Takes secrets off the command line: anyone on the machine can read it in the process list.

use std::ffi::{OsStr, OsString};

use super::tracking_url::redact;

/// The commands that take settings.
pub(crate) const COMMANDS: [&str; 5] = ["run", "check", "plan", "capacity", "emit"];

/// The arguments to start again with, and the variables to set.
pub(crate) type Concealed = (Vec<OsString>, Vec<(String, String)>);

/// The arguments without secrets, and the environment variables to set instead, for the program to start
/// itself again at once. `args` begins with the program's name, as `std::env::args_os` has it.
///
/// `None` when there is nothing to conceal, or when the arguments are wrong in a way that the parser
/// should report (a flag twice, without a value, or together with its rival).
pub(crate) fn conceal_secrets(args: &[OsString]) -> Option<Concealed> {
    if !COMMANDS.iter().any(|command| args.get(1).is_some_and(|arg| arg == command)) {
        return None;
    }
    let mut kept = Vec::new();
    let (mut token, mut url, mut sitemap) = (None, None, None);
    let (mut token_file, mut urls_file) = (false, false);
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let (flag, value) = split_flag(arg);
        let place = match flag {
            "--" => {
                kept.push(arg.clone());
                kept.extend(rest.cloned());
                break;
            }
            "--matomo-token-auth" => &mut token,
            "--matomo-url" => &mut url,
            "--sitemap" => &mut sitemap,
            _ => {
                token_file |= flag == "--matomo-token-auth-file";
                urls_file |= flag == "--urls-file";
                kept.push(arg.clone());
                continue;
            }
        };
        let value = match value {
            Some(value) => value,
            None => rest.next()?.to_str().filter(|value| !value.starts_with('-'))?,
        };
        if value.trim().is_empty() || place.replace(value.to_owned()).is_some() {
            return None;
        }
    }

    if (token.is_some() && token_file) || (sitemap.is_some() && urls_file) {
        return None;
    }

    let mut variables = Vec::new();
    match url {
        Some(url) if redact(&url) != url => variables.push(("MATOMO_URL".to_owned(), url)),
        Some(url) => kept.push(format!("--matomo-url={url}").into()),
        None => {}
    }
    match sitemap {
        // A path may well hold an @.
        Some(place) if place.contains("://") && redact(&place) != place => {
            variables.push(("TRAFFICINATOR_SITEMAP".to_owned(), place));
            variables.push(("URLS_FILE".to_owned(), String::new()));
        }
        Some(place) => kept.push(format!("--sitemap={place}").into()),
        None => {}
    }
    if let Some(token) = token {
        variables.push(("MATOMO_TOKEN_AUTH".to_owned(), token));
        // The flag won over this variable; at one level they would be an error.
        variables.push(("MATOMO_TOKEN_AUTH_FILE".to_owned(), String::new()));
    }
    (!variables.is_empty()).then_some((kept, variables))
}

/// `--flag=value` in two; an argument that is not Unicode is no flag of ours.
fn split_flag(arg: &OsStr) -> (&str, Option<&str>) {
    let text = arg.to_str().unwrap_or_default();
    match text.split_once('=') {
        Some((flag, value)) => (flag, Some(value)),
        None => (text, None),
    }
}
