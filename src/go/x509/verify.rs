//! Whether a server's certificate is accepted, as Go's `Certificate.Verify` judges it for a TLS client.
//!
//! It differs from the web's verifiers: a certificate that is itself among the trusted ones is accepted whatever its
//! extensions say, so a self-signed certificate may be its own authority; and the order of the checks decides which
//! error is reported. What this module does not model is [`Judgement::NotKnown`], never a guess.

use super::certificate::Certificate;
use super::extensions::ExtendedKeyUsage;
use super::host_name;
use super::parts::Parts;

/// Checks the signature of one certificate by the key of another.
pub trait Signatures {
    /// Whether the signature is right; `None` where the algorithm cannot be checked here.
    fn is_right(&self, certificate: &Parts, issuer: &Parts) -> Option<bool>;
}

/// How a server's certificate is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It is accepted, by this chain: the server's certificate first, the trusted one last.
    Accepted(Vec<Parts>),
    /// It is refused, with Go's error text.
    Refused(Refusal, String),
    /// Go might decide otherwise than could be checked here.
    NotKnown(String),
}

/// Why a certificate is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Issued by an unknown authority.
    UnknownAuthority,
    /// Expired or not valid yet.
    Expired,
    /// For another name.
    WrongName,
    /// Without any name but the common name.
    CommonName,
    /// Anything else.
    Other,
}

/// More signatures than these Go does not check.
const MAX_SIGNATURES: usize = 100;

/// Judges the certificates that a server sent, its own first.
pub fn verify(
    sent: &[Parts],
    roots: &[Parts],
    host: &str,
    now: i64,
    signatures: &dyn Signatures,
) -> Judgement {
    let Some((leaf, intermediates)) = sent.split_first() else {
        let text = "tls: received empty certificates message";
        return Judgement::Refused(Refusal::Other, text.to_owned());
    };
    if leaf.has_unknown_critical {
        return Judgement::Refused(
            Refusal::Other,
            "x509: unhandled critical extension".to_owned(),
        );
    }
    if let Some(refused) = outside_of_its_time(&leaf.certificate, now) {
        return refused;
    }
    if let Err(error) = host_name::verify(leaf, host) {
        let refusal = match error.contains("legacy Common Name") {
            true => Refusal::CommonName,
            false => Refusal::WrongName,
        };
        return Judgement::Refused(refusal, error);
    }
    let mut search = Search {
        roots,
        intermediates,
        now,
        signatures,
        checked: 0,
        error: None,
        unknown: None,
    };
    let chain = match roots.iter().any(|root| root.der == leaf.der) {
        true => Some(vec![leaf.clone()]),
        false => search.build(std::slice::from_ref(leaf)),
    };
    let Some(chain) = chain else {
        return search.failed();
    };
    if chain[1..].iter().any(|parts| parts.has_name_constraints) {
        return Judgement::NotKnown("an authority of the chain has name constraints".to_owned());
    }
    if !chain.iter().all(|parts| may_serve(&parts.certificate)) {
        let text = "x509: certificate specifies an incompatible key usage";
        return Judgement::Refused(Refusal::Other, text.to_owned());
    }
    Judgement::Accepted(chain)
}

fn outside_of_its_time(certificate: &Certificate, now: i64) -> Option<Judgement> {
    let text = "x509: certificate has expired or is not yet valid";
    let is_outside = certificate.is_expired(now) || certificate.is_not_yet_valid(now);
    is_outside.then(|| Judgement::Refused(Refusal::Expired, text.to_owned()))
}

/// Whether the extended key usage, where there is one, allows TLS servers.
fn may_serve(certificate: &Certificate) -> bool {
    certificate
        .extended_key_usage
        .as_ref()
        .is_none_or(|purposes| {
            purposes.iter().any(|purpose| {
                matches!(
                    purpose,
                    ExtendedKeyUsage::Any | ExtendedKeyUsage::ServerAuth
                )
            })
        })
}

struct Search<'a> {
    roots: &'a [Parts],
    intermediates: &'a [Parts],
    now: i64,
    signatures: &'a dyn Signatures,
    checked: usize,
    /// The last error of an authority that would have issued it.
    error: Option<Judgement>,
    /// Why something could not be checked.
    unknown: Option<String>,
}

impl Search<'_> {
    /// The first chain to a trusted certificate.
    fn build(&mut self, chain: &[Parts]) -> Option<Vec<Parts>> {
        let last = chain.last()?;
        for (candidates, is_root) in [(self.roots, true), (self.intermediates, false)] {
            for candidate in candidates.iter().filter(|c| c.subject == last.issuer) {
                if chain.iter().any(|known| known.der == candidate.der) {
                    continue;
                }
                if !self.may_have_issued(candidate, chain, is_root) {
                    continue;
                }
                let longer = [chain, std::slice::from_ref(candidate)].concat();
                match is_root {
                    true => return Some(longer),
                    false => {
                        if let Some(found) = self.build(&longer) {
                            return Some(found);
                        }
                    }
                }
            }
        }
        None
    }

    fn may_have_issued(&mut self, candidate: &Parts, chain: &[Parts], is_root: bool) -> bool {
        let Some(last) = chain.last() else {
            return false;
        };
        self.checked += 1;
        let certificate = &candidate.certificate;
        if self.checked > MAX_SIGNATURES || !certificate.may_issue() {
            return false;
        }
        if last.certificate.signature_algorithm.weak {
            return false;
        }
        match self.signatures.is_right(last, candidate) {
            Some(true) => {}
            Some(false) => return false,
            None => {
                let name = &last.certificate.signature_algorithm.name;
                self.unknown = Some(format!("the signature algorithm {name} cannot be checked"));
                return false;
            }
        }
        if let Some(refused) = outside_of_its_time(certificate, self.now) {
            self.error = Some(refused);
            return false;
        }
        if candidate.has_unknown_critical {
            let text = "x509: unhandled critical extension".to_owned();
            self.error = Some(Judgement::Refused(Refusal::Other, text));
            return false;
        }
        let constraints = certificate.basic_constraints;
        if !is_root && !constraints.is_some_and(|constraints| constraints.ca) {
            let text = "x509: certificate is not authorized to sign other certificates".to_owned();
            self.error = Some(Judgement::Refused(Refusal::Other, text));
            return false;
        }
        let below = chain.len().saturating_sub(1) as u64;
        if constraints
            .and_then(|c| c.path_len)
            .is_some_and(|most| below > most)
        {
            let text = "x509: too many intermediates for path length constraint".to_owned();
            self.error = Some(Judgement::Refused(Refusal::Other, text));
            return false;
        }
        true
    }

    /// Why there is no chain.
    fn failed(self) -> Judgement {
        if let Some(why) = self.unknown {
            return Judgement::NotKnown(why);
        }
        self.error.unwrap_or_else(|| {
            let text = "x509: certificate signed by unknown authority";
            Judgement::Refused(Refusal::UnknownAuthority, text.to_owned())
        })
    }
}
