//! A run's inventory of a namespace.

use std::collections::BTreeSet;

use crate::disk::{Deployment, Tree};
use crate::facts::NamespaceContext;
use crate::facts::tls::{certificate_files, entries};
use crate::finding::secrets::{without_queries, without_userinfo};
use crate::finding::{
    CertificateFacts, Inventory, NamespaceState, Scope, State, Use, UsedFile, User,
};

/// Adds one namespace: its state for each release, and the certificate files that its endpoints use.
pub(super) fn add(context: &NamespaceContext, scope: Scope, inventory: &mut Inventory) {
    if scope == Scope::All {
        let states = context.outcomes.iter();
        inventory.namespaces.push(NamespaceState {
            path: shown(context.tree, context.directory),
            namespace: context.name().to_owned(),
            states: states
                .map(|(release, outcome)| (*release, State::of(outcome)))
                .collect(),
        });
    }
    let entries = entries(context);
    for file in certificate_files(context) {
        let key = context.tree.shown_node_path(&file.path);
        let known = inventory.files.entry(key).or_insert_with(|| UsedFile {
            path: shown(context.tree, &file.path),
            certificates: file
                .certificates()
                .iter()
                .map(CertificateFacts::of)
                .collect(),
            users: Vec::new(),
        });
        let mut users = BTreeSet::new();
        let authorities = file.ca.iter().map(|(index, _)| (index, Use::Ca));
        let clients = file.client.iter().map(|(index, _)| (index, Use::Client));
        for (index, role) in authorities.chain(clients) {
            let Some(entry) = entries.get(*index) else {
                continue;
            };
            users.insert(User {
                namespace: context.name().to_owned(),
                endpoint: without_secrets(context, &entry.name),
                role,
            });
        }
        known.users.extend(users);
    }
}

/// A path of the node: as it is there, or as the user knows it where the tree is for nodes elsewhere.
fn shown(tree: &Tree, path: &str) -> String {
    match tree.deployment {
        Deployment::Sysroot(_) | Deployment::InPlace => path.to_owned(),
        Deployment::Elsewhere => tree.shown_node_path(path),
    }
}

/// An endpoint as written, without its user, password and query, and without other secrets of the file.
fn without_secrets(context: &NamespaceContext, endpoint: &str) -> String {
    let endpoint = without_queries(&without_userinfo(endpoint));
    match context.source {
        Some(source) => source.secrets().hidden_in(&endpoint).into_owned(),
        None => endpoint,
    }
}
