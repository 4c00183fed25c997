//! The model and the rules, held to what containerd itself answered.
//!
//! `fixtures/conformance/*.jsonl` are recorded outcomes of containerd's own loader, for the last patch
//! release of every line that reads hosts.toml, and for the patch releases at which something changed. Every outcome of every case is compared: endpoints
//! (`loader`), requests (`plan`), the claims of the rules (`claims`), and what the daemon makes of its own config.toml (`node`).

mod claims;
mod errors;
mod live;
mod loader;
mod memory;
mod node;
mod plan;
mod vectors;
