//! Writes texts so that every YAML reader gets back exactly them. What a manifest says besides is written as it is.

use std::fmt::Write as _;

/// A text in double quotes, on one line: never a number, a boolean, a date or null, whatever it looks like.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_shown(c) => out.push(c),
            c => {
                let code = u32::from(c);
                let _ =
                    if code > 0xFFFF { write!(out, "\\U{code:08X}") } else { write!(out, "\\u{code:04X}") };
            }
        }
    }
    out.push('"');
    out
}

/// The text of a file as the value of a key whose line is indented by so much: readable where that is exact, quoted
/// where it is not.
pub(crate) fn document(text: &str, depth: usize) -> String {
    if !is_block(text) {
        return format!(" {}\n", quoted(text));
    }
    let ends = match text {
        text if text.ends_with("\n\n") => "+",
        text if text.ends_with('\n') => "",
        _ => "-",
    };
    // With a number, a first line that begins with spaces cannot be taken for the indentation.
    let mut out = format!(" |2{ends}\n");
    for line in text.lines() {
        if !line.is_empty() {
            let _ = write!(out, "{:width$}{line}", "", width = depth + 2);
        }
        out.push('\n');
    }
    out
}

/// A text of any lines as comments: no line of it can be read as anything else.
pub(crate) fn comment(text: &str) -> String {
    let is_end = |c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let line = |line: &str| {
        let line: String =
            line.chars().map(|c| if is_shown(c) || c == '\t' { c } else { '\u{FFFD}' }).collect();
        format!("# {line}").trim_end().to_owned() + "\n"
    };
    text.trim_end_matches(is_end).split(is_end).map(line).collect()
}

/// Whether a block of lines gives the text back to the byte.
fn is_block(text: &str) -> bool {
    let is_plain = |line: &str| line.chars().all(|c| is_shown(c) || c == '\t');
    // A line of nothing but spaces may be taken for an empty one.
    let is_clear = |line: &str| line.is_empty() || (!line.starts_with('\t') && line.contains(|c| c != ' '));
    let is_begun = |text: &str| text.starts_with(|c| c != '\n');
    is_begun(text) && text.split('\n').all(|line| is_plain(line) && is_clear(line))
}

/// What YAML lets stand as it is, and no reader takes for the end of a line.
fn is_shown(c: char) -> bool {
    match c {
        '\u{FEFF}' | '\u{2028}' | '\u{2029}' => false,
        ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' => true,
        c => c >= '\u{10000}',
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use proptest::strategy::{Strategy as _, ValueTree as _};
    use proptest::test_runner::TestRunner;

    use super::*;

    #[test]
    fn what_looks_like_something_else_stays_a_text() {
        for text in ["", "no", "1e3", "2026-12-01", "~", "- a", "a: b", "#", "&a", "*a", "!x", "%", "@", "`"]
        {
            assert_eq!(quoted(text), format!("\"{text}\""));
        }
    }

    #[test]
    fn quotes_ends_of_lines_and_what_cannot_be_seen_are_escaped() {
        let text = "a\"b\\c\nd\te\rf\u{0}\u{7F}\u{85}\u{2028}\u{FEFF}ü\u{1F600}";
        assert_eq!(quoted(text), r#""a\"b\\c\nd\te\rf\u0000\u007F\u0085\u2028\uFEFFü😀""#);
    }

    #[test]
    fn a_file_is_readable_where_that_is_exact() {
        assert_eq!(document("  a\n\nb: |\n", 2), " |2\n      a\n\n    b: |\n");
        assert_eq!(document("a", 2), " |2-\n    a\n");
        assert_eq!(document("a\n\n\n", 2), " |2+\n    a\n\n\n");
        for text in ["", "\na\n", "a\r\n", "\ta\n", "a\u{7}\n", " \n", "a\n  \n", "\n"] {
            assert_eq!(document(text, 2), format!(" {}\n", quoted(text)));
        }
    }

    #[test]
    fn nothing_gets_out_of_a_comment() {
        let text = "a\nb\r\nc\u{85}d\u{2028}e\u{1b}[31m\n\nf\n";
        let comment = comment(text);
        assert!(comment.lines().all(|line| line.starts_with('#')), "{comment}");
        assert!(!comment.contains(['\r', '\u{85}', '\u{2028}', '\u{1b}']), "{comment}");
    }

    /// Another program's reader, told to take everything for what it looks like.
    fn read_back(yaml: &str) -> Vec<String> {
        let program = std::env::current_exe().unwrap();
        let target = program.ancestors().nth(3).unwrap();
        let python = target.join("manifests/bin/python");
        assert!(python.exists(), "the reader is missing: run `make tools`");
        let script = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin.buffer.read()), sys.stdout)";
        let mut child = Command::new(python)
            .args(["-B", "-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(yaml.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    #[test]
    fn every_text_comes_back_from_a_reader_to_the_byte() {
        let mut runner = TestRunner::deterministic();
        let texts = [
            "[ \n\t\r:#&*!|>'\"%@`{}\\[\\],?a0=<-]{0,14}",
            "[a \n]{0,8}\n{0,3}",
            "(?s).{0,20}",
            "[\u{0}-\u{a0}\u{2028}\u{2029}\u{feff}\u{fffd}-\u{10010}]{0,6}",
        ];
        let mut wanted: Vec<String> =
            ["yes", "no", "null", "~", "0o7", "1_000", "1:30", ".inf", "<<", "=", "---", "..."]
                .map(str::to_owned)
                .to_vec();
        for text in texts {
            let strategy = proptest::string::string_regex(text).unwrap();
            wanted.extend((0..500).map(|_| strategy.new_tree(&mut runner).unwrap().current()));
        }
        let lines = wanted.iter().map(|text| format!("- {}\n", quoted(text)));
        let documents = wanted.iter().map(|text| format!("-{}", document(text, 0)));
        let comments = wanted.iter().map(|text| comment(text));
        let yaml: String =
            lines.zip(comments).flat_map(|(line, comment)| [line, comment]).chain(documents).collect();
        let got = read_back(&yaml);
        let twice: Vec<&String> = wanted.iter().chain(&wanted).collect();
        assert_eq!(got.iter().collect::<Vec<_>>(), twice);
    }
}
