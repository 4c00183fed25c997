//! Fixes: the edits that findings carry, made in the bytes of their files.
//!
//! Rounds of fixes are chosen ([`fix`]) for anything that can be linted again with other texts ([`Linted`]); a hosts.toml of
//! a tree is one such thing ([`HostsFiles`]). Before anything is written, every fix is checked against the promise of
//! its finding, with the model of the loader; a help that says what to write is tried the same way. [`diff()`] shows what would
//! be written.

mod advice;
mod carried;
mod change;
mod comments;
mod diff;
mod hosts_files;
mod linted;
mod node_config;
mod promise;
mod rounds;
mod text;

pub use advice::followed;
pub use diff::{Shown, diff, shown};
pub use hosts_files::HostsFiles;
pub use linted::{Linted, OnDisk, Original, Refusal, Texts};
pub use rounds::{Choice, FixedFile, Fixing, Refused, fix};
