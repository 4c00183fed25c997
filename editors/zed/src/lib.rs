//! Starts `certsd-lint lsp` in Zed. Everything else is the server's.

use zed_extension_api::{Command, Extension, LanguageServerId, Result, Worktree, register_extension};

struct CertsdLint;

impl Extension for CertsdLint {
    fn new() -> Self {
        CertsdLint
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let command = worktree
            .which("certsd-lint")
            .ok_or("certsd-lint is not in PATH: install it, then restart the language server")?;
        Ok(Command {
            command,
            args: vec!["lsp".to_owned()],
            env: worktree.shell_env(),
        })
    }
}

register_extension!(CertsdLint);
