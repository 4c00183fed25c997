//! Git's index: the list of the files that the next commit will have.
//!
//! The format is that of `Documentation/gitformat-index.txt`, versions 2 to 4.

use std::collections::HashSet;

use super::Tracked;

/// No path is longer: Linux takes none.
const MAX_PATH: usize = 4096;

/// All paths together. In version 4, a few bytes encode a whole path.
const MAX_PATHS: usize = 64 * 1024 * 1024;

/// The part of an entry before its object's name, in bytes: times, device, inode, mode, owner and size.
const STAT: usize = 40;

/// Bits of an entry's mode that say what it is, and those of a directory that a sparse checkout leaves out.
const TYPE: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;

const CORRUPT: &str = "its index is corrupt";

/// The paths in an index.
#[derive(Debug, Default)]
pub struct Index {
    files: HashSet<Box<[u8]>>,
    /// Directories that represent everything in them, with a slash at their ends.
    sparse: Vec<Box<[u8]>>,
}

impl Index {
    /// Reads an index.
    ///
    /// # Errors
    /// Why it cannot be known what is in it, in words.
    pub fn parse(bytes: &[u8]) -> Result<Index, &'static str> {
        // The configuration says which hash names the objects. Only one of the lengths leads from entry to entry and, through
        // the extensions, to a hash at the end.
        Index::with_names_of(20, bytes).or_else(|error| match error {
            CORRUPT => Index::with_names_of(32, bytes),
            error => Err(error),
        })
    }

    /// Whether a path is in it.
    pub fn has(&self, path: &[u8]) -> Tracked {
        if self.files.contains(path) {
            return Tracked::Yes;
        }
        match self.sparse.iter().any(|dir| path.starts_with(dir)) {
            true => Tracked::Unknown("its index is sparse and leaves out this directory"),
            false => Tracked::No,
        }
    }

    fn with_names_of(length: usize, bytes: &[u8]) -> Result<Index, &'static str> {
        let mut rest = Bytes(bytes);
        if rest.take(4)? != b"DIRC" {
            return Err(CORRUPT);
        }
        let version = rest.number()?;
        if !(2..=4).contains(&version) {
            return Err("its index has an unknown version");
        }
        let mut index = Index::default();
        let mut path = Vec::new();
        let mut size = 0;
        for _ in 0..rest.number()? {
            let mode = entry(&mut rest, version, length, &mut path)?;
            size += path.len();
            if size > MAX_PATHS {
                return Err("its index is too large");
            }
            if mode & TYPE == DIRECTORY {
                index.sparse.push(path.as_slice().into());
            } else {
                index.files.insert(path.as_slice().into());
            }
        }
        while rest.0.len() > length {
            let name = rest.take(4)?;
            let size = rest.number()? as usize;
            rest.take(size)?;
            match name {
                b"link" => return Err("its index is split"),
                b"sdir" => {}
                [b'A'..=b'Z', ..] => {}
                _ => return Err("its index has an unknown extension"),
            }
        }
        match rest.0.len() == length {
            true => Ok(index),
            false => Err(CORRUPT),
        }
    }
}

/// Reads an entry: its path into `path`, which has that of the one before, and its mode.
fn entry(
    rest: &mut Bytes,
    version: u32,
    length: usize,
    path: &mut Vec<u8>,
) -> Result<u32, &'static str> {
    let before = rest.0.len();
    let stat = rest.take(STAT)?;
    let mode = Bytes(&stat[24..]).number()?;
    rest.take(length)?;
    let flags = rest.short()?;
    let is_extended = flags & 0x4000 != 0;
    if is_extended && version < 3 {
        return Err(CORRUPT);
    }
    if is_extended {
        rest.short()?;
    }
    let kept = match version {
        4 => path.len().checked_sub(rest.varint()?).ok_or(CORRUPT)?,
        _ => 0,
    };
    path.truncate(kept);
    let end = rest.0.iter().take(MAX_PATH + 1).position(|byte| *byte == 0);
    path.extend(rest.take(end.ok_or(CORRUPT)?)?);
    let said = usize::from(flags & 0xfff);
    let is_as_said = said == path.len() || said == 0xfff && path.len() > said;
    if !is_as_said || path.len() > MAX_PATH {
        return Err(CORRUPT);
    }
    // The end of the path, and in the older versions zeros up to a multiple of eight.
    let ends = match version {
        4 => 1,
        _ => 8 - (before - rest.0.len()) % 8,
    };
    match rest.take(ends)?.iter().all(|byte| *byte == 0) {
        true => Ok(mode),
        false => Err(CORRUPT),
    }
}

/// The unread rest.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], &'static str> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(CORRUPT)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32, &'static str> {
        let bytes = self.take(4)?.try_into().map_err(|_| CORRUPT)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn short(&mut self) -> Result<u16, &'static str> {
        let bytes = self.take(2)?.try_into().map_err(|_| CORRUPT)?;
        Ok(u16::from_be_bytes(bytes))
    }

    /// A number in as many bytes as it needs, as offsets in packs are written.
    fn varint(&mut self) -> Result<usize, &'static str> {
        let mut value = 0_usize;
        loop {
            let byte = self.take(1)?[0];
            value = value << 7 | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
            value += 1;
            if value > MAX_PATH {
                return Err(CORRUPT);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index as Git writes it.
    fn written(version: u32, length: usize, paths: &[&str], extensions: &[u8]) -> Vec<u8> {
        let mut out = b"DIRC".to_vec();
        out.extend(version.to_be_bytes());
        out.extend((paths.len() as u32).to_be_bytes());
        let mut before = "";
        for path in paths {
            let start = out.len();
            let mut stat = [1; STAT];
            let mode: u32 = match path.ends_with('/') {
                true => DIRECTORY,
                false => 0o100_644,
            };
            stat[24..28].copy_from_slice(&mode.to_be_bytes());
            out.extend(stat);
            out.extend(vec![0xab; length]);
            let is_extended = version == 3;
            let flags = path.len().min(0xfff) as u16 | u16::from(is_extended) << 14;
            out.extend(flags.to_be_bytes());
            out.extend(vec![0; usize::from(is_extended) * 2]);
            if version == 4 {
                let common = before.bytes().zip(path.bytes());
                let common = common.take_while(|(a, b)| a == b).count();
                let cut = before.len() - common;
                assert!(cut < 0x80, "one byte says it");
                out.push(cut as u8);
                out.extend(path[common..].bytes());
                out.push(0);
            } else {
                out.extend(path.bytes());
                out.extend(vec![0; 8 - (out.len() - start) % 8]);
            }
            before = path;
        }
        out.extend(extensions);
        out.extend(vec![0xcd; length]);
        out
    }

    const PATHS: [&str; 4] = ["a", "certs.d/docker.io/node.key", "certs.d/é", "certs.e"];

    #[test]
    fn every_version_and_both_hashes() {
        let long = format!("long/{}", "x".repeat(4090));
        let paths = [&PATHS[..], &[&long]].concat();
        for version in 2..=4 {
            for length in [20, 32] {
                let index = written(version, length, &paths, b"TREE\0\0\0\x02xxEOIE\0\0\0\0");
                let index = Index::parse(&index).unwrap();
                for path in &paths {
                    assert_eq!(
                        index.has(path.as_bytes()),
                        Tracked::Yes,
                        "{version}: {path}"
                    );
                }
                for path in ["b", "certs.d", "certs.d/docker.io/node", "a/b", ""] {
                    assert_eq!(index.has(path.as_bytes()), Tracked::No, "{path}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_in_the_index_itself_is_unknown() {
        let split = written(2, 20, &PATHS, b"link\0\0\0\0");
        assert_eq!(Index::parse(&split).err(), Some("its index is split"));
        let unknown = written(2, 20, &PATHS, b"news\0\0\0\0");
        assert!(Index::parse(&unknown).is_err());
        let sparse = written(3, 20, &["a", "certs.d/"], b"sdir\0\0\0\0");
        let index = Index::parse(&sparse).unwrap();
        assert_eq!(index.has(b"a"), Tracked::Yes);
        assert_eq!(index.has(b"b"), Tracked::No);
        assert!(matches!(index.has(b"certs.d/x"), Tracked::Unknown(_)));
    }

    #[test]
    fn a_broken_index_is_no_index() {
        for version in 2..=4 {
            let index = written(version, 20, &PATHS, b"");
            for cut in 0..index.len() {
                assert!(Index::parse(&index[..cut]).is_err(), "{version}: {cut}");
            }
            for at in 0..index.len() {
                for byte in [0, 1, 0x7f, 0xff] {
                    let mut index = index.clone();
                    index[at] = byte;
                    let _ = Index::parse(&index);
                }
            }
        }
        assert!(Index::parse(b"DIRC\0\0\0\x02\xff\xff\xff\xff").is_err());
        assert!(Index::parse(b"DIRC\0\0\0\x05\0\0\0\0aaaaaaaaaaaaaaaaaaaa").is_err());
    }

    /// In version 4 each entry can repeat all of the path before it.
    #[test]
    fn paths_are_bounded() {
        let mut index = b"DIRC\0\0\0\x04".to_vec();
        let count = 20_000_u32;
        index.extend(count.to_be_bytes());
        for at in 0..count {
            let name = if at == 0 {
                "y".repeat(4000)
            } else {
                String::new()
            };
            index.extend([0; STAT + 20]);
            index.extend(4000_u16.to_be_bytes());
            index.push(0);
            index.extend(name.bytes());
            index.push(0);
        }
        index.extend([0; 20]);
        assert_eq!(Index::parse(&index).err(), Some("its index is too large"));
    }
}
