//! Why a step failed.

use std::fmt;

use crate::containerd::failures::Reply;

/// Why a request has no response, or none that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Its meaning for containerd; `None` if containerd might get another result than this program.
    pub reply: Option<Reply>,
    /// In words, for people.
    pub text: String,
}

impl Trouble {
    /// A failure that containerd has as well.
    pub fn new(reply: Reply, text: impl Into<String>) -> Trouble {
        Trouble {
            reply: Some(reply),
            text: text.into(),
        }
    }

    /// A failure that containerd may or may not have.
    pub fn not_known(text: impl Into<String>) -> Trouble {
        Trouble {
            reply: None,
            text: text.into(),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
