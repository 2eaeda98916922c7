//! Reads an env-file in docker's format: `NAME=VALUE` lines, comments, optional `export` and quotes.

/// One assignment, with its line number from 1. `value` may be empty.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The lines that assign, and for each line that cannot be read its number and what is wrong with it.
/// Messages never repeat the line, which may hold a secret.
pub(crate) fn parse(text: &str) -> (Vec<Line>, Vec<(usize, String)>) {
    let mut lines = Vec::new();
    let mut malformed = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match parse_assignment(line) {
            Ok((name, value)) => lines.push(Line { number, name: name.to_owned(), value: value.to_owned() }),
            Err(message) => malformed.push((number, message.to_owned())),
        }
    }
    (lines, malformed)
}

fn parse_assignment(line: &str) -> Result<(&str, &str), &'static str> {
    let line = match line.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        _ => line,
    };
    let (name, value) = line.split_once('=').ok_or("a line must read NAME=VALUE")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    if name.is_empty() || !name.bytes().all(plain) || name.as_bytes()[0].is_ascii_digit() {
        return Err("a name before the = must consist of letters, digits and underscores, without spaces");
    }
    Ok((name, unquoted(value.trim())?))
}

/// Quotes around the whole value go; a comment may follow them. Without quotes `#` is part of the value,
/// as docker has it.
fn unquoted(value: &str) -> Result<&str, &'static str> {
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return Ok(value);
    };
    let (inside, after) = value[1..].split_once(quote).ok_or("a quote is not closed")?;
    let after = after.trim_start();
    if after.is_empty() || after.starts_with('#') {
        Ok(inside)
    } else {
        Err("something follows the closing quote")
    }
}
