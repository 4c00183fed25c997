//! Whether a certificate is for a host, as Go's `Certificate.VerifyHostname` judges.

use std::net::IpAddr;

use super::parts::Parts;

/// Checks the host name or address that a client connects to.
///
/// # Errors
/// Go's error text.
pub fn verify(certificate: &Parts, host: &str) -> Result<(), String> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let bare = bare.unwrap_or(host);
    let is_right = match bare.parse::<IpAddr>() {
        Ok(address) => certificate
            .addresses
            .iter()
            .any(|known| same(*known, address)),
        Err(_) => {
            let host = host.to_ascii_lowercase();
            let is_name = is_valid(&host, false);
            certificate
                .dns_names
                .iter()
                .any(|pattern| match is_name && is_valid(pattern, true) {
                    true => matches(pattern, &host),
                    false => is_exactly(pattern, &host),
                })
        }
    };
    match is_right {
        true => Ok(()),
        false => Err(error(certificate, host, bare)),
    }
}

fn same(a: IpAddr, b: IpAddr) -> bool {
    a.to_canonical() == b.to_canonical()
}

/// `HostnameError.Error`.
fn error(certificate: &Parts, host: &str, bare: &str) -> String {
    let common_name = certificate.certificate.subject.common_name();
    let common_name = common_name.unwrap_or_default();
    if !certificate.has_alternative_names && matches(common_name, host) {
        return "x509: certificate relies on legacy Common Name field, use SANs instead".to_owned();
    }
    let names: Vec<String> = match bare.parse::<IpAddr>() {
        Ok(_) if certificate.addresses.is_empty() => {
            return format!(
                "x509: cannot validate certificate for {host} because it doesn't contain any IP SANs"
            );
        }
        Ok(_) => certificate
            .addresses
            .iter()
            .map(ToString::to_string)
            .collect(),
        Err(_) => certificate.dns_names.clone(),
    };
    match names.is_empty() {
        true => format!("x509: certificate is not valid for any names, but wanted to match {host}"),
        false => format!(
            "x509: certificate is valid for {}, not {host}",
            names.join(", ")
        ),
    }
}

/// Whether a name is one that wildcards are matched against, or one with a wildcard.
fn is_valid(host: &str, is_pattern: bool) -> bool {
    let host = match is_pattern {
        true => host,
        false => host.strip_suffix('.').unwrap_or(host),
    };
    if host.is_empty() || host == "*" {
        return false;
    }
    host.split('.').enumerate().all(|(index, part)| {
        if is_pattern && index == 0 && part == "*" {
            return true;
        }
        let is_in_name =
            |(at, c): (usize, char)| c.is_ascii_alphanumeric() || c == '_' || c == '-' && at != 0;
        !part.is_empty() && part.char_indices().all(is_in_name)
    })
}

fn matches(pattern: &str, host: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    if pattern.is_empty() || host.is_empty() {
        return false;
    }
    let (patterns, parts): (Vec<&str>, Vec<&str>) =
        (pattern.split('.').collect(), host.split('.').collect());
    patterns.len() == parts.len()
        && patterns
            .iter()
            .zip(parts)
            .enumerate()
            .all(|(index, (pattern, part))| (index == 0 && *pattern == "*") || *pattern == part)
}

fn is_exactly(pattern: &str, host: &str) -> bool {
    !host.is_empty() && host != "." && pattern.eq_ignore_ascii_case(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_in_go() {
        for (pattern, host, want) in [
            ("mirror.internal", "mirror.internal", true),
            ("mirror.internal", "MIRROR.Internal.", true),
            ("*.internal", "mirror.internal", true),
            ("*.internal", "a.mirror.internal", false),
            ("*.internal", "internal", false),
            ("m*.internal", "mirror.internal", false),
            ("mirror.*", "mirror.internal", false),
            ("*", "internal", false),
            ("", "", false),
        ] {
            let is_valid = is_valid(pattern, true) && is_valid(&host.to_ascii_lowercase(), false);
            let matched = match is_valid {
                true => matches(pattern, host),
                false => is_exactly(pattern, &host.to_ascii_lowercase()),
            };
            assert_eq!(matched, want, "{pattern} {host}");
        }
    }
}
