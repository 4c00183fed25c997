//! The server at its streams.

use std::collections::{HashSet, VecDeque};
use std::io;

use gen_lsp_types::InitializeParams;
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
    let params: InitializeParams = serde_json::from_value(params)
        .map_err(|error| io::Error::other(format!("cannot read initialize: {error}")))?;
    let (mut server, greeting) = Server::new(&params, options);
    let greeting = serde_json::to_value(greeting).map_err(io::Error::other)?;
    connection
        .initialize_finish(id, greeting)
        .map_err(io::Error::other)?;
    server.watch();
    send(connection, &mut server)?;
    let mut waiting: VecDeque<Message> = VecDeque::new();
    while let Ok(message) = connection.receiver.recv() {
        waiting.push_back(message);
        while let Some(message) = next(connection, &mut waiting, &mut server) {
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

/// The next message, once all that have arrived are read: one that a later one withdraws is not returned.
fn next(
    connection: &Connection,
    waiting: &mut VecDeque<Message>,
    server: &mut Server,
) -> Option<Message> {
    waiting.extend(connection.receiver.try_iter());
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
