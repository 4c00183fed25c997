//! The settings file: what it may say, what is answered when it is wrong, and what comes of it and
//! the flags together.

use std::path::Path;

use certsd_lint::finding::{Environment, Level, Severity};
use certsd_lint::rules::RULES;
use certsd_lint::settings::{
    Effective, Given, Layer, Problem, SettingsError, merge, parse, print, schema,
};

const FILE: &str = "/repo/certsd-lint.toml";

fn effective(text: &str, flags: Layer) -> Effective {
    let file = match parse(Path::new(FILE), text) {
        Ok(file) => file,
        Err(error) => panic!("{error:?}"),
    };
    merge(Some(file), flags).unwrap()
}

fn problems(text: &str) -> Vec<Problem> {
    match parse(Path::new(FILE), text) {
        Ok(file) => file.warnings,
        Err(SettingsError::Wrong { problems, .. }) => problems,
        Err(error) => panic!("{error}"),
    }
}

/// What is said, at which part of the text.
#[track_caller]
fn says(text: &str, place: &str, words: &str) {
    let problems = problems(text);
    let found: Vec<String> = problems
        .iter()
        .map(|p| {
            let help = p.help.clone().unwrap_or_default();
            format!("{} | {} | {help}", p.message, p.label)
        })
        .collect();
    assert_eq!(problems.len(), 1, "{found:#?}");
    assert!(found[0].contains(words), "{found:#?}");
    assert_eq!(&text[problems[0].span.clone()], place, "{found:#?}");
}

#[test]
fn every_mistake_has_its_place_and_a_remedy() {
    says("ignroe = []", "ignroe", "did you mean `ignore`?");
    says(
        "deploy_path = \"/x\"",
        "deploy_path",
        "did you mean `deploy-path`?",
    );
    says(
        "targets = [\"1.7\"]",
        "targets",
        "did you mean `containerd`?",
    );
    says(
        "[severity]\nskip-verify = \"note\"",
        "severity",
        "did you mean `rules`?",
    );
    says(
        "pineapple = 1",
        "pineapple",
        "the settings are containerd, deploy-path",
    );
    says(
        "unknown-capability = \"off\"",
        "unknown-capability",
        "below `[rules]`",
    );
    says(
        "ignore = [\"unkown-capability\"]",
        "\"unkown-capability\"",
        "did you mean `unknown-capability`?",
    );
    says(
        "[rules]\nunknown-capabilty = \"off\"",
        "unknown-capabilty",
        "did you mean `unknown-capability`?",
    );
    says(
        "[rules]\nunknown-capability = \"warn\"",
        "\"warn\"",
        "did you mean \"warning\"?",
    );
    says(
        "[rules]\nunknown-capability = true",
        "true",
        "found a boolean",
    );
    says(
        "containerd = \"1.4\"",
        "\"1.4\"",
        "unsupported containerd release 1.4",
    );
    says(
        "containerd = [\"latest\"]",
        "\"latest\"",
        "is not a containerd release",
    );
    says(
        "containerd = 1.7",
        "1.7",
        "expected a list of releases, such as [\"1.7\", \"2.2.7\"], found a number",
    );
    says("containerd = 1.7", "1.7", "put it in quotes");
    says("containerd = [1.7]", "1.7", "put it in quotes");
    says(
        "containerd = [\"<1.5\"]",
        "\"<1.5\"",
        "no release line matches the range",
    );
    says("containerd = []", "[]", "the list of releases is empty");
    says(
        "deploy-path = \"certs.d\"",
        "\"certs.d\"",
        "is not an absolute path",
    );
    says(
        "days-before-expiry = -1",
        "-1",
        "out of range: expected 0 to 36500 days",
    );
    says(
        "days-before-expiry = \"30\"",
        "\"30\"",
        "expected a number of days, found text",
    );
    says(
        "environment = \"dev\"",
        "\"dev\"",
        "did you mean \"development\"?",
    );
    says("fail-on = \"info\"", "\"info\"", "did you mean \"note\"?");
    says(
        "private = [\"reg.example:5000\"]",
        "\"reg.example:5000\"",
        "write `reg.example`",
    );
    says(
        "public = [\"10.0.0.0/33\"]",
        "\"10.0.0.0/33\"",
        "is not a valid network",
    );
    says("exclude = [\"a[\"]", "\"a[\"", "is not a valid glob");
    says(
        "[overrides]\npaths = [\"a\"]",
        "overrides",
        "with two brackets",
    );
    says(
        "[[overrides]]\nenvironment = \"development\"",
        "[[overrides]]",
        "missing `paths`",
    );
    says(
        "[[overrides]]\npaths = [\"a\"]\nenv = \"x\"",
        "env",
        "did you mean `environment`?",
    );
    says(
        "[[overrides]]\npaths = [\"a\"]\nenvironment = \"development\"\nexclude = [\"x\"]",
        "exclude",
        "cannot be set for some paths only",
    );
    says(
        "[[namespaces]]\npath = \"a\"",
        "[[namespaces]]",
        "missing `registry`",
    );
    says(
        "[[namespaces]]\npath = \"a\"\nregistry = \"https://quay.io/x\"",
        "\"https://quay.io/x\"",
        "did you mean \"quay.io\"?",
    );
    says(
        "[[namespaces]]\npath = \"a\"\nregistry = \"quay.io\"\nhost = 1",
        "host",
        "unknown key `host`",
    );
    says("ignore = [", "", "invalid TOML");
    says("ignore = []\nignore = []", "ignore", "invalid TOML");
}

#[test]
fn all_mistakes_are_told_at_once_in_their_order() {
    let found = problems("b = 1\nexclude = [\"a[\", 1]\na = 1\n[rules]\nx = \"off\"\n");
    let places: Vec<_> = found.iter().map(|p| p.span.start).collect();
    assert_eq!(found.len(), 5, "{found:#?}");
    assert!(places.is_sorted());
}

#[test]
fn what_is_surely_not_meant_is_a_warning() {
    for (text, place, words) in [
        (
            "ignore = [\"trust\", \"trust\"]",
            "\"trust\"",
            "duplicate `trust` in `ignore`",
        ),
        (
            "ignore = [\"documents\", \"unknown-capability\"]",
            "\"unknown-capability\"",
            "part of `documents`",
        ),
        (
            "select = [\"trust\"]\nignore = [\"trust\"]",
            "\"trust\"",
            "is also in `select`",
        ),
        (
            "ignore = [\"trust\"]\n[rules]\ntrust = \"note\"",
            "trust",
            "is also in `ignore`",
        ),
        (
            "private = [\"a.b\"]\npublic = [\"a.b\"]",
            "\"a.b\"",
            "also in `private`",
        ),
        (
            "exclude = [\"a\", \"a\"]",
            "\"a\"",
            "duplicate `a` in `exclude`",
        ),
        ("[[overrides]]\npaths = [\"a\"]", "\"a\"", "sets nothing"),
    ] {
        says(text, place, words);
        assert!(problems(text)[0].is_warning);
    }
}

#[test]
fn a_drawing_shows_the_line() {
    let Err(SettingsError::Wrong {
        source_file,
        problems,
    }) = parse(Path::new("certsd-lint.toml"), "# x\nignroe = []\n")
    else {
        panic!("it is wrong");
    };
    let drawn = source_file.draw(&problems[0], false, true, 80);
    for part in [
        "unknown setting: `ignroe`",
        "certsd-lint.toml:2:1",
        "did you mean `ignore`?",
    ] {
        assert!(drawn.contains(part), "{drawn}");
    }
    assert!(!drawn.contains('\u{1b}'));
    assert!(
        source_file
            .draw(&problems[0], true, true, 80)
            .contains('\u{1b}')
    );
}

#[test]
fn flags_win_and_lists_add_up() {
    let mut flags = Layer::new(Path::new("/elsewhere"));
    flags.days_before_expiry = Some(Given::flag("--days-before-expiry", 7));
    flags.private = vec![Given::flag("--private", "b.example".to_owned())];
    flags.exclude = vec![Given::flag("--exclude", "x/y".to_owned())];
    let text = "containerd = [\"2.2.3\", \"1.7\"]\ndays-before-expiry = 90\nprivate = \"a.example\"\nexclude = [\"a/b\"]\n\
        sysroot = \"rootfs\"\nfail-on = \"never\"\n";
    let merged = effective(text, flags);
    let releases: Vec<_> = merged
        .settings
        .releases
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(releases, ["1.7.34", "2.2.3"]);
    assert_eq!(merged.settings.days_before_expiry, 7);
    for host in ["a.example", "b.example"] {
        assert!(merged.settings.private.matches(host), "{host}");
    }
    for path in ["/repo/a/b/c", "/elsewhere/x/y"] {
        assert!(merged.settings.exclude.excludes(path), "{path}");
    }
    assert!(!merged.settings.exclude.excludes("/repo/x/y"));
    assert_eq!(
        merged.settings.sysroot.as_deref(),
        Some(Path::new("/repo/rootfs"))
    );
}

#[test]
fn rules_are_chosen_by_the_last_and_most_particular_word() {
    let rule = "unknown-capability";
    let level = |text: &str, flags: &dyn Fn(&mut Layer)| {
        let mut layer = Layer::default();
        flags(&mut layer);
        effective(text, layer).settings.level(rule, "/repo/x")
    };
    let none = |_: &mut Layer| {};
    let given = |name: &str| vec![Given::flag("--x", name.parse().unwrap())];
    let off = Some(Level::Off);
    assert_eq!(level("", &none), None);
    assert_eq!(level("select = [\"trust\"]", &none), off);
    assert_eq!(level("select = [\"documents\"]", &none), None);
    assert_eq!(level("ignore = [\"documents\"]", &none), off);
    assert_ne!(
        level(
            "ignore = [\"documents\"]\nextend-select = [\"unknown-capability\"]",
            &none
        ),
        off
    );
    assert_eq!(
        level("select = [\"all\"]\nignore = [\"documents\"]", &none),
        off
    );
    assert_eq!(level("[rules]\ndocuments = \"off\"", &none), off);
    let note = Some(Level::Severity(Severity::Note));
    assert_eq!(
        level(
            "[rules]\nunknown-capability = \"note\"\ndocuments = \"off\"",
            &none
        ),
        note
    );
    assert_eq!(level("[rules]\ndocuments = \"note\"", &none), note);
    // A flag's `--select` sets aside what the file turned off.
    let select = |l: &mut Layer| l.select = Some(given(rule));
    assert_ne!(level("ignore = [\"unknown-capability\"]", &select), off);
    assert_eq!(
        level("[rules]\nunknown-capability = \"note\"", &select),
        note
    );
    let other = |l: &mut Layer| l.select = Some(given("trust"));
    assert_eq!(level("[rules]\nunknown-capability = \"note\"", &other), off);
    let ignore = |l: &mut Layer| l.ignore = given("documents");
    let everywhere = "[[overrides]]\npaths = [\"**\"]\nrules.unknown-capability = \"error\"";
    assert_eq!(
        level(everywhere, &none),
        Some(Level::Severity(Severity::Error))
    );
    assert_eq!(level(everywhere, &ignore), off);
    let severity = |l: &mut Layer| {
        l.severities = vec![Given::flag(
            "--severity",
            (rule.parse().unwrap(), Level::Severity(Severity::Note)),
        )];
    };
    assert_eq!(level(everywhere, &severity), note);
}

#[test]
fn overrides_hold_for_their_paths() {
    let text = "[[overrides]]\npaths = [\"dev\"]\nenvironment = \"development\"\n\n\
        [[overrides]]\npaths = [\"dev/live/**\"]\nenvironment = \"production\"\n";
    let merged = effective(text, Layer::default());
    let environment = |path| merged.settings.environment(path);
    assert_eq!(
        environment("/repo/a/dev/certs.d/x/hosts.toml"),
        Environment::Development
    );
    assert_eq!(environment("/repo/dev/live/x"), Environment::Production);
    assert_eq!(environment("/repo/other"), Environment::Production);
}

#[test]
fn overrides_say_more_of_nodes() {
    let text = "containerd = \"2.3\"\nprivate = \"a.example\"\n[[overrides]]\npaths = [\"old\"]\ncontainerd = \"1.7\"\n\
        private = \"b.example\"\n[[overrides]]\npaths = [\"old/x\"]\npublic = \"c.example\"\n";
    let settings = effective(text, Layer::default()).settings;
    let old = settings.at("/repo/old/x/certs.d");
    assert_eq!(old.releases[0].to_string(), "1.7.34");
    assert!(old.private.matches("a.example") && old.private.matches("b.example"));
    assert!(old.public.matches("c.example"));
    let new = settings.at("/repo/new");
    assert_eq!(new.releases[0].to_string(), "2.3.4");
    assert!(!new.private.matches("b.example"));
    assert_eq!(settings.all_releases().len(), 2);
    let flags = Layer {
        containerd: Some(Given::flag("--containerd", new.releases.clone())),
        ..Layer::default()
    };
    let settings = effective(text, flags).settings;
    assert_eq!(settings.at("/repo/old").releases, new.releases);
}

#[test]
fn globs_that_match_nothing_are_told() {
    let text = "exclude = [\"a\", \"b\"]\n[[overrides]]\npaths = [\"c\", \"d\"]\nenvironment = \"development\"\n";
    let merged = effective(text, Layer::default());
    merged.looked_at("/repo/a");
    merged.looked_at("/repo/x/d");
    let unmatched: Vec<_> = merged
        .unmatched_globs()
        .into_iter()
        .map(|p| p.message)
        .collect();
    assert_eq!(unmatched, ["`b` matches nothing", "`c` matches nothing"]);
}

#[test]
fn printed_settings_say_where_they_come_from_and_can_be_read_again() {
    let mut flags = Layer::new(Path::new("/repo"));
    flags.days_before_expiry = Some(Given::flag("--days-before-expiry", 7));
    let ignored = "unknown-capability".parse().unwrap();
    flags.ignore = vec![Given::flag("--ignore", ignored)];
    let text =
        "exclude = [\"a\"]\n\n[[overrides]]\npaths = [\"c\"]\nenvironment = \"development\"\n";
    let printed = print(&effective(text, flags));
    for line in [
        "# settings file: /repo/certsd-lint.toml",
        "containerd = [\"1.7.34\", \"2.0.11\", \"2.2.7\", \"2.3.4\"]  # default",
        "days-before-expiry = 7  # --days-before-expiry",
        "exclude = [\"a\"]  # certsd-lint.toml:1",
        "private = []  # default",
        "unknown-capability = \"off\"  # --ignore",
        "paths = [\"c\"]  # certsd-lint.toml:4",
        "environment = \"development\"  # certsd-lint.toml:5",
    ] {
        assert!(printed.lines().any(|l| l == line), "{line}\n---\n{printed}");
    }
    assert_eq!(problems(&printed), []);
}

#[test]
fn the_shipped_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas/settings.schema.json");
    let current = format!("{:#}\n", schema());
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &current).unwrap();
    }
    let shipped = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        shipped == current,
        "docs/schemas/settings.schema.json is not current: run the tests with BLESS=1"
    );
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let json = |text: &str| -> serde_json::Value { toml_edit::de::from_str(text).unwrap() };
    let good = "containerd = [\">=1.7\", \"1.7..2.2\", \"v2.2.3\"]\nprivate = \"*.x\"\n[rules]\nall = \"note\"\n\
        unknown-capability = \"off\"\n[[overrides]]\npaths = [\"a\"]\n";
    assert!(validator.is_valid(&json(good)));
    for bad in [
        "containerd = [\"latest\"]",
        "x = 1",
        "days-before-expiry = -1",
        "deploy-path = \"x\"",
        "[rules]\nx = \"off\"",
        "[rules]\nall = \"warn\"",
        "[[overrides]]\nenvironment = \"production\"",
    ] {
        assert!(!validator.is_valid(&json(bad)), "{bad}");
        assert!(parse(Path::new(FILE), bad).is_err(), "{bad}");
    }
    assert!(RULES.iter().all(|rule| {
        let text = format!("[rules]\n{} = \"off\"", rule.name);
        validator.is_valid(&json(&text)) && parse(Path::new(FILE), &text).is_ok()
    }));
}
