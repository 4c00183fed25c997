//! TLS: certificates are judged as Go judges them.

use super::registry::serves;
use super::server::{Server, Speaks};
use super::{error, first, probe, probe_with, tree};

const CA: &str = "server = \"https://@1\"\nca = \"$F/ca.pem\"\n";

fn with(certificate: &'static str, key: &'static str, hosts_toml: &str) -> serde_json::Value {
    let server = Server::start(Speaks::Https(certificate, key), serves);
    probe(&tree(hosts_toml, &[&server]))
}

#[test]
fn a_certificate_of_the_own_authority() {
    for (certificate, key) in [
        ("good.pem", "good.key"),
        ("rsa.pem", "rsa.key"),
        ("below-chain.pem", "below.key"),
    ] {
        let answer = with(certificate, key, CA);
        assert_eq!(answer["result"], "pulled", "{certificate} {answer}");
        let chain = answer["endpoints"][0]["certificates"].as_array().unwrap();
        assert!(chain[0]["days_left"].as_i64().unwrap() > 10_000);
    }
}

#[test]
fn certificates_that_go_refuses() {
    for (certificate, key, hosts_toml, reply, text) in [
        (
            "good.pem",
            "good.key",
            "server = \"https://@1\"\n",
            "unknown-ca",
            "signed by unknown authority",
        ),
        (
            "good.pem",
            "good.key",
            "server = \"https://@1\"\nca = \"$F/other-ca.pem\"\n",
            "unknown-ca",
            "signed by unknown authority",
        ),
        (
            "below.pem",
            "below.key",
            CA,
            "unknown-ca",
            "signed by unknown authority",
        ),
        (
            "wrong-name.pem",
            "wrong-name.key",
            CA,
            "wrong-name",
            "certificate is valid for ",
        ),
        (
            "expired.pem",
            "expired.key",
            CA,
            "expired",
            "has expired or is not yet valid",
        ),
        (
            "other-purpose.pem",
            "other-purpose.key",
            CA,
            "other-error",
            "…",
        ),
    ] {
        let answer = with(certificate, key, hosts_toml);
        assert_eq!(first(&answer), [reply; 3], "{certificate} {answer}");
        assert!(error(&answer).contains(text), "{certificate} {answer}");
    }
    // A name for the common name: this one is asked for as `localhost`.
    let server = Server::start(Speaks::Https("common-name.pem", "common-name.key"), serves);
    let text = format!(
        "server = \"https://localhost:{}\"\nca = \"$F/ca.pem\"\n",
        server.address.port()
    );
    let answer = probe(&tree(&text, &[]));
    assert_eq!(first(&answer)[0], "common-name", "{answer}");
    assert!(error(&answer).contains("relies on legacy Common Name field"));
}

#[test]
fn a_self_signed_certificate_may_be_its_own_authority() {
    let own = "server = \"https://@1\"\nca = \"$F/self-signed.pem\"\n";
    let answer = with("self-signed.pem", "self-signed.key", own);
    assert_eq!(answer["result"], "pulled", "{answer}");
    let answer = with("self-signed.pem", "self-signed.key", CA);
    assert_eq!(first(&answer)[0], "unknown-ca");
}

#[test]
fn skip_verify_takes_any() {
    for (certificate, key) in [
        ("wrong-name.pem", "wrong-name.key"),
        ("expired.pem", "expired.key"),
    ] {
        let answer = with(
            certificate,
            key,
            "server = \"https://@1\"\nskip_verify = true\n",
        );
        assert_eq!(answer["result"], "pulled", "{certificate} {answer}");
    }
}

#[test]
fn client_certificates() {
    let mutual = Speaks::Mutual("good.pem", "good.key", "client-ca.pem");
    let server = Server::start(mutual, serves);
    let with = |client: &str| {
        let text = format!("server = \"https://@1\"\nca = \"$F/ca.pem\"\n{client}");
        probe(&tree(&text, &[&server]))
    };
    assert_eq!(
        with("client = [[\"$F/client.pem\", \"$F/client.key\"]]\n")["result"],
        "pulled"
    );
    let none = with("");
    assert_eq!(first(&none)[0], "client-certificate", "{none}");
    // Go sends none that no authority of the server's issued.
    let other = with("client = [[\"$F/stranger.pem\", \"$F/stranger.key\"]]\n");
    assert_eq!(first(&other)[0], "client-certificate", "{other}");
    assert!(super::steps(&other, 0).contains("none was sent"), "{other}");
}

#[test]
fn the_wrong_protocol() {
    let plain = Server::start(Speaks::Http, serves);
    let at_https = Server::start(Speaks::Bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n"), serves);
    let answer = probe(&tree("server = \"https://@1\"\n", &[&at_https]));
    assert_eq!(first(&answer)[0], "plain-http", "{answer}");
    assert!(error(&answer).ends_with("server gave HTTP response to HTTPS client"));
    let noise = Server::start(Speaks::Bytes(b"220 mail ready\r\n"), serves);
    assert_eq!(
        first(&probe(&tree("server = \"https://@1\"\n", &[&noise])))[0],
        "other-error"
    );
    let closes = Server::start(Speaks::Closes, serves);
    let answer = probe(&tree("server = \"https://@1\"\n", &[&closes]));
    assert!(
        ["other-error", "reset"].contains(&first(&answer)[0]),
        "{answer}"
    );
    let tls = Server::start(Speaks::Https("good.pem", "good.key"), serves);
    let answer = probe(&tree(
        "server = \"http://@1\"\n[host.\"http://@2\"]\n",
        &[&plain, &tls],
    ));
    assert_eq!(answer["served_by"]["resolve"], 1, "{answer}");
}

#[test]
fn http_with_tls_settings_tries_https_first() {
    let speaks_http = Server::start(
        Speaks::Bytes(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
        serves,
    );
    let text = "[host.\"http://@1\"]\nskip_verify = true\n";
    let answer = probe(&tree(text, &[&speaks_http]));
    // By plain HTTP it answers 400 to everything.
    assert_eq!(first(&answer)[0], "400", "{answer}");
    let tls = Server::start(Speaks::Https("good.pem", "good.key"), serves);
    let answer = probe(&tree(
        &format!("server = \"http://@1\"\n{}", "ca = \"$F/ca.pem\"\n"),
        &[&tls],
    ));
    assert_eq!(answer["result"], "pulled", "{answer}");
    // Before 1.6.25 it is plain HTTP at once.
    let folder = tree(
        "server = \"http://@1\"\nca = \"$F/ca.pem\"\n[host.\"http://@1/x\"]\n",
        &[&tls],
    );
    let old = probe_with(&folder, &["--containerd", "1.6.20", "--timeout", "10"]);
    assert_eq!(old["result"], "fails", "{old}");
}

#[test]
fn nothing_that_speaks_tls_is_given_up() {
    let silent = Server::start(Speaks::Nothing, serves);
    let folder = tree("server = \"https://@1\"\n", &[&silent]);
    let answer = probe_with(&folder, &["--containerd", "2.3", "--timeout", "0.2"]);
    assert_eq!(first(&answer)[0], "no-handshake", "{answer}");
    assert!(error(&answer).ends_with("net/http: TLS handshake timeout"));
}
