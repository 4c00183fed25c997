//! How much of anything is read.
//!
//! Linted files come from strangers, and the largest real file is far below each of these numbers. A file beyond one is
//! not read, and that is said: containerd has no such limits, so certsd-lint makes no claim about the file. All
//! work is linear in what the limits let through; `benches/hostile-growth` measures it.

/// The tables, keys and elements of a hosts.toml: real ones have some dozens.
pub const MAX_HOSTS_ENTRIES: usize = 2_000;

/// The tables, keys and elements of a config.toml, of settings, and of an old configuration that is migrated: a full dump of
/// config.toml has some hundred.
pub const MAX_ENTRIES: usize = 10_000;

/// The endpoints that an old configuration lists for one registry, when it is migrated. Each of those that the wildcard lists
/// becomes a file with all the others.
pub const MAX_ENDPOINTS: usize = 100;

/// The PEM blocks of a certificate file: the largest public bundle has some hundred.
pub const MAX_PEM_BLOCKS: usize = 5_000;

/// The globs and hosts of a settings file, all together.
pub const MAX_PATTERNS: usize = 1_000;

/// Their bytes: each alternative of a glob costs a kilobyte of memory and more.
pub const MAX_PATTERN_BYTES: usize = 32 * 1024;

/// The problems of a settings file that are reported.
pub const MAX_PROBLEMS: usize = 100;

/// The stack on which everything runs, whatever the shell's limit says.
pub const STACK: usize = 16 * 1024 * 1024;

/// The work of one run, in bytes that are parsed; what else counts is said in `facts/budget.rs`. A hundred thousand
/// namespaces with findings in all take a third of it, and all of it about a minute.
pub const MAX_WORK: u64 = 1024 * 1024 * 1024;

/// Keys have dots, comments have signs and commas: so many of them count as one entry.
const CHEAP: usize = 10;

/// Whether a TOML text has more entries than this. Counted are the characters that each entry needs at least one of, so
/// that it costs nothing and errs where no real file is. Parts of keys, comments and what they list count less.
pub fn has_too_many_entries(text: &[u8], most: usize) -> bool {
    if text.len() <= most {
        return false;
    }
    let (mut entries, mut cheap) = (0, 0);
    let mut rest = text;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |feed| feed + 1);
        let (line, after) = rest.split_at(end);
        rest = after;
        if line.trim_ascii_start().starts_with(b"#") {
            cheap += memchr::memchr2_iter(b'#', b',', line).count();
        } else {
            entries += memchr::memchr3_iter(b'=', b'[', b',', line).count();
            cheap += memchr::memchr2_iter(b'#', b'.', line).count();
        }
    }
    entries + cheap / CHEAP > most
}

/// Whether a JSON text has more entries than this, counted alike.
pub fn has_too_many_json_entries(text: &[u8], most: usize) -> bool {
    let begins_one = |byte: &&u8| matches!(byte, b',' | b'[' | b'{');
    text.len() > most && text.iter().filter(begins_one).count() > most
}

/// Whether a YAML text has more entries than this: each has a line, or a comma before it.
pub fn has_too_many_yaml_entries(text: &[u8], most: usize) -> bool {
    let ends_one = |byte: &&u8| matches!(byte, b'\n' | b',');
    text.len() > most && text.iter().filter(ends_one).count() > most
}

/// How many PEM blocks may begin in a text.
pub fn pem_blocks(text: &[u8]) -> usize {
    memchr::memmem::find_iter(text, b"-----BEGIN ").count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_counted_by_what_each_needs() {
        let holds = |text: String| !has_too_many_entries(text.as_bytes(), 100);
        assert!(holds("key = 1\n".repeat(100)));
        assert!(!holds("key = 1\n".repeat(101)));
        assert!(!holds("[table]\n".repeat(101)));
        assert!(!holds(format!("a = [{}]", "'b',".repeat(101))));
        assert!(holds("# a comment = [with, signs]\n".repeat(400)));
        assert!(!holds("# a comment\n".repeat(1_100)));
        assert!(!holds(format!("# ignore[{}]", "plain-http,".repeat(1_100))));
        assert!(!holds(format!("[{}]", "a.".repeat(1_100))));
        assert!(holds(format!("# {}", "prose. ".repeat(5_000))));
    }

    #[test]
    fn json_and_pem_likewise() {
        let list = |n: usize| format!("[{}1]", "1,".repeat(n));
        assert!(!has_too_many_json_entries(list(98).as_bytes(), 100));
        assert!(has_too_many_json_entries(list(100).as_bytes(), 100));
        assert!(!has_too_many_yaml_entries(
            "- a\n".repeat(100).as_bytes(),
            100
        ));
        assert!(has_too_many_yaml_entries(list(101).as_bytes(), 100));
        assert_eq!(pem_blocks(&b"-----BEGIN A-----\nx\n".repeat(3)), 3);
    }
}
