//! The server at its streams.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use lsp_server::{Connection, Message, RequestId};
use serde_json::Value;

use super::server::{Options, Server};

/// Serves the client at standard input and output until it ends. Whether it ended as the protocol wants it.
///
/// # Errors
/// When the client does not speak the protocol, or its end of a stream is closed too early.
pub fn run(options: Options) -> io::Result<bool> {
    let (connection, threads) = Connection::stdio();
    let ended = serve(&connection, options);
    drop(connection);
    let is_clean = ended?;
    threads.join()?;
    Ok(is_clean)
}

fn serve(connection: &Connection, options: Options) -> io::Result<bool> {
    let (id, params) = connection.initialize_start().map_err(io::Error::other)?;
    let (mut server, greeting) = Server::new(&params, options);
    let greeting = serde_json::to_value(greeting).map_err(io::Error::other)?;
    connection
        .initialize_finish(id, greeting)
        .map_err(io::Error::other)?;
    server.watch();
    send(connection, &mut server)?;
    let arrived = read_ahead(connection);
    let mut waiting: VecDeque<Message> = VecDeque::new();
    while let Ok(message) = arrived.recv() {
        waiting.push_back(message);
        while let Some(message) = next(&arrived, &mut waiting, &mut server) {
            server.receive(message);
            send(connection, &mut server)?;
            if let Some(is_clean) = server.has_ended() {
                return Ok(is_clean);
            }
        }
        // Only when the client has nothing more to say is it worth the while.
        server.settle();
        send(connection, &mut server)?;
    }
    Ok(false)
}

/// So many messages are read ahead of their turn.
const AHEAD: usize = 256;

/// The client's messages, read also while the server is busy: the connection itself buffers one message, so that a request could
/// not be withdrawn, and each of many changes would be linted.
fn read_ahead(connection: &Connection) -> Receiver<Message> {
    let (sender, receiver) = sync_channel(AHEAD);
    let from = connection.receiver.clone();
    thread::spawn(move || from.iter().all(|message| sender.send(message).is_ok()));
    receiver
}

/// The next message, once all that have arrived are read: one that a later one withdraws is not returned.
fn next(
    arrived: &Receiver<Message>,
    waiting: &mut VecDeque<Message>,
    server: &mut Server,
) -> Option<Message> {
    waiting.extend(arrived.try_iter());
    let withdrawn: HashSet<RequestId> = waiting.iter().filter_map(withdrawn).collect();
    while let Some(message) = waiting.pop_front() {
        match message {
            Message::Request(request) if withdrawn.contains(&request.id) => {
                server.cancel(request.id);
            }
            message => return Some(message),
        }
    }
    None
}

/// The request that a message withdraws.
fn withdrawn(message: &Message) -> Option<RequestId> {
    let Message::Notification(notification) = message else {
        return None;
    };
    if notification.method != "$/cancelRequest" {
        return None;
    }
    match notification.params.get("id")? {
        Value::String(id) => Some(RequestId::from(id.clone())),
        Value::Number(id) => Some(RequestId::from(i32::try_from(id.as_i64()?).ok()?)),
        _ => None,
    }
}

fn send(connection: &Connection, server: &mut Server) -> io::Result<()> {
    for message in server.take() {
        let closed = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        connection.sender.send(message).map_err(closed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use lsp_server::{Notification, Request};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_that_is_withdrawn_before_its_turn_is_refused() {
        let (sender, arrived) = sync_channel(AHEAD);
        for id in [1, 2] {
            let request = Request::new(id.into(), "shutdown".to_owned(), Value::Null);
            sender.send(Message::Request(request)).unwrap();
        }
        let cancel = Notification::new("$/cancelRequest".to_owned(), json!({ "id": 2 }));
        sender.send(Message::Notification(cancel)).unwrap();
        let (mut server, _) = Server::new(&Value::Null, Options::default());
        let mut waiting = VecDeque::new();
        let mut received = Vec::new();
        while let Some(message) = next(&arrived, &mut waiting, &mut server) {
            received.push(message);
        }
        assert!(matches!(&received[0], Message::Request(request) if request.id == 1.into()));
        assert!(matches!(&received[1..], [Message::Notification(_)]));
        let refused = serde_json::to_value(server.take()).unwrap();
        assert_eq!(refused[0]["id"], 2);
        assert_eq!(
            refused[0]["error"]["code"],
            lsp_server::ErrorCode::RequestCanceled as i32
        );
    }
}
