//! Which URIs in a certificate Go refuses, and the certificate with them.
//!
//! Only certificates with a URI among their alternative names (SPIFFE identities, mostly) come here.

use crate::go::{Rules, url};

/// Whether a Go with these rules reads this text as a URI whose host, if it has one, is a valid name.
pub(crate) fn is_acceptable(rules: Rules, uri: &str) -> bool {
    uri.is_ascii() && url::parse(uri, rules).is_ok_and(|url| is_domain(&url.host))
}

/// Go's check of a name in a certificate: no dot at the end, none at the front, no two together, nothing unprintable.
pub(crate) fn is_domain(name: &str) -> bool {
    name.is_empty()
        || name
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::Brackets;

    #[test]
    fn good_uris() {
        for uri in [
            "spiffe://cluster.local/ns/default/sa/default",
            "https://registry.internal:5000/v2/",
            "https://user:pw@[::1]:5000/",
            "mailto:someone@example.com",
            "urn:uuid:0",
            "/a%20b",
            "path",
            "",
        ] {
            assert!(is_acceptable(Rules::NEWEST, uri), "{uri}");
        }
    }

    #[test]
    fn bad_uris() {
        for uri in [
            "https://a..b/",
            "https://host./",
            "https://host:port/",
            "https://[::1/",
            "https://a b/",
            "https://h/%zz",
            ":foo",
            "1a:b",
            "https://h/\n",
            "https://h/ä",
        ] {
            assert!(!is_acceptable(Rules::NEWEST, uri), "{uri}");
        }
    }
    #[test]
    fn names_in_brackets_are_a_matter_of_the_go() {
        let old = Rules {
            brackets: Brackets::AnyText,
            ..Rules::NEWEST
        };
        assert!(is_acceptable(old, "https://[mirror.internal]/"));
        assert!(!is_acceptable(Rules::NEWEST, "https://[mirror.internal]/"));
    }
}
