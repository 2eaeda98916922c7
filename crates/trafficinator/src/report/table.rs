//! Tables, before it is known what they are written in.

/// A table: a heading a column, and rows whose first cell says what they are about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
}

/// What stands above a column, and how its cells are set.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    /// Words.
    Words(String),
    /// Words of any length, which may be broken anywhere.
    Long(String),
    /// Numbers, at the right.
    Numbers(String),
}

/// A row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) tone: Tone,
    pub(crate) cells: Vec<Cell>,
}

/// How a row is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    /// It is a part of the row above.
    Part,
    /// It is why something is not well.
    Bad,
}

/// What stands in a cell, not escaped for anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Text(String),
    /// Shown as it was given.
    Code(String),
}

impl Column {
    pub(crate) fn words(name: &str) -> Column {
        Column::Words(name.to_owned())
    }

    pub(crate) fn long(name: &str) -> Column {
        Column::Long(name.to_owned())
    }

    pub(crate) fn numbers(name: &str) -> Column {
        Column::Numbers(name.to_owned())
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Column::Words(name) | Column::Long(name) | Column::Numbers(name) => name,
        }
    }
}

impl Row {
    /// A row of texts.
    pub(crate) fn new<T: Into<Cell>>(tone: Tone, cells: impl IntoIterator<Item = T>) -> Row {
        Row { tone, cells: cells.into_iter().map(Into::into).collect() }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}
