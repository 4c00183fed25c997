//! Files that nobody wrote in good faith: read to their end, in memory and time that is bounded, and without a panic.

use certsd_lint::carriers::{self, text::Text};
use proptest::prelude::*;

use super::lint;

const NAMES: [&str; 9] = [
    "a.sh",
    "a.yaml",
    "a.yaml.j2",
    "a.tf",
    "a.sh.tftpl",
    "Dockerfile",
    "hosts.toml.j2",
    "user-data",
    "registries.yaml",
];

/// Everything that is found is inside the file, on whole characters.
fn is_sound(path: &str, text: &str) {
    for finding in lint(path, text) {
        let related = finding.related.iter().map(|related| &related.location);
        for location in std::iter::once(&finding.location).chain(related) {
            if let Some(span) = &location.span {
                assert!(
                    text.get(span.clone()).is_some(),
                    "{path}: {span:?} of {text:?}"
                );
            }
        }
        for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
            assert!(text.get(edit.span.clone()).is_some(), "{path}: {edit:?}");
        }
    }
}

#[test]
fn what_grows_without_end_does_not() {
    let target = "/etc/containerd/certs.d/docker.io/hosts.toml";
    let long = 12_000;
    let cases = [
        format!("cat > {target} <<EOF\n{}\nEOF\n", "$x".repeat(long)),
        format!(
            "cat > {target} <<EOF\n{}EOF\n",
            "server = \"$a\"\n".repeat(long / 4)
        ),
        format!("x=$(printf {target}{}\n", "(".repeat(long)),
        format!("{}\n{target}", "cat <<E\n".repeat(long / 4)),
        format!("{} > {target}\n", "{ echo [host.\n".repeat(2_000)),
        format!(
            "{}{} > {target}\n",
            "{ ".repeat(long / 4),
            "; } > f".repeat(long / 4)
        ),
        format!(
            "a={}\n{}\n",
            "x".repeat(4_000),
            format!("sh -c \"cat > {target} {}\"\n", "$a".repeat(2_000)).repeat(4)
        ),
        format!("printf '{}' a > {target}\n", "%s".repeat(long)),
        format!("certs.d: {}", "[".repeat(long)),
        format!("certs.d: {}", "{a: ".repeat(long)),
        format!("{}hosts.toml: |\n", "- ".repeat(long)),
        format!("hosts.toml: \"{}\"\n", "\\n".repeat(long)),
        format!("certs.d\n{}", "{{ ".repeat(long)),
        format!("certs.d\n{}", "{% if x %}\n".repeat(long / 4)),
        format!("certs.d\n{}", "${".repeat(long)),
        format!("certs.d = {{\n{}", "a = <<-EOT\n".repeat(long / 4)),
        format!("certs.d = {}", "{".repeat(long)),
        format!(
            "mirrors:\n  a: &a {{endpoint: [x]}}\n{}",
            (0..200)
                .map(|n| format!("  b{n}: *a\n"))
                .collect::<String>()
        ),
        format!(
            "mirrors:\n{}",
            (0..200)
                .map(|n| format!("  r{n}.io: {{endpoint: [\"https://m/{n}\"]}}\n"))
                .collect::<String>()
        ),
        format!(
            "hosts.toml: |\n{}",
            "  [host.\"https://m\"]\n".repeat(1_000)
        ),
        "a: &a [*a, certs.d]\n".to_owned(),
        "'certs.d".to_owned(),
        "\"certs.d \\".to_owned(),
        "cat <<'certs.d".to_owned(),
        "hosts.toml: |\n \u{feff}\u{2028}é\r\n".to_owned(),
    ];
    for text in &cases {
        for name in NAMES {
            is_sound(name, text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(parts in prop::collection::vec(prop::sample::select(PARTS.to_vec()), 0..30), name in 0..NAMES.len()) {
        is_sound(NAMES[name], &parts.concat());
    }

    #[test]
    fn any_bytes_are_read(text in "\\PC{0,200}", name in 0..NAMES.len()) {
        is_sound(NAMES[name], &format!("certs.d hosts.toml\n{text}"));
    }

    #[test]
    fn places_are_inside(text in "[a-c\\n \\\\\"'$é]{0,40}", range in (0..40_usize, 0..40_usize)) {
        let whole = Text::of_carrier(&text);
        let (from, to) = (range.0.min(text.len()), range.1.min(text.len()));
        if text.is_char_boundary(from) && text.is_char_boundary(to) && from <= to {
            let part = whole.slice(from..to);
            prop_assert_eq!(part.in_carrier(&(0..part.as_str().len())), if from == to { part.in_carrier(&(0..0)) } else { from..to });
        }
    }
}

const PARTS: [&str; 40] = [
    "\n",
    " ",
    "  ",
    "\t",
    "cat ",
    "> ",
    ">> ",
    "<<EOF",
    "<<-'EOF'",
    "EOF",
    "| tee ",
    "echo ",
    "printf ",
    "'",
    "\"",
    "\\",
    "$x",
    "${x}",
    "$(",
    ")",
    "{ ",
    "}",
    "/etc/containerd/certs.d/docker.io/hosts.toml",
    "/etc/containerd/certs.d/",
    "hosts.toml: |\n",
    "path: ",
    "content: |\n",
    "- ",
    "mirrors:\n",
    "configs:\n",
    "endpoint: ",
    "server = \"https://docker.io\"\n",
    "[host.\"https://é\"]\n",
    "{{ x }}",
    "{% if a %}",
    "{% endif %}",
    "#cloud-config\n",
    "COPY ",
    "= <<-EOT\n",
    "kind: Cluster\napiVersion: kind.x-k8s.io/v1\n",
];

#[test]
fn kinds_are_told_by_names() {
    for name in NAMES {
        let text = match name {
            "user-data" => "#cloud-config\n",
            _ => "x",
        };
        assert!(carriers::kind(name, text).is_some(), "{name}");
        assert!(carriers::may_be(name), "{name}");
    }
    for name in ["README.md", "main.go", "a.json", "hosts.toml", "a.py"] {
        assert!(carriers::kind(name, "certs.d").is_none(), "{name}");
    }
}
