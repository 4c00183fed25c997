//! Documents as people write them, or nearly.

use proptest::prelude::*;

/// A line as people write it, or nearly.
fn line() -> impl Strategy<Value = String> {
    let url = prop_oneof![
        Just("https://mirror.internal"),
        Just("http://mirror.internal:5000"),
        Just("mirror.internal"),
        Just("https://mirror internal"),
        Just("https://[fd00::1]:5000"),
        Just("https://fd00::1"),
        Just("https://registry-1.docker.io/v2"),
        Just("https://m:abc"),
        Just(""),
    ];
    let word = prop_oneof![
        4 => Just("\"pull\""), 4 => Just("\"resolve\""), 2 => Just("'push'"), 1 => Just("\"referrers\""),
        1 => Just("\"pul\""), 1 => Just("1"),
    ];
    let value = prop_oneof![
        Just("true"),
        Just("false"),
        Just("\"text\""),
        Just("[]"),
        Just("{}"),
        Just("1"),
        Just("1.5"),
        Just("1979-05-27"),
        Just("[\"a\", \"b\"]"),
        Just("[[\"a\", \"b\"]]"),
        Just("[[\"a\"]]"),
        Just("\"3s\""),
        Just("\"3\""),
        Just("{ x-a = \"1\" }"),
        Just("{ x-a = 1 }"),
    ];
    let key = prop_oneof![
        Just("server"),
        Just("ca"),
        Just("client"),
        Just("skip_verify"),
        Just("override_path"),
        Just("dial_timeout"),
        Just("header"),
        Just("capabilities"),
        Just("Capabilities"),
        Just("rewrite"),
    ];
    prop_oneof![
        4 => url.clone().prop_map(|u| format!("[host.\"{u}\"]")),
        1 => url.clone().prop_map(|u| format!("[host.\"{u}\".header]")),
        1 => (url.clone(), url.clone()).prop_map(|(a, b)| format!("[host.\"{a}\".host.\"{b}\"]")),
        1 => url.clone().prop_map(|u| format!("host.\"{u}\".skip_verify = true")),
        1 => Just("[host]".to_owned()),
        1 => Just("[[host]]".to_owned()),
        2 => url.prop_map(|u| format!("server = \"{u}\"")),
        4 => prop::collection::vec(word, 0..4).prop_map(|w| format!("capabilities = [{}]", w.join(", "))),
        6 => (key, value).prop_map(|(k, v)| format!("{k} = {v}")),
        1 => Just("# a comment".to_owned()),
        1 => Just("a b".to_owned()),
    ]
}

/// A whole text.
pub fn document() -> impl Strategy<Value = String> {
    prop::collection::vec(line(), 0..8).prop_map(|lines| lines.join("\n") + "\n")
}
