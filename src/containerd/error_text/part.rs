//! The parts of a pull.

/// A part of a pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Reading the certs.d tree.
    Tree,
    /// Finding out what the tag refers to.
    Resolve,
    /// Fetching manifests and layers.
    Fetch,
    /// Unpacking the layers, and reading the image's config.
    Unpack,
    /// Pushing.
    Push,
}

impl Part {
    /// Its name for programs.
    pub fn word(self) -> &'static str {
        match self {
            Part::Tree => "tree",
            Part::Resolve => "resolve",
            Part::Fetch => "fetch",
            Part::Unpack => "unpack",
            Part::Push => "push",
        }
    }

    /// The part of the pull, as a phrase.
    pub fn words(self) -> &'static str {
        match self {
            Part::Tree => "reading the certs.d tree",
            Part::Resolve => "resolving the tag or digest",
            Part::Fetch => "fetching manifests and layers",
            Part::Unpack => "reading and unpacking the image",
            Part::Push => "pushing",
        }
    }
}
