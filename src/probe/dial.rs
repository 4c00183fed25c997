//! From a host name to a connection, within a time.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use super::limits::left;
use super::trouble::Trouble;
use crate::containerd::failures::Reply;

/// More addresses of one name are not tried.
const MAX_ADDRESSES: usize = 8;

/// The addresses of a host.
///
/// # Errors
/// Where the name is not known, or the resolver does not answer in time.
pub fn resolve(host: &str, port: u16, end: Instant) -> Result<Vec<SocketAddr>, Trouble> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let (sender, receiver) = mpsc::channel();
    let name = host.to_owned();
    // The system's resolver knows no limit, so it is left to itself when it takes too long.
    let asked = thread::Builder::new()
        .name("dns".to_owned())
        .spawn(move || {
            let found = (name.as_str(), port).to_socket_addrs();
            let found = found.map(|found| found.take(MAX_ADDRESSES).collect::<Vec<_>>());
            drop(sender.send(found));
        });
    if asked.is_err() {
        return Err(Trouble::not_known(
            "no thread can be started for the DNS lookup",
        ));
    }
    let timeout = left(end).unwrap_or_default();
    match receiver.recv_timeout(timeout) {
        Ok(Ok(found)) if !found.is_empty() => Ok(found),
        Ok(Ok(_)) => Err(Trouble::new(Reply::NoName, "DNS has no address for it")),
        Ok(Err(error)) => Err(Trouble::new(Reply::NoName, format!("DNS: {error}"))),
        Err(_) => Err(Trouble::new(Reply::Other, "DNS does not answer in time")),
    }
}

/// A connection to the first address that takes one. Each gets its share of the time, as Go gives it.
///
/// # Errors
/// Where none takes one in time.
pub fn connect(addresses: &[SocketAddr], end: Instant) -> Result<(Timed, SocketAddr), Trouble> {
    let mut trouble = Trouble::new(Reply::Dropped, "no address");
    for (index, address) in addresses.iter().enumerate() {
        let Some(left) = left(end) else {
            break;
        };
        let share = left / u32::try_from(addresses.len() - index).unwrap_or(1);
        match TcpStream::connect_timeout(address, share) {
            Ok(stream) => {
                drop(stream.set_nodelay(true));
                return Ok((Timed::new(stream, end), *address));
            }
            Err(error) => trouble = of_dial(&error, address),
        }
    }
    Err(trouble)
}

fn of_dial(error: &io::Error, address: &SocketAddr) -> Trouble {
    use io::ErrorKind::{
        ConnectionRefused, HostUnreachable, NetworkUnreachable, TimedOut, WouldBlock,
    };
    match error.kind() {
        ConnectionRefused => {
            Trouble::new(Reply::Refused, format!("{address} refuses the connection"))
        }
        HostUnreachable | NetworkUnreachable => {
            Trouble::new(Reply::Unreachable, format!("no route to {address}"))
        }
        TimedOut | WouldBlock => Trouble::new(
            Reply::Dropped,
            format!("no connection to {address} in time: packets are dropped"),
        ),
        _ => Trouble::new(Reply::Other, format!("{address}: {error}")),
    }
}

/// A connection whose reads and writes end in time.
#[derive(Debug)]
pub struct Timed {
    stream: TcpStream,
    /// When they have to be done.
    pub end: Instant,
    /// The first bytes that came.
    pub first: Vec<u8>,
}

impl Timed {
    fn new(stream: TcpStream, end: Instant) -> Timed {
        Timed {
            stream,
            end,
            first: Vec::new(),
        }
    }

    fn left(&self) -> io::Result<std::time::Duration> {
        left(self.end).ok_or_else(|| io::ErrorKind::TimedOut.into())
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        let count = self.stream.read(buffer).map_err(timed_out)?;
        if self.first.len() < 5 {
            let more = &buffer[..count.min(5 - self.first.len())];
            self.first.extend_from_slice(more);
        }
        Ok(count)
    }
}

impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(buffer).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Systems call the same by two names.
fn timed_out(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => error,
    }
}
