//! Bytes are a settings file.

use std::path::Path;

use certsd_lint::settings::{self, Layer, SettingsError, SourceFile};

use super::printable::assert_printable;
use super::{Body, Seeds};

pub const BODY: Body = Body {
    name: "settings",
    run,
    seeds,
};

fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let file = match settings::parse(Path::new("certsd-lint.toml"), text) {
        Ok(file) => file,
        Err(error) => return look_at(&error),
    };
    for problem in &file.warnings {
        draw(&file.source, problem);
    }
    match settings::merge(Some(file), Layer::default()) {
        Ok(effective) => {
            assert_printable("the settings", &settings::print(&effective));
            for problem in effective.unmatched_globs() {
                let file = effective.file.as_ref().expect("the file of the globs");
                draw(&file.source, &problem);
            }
            for path in ["certs.d/docker.io/hosts.toml", "a/b"] {
                let _ = effective.settings.exclude.excludes(path);
                let _ = effective.settings.environment(path);
                let _ = effective.settings.level("plain-http", path);
            }
        }
        Err(error) => look_at(&error),
    }
}

fn look_at(error: &SettingsError) {
    assert_printable("the error", &error.to_string());
    if let SettingsError::Wrong {
        source_file,
        problems,
    } = error
    {
        assert!(!problems.is_empty(), "wrong, and nothing says why");
        problems
            .iter()
            .for_each(|problem| draw(source_file, problem));
    }
}

fn draw(source: &SourceFile, problem: &settings::Problem) {
    assert!(
        source.text.get(problem.span.clone()).is_some(),
        "{problem:?}"
    );
    assert_printable("a problem", &source.draw(problem, false, true, 100));
}

fn seeds(_: &Seeds) -> Vec<Vec<u8>> {
    let template = settings::template();
    let uncommented: Vec<&str> = template
        .lines()
        .map(|line| line.trim_start_matches("# "))
        .filter(|line| line.contains('=') || line.starts_with('['))
        .collect();
    let mut all: Vec<String> = uncommented.iter().map(|line| format!("{line}\n")).collect();
    all.push(uncommented.join("\n"));
    all.push(template);
    all.push(
        "containerd = [\"1.7\", \">=2.2\"]\nprivate = [\"*.corp.example\", \"10.0.0.0/8\"]\ndays-before-expiry = 45\n\
         exclude = [\"vendor\", \"a/**\", \"{a,b}?\"]\nignore = [\"security\"]\n[severity]\nplain-http = \"note\"\n\
         [[override]]\npaths = [\"clusters/dev/**\"]\nenvironment = \"development\"\n"
            .to_owned(),
    );
    all.into_iter().map(String::into_bytes).collect()
}
