//! The list in the documentation is the list of the tests.

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_the_documentation_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/hostile-input.md")).unwrap();
    let mut named = 0;
    for row in page
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains(".rs`"))
    {
        let proof = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap();
        let mut codes = proof.split('`').skip(1).step_by(2);
        let file = codes.next().unwrap();
        let source = fs::read_to_string(root.join(file))
            .unwrap_or_else(|_| panic!("{file} is not there: {row}"));
        for test in codes {
            assert!(
                source.contains(&format!("fn {test}(")),
                "{file} has no test {test}"
            );
            named += 1;
        }
    }
    assert!(named > 20, "the page has a table");
    // And those of this folder are all in it.
    for file in [
        "interrupt",
        "limits",
        "links",
        "names",
        "places",
        "processes",
        "secrets",
        "troubles",
        "writing",
    ] {
        let source = fs::read_to_string(root.join(format!("tests/hostile/{file}.rs"))).unwrap();
        for test in source.split("#[test]\n").skip(1) {
            let name = test.split("fn ").nth(1).unwrap().split('(').next().unwrap();
            assert!(
                page.contains(&format!("`{name}`")),
                "{name} is not in docs/hostile-input.md"
            );
        }
    }
}
