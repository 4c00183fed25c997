//! Unified diffs, as `patch -p0` and `git apply -p0` take them.

use similar::{Algorithm, TextDiff};

/// What changes in the file at `path`. Bytes that are no UTF-8 stay what they are; empty when nothing changes.
pub fn diff(path: &str, before: &[u8], after: &[u8]) -> Vec<u8> {
    // A line ends with a line feed alone, as for the programs that read this.
    let (old, new) = (lines(before), lines(after));
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .newline_terminated(true)
        .diff_slices(&old, &new);
    let mut unified = diff.unified_diff();
    let mut out = Vec::new();
    // The crate's own writer replaces what is no UTF-8.
    for hunk in unified.context_radius(3).iter_hunks() {
        if out.is_empty() {
            out.extend(format!("--- {path}\n+++ {path}\n").into_bytes());
        }
        out.extend(format!("{}\n", hunk.header()).into_bytes());
        for change in hunk.iter_changes() {
            out.extend(change.tag().to_string().into_bytes());
            out.extend_from_slice(change.value());
            if !change.value().ends_with(b"\n") {
                out.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_names_the_path_and_keeps_bytes() {
        let text = diff("a/hosts.toml", b"a\r\nb\xff\nc", b"a\r\nb\xff\nd\n");
        assert_eq!(
            text,
            b"--- a/hosts.toml\n+++ a/hosts.toml\n@@ -1,3 +1,3 @@\n a\r\n b\xff\n-c\n\\ No newline at end of file\n+d\n"
        );
        assert!(diff("a", b"x", b"x").is_empty());
        // A carriage return alone ends no line.
        assert_eq!(
            diff("a", b"x\ry\n", b"x\rz\n"),
            b"--- a\n+++ a\n@@ -1 +1 @@\n-x\ry\n+x\rz\n"
        );
    }
}
