//! `certsd-lint migrate`: what old configurations meant, and what the migrated tree gives, are the same.

#[path = "../program/mod.rs"]
mod program;

mod cases;
mod cli;
mod compare;
mod golden;
mod property;
mod same;
mod section;
