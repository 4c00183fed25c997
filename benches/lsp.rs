//! What an editor waits for: from a message to the server's answer, in a tree of a thousand namespaces. `cargo bench --bench lsp`.
//!
//! The file has a hundred lines, with findings and a certificate. No answer may take more than 20 ms: see the column of the slowest.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use certsd_lint::lsp::{Options, Server};
use divan::Bencher;
use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

/// 2026-06-01: the certificates of the fixtures are valid then.
const NOW: i64 = 1_780_272_000;

const NEIGHBOUR: &str = "server = \"https://registry.corp.internal\"\nca = \"ca.crt\"\n\n\
    [host.\"https://cache.corp.internal:5000\"]\n  capabilities = [\"pull\"]\n  ca = \"ca.crt\"\n";

fn main() {
    divan::main();
}

/// A file of a hundred lines; `word` is one of its capabilities.
fn text(word: &str) -> String {
    let mut text =
        "# Owned by the platform team.\nserver = \"https://registry-500.corp.internal\"\n\n"
            .to_owned();
    for index in 0..12 {
        write!(
            text,
            "# The mirror of zone {index}.\n[host.\"https://mirror-{index}.corp.internal\"]\n  capabilities = [\"pull\", \"{word}\"]\n  \
                ca = \"ca.crt\"\n  override_path = false\n  dial_timeout = \"3s\"\n  \
                [host.\"https://mirror-{index}.corp.internal\".header]\n  X-Zone = \"{index}\"\n"
        )
        .expect("a string takes it");
    }
    text.push_str("# The end.\n");
    assert_eq!(text.lines().count(), 100);
    text
}

/// An editor with the file of one of so many namespaces open.
struct Editor {
    server: Server,
    uri: String,
    version: i32,
    _folder: tempfile::TempDir,
}

impl Editor {
    fn new(namespaces: usize) -> Editor {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let root = folder.path().join("certs.d");
        let authority = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pki/ca-ec.pem");
        let directory = |index: usize| -> PathBuf {
            let directory = root.join(format!("registry-{index}.corp.internal"));
            fs::create_dir_all(&directory).expect("the folder is new");
            fs::write(directory.join("hosts.toml"), NEIGHBOUR).expect("the directory is new");
            fs::copy(&authority, directory.join("ca.crt")).expect("the fixture is there");
            directory
        };
        let directories: Vec<PathBuf> = (0..namespaces).map(directory).collect();
        let path = directories[namespaces / 2].join("hosts.toml");
        let params = json!({ "processId": null, "rootUri": null, "capabilities": {} });
        let (server, _) = Server::new(&params, Options { now: Some(NOW) });
        let mut editor = Editor {
            server,
            uri: format!("file://{}", path.display()),
            version: 1,
            _folder: folder,
        };
        let item = json!({ "uri": editor.uri, "languageId": "toml", "version": 1, "text": text("resolve") });
        editor.tell("didOpen", json!({ "textDocument": item }));
        editor
    }

    /// How many diagnostics came; `None` where none were sent.
    fn tell(&mut self, method: &str, params: Value) -> Option<usize> {
        let method = format!("textDocument/{method}");
        let notification = Notification::new(method, params);
        self.server.receive(Message::Notification(notification));
        self.server.settle();
        let sent = self.server.take();
        let sent = serde_json::to_value(&sent).expect("messages");
        sent[0]["params"]["diagnostics"].as_array().map(Vec::len)
    }

    fn change(&mut self, text: &str) -> Option<usize> {
        self.version += 1;
        let document = json!({ "uri": self.uri, "version": self.version });
        let changes = json!([{ "text": text }]);
        self.tell(
            "didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        )
    }

    fn ask(&mut self, method: &str, mut params: Value) -> Vec<Message> {
        params["textDocument"] = json!({ "uri": self.uri });
        let request = Request::new(RequestId::from(1), format!("textDocument/{method}"), params);
        self.server.receive(Message::Request(request));
        self.server.take()
    }
}

/// From a change to the diagnostics: one word is right and wrong in turn.
#[divan::bench(args = [1, 1_000], sample_count = 1_000)]
fn diagnostics(bencher: Bencher, namespaces: usize) {
    let mut editor = Editor::new(namespaces);
    let texts = ["reslove", "resolve"].map(text);
    assert!(editor.change(&texts[0]) > editor.change(&texts[1]));
    let mut turn = 0;
    bencher.bench_local(|| {
        turn += 1;
        let found = editor.change(&texts[turn % 2]);
        assert!(found.is_some(), "no diagnostics came");
    });
}

/// From a question to its answer, in a file that was linted.
#[divan::bench(args = ["hover", "inlayHint", "completion", "documentSymbol", "documentLink"], sample_count = 300)]
fn question(bencher: Bencher, method: &str) {
    let mut editor = Editor::new(1_000);
    let whole =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 100, "character": 0 } });
    bencher.bench_local(|| {
        editor.ask(
            method,
            json!({ "position": { "line": 4, "character": 20 }, "range": whole }),
        )
    });
}

/// The actions for one line with a finding.
#[divan::bench(sample_count = 100)]
fn actions(bencher: Bencher) {
    let mut editor = Editor::new(1_000);
    editor.change(&text("reslove"));
    let line =
        json!({ "start": { "line": 5, "character": 0 }, "end": { "line": 5, "character": 99 } });
    bencher.bench_local(|| {
        editor.ask(
            "codeAction",
            json!({ "range": line, "context": { "diagnostics": [], "only": ["quickfix"] } }),
        )
    });
}
