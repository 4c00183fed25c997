//! The model and the rules, held to what containerd itself answered.
//!
//! `fixtures/conformance/*.jsonl` are recorded outcomes of containerd's own loader, for the last patch
//! release of every line that reads hosts.toml. Every outcome of every case is compared: endpoints
//! (`loader`), requests (`plan`) and the claims of the rules (`claims`).

mod claims;
mod loader;
mod memory;
mod plan;
mod vectors;
