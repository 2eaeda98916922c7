//! Makes texts harmless where they are shown: settings and servers may have put anything into them.

use std::fmt::Write as _;

/// For text and quoted attributes of HTML.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in visible(text) {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            char => out.push(char),
        }
    }
    out
}

/// For JSON between the tags of a script: no tag can end or begin in it.
pub(crate) fn json_in_html(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for char in json.chars() {
        match char {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _infallible = write!(out, "\\u{:04x}", char as u32);
            }
            char => out.push(char),
        }
    }
    out
}

/// For a line of markdown, or a cell of one of its tables.
pub(crate) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in visible(text) {
        match char {
            '\n' | '\t' => out.push(' '),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => {
                out.push('\\');
                out.push(char);
            }
            char => out.push(char),
        }
    }
    out
}

/// A text as code in a line of markdown, or in a cell of a table, where nothing in it has a meaning.
pub(crate) fn markdown_code(text: &str) -> String {
    let line: String =
        visible(text).map(|char| if matches!(char, '\n' | '\t') { ' ' } else { char }).collect();
    if line.trim().is_empty() {
        return String::new();
    }
    let ticks = "`".repeat(longest_run(&line, '`') + 1);
    // Tables end cells at bars, even in code; and spaces keep ticks at an end from joining those around.
    let line = line.replace('|', "\\|");
    let space = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{ticks}{space}{line}{space}{ticks}")
}

/// A text as a block of code in markdown.
pub(crate) fn markdown_block(text: &str) -> String {
    let text: String = visible(text).collect();
    let ticks = "`".repeat(longest_run(&text, '`').max(2) + 1);
    format!("{ticks}\n{text}\n{ticks}\n")
}

/// A text for a cell of a spreadsheet: what looks like a formula is no formula.
pub(crate) fn spreadsheet(text: &str) -> String {
    let text: String = visible(text).collect();
    if text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '\t', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
    {
        format!("'{text}")
    } else {
        text
    }
}

/// Without characters that cannot be seen and change how others are: controls, and marks that turn the direction.
fn visible(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|char| match char {
        '\n' | '\t' => char,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        char if char.is_control() => '\u{fffd}',
        char => char,
    })
}

fn longest_run(text: &str, wanted: char) -> usize {
    text.split(|char| char != wanted).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_makes_a_tag_or_ends_an_attribute(text in any::<String>()) {
            let escaped = html(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']), "{}", escaped);
        }

        #[test]
        fn json_in_a_page_is_the_same_json(text in any::<String>()) {
            let escaped = json_in_html(&serde_json::to_string(&text).unwrap());
            prop_assert!(!escaped.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{}", escaped);
            prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }

        #[test]
        fn no_text_ends_a_cell_or_a_line_of_markdown(text in any::<String>()) {
            for escaped in [markdown(&text), markdown_code(&text)] {
                prop_assert!(!escaped.contains('\n'), "{}", escaped);
                let cells = escaped.replace("\\|", "");
                prop_assert!(!cells.contains('|'), "{}", escaped);
            }
        }

        #[test]
        fn no_text_closes_its_own_code(text in "[a`\n]{0,12}") {
            let block = markdown_block(&text);
            let ticks = block.split('\n').next().unwrap();
            prop_assert_eq!(block.matches(ticks).count(), 2, "{}", block);
        }
    }

    #[test]
    fn formulas_are_texts() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1"] {
            assert_eq!(spreadsheet(formula), format!("'{formula}"));
        }
        assert_eq!(spreadsheet("error_http_500"), "error_http_500");
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(html("a\u{202e}b\u{1b}[31m\0"), "a\u{fffd}b\u{fffd}[31m\u{fffd}");
    }

    #[test]
    fn code_of_a_table_holds_ticks_and_bars() {
        assert_eq!(markdown_code("a|b`c"), "``a\\|b`c``");
        assert_eq!(markdown_code("`"), "`` ` ``");
        assert_eq!(markdown_code(""), "");
    }
}
