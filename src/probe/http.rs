//! One HTTP request and its response, within limits.

use std::io::{self, Read, Write};
use std::time::Instant;

use super::dial::Timed;
use super::limits::HEAD_BYTES;
use super::tls::{self, Seen, Stream};
use super::trouble::Trouble;
use crate::containerd::failures::Reply;

/// The headers of a response that are read.
const MAX_HEADERS: usize = 100;

/// A connection, with or without TLS.
#[derive(Debug)]
pub enum Connection {
    /// Plain HTTP.
    Plain(Timed),
    /// HTTPS, with what the handshake showed.
    Tls(Box<Stream>, Seen),
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `HEAD`, `GET`, `POST`.
    pub method: &'static str,
    /// The target of the request line: a path, or the whole URL for a proxy.
    pub target: String,
    /// `Host`.
    pub authority: String,
    /// The other headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// A response.
#[derive(Debug, Clone, Default)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The text beside it.
    pub reason: String,
    /// The headers, as they came.
    pub headers: Vec<(String, String)>,
    /// The body, as far as it was read.
    pub body: Vec<u8>,
    /// Whether all of the body was read.
    pub is_complete: bool,
}

impl Response {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let is_it = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(is_it)
            .map(|(_, value)| value.as_str())
    }

    /// All challenges.
    pub fn challenges(&self) -> impl Iterator<Item = &str> {
        let is_it = |(known, _): &&(String, String)| known.eq_ignore_ascii_case("WWW-Authenticate");
        self.headers
            .iter()
            .filter(is_it)
            .map(|(_, value)| value.as_str())
    }

    /// `Content-Length`.
    pub fn length(&self) -> Option<u64> {
        self.header("Content-Length")?.trim().parse().ok()
    }

    /// The media type without parameters.
    pub fn media_type(&self) -> &str {
        let text = self.header("Content-Type").unwrap_or_default();
        text.split(';').next().unwrap_or_default().trim()
    }

    /// Status and text: `404 Not Found`.
    pub fn line(&self) -> String {
        format!("{} {}", self.status, self.reason)
            .trim_end()
            .to_owned()
    }
}

impl Connection {
    fn set_end(&mut self, end: Instant) {
        match self {
            Connection::Plain(socket) => socket.end = end,
            Connection::Tls(stream, _) => stream.sock.end = end,
        }
    }

    /// Makes a request and reads its response: the head until `head_end`, then at most `most` bytes of the body until
    /// `body_end`.
    ///
    /// # Errors
    /// Where no response comes, or none that is HTTP.
    pub fn exchange(
        &mut self,
        request: &Request,
        head_end: Instant,
        body_end: Instant,
        most: usize,
    ) -> Result<Response, Trouble> {
        self.set_end(head_end);
        let text = written(request)?;
        let sent = self.write_all(text.as_bytes()).and_then(|()| self.flush());
        sent.map_err(|error| self.trouble(&error))?;
        let (mut response, rest) = self.head()?;
        self.set_end(body_end);
        let has_body = request.method != "HEAD" && !matches!(response.status, 204 | 304);
        match has_body {
            true => self.body(&mut response, rest, most),
            false => response.is_complete = true,
        }
        Ok(response)
    }

    /// The head of the response, and the bytes of the body that came with it.
    fn head(&mut self) -> Result<(Response, Vec<u8>), Trouble> {
        let mut buffer = Vec::new();
        let mut chunk = [0; 8192];
        // Responses of 100 come before the one that counts.
        for _ in 0..10_000 {
            let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
            let mut parsed = httparse::Response::new(&mut headers);
            match parsed.parse(&buffer) {
                Ok(httparse::Status::Complete(end)) => {
                    let response = of_parsed(&parsed);
                    let rest = buffer.split_off(end);
                    if (100..200).contains(&response.status) && response.status != 101 {
                        buffer = rest;
                        continue;
                    }
                    return Ok((response, rest));
                }
                Ok(httparse::Status::Partial) if buffer.len() < HEAD_BYTES => {}
                Ok(httparse::Status::Partial) => {
                    let text = format!("the head of the response has more than {HEAD_BYTES} bytes");
                    return Err(Trouble::not_known(text));
                }
                Err(error) => {
                    let text = format!("the response is not HTTP: {error}");
                    return Err(Trouble::new(Reply::Other, text));
                }
            }
            let read = match self.read(&mut chunk) {
                Ok(0) => {
                    return Err(Trouble::new(
                        Reply::Other,
                        "the server closed the connection without a response (EOF)",
                    ));
                }
                Ok(read) => read,
                Err(error) => return Err(self.trouble(&error)),
            };
            buffer.extend_from_slice(&chunk[..read]);
        }
        Err(Trouble::new(
            Reply::Silent,
            "the head of the response does not end",
        ))
    }

    fn body(&mut self, response: &mut Response, rest: Vec<u8>, most: usize) {
        let is_chunked = response
            .header("Transfer-Encoding")
            .is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked"));
        let mut body = Body {
            connection: self,
            buffered: rest,
            at: 0,
        };
        let (bytes, is_complete) = match (is_chunked, response.length()) {
            (true, _) => body.chunks(most),
            (false, Some(length)) => body.exactly(length, most),
            (false, None) => body.until_end(most),
        };
        response.body = bytes;
        response.is_complete = is_complete;
    }

    /// containerd's name for a failure of the connection.
    fn trouble(&self, error: &io::Error) -> Trouble {
        let inner = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        if let (Some(error), Connection::Tls(_, seen)) = (inner, self) {
            return tls::of_tls(error, seen);
        }
        match error.kind() {
            io::ErrorKind::TimedOut => Trouble::new(Reply::Silent, "no response in time"),
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                Trouble::new(Reply::Reset, "the connection was reset before a response")
            }
            io::ErrorKind::UnexpectedEof => Trouble::new(
                Reply::Other,
                "the server closed the connection without a response (EOF)",
            ),
            _ => Trouble::new(Reply::Other, format!("no response: {error}")),
        }
    }
}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Connection::Plain(socket) => socket.read(buffer),
            Connection::Tls(stream, _) => stream.read(buffer),
        }
    }
}

impl Write for Connection {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Connection::Plain(socket) => socket.write(buffer),
            Connection::Tls(stream, _) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Connection::Plain(socket) => socket.flush(),
            Connection::Tls(stream, _) => stream.flush(),
        }
    }
}

/// The request as it goes over the wire.
///
/// # Errors
/// Where a header would tear it apart: Go refuses to send it.
fn written(request: &Request) -> Result<String, Trouble> {
    let Request {
        method,
        target,
        authority,
        headers,
        body,
    } = request;
    let is_safe = |text: &str| {
        !text
            .bytes()
            .any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f)
    };
    let mut text =
        format!("{method} {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n");
    let values = headers.iter().flat_map(|(name, value)| [name, value]);
    if ![target, authority]
        .into_iter()
        .chain(values)
        .all(|text| is_safe(text))
    {
        return Err(Trouble::new(
            Reply::Other,
            "the URL or a header has a control character, so no request can be sent",
        ));
    }
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body);
    Ok(text)
}

fn of_parsed(parsed: &httparse::Response<'_, '_>) -> Response {
    Response {
        status: parsed.code.unwrap_or_default(),
        reason: parsed.reason.unwrap_or_default().to_owned(),
        headers: parsed
            .headers
            .iter()
            .map(|header| {
                let value = String::from_utf8_lossy(header.value).into_owned();
                (header.name.to_owned(), value)
            })
            .collect(),
        ..Response::default()
    }
}

/// The body of a response while it is read. A body that breaks off is not an error here: it is incomplete.
struct Body<'a> {
    connection: &'a mut Connection,
    buffered: Vec<u8>,
    at: usize,
}

impl Body<'_> {
    /// More bytes; `None` at the end, and where none come.
    fn more(&mut self) -> Option<&[u8]> {
        if self.at == self.buffered.len() {
            self.buffered.resize(16 * 1024, 0);
            let read = self.connection.read(&mut self.buffered).ok()?;
            self.buffered.truncate(read);
            self.at = 0;
            if read == 0 {
                return None;
            }
        }
        Some(&self.buffered[self.at..])
    }

    /// Appends up to `count` bytes, and keeps no more than `most`; returns whether all came.
    fn take(&mut self, count: u64, most: usize, into: &mut Vec<u8>) -> bool {
        let mut left = count;
        while left > 0 {
            let room = most.saturating_sub(into.len());
            if room == 0 {
                return false;
            }
            let Some(bytes) = self.more() else {
                return false;
            };
            let take = bytes
                .len()
                .min(room)
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            into.extend_from_slice(&bytes[..take]);
            self.at += take;
            left -= take as u64;
        }
        true
    }

    fn exactly(&mut self, length: u64, most: usize) -> (Vec<u8>, bool) {
        let mut body = Vec::new();
        let is_complete = self.take(length, most, &mut body);
        (body, is_complete)
    }

    fn until_end(&mut self, most: usize) -> (Vec<u8>, bool) {
        let mut body = Vec::new();
        loop {
            let room = most.saturating_sub(body.len());
            match self.more() {
                None => return (body, true),
                Some(_) if room == 0 => return (body, false),
                Some(bytes) => {
                    let take = bytes.len().min(room);
                    body.extend_from_slice(&bytes[..take]);
                    self.at += take;
                }
            }
        }
    }

    fn chunks(&mut self, most: usize) -> (Vec<u8>, bool) {
        let mut body = Vec::new();
        loop {
            let Some(size) = self.chunk_size() else {
                return (body, false);
            };
            if size == 0 {
                return (body, true);
            }
            if !self.take(size, most, &mut body) || !self.skip_line() {
                return (body, false);
            }
        }
    }

    /// A line of at most 1,000 bytes.
    fn line(&mut self) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        while line.len() < 1_000 {
            let byte = *self.more()?.first()?;
            self.at += 1;
            match byte {
                b'\n' => return Some(line),
                b'\r' => {}
                byte => line.push(byte),
            }
        }
        None
    }

    fn chunk_size(&mut self) -> Option<u64> {
        let line = self.line()?;
        let digits: String = line
            .iter()
            .map(|byte| char::from(*byte))
            .take_while(char::is_ascii_hexdigit)
            .collect();
        u64::from_str_radix(&digits, 16).ok()
    }

    fn skip_line(&mut self) -> bool {
        self.line().is_some_and(|line| line.is_empty())
    }
}
