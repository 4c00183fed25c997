//! `man`: the manual page, made from the same list as `--help`.

use std::io::Write;

use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, roman};

use super::{Exit, Result, command};

/// Prints the page: the program itself, then each command.
pub fn run(out: &mut dyn Write) -> Result {
    let mut command = command();
    command.build();
    let man = Man::new(command.clone().after_long_help(""));
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    let mut page = Roff::new();
    page.control("SH", ["COMMANDS"]);
    for command in command.get_subcommands().filter(|c| c.get_name() != "help") {
        page.control("TP", []);
        page.text(usage(command));
        let about = command.get_long_about().or(command.get_about());
        page.text([roman(about.map(ToString::to_string).unwrap_or_default())]);
        for argument in command.get_arguments() {
            let is_its_own = !argument.is_global_set() && argument.get_id() != "help";
            if let (true, Some(help)) = (is_its_own, argument.get_help()) {
                page.control("RS", []);
                page.control("TP", []);
                page.text([bold(argument.to_string())]);
                page.text([roman(help.to_string())]);
                page.control("RE", []);
            }
        }
    }
    for (title, entries) in SECTIONS {
        page.control("SH", [*title]);
        for (term, text) in *entries {
            page.control("TP", []);
            page.text([bold(*term)]);
            page.text([roman(*text)]);
        }
    }
    page.to_writer(out)?;
    man.render_version_section(out)?;
    Ok(Exit::Clean)
}

fn usage(command: &clap::Command) -> Vec<Inline> {
    let mut line = vec![bold(command.get_name())];
    for argument in command.get_positionals() {
        line.push(roman(format!(" {argument}")));
    }
    line
}

/// Sections of the manual page that no flag documents.
const SECTIONS: &[(&str, &[(&str, &str)])] = &[
    (
        "EXIT STATUS",
        &[
            ("0", "Nothing at or above --fail-on was found."),
            ("1", "Something at or above --fail-on was found."),
            (
                "2",
                "Failure: an invalid argument or setting, a path that cannot be read, or nothing to lint.",
            ),
        ],
    ),
    (
        "ENVIRONMENT",
        &[
            ("NO_COLOR", "When set and not empty, no colour is used."),
            (
                "CLICOLOR_FORCE, FORCE_COLOR",
                "When set, and neither empty nor 0, colour is also used without a terminal.",
            ),
            ("CLICOLOR", "When 0, no colour is used."),
        ],
    ),
    (
        "FILES",
        &[
            (
                "/etc/containerd/certs.d",
                "The config path that is linted without a PATH.",
            ),
            (
                "certsd-lint.toml, .certsd-lint.toml",
                "The settings, in the nearest common directory of all PATHs or one of its parents up to the root of the repository; \
                 otherwise likewise from the current directory.",
            ),
        ],
    ),
];
