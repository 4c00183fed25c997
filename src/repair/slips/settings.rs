//! Slips around a setting: its sign, its quotes, trailing text.

use super::{Line, Slip, is_word};
use crate::facts::keys::HOST_KEYS;

/// `server = “https://mirror.internal”`.
pub(crate) fn typographic_quotes(line: &Line) -> Option<Slip> {
    // The text of a comment is never a setting.
    let code = &line.line[..comment_start(line.line)];
    if !code.contains(['“', '”', '‘', '’', '„', '«', '»']) {
        return None;
    }
    let straight = code
        .replace(['“', '”', '„', '«', '»'], "\"")
        .replace(['‘', '’'], "'");
    let slip = Slip::new(
        line.whole.clone(),
        "a value is in typographic quotes",
        "typographic quotes",
        format!("write `{}`", straight.trim()),
    );
    Some(slip.replaced(line.start..line.start + code.len(), straight))
}

/// The start of a comment after a space, or the end.
fn comment_start(line: &str) -> usize {
    [" #", "\t#"]
        .iter()
        .filter_map(|sign| line.find(sign))
        .min()
        .unwrap_or(line.len())
}

/// `server => "https://mirror.internal"`.
pub(crate) fn assignment(line: &Line) -> Option<Slip> {
    let mut signs = ["=>", ":="].into_iter();
    let (sign, (key, value)) = signs.find_map(|sign| Some((sign, line.body.split_once(sign)?)))?;
    let slip = Slip::new(
        line.whole.clone(),
        &format!("a value is assigned with `{sign}` instead of `=`"),
        "not a TOML assignment",
        format!("write `{} = {}`", key.trim(), value.trim()),
    );
    if !is_word(key.trim()) || value.starts_with('>') {
        return Some(slip);
    }
    let at = line.whole.start + key.len();
    Some(slip.replaced(at..at + sign.len(), "="))
}

/// `capabilities = ["pull"] skip_verify = true`: the parser stops at the second key.
pub(crate) fn another_behind(line: &Line) -> Option<Slip> {
    let (written, rest) = line
        .line
        .split_at((line.offset - line.start).min(line.line.len()));
    let (key, _) = rest.split_once('=')?;
    if !is_setting(key.trim()) || !written.contains('=') {
        return None;
    }
    let slip = Slip::new(
        line.offset..line.whole.end,
        "a line contains two settings",
        "needs its own line",
        format!("write `{}` and, on the next line, `{rest}`", written.trim()),
    );
    let at = line.start + written.trim_end().len();
    Some(slip.replaced(at..line.offset, format!("\n{}", line.indentation())))
}

/// A key that containerd reads.
fn is_setting(key: &str) -> bool {
    key == "server" || HOST_KEYS.contains(&key)
}

/// `skip_verify = true,`.
pub(crate) fn comma_behind(line: &Line) -> Option<Slip> {
    let behind = line
        .text
        .get(line.offset..line.whole.end.max(line.offset + 1))?;
    let rest = behind.trim_start_matches([',', ' ']);
    let is_last = rest.trim_start().is_empty() || rest.trim_start().starts_with('#');
    if !behind.starts_with(',') || !is_last {
        return None;
    }
    let commas = behind[..behind.len() - rest.len()].trim_end();
    let slip = Slip::new(
        line.offset..line.offset + 1,
        "a value is followed by a comma",
        "stray comma",
        "delete the comma",
    );
    Some(slip.replaced(line.offset..line.offset + commas.len(), ""))
}
