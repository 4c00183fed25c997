//! Values of the nameConstraints extension that Go rejects.

use std::net::IpAddr;

use super::uri::is_domain;
use crate::go::asn1::der::{Reader, tag};

/// `None` where Go refuses the extension, and the certificate with it.
pub(crate) fn check(mut value: Reader<'_>) -> Option<()> {
    let mut constraints = value.nested(tag::SEQUENCE)?;
    if !value.is_empty() {
        return None;
    }
    let permitted = constraints.optional(tag::constructed(0))?;
    let excluded = constraints.optional(tag::constructed(1))?;
    let lists = [permitted, excluded];
    // At least one list, none of them empty, nothing behind them.
    if !constraints.is_empty() || lists == [None, None] || lists.contains(&Some(&[])) {
        return None;
    }
    for list in lists.into_iter().flatten() {
        let mut subtrees = Reader::new(list);
        while !subtrees.is_empty() {
            let base = subtrees.nested(tag::SEQUENCE)?.element()?;
            let good = match base.tag {
                0x81 => text(base.content).is_some_and(is_mail_constraint),
                0x82 => text(base.content).is_some_and(is_domain_constraint),
                0x86 => text(base.content).is_some_and(|domain| {
                    domain.parse::<IpAddr>().is_err() && is_domain_constraint(domain)
                }),
                0x87 => is_network(base.content),
                _ => true,
            };
            if !good {
                return None;
            }
        }
    }
    Some(())
}

fn text(content: &[u8]) -> Option<&str> {
    str::from_utf8(content).ok().filter(|text| text.is_ascii())
}

/// A domain, or `.domain` for what is below it.
fn is_domain_constraint(domain: &str) -> bool {
    match domain.strip_prefix('.') {
        Some(rest) => !rest.is_empty() && is_domain(rest),
        None => is_domain(domain),
    }
}

/// A mailbox, or the domain of many. Of a mailbox only the shape is checked: Go's grammar for what is before the `@`
/// is finer.
fn is_mail_constraint(constraint: &str) -> bool {
    match constraint.rsplit_once('@') {
        Some((local, domain)) => !local.is_empty() && !domain.is_empty() && is_domain(domain),
        None => is_domain_constraint(constraint),
    }
}

/// An address and a mask of the same length, the mask ones first and then zeros.
fn is_network(content: &[u8]) -> bool {
    if !matches!(content.len(), 8 | 32) {
        return false;
    }
    let (address, mask) = content.split_at(content.len() / 2);
    let zeros = mask.iter().skip_while(|&&byte| byte == 0xff);
    let contiguous = zeros.enumerate().all(|(at, &byte)| {
        if at == 0 {
            byte.leading_ones() + byte.trailing_zeros() == 8
        } else {
            byte == 0
        }
    });
    contiguous && !(address.len() == 16 && is_mapped(address))
}

/// Whether an IPv6 address is an IPv4 address in disguise (`::ffff:1.2.3.4`).
pub(crate) fn is_mapped(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        assert!(is_network(&[10, 0, 0, 0, 255, 0, 0, 0]));
        assert!(is_network(&[10, 0, 0, 0, 255, 240, 0, 0]));
        assert!(is_network(&[0; 8]));
        assert!(!is_network(&[10, 0, 0, 0, 255, 0, 255, 0]));
        assert!(!is_network(&[10, 0, 0, 0, 255, 5, 0, 0]));
        assert!(!is_network(&[10, 0, 0, 0]));
    }

    #[test]
    fn domains() {
        assert!(
            is_domain_constraint("corp.internal")
                && is_domain_constraint(".corp.internal")
                && is_domain_constraint("")
        );
        assert!(
            !is_domain_constraint("corp..internal")
                && !is_domain_constraint("corp.internal.")
                && !is_domain_constraint(".")
        );
    }

    #[test]
    fn the_extension() {
        let dns =
            |name: &[u8]| [&[0x30, name.len() as u8 + 2, 0x82, name.len() as u8], name].concat();
        let permitted = |content: Vec<u8>| {
            [
                &[0x30, content.len() as u8 + 2, 0xa0, content.len() as u8],
                content.as_slice(),
            ]
            .concat()
        };
        let accepts = |der: &[u8]| check(Reader::new(der)).is_some();
        assert!(accepts(&permitted(dns(b"corp.internal"))));
        assert!(!accepts(&permitted(dns(b"corp..internal"))));
        assert!(!accepts(&permitted(vec![])), "an empty list");
        assert!(!accepts(&[0x30, 0]), "no list at all");
    }
}
