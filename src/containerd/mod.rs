//! The model of containerd's treatment of a certs.d tree, and nothing else.
//!
//! [`load`] is a pure function from (release, files, registry host) to an [`Outcome`]; nothing in
//! this module opens a file or reads the clock. It is tested against outcomes recorded from
//! containerd itself, in `fixtures/conformance`.

pub mod directory;
pub mod endpoint;
pub mod error_text;
pub mod failures;
pub mod files;
mod glob;
pub mod hosts;
pub mod loader;
pub mod mirrors;
pub mod node;
pub mod problem;
pub mod reference;
pub mod release;
pub mod requests;
pub mod roots;

pub use endpoint::{Capabilities, Endpoint, Role, Tls};
pub use files::{DirEntry, FileError, Files};
pub use loader::{Directory, HostsToml, Outcome, Verdict, load, load_directory};
pub use problem::{Cause, Effect, Problem, TlsFile};
pub use reference::{Object, Reference, ReferenceError};
pub use release::{Release, Releases};
pub use requests::{Request, Requests, requests};
