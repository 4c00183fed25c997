//! Which names speak of secrets, and which values cannot well be any.
//!
//! The value of a header is shown when it cannot well be a secret. That errs on the side of hiding: a printed password is
//! not taken back.

/// Headers whose values say something of the request and nothing of who makes it.
const HARMLESS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "date",
    "host",
    "pragma",
    "range",
    "transfer-encoding",
    "user-agent",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
    // Settings of hosts.toml that were put among the headers.
    "ca",
    "capabilities",
    "client",
    "dial_timeout",
    "override_path",
    "server",
    "skip_verify",
];

/// Parts of names under which not even a plain word is shown.
const TELLTALE: &[&str] = &[
    "account", "api", "auth", "bearer", "cookie", "cred", "jwt", "key", "login", "pass", "pin",
    "pwd", "secret", "session", "sign", "token", "user",
];

/// Words that begin the credentials of a known scheme.
const SCHEMES: &[&str] = &["basic", "bearer", "digest", "negotiate", "token"];

/// Whether a key or header of this name carries a credential.
pub fn is_credential_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let exact = [
        "authorization",
        "proxy-authorization",
        "cookie",
        "x-auth",
        "auth",
        "username",
    ];
    let parts = [
        "token",
        "password",
        "passwd",
        "secret",
        "api-key",
        "apikey",
        "credential",
    ];
    exact.contains(&name.as_str()) || parts.iter().any(|part| name.contains(part))
}

/// Whether a header's value may be shown.
pub fn is_harmless(name: &str, value: &str) -> bool {
    let name = name.to_lowercase();
    value.is_empty()
        || HARMLESS.contains(&name.trim())
        || !TELLTALE.iter().any(|part| name.contains(part)) && is_plain(value)
}

/// The address of a host; or short words of letters, none of them the name of a scheme; or at most three characters.
fn is_plain(value: &str) -> bool {
    if is_address(value) {
        return true;
    }
    let mut words = value.split_whitespace();
    let scheme = words
        .next()
        .is_some_and(|word| SCHEMES.contains(&word.to_lowercase().as_str()));
    let word = |word: &str| word.chars().count() <= 12 && word.chars().all(char::is_alphabetic);
    value.chars().count() <= 3 || !scheme && value.split_whitespace().all(word)
}

/// `https://HOST[:PORT]` with no user, path or query: proxies get the registry's address in a header. A path may be a secret,
/// as that of a webhook is.
fn is_address(value: &str) -> bool {
    let Some((scheme, host)) = value.trim().split_once("://") else {
        return false;
    };
    let host = host.trim_end_matches('/');
    let host = host.strip_suffix("/v2").unwrap_or(host);
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    let is_label = |label: &str| {
        (1..=32).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    matches!(scheme, "http" | "https")
        && name.split('.').all(is_label)
        && port.len() <= 5
        && port.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_and_what_may_be_a_secret_is_not() {
        for (name, value, want) in [
            ("X-Dragonfly-Registry", "https://index.docker.io", true),
            ("X-Registry", "http://mirror.internal:5000/v2/", true),
            ("X-Team", "platform", true),
            ("X-Registry", "https://u:p@mirror.internal", false),
            ("X-Hook", "https://hooks.example.com/services/T0/B0", false),
            ("X-Registry", "https://mirror.internal?sig=a", false),
            ("X-Registry", "https://Zm9vYmFyZm9vYmFy", false),
            ("X-Token-Server", "https://index.docker.io", false),
            ("X-B", "abc1234", false),
        ] {
            assert_eq!(is_harmless(name, value), want, "{name}: {value}");
        }
    }
}
