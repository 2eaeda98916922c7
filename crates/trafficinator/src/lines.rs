//! Finds the line of a place in a text, however often it is asked.

/// Where the lines of a text end.
pub(crate) struct Ends(Vec<usize>);

impl Ends {
    /// Of a text.
    pub(crate) fn of(text: &str) -> Ends {
        Ends(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    /// The lines between them.
    pub(crate) fn lines(&self) -> Lines<'_> {
        Lines(&self.0)
    }
}

/// The lines of a text.
#[derive(Clone, Copy)]
pub(crate) struct Lines<'a>(&'a [usize]);

impl Lines<'_> {
    /// The line, from 1, of a place in bytes.
    pub(crate) fn of(self, offset: usize) -> usize {
        1 + self.0.partition_point(|end| *end < offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_to_its_end_and_the_next_begins_behind_that() {
        let ends = Ends::of("one\n\nthree\nfour");
        let lines = [0, 3, 4, 5, 10, 11, 99].map(|offset| ends.lines().of(offset));
        assert_eq!(lines, [1, 1, 2, 3, 3, 4, 4]);
        assert_eq!(Ends::of("").lines().of(0), 1);
    }
}
