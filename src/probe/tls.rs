//! TLS with the certificates of one endpoint, judged as Go judges.
//!
//! rustls speaks the protocol; whether the server's certificate is accepted is decided by [`verify`], and which client
//! certificate is sent by Go's rule. The provider is graviola: no C compiler is needed to build it.

use std::fmt;
use std::sync::{Arc, Mutex};

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer,
    PrivateSec1KeyDer, ServerName, UnixTime,
};
use rustls::sign::CertifiedKey;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct,
    Error as TlsError, SignatureScheme, StreamOwned,
};

use super::dial::Timed;
use super::limits::CERTIFICATES;
use super::trouble::Trouble;
use crate::containerd::failures::Reply;
use crate::go::asn1::der::{Reader, tag};
use crate::go::pem;
use crate::go::x509::{Judgement, Parts, Refusal, Signatures, verify};

/// A connection with TLS.
pub type Stream = StreamOwned<ClientConnection, Timed>;

/// The TLS settings of one endpoint.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// Whom it trusts: the system's authorities and its own.
    pub roots: Arc<Vec<Parts>>,
    /// Its client pairs, in order: the bytes of certificate and key.
    pub pairs: Vec<(Vec<u8>, Vec<u8>)>,
    /// Whether any certificate will do.
    pub skips_verification: bool,
}

/// The results of a handshake.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The certificates that the server sent, its own first.
    pub sent: Vec<Parts>,
    /// How Go judges them; `None` where no certificate came.
    pub judgement: Option<Judgement>,
    /// TLS 1.2 or 1.3.
    pub version: Option<&'static str>,
    /// Whether the server requested a client certificate.
    pub asked_for_client: bool,
    /// Whether one was sent.
    pub sent_client: bool,
}

/// Why this processor cannot do it, where it cannot.
pub fn unsupported_processor() -> Option<&'static str> {
    #[cfg(target_arch = "x86_64")]
    let is_supported = {
        use std::arch::is_x86_feature_detected as has;
        has!("aes")
            && has!("pclmulqdq")
            && has!("ssse3")
            && has!("avx")
            && has!("avx2")
            && has!("bmi1")
            && has!("bmi2")
            && has!("adx")
    };
    #[cfg(target_arch = "aarch64")]
    let is_supported = {
        use std::arch::is_aarch64_feature_detected as has;
        has!("neon") && has!("aes") && has!("pmull") && has!("sha2")
    };
    (!is_supported).then_some("TLS needs a processor of 2014 or later (AES, AVX2, ADX)")
}

/// Does a handshake over a connection.
pub fn handshake(
    mut socket: Timed,
    host: &str,
    identity: &Identity,
    now: i64,
) -> (Seen, Result<Box<Stream>, Trouble>) {
    if let Some(why) = unsupported_processor() {
        return (Seen::default(), Err(Trouble::not_known(why)));
    }
    let seen = Arc::new(Mutex::new(Seen::default()));
    let outcome = shake(&mut socket, host, identity, now, &seen);
    let mut seen = seen.lock().map(|seen| seen.clone()).unwrap_or_default();
    match outcome {
        Ok(connection) => {
            seen.version = connection
                .protocol_version()
                .and_then(|version| version.as_str());
            (seen, Ok(Box::new(StreamOwned::new(connection, socket))))
        }
        Err(error) => {
            let trouble = trouble(&error, &seen, &socket);
            (seen, Err(trouble))
        }
    }
}

fn shake(
    socket: &mut Timed,
    host: &str,
    identity: &Identity,
    now: i64,
    seen: &Arc<Mutex<Seen>>,
) -> Result<ClientConnection, std::io::Error> {
    let provider = Arc::new(rustls_graviola::default_provider());
    let other = |error: TlsError| std::io::Error::other(error);
    let verifier = Arc::new(Verifier {
        provider: provider.clone(),
        identity: identity.clone(),
        host: host.to_owned(),
        now,
        seen: seen.clone(),
    });
    let clients = Arc::new(Clients {
        pairs: pairs(&provider, identity),
        seen: seen.clone(),
    });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(other)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(clients);
    config.resumption = rustls::client::Resumption::disabled();
    // The name matters to SNI alone: the verifier has the host as it is written.
    let name = match ServerName::try_from(host.to_owned()) {
        Ok(name) => name,
        Err(_) => {
            config.enable_sni = false;
            ServerName::try_from("invalid.invalid".to_owned()).map_err(std::io::Error::other)?
        }
    };
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(other)?;
    while connection.is_handshaking() {
        connection.complete_io(socket)?;
    }
    Ok(connection)
}

/// The failure, in containerd's terms.
fn trouble(error: &std::io::Error, seen: &Seen, socket: &Timed) -> Trouble {
    if socket.first == b"HTTP/" {
        let text = "the server speaks plain HTTP where TLS is expected";
        return Trouble::new(Reply::PlainHttp, text);
    }
    match &seen.judgement {
        Some(Judgement::Refused(refusal, text)) => {
            return Trouble::new(reply_to(*refusal), text.clone());
        }
        Some(Judgement::NotKnown(why)) => {
            return Trouble::not_known(format!(
                "not known whether Go accepts the certificate: {why}"
            ));
        }
        _ => {}
    }
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<TlsError>());
    match inner {
        Some(error) => of_tls(error, seen),
        None => of_io(error),
    }
}

/// A failure of the connection while TLS was being agreed on.
fn of_io(error: &std::io::Error) -> Trouble {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset, TimedOut, UnexpectedEof};
    match error.kind() {
        TimedOut => Trouble::new(Reply::NoHandshake, "no answer to the TLS handshake in time"),
        ConnectionReset | ConnectionAborted => Trouble::new(
            Reply::Reset,
            "the connection was reset during the TLS handshake",
        ),
        UnexpectedEof => Trouble::new(
            Reply::Other,
            "the server closed the connection during the TLS handshake (EOF)",
        ),
        _ => Trouble::new(Reply::Other, format!("TLS: {error}")),
    }
}

/// A failure of TLS itself; also for what comes after the handshake.
pub fn of_tls(error: &TlsError, seen: &Seen) -> Trouble {
    use AlertDescription as Alert;
    match error {
        TlsError::AlertReceived(alert) => {
            let text = format!("the server ended TLS: {alert:?}");
            match alert {
                Alert::CertificateRequired
                | Alert::BadCertificate
                | Alert::UnknownCA
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::CertificateRevoked
                | Alert::UnsupportedCertificate
                | Alert::AccessDenied
                    if seen.asked_for_client =>
                {
                    let sent = match seen.sent_client {
                        true => "it refuses the client certificate",
                        false => "it wants a client certificate, and none was sent",
                    };
                    Trouble::new(Reply::ClientCertificate, format!("{sent} ({alert:?})"))
                }
                // Go knows cipher suites and curves that this program does not.
                Alert::HandshakeFailure | Alert::InsufficientSecurity => Trouble::not_known(
                    format!("{text}: Go might agree with it on other algorithms"),
                ),
                _ => Trouble::new(Reply::Other, text),
            }
        }
        TlsError::PeerIncompatible(why) => {
            let text = format!("no common TLS version or algorithm: {why:?}");
            match why {
                rustls::PeerIncompatible::ServerDoesNotSupportTls12Or13
                | rustls::PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => {
                    Trouble::new(Reply::Other, text)
                }
                _ => Trouble::not_known(text),
            }
        }
        TlsError::InvalidMessage(_) => Trouble::new(Reply::Other, "the server does not speak TLS"),
        TlsError::InvalidCertificate(why) => Trouble::not_known(format!(
            "the server's key cannot be checked by this program: {why:?}"
        )),
        _ => Trouble::not_known(format!("TLS: {error}")),
    }
}

fn reply_to(refusal: Refusal) -> Reply {
    match refusal {
        Refusal::UnknownAuthority => Reply::UnknownAuthority,
        Refusal::Expired => Reply::Expired,
        Refusal::WrongName => Reply::WrongName,
        Refusal::CommonName => Reply::CommonName,
        Refusal::Other => Reply::Other,
    }
}

/// Judges certificates as Go does.
struct Verifier {
    provider: Arc<CryptoProvider>,
    identity: Identity,
    host: String,
    now: i64,
    seen: Arc<Mutex<Seen>>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let all = std::iter::once(end_entity).chain(intermediates);
        let sent: Result<Vec<Parts>, _> = all
            .take(CERTIFICATES)
            .map(|certificate| Parts::read(certificate))
            .collect();
        let (sent, judgement) = match sent {
            Ok(sent) if self.identity.skips_verification => {
                let accepted = Judgement::Accepted(sent.clone());
                (sent, accepted)
            }
            Ok(sent) => {
                let judgement = verify(&sent, &self.identity.roots, &self.host, self.now, self);
                (sent, judgement)
            }
            Err(error) => {
                let text = format!("tls: failed to parse certificate from server: it {error}");
                (Vec::new(), Judgement::Refused(Refusal::Other, text))
            }
        };
        let is_accepted = matches!(judgement, Judgement::Accepted(_));
        if let Ok(mut seen) = self.seen.lock() {
            seen.sent = sent;
            seen.judgement = Some(judgement);
        }
        match is_accepted {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(TlsError::InvalidCertificate(
                CertificateError::ApplicationVerificationFailure,
            )),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl Signatures for Verifier {
    fn is_right(&self, certificate: &Parts, issuer: &Parts) -> Option<bool> {
        let is = |id: AlgorithmIdentifier, bytes: &[u8]| id.as_ref() == bytes;
        let algorithms = self.provider.signature_verification_algorithms.all.iter();
        let mut fitting = algorithms
            .filter(|algorithm| {
                is(
                    algorithm.signature_alg_id(),
                    &certificate.signature_algorithm,
                ) && is(algorithm.public_key_alg_id(), &issuer.key_algorithm)
            })
            .peekable();
        fitting.peek()?;
        let checked = fitting.any(|algorithm| {
            algorithm
                .verify_signature(&issuer.key, &certificate.signed, &certificate.signature)
                .is_ok()
        });
        // A key that is too small for the library is not a wrong signature to Go.
        match checked {
            true => Some(true),
            false if issuer.certificate.public_key.is_weak() => None,
            false => Some(false),
        }
    }
}

/// A client pair that can be sent, with the names of who issued its certificates.
#[derive(Debug)]
struct Pair {
    key: Arc<CertifiedKey>,
    issuers: Vec<Vec<u8>>,
}

/// Chooses a client certificate as Go does: the first that an authority issued which the server names.
#[derive(Debug)]
struct Clients {
    pairs: Vec<Pair>,
    seen: Arc<Mutex<Seen>>,
}

impl ResolvesClientCert for Clients {
    fn resolve(&self, hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let names: Vec<&[u8]> = hints
            .iter()
            .filter_map(|hint| Reader::new(hint).content(tag::SEQUENCE))
            .collect();
        let fits = |pair: &&Pair| {
            let is_known = names.is_empty()
                || pair
                    .issuers
                    .iter()
                    .any(|issuer| names.contains(&issuer.as_slice()));
            is_known && pair.key.key.choose_scheme(schemes).is_some()
        };
        let chosen = self.pairs.iter().find(fits);
        if let Ok(mut seen) = self.seen.lock() {
            seen.asked_for_client = true;
            seen.sent_client = chosen.is_some();
        }
        chosen.map(|pair| pair.key.clone())
    }

    fn has_certs(&self) -> bool {
        // Also without one: the server's request must be visible.
        true
    }
}

/// The pairs that this program can use.
fn pairs(provider: &CryptoProvider, identity: &Identity) -> Vec<Pair> {
    let read = |(certificate, key): &(Vec<u8>, Vec<u8>)| {
        let chain: Vec<CertificateDer<'static>> = pem::blocks(certificate)
            .filter(|block| block.is_certificate())
            .map(|block| CertificateDer::from(block.contents))
            .collect();
        let block = pem::blocks(key).find(|block| block.is_private_key())?;
        let key = match block.label.as_str() {
            "RSA PRIVATE KEY" => PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from(block.contents)),
            "EC PRIVATE KEY" => PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(block.contents)),
            _ => PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(block.contents)),
        };
        let key = provider.key_provider.load_private_key(key).ok()?;
        let issuers = chain
            .iter()
            .filter_map(|der| Some(Parts::read(der).ok()?.issuer));
        Some(Pair {
            issuers: issuers.collect(),
            key: Arc::new(CertifiedKey::new(chain, key)),
        })
    };
    identity.pairs.iter().filter_map(read).collect()
}

/// How many of the pairs this program can use, and how many there are.
pub fn usable_pairs(identity: &Identity) -> (usize, usize) {
    let all = identity.pairs.len();
    match all == 0 || unsupported_processor().is_some() {
        true => (0, all),
        false => (
            pairs(&rustls_graviola::default_provider(), identity).len(),
            all,
        ),
    }
}
