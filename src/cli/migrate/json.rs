//! The result of a migration, for programs.

use std::io::Write;

use serde_json::{Value, json};

use super::Done;
use crate::cli::Result;
use crate::migrate::{SectionHeader, SourceKind, Weight};
use crate::report::write_json;

/// Prints it.
pub fn print(done: &Done, out: &mut dyn Write) -> Result<()> {
    write_json(&document(done), out)?;
    Ok(())
}

fn document(done: &Done) -> Value {
    let migration = done.migration;
    let files: Vec<Value> = migration
        .files
        .iter()
        .map(|file| {
            let relative = format!("{}/hosts.toml", file.directory);
            json!({
                "path": match done.output {
                    Some(output) => output.join(&relative).display().to_string(),
                    None => relative,
                },
                "namespace": file.directory,
                "registry": file.host,
                "text": file.text,
            })
        })
        .collect();
    let remarks: Vec<Value> = migration
        .remarks
        .iter()
        .map(|remark| {
            json!({
                "weight": match remark.weight {
                    Weight::Lost => "lost",
                    Weight::Doubtful => "doubtful",
                    Weight::Fine => "note",
                },
                "about": remark.about,
                "line": remark.line,
                "message": remark.message,
                "help": remark.help,
            })
        })
        .collect();
    let tables = |tables: &[SectionHeader]| -> Vec<Value> {
        let tables = tables.iter();
        tables
            .map(|(header, line)| json!({ "header": header, "line": line }))
            .collect()
    };
    let config = migration.holds_registries.then(|| {
        json!({
            "section": migration.section.text,
            "notes": migration.section.notes,
            "delete": tables(&migration.delete),
            "keep": tables(&migration.keep),
        })
    });
    json!({
        "version": 1,
        "source": {
            "path": done.source,
            "kind": match migration.kind {
                SourceKind::Containerd => "containerd",
                SourceKind::K3s => "k3s",
                SourceKind::Docker => "docker",
            },
        },
        "written": !done.dry_run && !migration.files.is_empty(),
        "files": files,
        "remarks": remarks,
        "config": config,
    })
}
