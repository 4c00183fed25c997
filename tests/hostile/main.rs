//! What a hostile tree, file or reader can try, and that nothing comes of it. `docs/hostile-input.md` lists it all.

#[path = "../program/mod.rs"]
mod program;

#[cfg(unix)]
mod interrupt;
mod limits;
#[cfg(unix)]
mod links;
mod list;
#[cfg(unix)]
mod names;
#[cfg(unix)]
mod places;
#[cfg(unix)]
mod processes;
mod secrets;
#[cfg(unix)]
mod troubles;
#[cfg(unix)]
mod writing;

/// The formats that have numbers, or the worst finding, instead of all messages.
pub const SHORT: [&str; 2] = ["openmetrics", "line"];

/// Every format of findings.
pub const FORMATS: [&str; 12] = [
    "human",
    "concise",
    "json",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "checkstyle",
    "rdjson",
    "markdown",
    "openmetrics",
    "line",
];
