//! Where secrets go: a server that records proves it.

use super::registry::{answers, serves, status};
use super::server::{Asked, Does, Server, Speaks};
use super::{first, probe, probe_with, steps, tree};
use serde_json::Value;

const SECRET: &str = "hunter2";

/// Base64 of `alice:hunter2`.
const BASIC: &str = "YWxpY2U6aHVudGVyMg==";

fn with_secret(hosts_toml: &str, servers: &[&Server]) -> Value {
    let folder = tree(hosts_toml, servers);
    folder.write("secret", &format!("alice:{SECRET}\n"));
    let answer = probe_with(&folder, &["--containerd", "2.3", "--credentials", "secret"]);
    for text in [SECRET, BASIC] {
        assert!(!answer.to_string().contains(text), "{answer}");
    }
    answer
}

fn heard_nothing(server: &Server) {
    for text in [SECRET, BASIC] {
        assert!(!server.heard().contains(text), "{}", server.heard());
    }
}

/// A registry that wants a user name and a password.
fn basic(asked: &Asked) -> Does {
    match asked.header("Authorization") {
        Some(value) if value == format!("Basic {BASIC}") => serves(asked),
        _ => answers(401, &[("WWW-Authenticate", "Basic realm=\"x\"")], b""),
    }
}

/// A registry that wants the token `t0ken` from this realm.
fn bearer(realm: String) -> impl Fn(&Asked) -> Does + Send + Sync {
    move |asked| match asked.header("Authorization") {
        Some("Bearer t0ken") => serves(asked),
        _ => {
            let challenge =
                format!("Bearer realm=\"{realm}\",service=\"reg\",scope=\"repository:app:pull\"");
            answers(401, &[("WWW-Authenticate", &challenge)], b"")
        }
    }
}

fn token_server() -> Server {
    Server::start(Speaks::Http, |_| answers(200, &[], br#"{"token":"t0ken"}"#))
}

#[test]
fn a_login_with_the_secret() {
    let registry = Server::start(Speaks::Http, basic);
    assert_eq!(
        with_secret("server = \"http://@1\"\n", &[&registry])["result"],
        "pulled"
    );
}

#[test]
fn no_secret_without_being_told_to() {
    let registry = Server::start(Speaks::Http, basic);
    let answer = probe(&tree("server = \"http://@1\"\n", &[&registry]));
    assert_eq!(first(&answer)[0], "401", "{answer}");
    assert!(
        super::error(&answer).ends_with("no basic auth credentials"),
        "{answer}"
    );
    assert!(
        registry
            .asked()
            .iter()
            .all(|asked| asked.header("Authorization").is_none())
    );
}

#[test]
fn endpoints_that_do_not_ask_get_none() {
    let mirror = Server::start(Speaks::Http, |_| status(404));
    let registry = Server::start(Speaks::Http, basic);
    let answer = with_secret(
        "server = \"http://@2\"\n[host.\"http://@1\"]\n",
        &[&mirror, &registry],
    );
    assert_eq!(answer["served_by"]["resolve"], 1);
    heard_nothing(&mirror);
}

#[test]
fn a_refused_login_is_not_repeated() {
    let registry = Server::start(Speaks::Http, |_| {
        answers(401, &[("WWW-Authenticate", "Basic realm=\"x\"")], b"")
    });
    let answer = with_secret("server = \"http://@1\"\n", &[&registry]);
    assert_eq!(first(&answer)[0], "unauthorized", "{answer}");
    let logins = registry
        .asked()
        .iter()
        .filter(|asked| asked.header("Authorization").is_some())
        .count();
    assert_eq!(logins, 1);
}

#[test]
fn an_anonymous_token() {
    let tokens = token_server();
    let registry = Server::start(
        Speaks::Http,
        bearer(format!("http://{}/token", tokens.host())),
    );
    let answer = probe(&tree("server = \"http://@1\"\n", &[&registry]));
    assert_eq!(answer["result"], "pulled", "{answer}");
    let asked = &tokens.asked()[0];
    assert_eq!(
        asked.target,
        "/token?service=reg&scope=repository%3Aapp%3Apull"
    );
    assert!(steps(&answer, 0).contains("realm http://"), "{answer}");
    assert!(!answer.to_string().contains("t0ken"));
}

#[test]
fn the_secret_for_a_token_goes_to_the_realm() {
    let tokens = token_server();
    let registry = Server::start(
        Speaks::Http,
        bearer(format!("http://{}/token", tokens.host())),
    );
    let answer = with_secret("server = \"http://@1\"\n", &[&registry]);
    assert_eq!(answer["result"], "pulled", "{answer}");
    assert!(
        tokens.asked()[0]
            .text
            .contains("grant_type=password&username=alice&password=hunter2")
    );
    heard_nothing(&registry);
}

#[test]
fn token_servers_that_give_none() {
    for does in [
        status(403),
        status(500),
        answers(200, &[], b"{}"),
        answers(200, &[], b"<html>"),
        Does::Writes(Vec::new()),
    ] {
        let tokens = Server::start(Speaks::Http, move |_| does.clone());
        let registry = Server::start(
            Speaks::Http,
            bearer(format!("http://{}/token", tokens.host())),
        );
        let answer = probe(&tree("server = \"http://@1\"\n", &[&registry]));
        assert_eq!(first(&answer)[0], "no-token", "{answer}");
        assert!(
            super::error(&answer).contains("failed to authorize: failed to fetch"),
            "{answer}"
        );
    }
}

#[test]
fn challenges_that_cannot_be_answered() {
    for (challenge, reply) in [
        ("Bearer service=\"reg\"", "no-realm"),
        ("Negotiate", "unauthorized"),
        ("Digest realm=\"x\"", "unauthorized"),
        ("Bearer realm=\"ftp://x\"", "no-token"),
    ] {
        let registry = Server::start(Speaks::Http, move |_| {
            answers(401, &[("WWW-Authenticate", challenge)], b"")
        });
        let answer = probe(&tree("server = \"http://@1\"\n", &[&registry]));
        assert_eq!(first(&answer)[0], reply, "{challenge} {answer}");
    }
}

#[test]
fn a_token_that_is_refused() {
    let tokens = token_server();
    let realm = format!(
        "Bearer realm=\"http://{}/token\",error=\"insufficient_scope\"",
        tokens.host()
    );
    let registry = Server::start(Speaks::Http, move |_| {
        answers(401, &[("WWW-Authenticate", &realm)], b"")
    });
    let answer = probe(&tree("server = \"http://@1\"\n", &[&registry]));
    assert_eq!(first(&answer)[0], "denied", "{answer}");
}

#[test]
fn the_target_of_a_redirect_gets_no_secret() {
    let thief = Server::start(Speaks::Http, basic);
    let to = format!("http://{}/x", thief.host());
    let registry = Server::start(Speaks::Http, move |asked| {
        match asked.path().contains("/blobs/") {
            true => answers(307, &[("Location", &to)], b""),
            false => basic(asked),
        }
    });
    let text = "server = \"http://@1\"\n[header]\nauthorization = \"Basic c2VjcmV0LW9mLXRoZS10YWJsZQ==\"\nx-token = \"abcdefghijklmnop\"\n";
    let answer = with_secret(text, &[&registry]);
    assert_eq!(first(&answer)[2], "unknown", "{answer}");
    assert!(!thief.asked().is_empty());
    heard_nothing(&thief);
    for text in ["c2VjcmV0", "abcdefghijklmnop"] {
        assert!(!thief.heard().contains(text), "{}", thief.heard());
        assert!(registry.heard().contains(text));
        assert!(!answer.to_string().contains(text), "{answer}");
    }
}

#[test]
fn the_environment_may_have_the_secret() {
    let registry = Server::start(Speaks::Http, basic);
    let folder = tree("server = \"http://@1\"\n", &[&registry]);
    let mut command = folder.command();
    command.args([
        "probe",
        "--config-path",
        "certs.d",
        "--proxy",
        "none",
        "--arch",
        "amd64",
        "reg.example/app:v1",
    ]);
    let ended = super::program::Ended::of(
        command
            .env("CERTSD_LINT_CREDENTIALS", "alice:hunter2")
            .output()
            .unwrap(),
    );
    ended.ends(0);
    assert!(!ended.out.contains(SECRET), "{ended:#?}");
}

#[test]
fn a_proxy_of_the_daemon_is_used() {
    let proxy = Server::start(Speaks::Http, serves);
    let folder = tree("server = \"http://mirror.internal\"\n", &[]);
    folder.write(
        "node/lib/systemd/system/containerd.service",
        "[Service]\nExecStart=/usr/bin/containerd\n",
    );
    let drop_in = format!(
        "[Service]\nEnvironment=\"HTTP_PROXY=http://bob:pr0xy@{}\"\n",
        proxy.host()
    );
    folder.write(
        "node/etc/systemd/system/containerd.service.d/proxy.conf",
        &drop_in,
    );
    folder.write(
        "node/etc/containerd/certs.d/reg.example/hosts.toml",
        "server = \"http://mirror.internal\"\n",
    );
    let ended = folder.run(&[
        "probe",
        "--sysroot",
        "node",
        "--arch",
        "amd64",
        "--format",
        "json",
        "reg.example/app:v1",
    ]);
    let answer: Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:#?}"));
    assert_eq!(answer["result"], "pulled", "{answer}");
    let asked = &proxy.asked()[0];
    assert!(
        asked.target.starts_with("http://mirror.internal/v2/"),
        "{}",
        asked.target
    );
    assert_eq!(
        asked.header("Proxy-Authorization"),
        Some("Basic Ym9iOnByMHh5")
    );
    assert!(!answer.to_string().contains("pr0xy"));
    assert_eq!(
        answer["proxy_from"],
        "the environment of containerd.service"
    );
}

#[test]
fn https_goes_through_a_tunnel() {
    let refuses = Server::start(Speaks::Http, |_| status(403));
    let folder = tree("server = \"https://mirror.internal\"\n", &[]);
    let mut command = folder.command();
    command.args([
        "probe",
        "--config-path",
        "certs.d",
        "--proxy",
        "environment",
        "--format",
        "json",
        "reg.example/app:v1",
    ]);
    command
        .env("HTTPS_PROXY", format!("http://{}", refuses.host()))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    let ended = super::program::Ended::of(command.output().unwrap());
    let answer: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(first(&answer)[0], "other-error", "{answer}");
    assert_eq!(refuses.asked()[0].target, "mirror.internal:443");
}
