//! Explained errors as JSON.

use serde_json::{Value, json};

use super::Explained;
use super::draw::shown_url;
use super::tree::{Pull, Tried};

/// The whole document.
pub fn document(explained: &[Explained]) -> Value {
    let errors: Vec<Value> = explained.iter().map(one).collect();
    json!({ "version": 1, "known": !errors.is_empty(), "errors": errors })
}

fn one(explained: &Explained) -> Value {
    let Explained { read, others, tree } = explained;
    json!({
        "cause": read.cause.id,
        "what": read.cause.what,
        "phase": read.part.map(|part| part.word()),
        "image": read.image,
        "host": read.host,
        "url": read.url.as_deref().map(shown_url),
        "is_token_server": read.is_token_server,
        "status": read.status,
        "file": read.file,
        "others": others.word(),
        "others_text": others.words(),
        "look": read.cause.look,
        "pulls": match tree {
            Some(Tried::Pulls(pulls)) => pulls.iter().map(pull).collect(),
            _ => Value::Null,
        },
    })
}

fn pull(pull: &Pull) -> Value {
    json!({
        "releases": pull.releases,
        "endpoints": pull.hosts.as_ref().ok(),
        "named": pull.named,
        "error": pull.hosts.as_ref().err(),
    })
}
