//! The identity of a finding from one run to the next, although lines move.

use std::collections::HashMap;

use super::finding::Finding;
use super::items::{Extent, Item, Items};
use super::paths::Paths;

/// How many UTF-16 units from the beginning of a line are hashed.
const BLOCK: usize = 100;

/// Longer items are known by their hash alone.
const LONGEST: usize = 4096;

/// The mark behind the last unit of a text.
const END: u16 = 65535;

/// The hash of each line of a text that GitHub's upload action calls `primaryLocationLineHash`
/// (codeql-action, `src/fingerprints.ts`): whitespace is skipped, line ends made equal, and equal lines
/// numbered. Were ours another, the action would complain and alerts would come twice.
pub fn line_hashes(text: &str) -> Vec<String> {
    let mut units: Vec<u16> = Vec::with_capacity(text.len() + 1);
    let mut starts = vec![0];
    let mut after_return = false;
    for unit in text.encode_utf16() {
        let is_pair = after_return && unit == u16::from(b'\n');
        if is_pair || unit == u16::from(b' ') || unit == u16::from(b'\t') {
            after_return = false;
            continue;
        }
        after_return = unit == u16::from(b'\r');
        let ends_line = after_return || unit == u16::from(b'\n');
        units.push(if ends_line { u16::from(b'\n') } else { unit });
        if ends_line {
            starts.push(units.len());
        }
    }
    units.push(END);
    let mut seen: HashMap<i64, usize> = HashMap::new();
    starts
        .into_iter()
        .map(|start| {
            let block = units[start..].iter().copied().chain(std::iter::repeat(0));
            let hash = block.take(BLOCK).fold(0i64, |hash, unit| {
                hash.wrapping_mul(37).wrapping_add(i64::from(unit))
            });
            let number = seen.entry(hash).or_default();
            *number += 1;
            format!("{hash:x}:{number}")
        })
        .collect()
}

/// So many files are remembered: a report goes through them one by one, now and then with a glance at another.
const REMEMBERED: usize = 4;

/// The line hashes of the files of a run.
#[derive(Debug)]
pub struct LineHashes<'a> {
    paths: &'a Paths,
    files: Vec<(String, Vec<String>)>,
}

impl<'a> LineHashes<'a> {
    /// Of files that are found by `paths`.
    pub fn new(paths: &'a Paths) -> LineHashes<'a> {
        LineHashes {
            paths,
            files: Vec::new(),
        }
    }

    /// The hashes of a file, made where they are not remembered.
    fn of_path(&mut self, path: &str, make: impl FnOnce(&Paths) -> Vec<String>) -> &[String] {
        let at = match self.files.iter().position(|(known, _)| known == path) {
            Some(at) => at,
            None => {
                if self.files.len() == REMEMBERED {
                    self.files.remove(0);
                }
                self.files.push((path.to_owned(), make(self.paths)));
                self.files.len() - 1
            }
        };
        &self.files[at].1
    }

    /// The hash of the line on which a finding is; of none when it has no text.
    pub fn of_finding(&mut self, finding: &Finding) -> String {
        let (Some(source), Some(span)) = (&finding.location.source, &finding.location.span) else {
            return String::new();
        };
        let hashes = self.of_path(&source.path, |paths| match source.invalid_utf8 {
            None => line_hashes(&source.text),
            // The text we hold is not the one that others decode.
            Some(_) => read_hashes(paths, &source.path),
        });
        at_line(hashes, source.lines().line(span.start))
    }

    /// The hash of the first line of a file.
    pub fn of_file(&mut self, shown: &str) -> String {
        at_line(self.of_path(shown, |paths| read_hashes(paths, shown)), 1)
    }
}

fn at_line(hashes: &[String], line: usize) -> String {
    let hash = hashes.get(line - 1).or(hashes.last());
    hash.cloned().unwrap_or_default()
}

fn read_hashes(paths: &Paths, shown: &str) -> Vec<String> {
    let bytes = paths.read(shown, crate::disk::MAX_TLS_FILE);
    line_hashes(&String::from_utf8_lossy(&bytes.unwrap_or_default()))
}

/// Gives each finding its fingerprint: of the rule, the path in the repository and the item that it is about: the header of its
/// table, and what the item says. What is elsewhere in the file makes no difference.
/// No two are equal: several findings of one rule about one item are numbered, and so all have to come, in the order of the report.
#[derive(Debug)]
pub struct Fingerprints<'a> {
    paths: &'a Paths,
    items: Option<(String, Items)>,
    /// The item of the last finding: the next may be about the same.
    last: Option<(Extent, Item)>,
    seen: HashMap<u128, u32>,
}

impl<'a> Fingerprints<'a> {
    /// Of findings in files that are found by `paths`.
    pub fn new(paths: &'a Paths) -> Fingerprints<'a> {
        Fingerprints {
            paths,
            items: None,
            last: None,
            seen: HashMap::new(),
        }
    }

    /// That of the next finding.
    pub fn next(&mut self, finding: &Finding) -> String {
        let path = self.paths.relative(&finding.location.path);
        let Item { header, content } = self.item(finding);
        let key = fnv(&[finding.rule.name, &path, &header, &content]);
        let repeat = self.seen.entry(key).or_default();
        *repeat += 1;
        let key = match *repeat {
            1 => key,
            n => fnv(&[finding.rule.name, &path, &header, &content, &n.to_string()]),
        };
        format!("{key:032x}")
    }

    /// The subject of a finding; empty if it has no text.
    fn item(&mut self, finding: &Finding) -> Item {
        let (Some(source), Some(span)) = (&finding.location.source, &finding.location.span) else {
            return Item::default();
        };
        // The empty place at the beginning is the whole file.
        if span.end == 0 {
            return Item::default();
        }
        let items = match &mut self.items {
            Some((path, items)) if *path == source.path => items,
            other => {
                self.last = None;
                &mut other
                    .insert((source.path.clone(), Items::of(&source.text)))
                    .1
            }
        };
        let Some(extent) = items.extent(span.start) else {
            return Item::default();
        };
        if let Some((known, item)) = &self.last
            && *known == extent
        {
            return item.clone();
        }
        let mut item = items.item(&source.text, &extent);
        // Of a line without end, on which many findings may be, the hash is enough.
        if item.content.len() > LONGEST {
            item.content = format!("{:032x}", fnv(&[&item.content]));
        }
        self.last = Some((extent, item.clone()));
        item
    }
}

/// FNV-1a of 128 bits over the parts, each ended by a zero byte: fixed for ever, unlike the
/// standard library's hasher.
fn fnv(parts: &[&str]) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    parts
        .iter()
        .flat_map(|part| part.bytes().chain([0]))
        .fold(BASIS, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(PRIME)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Known answers: codeql-action, `src/fingerprints.test.ts`.

    #[test]
    fn line_hashes_are_those_of_the_upload_action() {
        assert_eq!(line_hashes(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            line_hashes(" a\nb\n  \t\tc\n d"),
            [
                "271789c17abda88f:1",
                "54703d4cd895b18:1",
                "180aee12dab6264:1",
                "a23a3dc5e078b07b:1"
            ]
        );
        let lorem = line_hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        assert_eq!(lorem[0], "a7f2ff13bc495cf2:1");
        assert_eq!(lorem[5], "a7f2ff13bc495cf2:6");
        assert_eq!(lorem[6], "a7f2ff1481e87703:1");
    }

    #[test]
    fn line_ends_are_equal() {
        let unix = line_hashes("a\nb\n\nc");
        assert_eq!(line_hashes("a\r\nb\r\n\r\nc"), unix);
        assert_eq!(line_hashes("a\rb\r\rc"), unix);
    }

    #[test]
    fn the_hash_of_a_fingerprint_is_the_published_one() {
        // draft-eastlake-fnv: FNV-1a, 128 bits, of "a" with a zero byte, computed step by step.
        let basis: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        let prime = (1u128 << 88) + 0x13b;
        let a = (basis ^ 0x61).wrapping_mul(prime);
        assert_eq!(format!("{a:032x}"), "d228cb696f1a8caf78912b704e4a8964");
        assert_eq!(fnv(&["a"]), a.wrapping_mul(prime));
    }
}
