//! A rule is a value. Its doc comment is its documentation.

use std::ops::Deref;

use super::carrier::CarrierContext;
use super::context::NamespaceContext;
use super::node::NodeContext;
use super::tree::TreeContext;
use crate::finding::{Finding, Meta};

/// How a rule looks.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// At one directory of a config path, its hosts.toml and its certificate files. The names of the other directories
    /// are known there too ([`NamespaceView::whole`](super::NamespaceView::whole)); what is in them is not.
    Namespace(fn(&NamespaceContext, &mut Vec<Finding>)),
    /// At a config path as a whole: at the names in it.
    Tree(fn(&TreeContext, &mut Vec<Finding>)),
    /// At a config.toml, with what it imports.
    Node(fn(&NodeContext, &mut Vec<Finding>)),
    /// At a file that contains texts of configuration: at what is wrong with it itself.
    Carrier(fn(&CarrierContext, &mut Vec<Finding>)),
    /// At one directory after the other, and then at what it found in all of them, in the order of the directories: to say
    /// once what was found several times, and what belongs to none of them.
    Both(
        fn(&NamespaceContext, &mut Vec<Finding>),
        fn(&TreeContext, &mut Vec<Finding>),
    ),
    /// Not by itself: the engine finds it while it applies suppressions.
    Engine,
}

/// A rule of the catalogue: what is known of it, and how it looks.
#[derive(Debug)]
pub struct Rule {
    /// Its metadata.
    pub meta: Meta,
    /// How it looks.
    pub check: Check,
}

impl Deref for Rule {
    type Target = Meta;

    fn deref(&self) -> &Meta {
        &self.meta
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        self.meta == other.meta
    }
}

impl Eq for Rule {}

/// Defines a rule as a static named `RULE`; its doc comment becomes [`Meta::docs`].
#[macro_export]
macro_rules! rule {
    (
        $(#[doc = $doc:literal])*
        name: $name:literal,
        category: $category:ident,
        severity: $severity:ident,
        consequence: $consequence:ident,
        releases: $releases:literal,
        fix: $fix:ident,
        $(security_severity: $security:literal,)?
        $(on: $on:literal,)?
        check: $check:expr $(,)?
    ) => {
        $(#[doc = $doc])*
        pub(crate) static RULE: $crate::facts::Rule = $crate::facts::Rule {
            meta: $crate::finding::Meta {
            name: $name,
            category: $crate::finding::Category::$category,
            severity: $crate::finding::Severity::$severity,
            consequence: $crate::finding::Consequence::$consequence,
            releases: $releases,
            fix: $crate::finding::FixKind::$fix,
            security_severity: $crate::rule!(@optional $($security)?),
            on: $crate::rule!(@on $($on)?),
            docs: concat!($($doc, "\n"),*),
            },
            check: $check,
        };
    };
    (@optional) => { None };
    (@optional $value:literal) => { Some($value) };
    (@on) => { true };
    (@on $value:literal) => { $value };
}
