//! Facts about one namespace, one config path or one node, each computed once, for rules.
//!
//! [`NamespaceContext`] is where to start: it has the document, what each release makes of it, and the facts that several
//! rules need (entries, URLs, headers, certificates), each computed on first use. [`TreeContext`] knows the names of a
//! config path, [`NodeContext`] a config.toml.
//!
//! May know: everything below, and no rule.

mod alternatives;
pub mod array_edit;
mod budget;
mod carrier;
mod context;
mod credentials;
pub mod dates;
mod elsewhere;
pub(crate) mod file_cache;
mod host_names;
pub mod host_tables;
pub mod http_headers;
pub mod http_tls;
mod key_docs;
pub mod keys;
pub mod lines;
mod load;
mod mirrors;
mod names;
pub(crate) mod node;
pub(crate) mod placeholders;
mod rule;
pub mod same_registry;
pub mod sections;
pub mod tls;
mod tree;
mod urls;
pub(crate) mod view;

pub use alternatives::resolver_left;
pub use budget::Budget;
pub use carrier::{Carrier, CarrierContext};
pub use context::{NamespaceContext, headers, mirrors, receives_pushes, written_urls};
pub use credentials::credentials_help;
pub use elsewhere::is_named_elsewhere;
pub use host_names::{HostFault, is_cluster_service};
pub use key_docs::{KEY_DOCS, KeyDoc, KeyShape};
pub use load::Loaded;
pub use mirrors::{
    Listed, Mirror, Owner, edits_without, in_environment, is_another_registry, is_public_namespace,
    list_without, listed, place_of,
};
pub use node::{Group, NodeContext};
pub use placeholders::{is_example_name, is_sample_path};
pub use rule::{Check, Rule};
pub use tree::TreeContext;
pub use urls::{Shape, WrittenUrl, is_proposable, setting};
pub use view::{Entry, FoundProblem, NamespaceView};
