//! Unquoted dates: releases reject the value of one key in different ways, as text or by its type.

use super::NamespaceContext;
use super::keys::{host_key, root_key};
use crate::toml::Span;
use crate::toml::view::{Item, Node};

/// The date that is the value of a known key, at a place where a TOML parser rejects one: at its end, or behind it.
pub fn date_of_known_key<'a>(context: &NamespaceContext<'a>, at: &Span) -> Option<&'a Item> {
    let document = context.document?;
    let is_known = |path: &[&str]| match path {
        [key] => root_key(key).or(host_key(key)).is_some(),
        ["host", _, key] => host_key(key).is_some(),
        _ => false,
    };
    let items = document.root.walk().into_iter();
    items
        .filter(|(path, item)| matches!(item.node, Node::Datetime) && is_known(path))
        .map(|(_, item)| item)
        .find(|item| item.span.start <= at.end && at.start <= item.span.end)
}
