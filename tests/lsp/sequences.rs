//! A client that does anything, in any order: no panic, no other text than the client's, nothing shown that a new session would not.

use proptest::collection::vec;
use proptest::prelude::*;

use super::session::{At, FILES, Operation, QUESTIONS, play};

/// What texts are made of: what means something to TOML or to an editor.
const PIECES: [&str; 22] = [
    "server = \"https://registry.corp.internal\"\n",
    "[host.\"https://mirror.corp.internal\"]\n",
    "  capabilities = [\"pull\", \"reslove\"]\r\n",
    "  skip-verify = true\n",
    "  ca = \"ca.crt\"\n",
    "[host.\"https://é😀\"]\r",
    "# certsd-lint: ignore[unknown-key] é😀\n",
    "-----BEGIN CERTIFICATE-----\n",
    "ignore = [\"plain-http\"]\n",
    "version = 3\n",
    "cat > /etc/containerd/certs.d/docker.io/hosts.toml <<EOF\n",
    "EOF\n",
    "\u{feff}",
    "\u{202e}",
    "\"",
    "'''",
    "[",
    "]",
    "\n",
    "\r",
    "é",
    "😀",
];

fn text(most: usize) -> impl Strategy<Value = String> {
    vec(0..PIECES.len(), 0..most)
        .prop_map(|pieces| pieces.into_iter().map(|piece| PIECES[piece]).collect())
}

/// A place of a short file, or one beyond any.
fn place() -> impl Strategy<Value = At> {
    let number = || prop_oneof![8 => 0..9_u32, 2 => 0..60_u32, 1 => Just(u32::MAX)];
    (number(), number())
}

fn file() -> impl Strategy<Value = u8> {
    let number = |index: usize| u8::try_from(index).unwrap();
    // Most happens in one file.
    prop_oneof![3 => Just(0), 2 => 0..number(FILES.len())]
}

fn operation() -> impl Strategy<Value = Operation> {
    let range = prop::option::weighted(0.9, (place(), place()));
    let questions = 0..u8::try_from(QUESTIONS.len()).unwrap();
    prop_oneof![
        3 => (file(), text(12)).prop_map(|(file, text)| Operation::Open(file, text)),
        8 => (file(), vec((range, text(3)), 0..4))
            .prop_map(|(file, changes)| Operation::Change(file, changes)),
        1 => file().prop_map(Operation::Close),
        1 => (file(), file()).prop_map(|(from, to)| Operation::Rename(from, to)),
        1 => file().prop_map(Operation::Save),
        2 => (file(), questions, place())
            .prop_map(|(file, question, at)| Operation::Ask(file, question, at)),
        2 => (file(), any::<u8>()).prop_map(|(file, which)| Operation::Act(file, which)),
        2 => Just(Operation::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_client_does(kind in 0..6_u8, operations in vec(operation(), 1..25)) {
        play(kind, &operations);
    }
}
