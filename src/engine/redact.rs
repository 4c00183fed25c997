//! Takes what is secret out of the texts of a finding, whichever rule wrote them.

use std::borrow::Cow;
use std::sync::Arc;

use crate::finding::secrets::without_userinfo;
use crate::finding::{Finding, Source};

/// Rules show what is in the file in many ways; what is secret in it is taken out in one place.
pub(super) fn hide_secrets(finding: &mut Finding) {
    let related = finding.related.iter().map(|related| &related.location);
    let mut sources: Vec<Arc<Source>> = std::iter::once(&finding.location)
        .chain(related)
        .filter_map(|location| location.source.clone())
        .collect();
    sources.dedup_by(|a, b| Arc::ptr_eq(a, b));
    let texts = [
        &mut finding.message,
        &mut finding.label,
        &mut finding.effect,
        &mut finding.help,
    ];
    let related = finding.related.iter_mut().map(|related| &mut related.text);
    let fix = finding.fix.as_mut().map(|fix| &mut fix.description);
    for text in texts.into_iter().chain(related).chain(fix) {
        if let Cow::Owned(shown) = without_userinfo(text) {
            *text = shown;
        }
        for source in &sources {
            if let Cow::Owned(shown) = source.secrets().hidden_in(text) {
                *text = shown;
            }
        }
    }
}
