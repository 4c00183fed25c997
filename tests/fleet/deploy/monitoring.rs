//! Prometheus, Grafana and node-problem-detector.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{node, path, sh, spoil, text};
use crate::program::Folder;
use crate::tools;
use crate::yaml::documents;

/// The metrics that a text names.
fn metrics(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c: char| !is_part(c));
    words
        .filter(|word| word.starts_with("certsd_lint_"))
        .collect()
}

/// The metrics that a run writes.
fn written() -> String {
    let folder = node();
    let format = "--format openmetrics --quiet --sysroot root";
    sh(&folder, &format!("certsd-lint {format}"))
        .ends(0)
        .out
        .clone()
}

#[test]
fn alerts_and_dashboard_ask_for_metrics_that_exist() {
    let written = written();
    let exist = metrics(&written);
    let (alerts, dashboard) = (
        text("prometheus/alerts.yml"),
        text("grafana/dashboard.json"),
    );
    for asked in [&alerts, &dashboard] {
        let asked = metrics(asked);
        assert!(asked.len() >= 5, "{asked:?}");
        assert!(asked.is_subset(&exist), "{:?}", asked.difference(&exist));
    }
    // Each alert has a test that it fires.
    let tested = text("prometheus/alerts_test.yml");
    for rule in documents(&alerts)[0]["groups"][0]["rules"]
        .as_array()
        .unwrap()
    {
        let name = rule["alert"].as_str().unwrap();
        let fires = tested
            .split("alertname: ")
            .any(|test| test.starts_with(name) && test.contains("exp_labels"));
        assert!(fires, "{name}");
        for part in ["summary", "description"] {
            assert!(rule["annotations"][part].is_string(), "{name}: {part}");
        }
    }
}

#[test]
fn promtool_tests_the_alerts() {
    let folder = path("prometheus");
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    for args in [
        ["check", "rules", &file("alerts.yml")],
        ["test", "rules", &file("alerts_test.yml")],
    ] {
        if let Some(output) = tools::run("promtool", &args, "") {
            tools::accepts(&args.join(" "), &output);
        }
    }
}

#[test]
fn the_dashboard_has_panels_whose_queries_are_valid() {
    let dashboard: Value = serde_json::from_str(&text("grafana/dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut rules = String::from("groups:\n- name: dashboard\n  rules:\n");
    let (mut ids, mut places) = (BTreeSet::new(), BTreeSet::new());
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()));
        let place = &panel["gridPos"];
        assert!(places.insert((place["x"].as_u64(), place["y"].as_u64())));
        assert!(place["x"].as_u64().unwrap() + place["w"].as_u64().unwrap() <= 24);
        assert_eq!(panel["datasource"]["uid"], "${datasource}");
        for target in panel["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap();
            let query = query.replace("$instance", ".*");
            rules.push_str(&format!(
                "  - record: panel:{}\n    expr: '{query}'\n",
                panel["id"]
            ));
        }
    }
    assert!(panels.len() >= 8);
    let folder = Folder::new(&[]);
    folder.write("rules.yml", &rules);
    let file = folder.path().join("rules.yml");
    let args = ["check", "rules", file.to_str().unwrap()];
    if let Some(output) = tools::run("promtool", &args, "") {
        tools::accepts("the dashboard's queries", &output);
    }
}

#[test]
fn node_problem_detector_understands_each_outcome() {
    let config: Value =
        serde_json::from_str(&text("node-problem-detector/certsd-lint.json")).unwrap();
    assert_eq!(config["plugin"], "custom");
    let conditions = config["conditions"].as_array().unwrap();
    let longest = config["pluginConfig"]["max_output_length"]
        .as_u64()
        .unwrap();
    let rules = config["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 1);
    let rule = &rules[0];
    assert!(
        conditions
            .iter()
            .any(|known| known["type"] == rule["condition"])
    );
    let args = rule["args"].as_array().unwrap().iter();
    let args: Vec<&str> = args
        .map(|arg| match arg.as_str().unwrap() {
            "/" => "root",
            arg => arg,
        })
        .collect();
    let command = format!("certsd-lint {}", args.join(" "));
    let folder = node();
    let is_line = |out: &str| out.lines().count() == 1 && out.len() as u64 <= longest;
    // 0 is OK, 1 is a problem, anything else is unknown.
    let ended = sh(&folder, &command);
    assert!(is_line(&ended.ends(0).out), "{ended:?}");
    spoil(&folder);
    let ended = sh(&folder, &command);
    assert!(is_line(&ended.ends(1).out), "{ended:?}");
    std::fs::remove_dir_all(folder.path().join("root/etc")).unwrap();
    let ended = sh(&folder, &command);
    assert!(is_line(&ended.ends(2).out), "{ended:?}");
}
