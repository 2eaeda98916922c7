//! Finds the line of a key in the text of a profile.

use toml::de::{DeTable, DeValue};

/// The line, from 1, of the value that a key such as `campaigns[2].weight` names, or of what comes closest.
pub(super) fn line(text: &str, key: &str) -> usize {
    let Ok(table) = DeTable::parse(text) else { return 1 };
    let (mut table, mut found) = (table.get_ref(), 0);
    for part in key.split('.') {
        let (name, index) = part.trim_end_matches(']').split_once('[').unwrap_or((part, ""));
        let Some((spanned, value)) = table.get_key_value(name) else { break };
        found = spanned.span().start;
        table = match value.get_ref() {
            DeValue::Table(inner) => inner,
            DeValue::Array(values) => {
                let entry = index.parse().ok().and_then(|index: usize| values.get(index));
                let Some(entry) = entry else { break };
                found = entry.span().start;
                let DeValue::Table(inner) = entry.get_ref() else { break };
                inner
            }
            _ => break,
        };
    }
    of_offset(text, found)
}

/// The line, from 1, of a place in bytes.
pub(super) fn of_offset(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::super::{BUILT_IN, Profile};

    #[test]
    fn every_value_that_cannot_be_is_told_with_its_line() {
        let text = BUILT_IN[1]
            .1
            .replace("returning = 0.20", "returning = 2")
            .replace("phone = { share = 64, bounce = 1.10,", "phone = { share = 64, bounce = -1,");
        let text = text.replace("name = \"Brand\"", "name = \"\"");
        let line = |part: &str| 1 + text.lines().position(|line| line.starts_with(part)).expect("a line");
        let problems: Vec<String> =
            Profile::parse(&text).expect_err("three problems").iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                format!("line {}: visitors.returning = 2 is not accepted; give 0 to 0.95", line("returning")),
                format!(
                    "line {}: devices.phone.bounce = -1 is not accepted; give 0.01 to 100",
                    line("phone")
                ),
                format!("line {}: campaigns[2].name is empty; give the campaign a name", line("name = \"\"")),
            ]
        );
    }

    #[test]
    fn a_key_nobody_knows_is_told_with_its_line() {
        let text = BUILT_IN[1].1.replace("logged_in =", "loged_in =");
        let problems = Profile::parse(&text).expect_err("an unknown key");
        assert!(problems[0].message.contains("unknown field `loged_in`"), "{problems:?}");
        assert!(problems[0].line > 20, "{problems:?}");
    }
}
