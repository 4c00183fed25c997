//! The possible replies of an endpoint.

use std::fmt;
use std::str::FromStr;

/// The reply of an endpoint to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reply {
    /// It serves the content.
    Serves,
    /// A status of 300 or more. 401 has a Basic challenge, and the pull has no credentials.
    Status(u16),
    /// 401 with a Bearer challenge whose token server gives no token.
    NoToken,
    /// 401 with a Bearer challenge that names no token server.
    NoRealm,
    /// 401 again for the token that its token server gave, with an error such as `insufficient_scope`.
    Denied,
    /// 401 again after a login, or with a challenge that containerd cannot answer.
    Unauthorized,
    /// 200 with a web page.
    WebPage,
    /// 200 with other bytes than those of the digest.
    OtherBytes,
    /// The connection is refused.
    Refused,
    /// The connection is reset.
    Reset,
    /// There is no route to the host.
    Unreachable,
    /// Its packets are dropped, so the connection is never made.
    Dropped,
    /// Its name is not known to DNS.
    NoName,
    /// It takes the connection and answers no TLS handshake.
    NoHandshake,
    /// It finishes the TLS handshake and never answers a request.
    Silent,
    /// Its certificate is issued by an unknown authority.
    UnknownAuthority,
    /// Its certificate is for another name.
    WrongName,
    /// Its certificate has no name but the common name.
    CommonName,
    /// Its certificate has expired.
    Expired,
    /// It speaks plain HTTP where TLS is expected.
    PlainHttp,
    /// It refuses the client certificate, or that there is none.
    ClientCertificate,
    /// Any other failure before a status: of TLS, of a redirect, of HTTP itself.
    Other,
}

/// The words of `--when`, with what each means.
const WORDS: [(&str, Reply); 21] = [
    ("ok", Reply::Serves),
    ("no-token", Reply::NoToken),
    ("no-realm", Reply::NoRealm),
    ("denied", Reply::Denied),
    ("unauthorized", Reply::Unauthorized),
    ("web-page", Reply::WebPage),
    ("other-bytes", Reply::OtherBytes),
    ("refused", Reply::Refused),
    ("reset", Reply::Reset),
    ("unreachable", Reply::Unreachable),
    ("dropped", Reply::Dropped),
    ("no-dns", Reply::NoName),
    ("no-handshake", Reply::NoHandshake),
    ("silent", Reply::Silent),
    ("unknown-ca", Reply::UnknownAuthority),
    ("wrong-name", Reply::WrongName),
    ("common-name", Reply::CommonName),
    ("expired", Reply::Expired),
    ("plain-http", Reply::PlainHttp),
    ("client-certificate", Reply::ClientCertificate),
    ("other-error", Reply::Other),
];

/// A text that names no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown reply `{0}`; write a status from 300 to 599, or one of: {words}", words = Reply::words().collect::<Vec<_>>().join(", "))]
pub struct ReplyError(pub String);

impl Reply {
    /// The words that `--when` takes.
    pub fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|(word, _)| *word)
    }
}

impl FromStr for Reply {
    type Err = ReplyError;

    fn from_str(text: &str) -> Result<Reply, ReplyError> {
        let word = text.trim().to_ascii_lowercase();
        if let Some((_, reply)) = WORDS.iter().find(|(known, _)| *known == word) {
            return Ok(*reply);
        }
        match word.parse() {
            Ok(200) => Ok(Reply::Serves),
            Ok(status @ 300..=599) => Ok(Reply::Status(status)),
            _ => Err(ReplyError(text.to_owned())),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, WORDS.iter().find(|(_, reply)| reply == self)) {
            (Reply::Status(status), _) => write!(f, "{status}"),
            (_, Some((word, _))) => f.write_str(word),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reply_has_a_word() {
        for (word, reply) in WORDS {
            assert_eq!(word.parse(), Ok(reply));
            assert_eq!(reply.to_string(), word);
        }
        assert_eq!("404".parse(), Ok(Reply::Status(404)));
        assert_eq!("200".parse(), Ok(Reply::Serves));
        for text in ["", "40", "600", "100", "maybe"] {
            assert!(text.parse::<Reply>().is_err(), "{text}");
        }
    }
}
