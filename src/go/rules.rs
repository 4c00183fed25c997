//! Differences between releases of Go in the parts of its standard library that containerd uses.

/// How Go's `net/url` reads square brackets in a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Brackets {
    /// Any text in brackets at the beginning of a host: before Go 1.24.8 and 1.25.2 (CVE-2025-47912).
    AnyText,
    /// An IPv6 address only; text before the bracket is silently dropped. Until Go 1.25.8 and 1.26.1.
    Address,
    /// An IPv6 address only, at the beginning of the host (CVE-2026-25679).
    AddressAtStart,
}

/// The behaviour of the Go that a release of containerd is built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules {
    /// See [`Brackets`].
    pub brackets: Brackets,
    /// Outside brackets, the host of an `http` or `https` URL contains at most one colon: from Go 1.26.
    pub single_colon: bool,
    /// Certificates with a negative serial number are accepted: below `go 1.23` in containerd's go.mod.
    pub negative_serials: bool,
}

impl Rules {
    /// The newest known, which refuse whatever any of the others refuses.
    pub const NEWEST: Rules = Rules {
        brackets: Brackets::AddressAtStart,
        single_colon: true,
        negative_serials: false,
    };

    /// The rules for one URL: what makes no difference to this text is as in [`Rules::NEWEST`], so that releases
    /// that read it alike have equal rules.
    pub fn for_url(self, text: &str) -> Rules {
        let mut rules = Rules::NEWEST;
        if text.bytes().any(|byte| byte == b'[') {
            rules.brackets = self.brackets;
        }
        // The first colon is the scheme's.
        if text.bytes().filter(|&byte| byte == b':').count() > 2 {
            rules.single_colon = self.single_colon;
        }
        rules
    }
}
