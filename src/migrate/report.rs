//! The remarks about a migration besides the written files.

/// How much a remark weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// It is not carried over: without work by hand, something is lost.
    Lost,
    /// It is carried over as it was, and gives something away or never worked.
    Doubtful,
    /// Nothing is lost; good to know.
    Fine,
}

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Remark {
    /// How much it weighs.
    pub weight: Weight,
    /// The line of the source that it is about.
    pub line: Option<usize>,
    /// Its subject: a table, an endpoint, a registry.
    pub about: String,
    /// The message, without a full stop.
    pub message: String,
    /// The remedy, likewise.
    pub help: Option<String>,
}

impl Remark {
    /// A remark without a place.
    pub fn new(weight: Weight, about: impl Into<String>, message: impl Into<String>) -> Remark {
        Remark {
            weight,
            line: None,
            about: about.into(),
            message: message.into(),
            help: None,
        }
    }

    /// With the line of the source.
    pub fn line(mut self, line: Option<usize>) -> Remark {
        self.line = line;
        self
    }

    /// With what to do.
    pub fn help(mut self, help: impl Into<String>) -> Remark {
        self.help = Some(help.into());
        self
    }
}

/// Why a source cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError {
    /// From 1.
    pub line: Option<usize>,
    /// From 1, in characters.
    pub column: Option<usize>,
    /// The message.
    pub message: String,
    /// The remedy.
    pub help: Option<String>,
}

impl SourceError {
    /// An error somewhere in the source.
    pub fn new(message: impl Into<String>) -> SourceError {
        SourceError {
            line: None,
            column: None,
            message: message.into(),
            help: None,
        }
    }

    /// An error on a line.
    pub fn at(line: impl Into<Option<usize>>, message: impl Into<String>) -> SourceError {
        SourceError {
            line: line.into(),
            ..SourceError::new(message)
        }
    }

    /// With the column.
    pub fn column(mut self, column: usize) -> SourceError {
        self.column = Some(column);
        self
    }

    /// With what to do.
    pub fn help(mut self, help: impl Into<String>) -> SourceError {
        self.help = Some(help.into());
        self
    }
}
