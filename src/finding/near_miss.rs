//! Host names that differ by a typing error.

use std::net::IpAddr;

/// Whether two names differ by what is likely to be a typing error.
pub fn is_similar(a: &str, b: &str) -> bool {
    if !may_be_similar(a.as_bytes(), b.as_bytes()) {
        return false;
    }
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let is_name =
        |name: &str| name.len() >= 7 && name.contains('.') && name.parse::<IpAddr>().is_err();
    if a == b || !is_name(&a) || !is_name(&b) {
        return false;
    }
    if has_same_labels(&a, &b) {
        return true;
    }
    if strsim::damerau_levenshtein(&a, &b) != 1 {
        return false;
    }
    let parts =
        |name: &str| -> Vec<String> { name.split(['.', '-', '_']).map(str::to_owned).collect() };
    let (a, b) = (parts(&a), parts(&b));
    // A dot or hyphen too few.
    if a.len() != b.len() {
        return true;
    }
    let last = a.len() - 1;
    let mut differ = a.iter().zip(&b).enumerate().filter(|(_, (a, b))| a != b);
    let (Some((at, (a, b))), None) = (differ.next(), differ.next()) else {
        // One sign for another: `mirror-a` and `mirror.a`.
        return true;
    };
    let is_word = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let shortest = if at == last { 2 } else { 4 };
    is_word(a) && is_word(b) && a.len().min(b.len()) >= shortest
}

/// A cheap look that most pairs fail: whether the names are equal but for two bytes in one place, or consist of the same bytes.
fn may_be_similar(a: &[u8], b: &[u8]) -> bool {
    if a.len() == b.len() && a.contains(&b'.') && sum(a) == sum(b) {
        return true;
    }
    let longer = a.len().max(b.len());
    if longer - a.len().min(b.len()) > 1 {
        return false;
    }
    let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
    let begin = a.iter().zip(b).take_while(same).count();
    let end = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    begin + end + 2 >= longer
}

/// Equal for names of the same labels in another order.
fn sum(name: &[u8]) -> usize {
    name.iter()
        .map(|byte| usize::from(byte.to_ascii_lowercase()))
        .sum()
}

/// Whether two names consist of the same labels in another order: `reg.corp.com.cn` and `reg.corp.cn.com`.
fn has_same_labels(a: &str, b: &str) -> bool {
    let labels = |name: &str| {
        let mut labels: Vec<String> = name.split('.').map(str::to_owned).collect();
        labels.sort_unstable();
        labels
    };
    a.split('.').count() > 2 && labels(a) == labels(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_similar_and_numbered_hosts_are_not() {
        for (a, b, want) in [
            ("registry.acme.net", "registy.acme.net", true),
            ("registry.acme.net", "registry.acme.ne", true),
            ("registry.acme.net", "regsitry.acme.net", true),
            ("registry.acme.net", "registryacme.net", true),
            ("gchr.io", "ghcr.io", true),
            ("dcoker.io", "docker.io", true),
            ("harbor.corp.com.cn", "harbor.corp.cn.com", true),
            ("registry.acme.net", "registry.acme.net", false),
            ("mirror-a.corp.net", "mirror-b.corp.net", false),
            ("mirror1.corp.net", "mirror2.corp.net", false),
            ("mirror.corp.net", "mirror2.corp.net", false),
            ("10.0.0.1", "10.0.0.2", false),
            ("eu.gcr.io", "au.gcr.io", false),
            ("gcr.io", "ghcr.io", false),
            ("registry", "registri", false),
            ("east.corp.net", "west.corp.net", false),
        ] {
            assert_eq!(is_similar(a, b), want, "{a} {b}");
        }
    }
}
