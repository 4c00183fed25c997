//! The pull secret: from a file or from the environment, never from an argument.

use std::fmt;

use serde_json::Value;

use crate::go::base64;

/// The environment variable that has `user:password`.
pub const VARIABLE: &str = "CERTSD_LINT_CREDENTIALS";

/// The largest file with credentials.
pub const MAX_FILE: u64 = 1024 * 1024;

/// A user name and a password or token. Nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user's name; empty for an identity token.
    pub user: String,
    /// The password or token.
    pub secret: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(***)")
    }
}

/// Why there are no credentials in a text. It repeats nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// Neither `user:password` nor a Docker config.json.
    #[error("contains neither `user:password` nor the `auths` of a Docker config.json")]
    Form,
    /// A config.json without an entry for the registry.
    #[error("has no entry for {0}; the kubelet selects a pull secret by the registry of the image")]
    NoEntry(String),
}

impl Credentials {
    /// Reads `user:password`, or the entry of a Docker config.json (the content of a pull secret) for a registry.
    pub fn read(text: &str, registry: &str) -> Result<Credentials, CredentialsError> {
        let text = text.trim();
        if !text.starts_with('{') {
            let (user, secret) = text.split_once(':').ok_or(CredentialsError::Form)?;
            let is_one_line = !text.contains(['\n', '\r']);
            return match is_one_line && !secret.is_empty() {
                true => Ok(Credentials {
                    user: user.to_owned(),
                    secret: secret.to_owned(),
                }),
                false => Err(CredentialsError::Form),
            };
        }
        let document: Value = serde_json::from_str(text).map_err(|_| CredentialsError::Form)?;
        let auths = document.get("auths").and_then(Value::as_object);
        let auths = auths.ok_or(CredentialsError::Form)?;
        let entry = auths.iter().find(|(name, _)| is_for(name, registry));
        let no_entry = || CredentialsError::NoEntry(registry.to_owned());
        let (_, entry) = entry.ok_or_else(no_entry)?;
        let text = |name: &str| {
            entry
                .get(name)
                .and_then(Value::as_str)
                .filter(|t| !t.is_empty())
        };
        if let (Some(user), Some(secret)) = (text("username"), text("password")) {
            return Ok(Credentials {
                user: user.to_owned(),
                secret: secret.to_owned(),
            });
        }
        if let Some(token) = text("identitytoken") {
            return Ok(Credentials {
                user: String::new(),
                secret: token.to_owned(),
            });
        }
        let decoded = text("auth").and_then(|auth| base64::decode(auth.bytes()));
        let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
        let (user, secret) = pair.ok_or_else(no_entry)?;
        Ok(Credentials {
            user: user.to_owned(),
            secret: secret.to_owned(),
        })
    }
}

/// Whether an entry of `auths` is for a registry: `https://index.docker.io/v1/` is for docker.io.
fn is_for(name: &str, registry: &str) -> bool {
    let name = name.split_once("://").map_or(name, |(_, rest)| rest);
    let host = name.split('/').next().unwrap_or_default();
    host == registry
        || registry == "docker.io" && ["index.docker.io", "registry-1.docker.io"].contains(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_by_registry() {
        let text = r#"{"auths":{"https://index.docker.io/v1/":{"auth":"YWxpY2U6czpl"},"quay.io":{"username":"b","password":"c"}}}"#;
        let read = Credentials::read(text, "docker.io").unwrap();
        assert_eq!((read.user.as_str(), read.secret.as_str()), ("alice", "s:e"));
        assert_eq!(Credentials::read(text, "quay.io").unwrap().user, "b");
        assert!(matches!(
            Credentials::read(text, "ghcr.io"),
            Err(CredentialsError::NoEntry(_))
        ));
        assert_eq!(Credentials::read("alice:s:e\n", "x").unwrap().secret, "s:e");
        for bad in ["", "alice", "alice:", "{", "{}", "a:b\nc:d"] {
            assert!(Credentials::read(bad, "x").is_err(), "{bad}");
        }
        assert!(!format!("{read:?}").contains("alice"));
    }
}
