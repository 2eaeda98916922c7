//! What stories are written on: text as wide as the screen, with emphasis where it shows.

use std::io;

use super::Environment;

/// No line is longer, however wide the screen is.
const WIDEST: usize = 100;

/// No line is broken before, however narrow the screen is.
const NARROWEST: usize = 40;

/// Where text goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paper {
    /// Columns.
    pub(super) width: usize,
    pub(super) ink: Ink,
}

/// Whether emphasis shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    /// Escape sequences of terminals.
    Terminal,
}

impl Paper {
    /// Standard output.
    pub(super) fn of_stdout(environment: &Environment) -> Paper {
        let screen = terminal_size::terminal_size_of(io::stdout());
        Paper::on(screen.map(|(width, _)| usize::from(width.0)), environment)
    }

    /// A screen of so many columns, or none: a file of whose reader nothing is known. `NO_COLOR` is honoured.
    fn on(screen: Option<usize>, environment: &Environment) -> Paper {
        let given = |name: &str| environment.get(name).map_or("", String::as_str);
        let is_plain = screen.is_none() || !given("NO_COLOR").is_empty() || given("TERM") == "dumb";
        let ink = if is_plain { Ink::Plain } else { Ink::Terminal };
        Paper { width: screen.unwrap_or(WIDEST).clamp(NARROWEST, WIDEST), ink }
    }

    /// What is to be seen first.
    pub(super) fn strong(&self, text: &str) -> String {
        match self.ink {
            Ink::Plain => text.to_owned(),
            Ink::Terminal => format!("\x1b[1m{text}\x1b[0m"),
        }
    }

    /// Words in lines: the first one after `first`, the others after `rest`. Ends with a line break.
    pub(super) fn paragraph(&self, first: &str, rest: &str, text: &str) -> String {
        let mut lines = vec![first.to_owned()];
        let mut width = length(first);
        let mut is_begun = false;
        for word in text.split_whitespace() {
            if is_begun && width + 1 + length(word) > self.width {
                lines.push(rest.to_owned());
                width = length(rest);
                is_begun = false;
            }
            let line = lines.last_mut().expect("there is a first line");
            if is_begun {
                line.push(' ');
                width += 1;
            }
            line.push_str(word);
            width += length(word);
            is_begun = true;
        }
        let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
        lines.join("\n") + "\n"
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Paper = Paper { width: 40, ink: Ink::Plain };

    #[test]
    fn lines_are_broken_between_words_and_hang() {
        let text = "a returning visitor from Köln, Germany, came from a newsletter and left";
        let lines = PLAIN.paragraph("1: ", "   ", text);
        assert_eq!(
            lines,
            "1: a returning visitor from Köln,\n   Germany, came from a newsletter and\n   left\n"
        );
        assert!(lines.lines().all(|line| length(line) <= PLAIN.width));
    }

    #[test]
    fn a_word_that_is_too_long_has_a_line_of_its_own() {
        let long = "https://shop.example.com/a/very/long/address/indeed";
        assert_eq!(
            PLAIN.paragraph("", "  ", &format!("see {long} there")),
            format!("see\n  {long}\n  there\n")
        );
    }

    #[test]
    fn emphasis_is_for_terminals() {
        assert_eq!(PLAIN.strong("a"), "a");
        assert_eq!(Paper { ink: Ink::Terminal, ..PLAIN }.strong("a"), "\x1b[1ma\x1b[0m");
    }

    #[test]
    fn only_a_terminal_has_emphasis_and_only_where_nobody_objects() {
        let paper = |screen, name: &str, value: &str| {
            let Paper { width, ink } = Paper::on(screen, &[(name.to_owned(), value.to_owned())].into());
            (width, ink)
        };
        assert_eq!(paper(None, "TERM", "xterm"), (100, Ink::Plain));
        assert_eq!(paper(Some(80), "TERM", "xterm"), (80, Ink::Terminal));
        assert_eq!(paper(Some(240), "NO_COLOR", ""), (100, Ink::Terminal));
        assert_eq!(paper(Some(80), "NO_COLOR", "1"), (80, Ink::Plain));
        assert_eq!(paper(Some(10), "TERM", "dumb"), (40, Ink::Plain));
    }
}
