//! A registry on loopback that behaves as it is told to, and remembers what it was asked.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub target: String,
    /// The whole head, and the body.
    pub text: String,
}

impl Asked {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.text.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// What a server does with a request.
#[derive(Debug, Clone)]
pub enum Does {
    /// Answers.
    Answers(u16, Vec<(String, String)>, Vec<u8>),
    /// Writes these bytes and closes the connection.
    Writes(Vec<u8>),
    /// Writes these bytes, and then nothing more until the client goes.
    Stalls(Vec<u8>),
    /// Writes these bytes, and then these again and again until the client goes.
    Repeats(Vec<u8>, Vec<u8>),
    /// Resets the connection.
    Resets,
}

/// How a server speaks.
#[derive(Debug, Clone, Default)]
pub enum Speaks {
    #[default]
    Http,
    /// HTTPS, with this certificate and key of the fixtures.
    Https(&'static str, &'static str),
    /// HTTPS for clients that this authority knows.
    Mutual(&'static str, &'static str, &'static str),
    /// Takes connections and says nothing.
    Nothing,
    /// Takes connections and writes these bytes.
    Bytes(&'static [u8]),
    /// Takes connections and closes them.
    Closes,
}

/// A server; it ends with the test.
pub struct Server {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
    is_over: Arc<AtomicBool>,
}

/// How a connection ends.
enum End {
    Closed,
    Reset,
}

type Handler = dyn Fn(&Asked) -> Does + Send + Sync;

impl Server {
    pub fn start(
        speaks: Speaks,
        handler: impl Fn(&Asked) -> Does + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let open = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let config = config(&speaks);
        let handler: Arc<Handler> = Arc::new(handler);
        let (all, streams, over) = (asked.clone(), open.clone(), is_over.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                streams.lock().unwrap().push(stream.try_clone().unwrap());
                let (speaks, config) = (speaks.clone(), config.clone());
                let (handler, all) = (handler.clone(), all.clone());
                let streams = streams.clone();
                thread::spawn(move || {
                    let peer = stream.peer_addr().ok();
                    let ended = serve(stream, &speaks, config, &*handler, &all);
                    // The last that is open: the connection ends, or is reset.
                    let mut streams = streams.lock().unwrap();
                    let is_it = |stream: &TcpStream| stream.peer_addr().ok() == peer;
                    if let Some(at) = streams.iter().position(is_it) {
                        let stream = streams.swap_remove(at);
                        if !matches!(ended, Ok(End::Reset)) {
                            drop(stream.shutdown(Shutdown::Write));
                        }
                    }
                });
            }
        });
        Server {
            address,
            asked,
            open,
            is_over,
        }
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// All that it was sent, as one text.
    pub fn heard(&self) -> String {
        self.asked()
            .iter()
            .map(|asked| asked.text.as_str())
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        for stream in self.open.lock().unwrap().iter() {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

/// A file of `fixtures/probe`.
pub fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/probe")
        .join(name)
}

fn config(speaks: &Speaks) -> Option<Arc<ServerConfig>> {
    let (certificate, key, clients) = match speaks {
        Speaks::Https(certificate, key) => (certificate, key, None),
        Speaks::Mutual(certificate, key, clients) => (certificate, key, Some(clients)),
        _ => return None,
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(fixture(certificate))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let key = PrivateKeyDer::from_pem_file(fixture(key)).unwrap();
    let provider = Arc::new(rustls_graviola::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(clients) => {
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_file_iter(fixture(clients)).unwrap() {
                roots.add(certificate.unwrap()).unwrap();
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    Some(Arc::new(builder.with_single_cert(chain, key).unwrap()))
}

fn serve(
    mut stream: TcpStream,
    speaks: &Speaks,
    config: Option<Arc<ServerConfig>>,
    handler: &Handler,
    all: &Mutex<Vec<Asked>>,
) -> io::Result<End> {
    match (speaks, config) {
        (Speaks::Closes, _) => Ok(End::Closed),
        (Speaks::Nothing, _) => wait(&mut stream),
        (Speaks::Bytes(bytes), _) => {
            // What is sent before anything was read would be lost with a reset.
            drop(stream.read(&mut [0; 4096]));
            stream.write_all(bytes)?;
            wait(&mut stream)
        }
        (_, Some(config)) => {
            let connection = ServerConnection::new(config).map_err(io::Error::other)?;
            let socket = stream.try_clone()?;
            let mut tls = StreamOwned::new(connection, stream);
            let end = converse(&mut tls, &socket, handler, all)?;
            tls.conn.send_close_notify();
            tls.flush()?;
            Ok(end)
        }
        (_, None) => {
            let socket = stream.try_clone()?;
            converse(&mut stream, &socket, handler, all)
        }
    }
}

/// Until the client goes.
fn wait(stream: &mut impl Read) -> io::Result<End> {
    while stream.read(&mut [0; 4096])? > 0 {}
    Ok(End::Closed)
}

fn converse(
    stream: &mut (impl Read + Write),
    socket: &TcpStream,
    handler: &Handler,
    all: &Mutex<Vec<Asked>>,
) -> io::Result<End> {
    let asked = read_request(stream)?;
    all.lock().unwrap().push(asked.clone());
    match handler(&asked) {
        Does::Answers(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} Status {status}\r\nConnection: close\r\n");
            let has_length = headers.iter().any(|(name, _)| {
                ["content-length", "transfer-encoding"]
                    .contains(&name.to_ascii_lowercase().as_str())
            });
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            if !has_length {
                head.push_str(&format!("Content-Length: {}\r\n", body.len()));
            }
            head.push_str("\r\n");
            stream.write_all(head.as_bytes())?;
            if asked.method != "HEAD" {
                stream.write_all(&body)?;
            }
            stream.flush()?;
            Ok(End::Closed)
        }
        Does::Writes(bytes) => {
            stream.write_all(&bytes)?;
            stream.flush()?;
            Ok(End::Closed)
        }
        Does::Stalls(bytes) => {
            stream.write_all(&bytes)?;
            stream.flush()?;
            wait(stream)
        }
        Does::Repeats(first, again) => {
            stream.write_all(&first)?;
            loop {
                stream.write_all(&again)?;
                stream.flush()?;
            }
        }
        Does::Resets => {
            // What lingers for no time is reset when it is closed.
            rustix::net::sockopt::set_socket_linger(socket, Some(std::time::Duration::ZERO))?;
            Ok(End::Reset)
        }
    }
}

fn read_request(stream: &mut impl Read) -> io::Result<Asked> {
    let mut text = Vec::new();
    let mut byte = [0; 1];
    while !text.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        text.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&text).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body)?;
    let mut words = head.split_whitespace();
    Ok(Asked {
        method: words.next().unwrap_or_default().to_owned(),
        target: words.next().unwrap_or_default().to_owned(),
        text: head.clone() + &String::from_utf8_lossy(&body),
    })
}
