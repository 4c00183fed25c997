//! `deploy/kubernetes`: what the manifests run is run, with a folder in the place of the node's root.

use std::fs;

use serde_json::Value;

use super::{node, path, program, sh, shell, spoil, text};
use crate::program::Ended;
use crate::tools;
use crate::yaml::documents;

/// The pod of a workload.
fn pod(name: &str) -> Value {
    let all = documents(&text(&format!("kubernetes/{name}")));
    assert_eq!(all.len(), 1);
    all[0]["spec"]["template"]["spec"].clone()
}

fn strings(value: &Value) -> Vec<String> {
    let list = value.as_array().unwrap().iter();
    list.map(|item| item.as_str().unwrap().to_owned()).collect()
}

#[test]
fn pods_have_no_rights_that_they_do_not_need() {
    for name in ["daemonset/daemonset.yaml", "job/job.yaml"] {
        let pod = pod(name);
        assert_eq!(pod["automountServiceAccountToken"], false, "{name}");
        for key in ["hostNetwork", "hostPID", "hostIPC"] {
            assert!(pod[key].is_null(), "{name}: {key}");
        }
        let container = &pod["containers"][0];
        let context = &container["securityContext"];
        assert_eq!(context["allowPrivilegeEscalation"], false, "{name}");
        assert_eq!(context["readOnlyRootFilesystem"], true, "{name}");
        assert_eq!(context["capabilities"]["drop"][0], "ALL", "{name}");
        assert!(context["capabilities"]["add"].is_null(), "{name}");
        assert!(context["privileged"].is_null(), "{name}");
        assert!(
            !container["resources"]["limits"]["memory"].is_null(),
            "{name}"
        );
        // All of the node but the folder of metrics is read-only.
        for mount in container["volumeMounts"].as_array().unwrap() {
            let is_metrics = mount["name"] == "metrics";
            assert_eq!(mount["readOnly"] == true, !is_metrics, "{name}: {mount}");
        }
        let image = container["image"].as_str().unwrap();
        let version = env!("CARGO_PKG_VERSION");
        let tag = image.split_once(':').unwrap().1;
        assert_eq!(tag.trim_end_matches("-shell"), version, "{name}");
    }
    assert_eq!(
        pod("job/job.yaml")["containers"][0]["securityContext"]["runAsNonRoot"],
        true
    );
}

#[test]
fn the_daemon_set_writes_metrics_and_ends_when_it_is_told_to() {
    let folder = node();
    spoil(&folder);
    let container = pod("daemonset/daemonset.yaml")["containers"][0].clone();
    assert_eq!(strings(&container["command"]), ["/bin/sh", "-c"]);
    let script = &strings(&container["args"])[0];
    // The pod is deleted while it sleeps.
    program(&folder, "sleep", "echo \"$1\" > slept; kill -TERM $PPID");
    let mut command = shell(&folder);
    command.args(["-c", script]);
    for variable in container["env"].as_array().unwrap() {
        let name = variable["name"].as_str().unwrap();
        let here = match name {
            "NODE_ROOT" => "root",
            "METRICS" => "metrics/certsd-lint.prom",
            "SETTINGS" => "certsd-lint.toml",
            _ => variable["value"].as_str().unwrap(),
        };
        command.env(name, here);
    }
    let settings = text("kubernetes/daemonset/certsd-lint.toml");
    // As the comment in it asks for.
    let settings = settings.replace("# containerd = \"2.2\"", "containerd = \"2.2\"");
    folder.write("certsd-lint.toml", &settings);
    let ended = Ended::of(command.output().unwrap());
    ended.ends(0);
    assert!(
        ended.out.contains("CRI pulls read the hosts.toml files"),
        "{ended:#?}"
    );
    assert!(ended.out.contains("unknown-capability"), "{ended:#?}");
    let metrics = fs::read_to_string(folder.path().join("metrics/certsd-lint.prom")).unwrap();
    assert!(
        metrics.contains("path=\"/etc/containerd/certs.d/quay.io\""),
        "{metrics}"
    );
    assert!(metrics.contains("state=\"ignored\"} 1"), "{metrics}");
    assert_eq!(
        fs::read_to_string(folder.path().join("slept")).unwrap(),
        "3600\n"
    );
}

#[test]
fn the_job_fails_when_the_node_has_an_error() {
    let folder = node();
    let args = strings(&pod("job/job.yaml")["containers"][0]["args"]);
    let run = || {
        let args = args.iter().map(|arg| arg.replace("/host", "root"));
        sh(
            &folder,
            &format!("certsd-lint {}", args.collect::<Vec<_>>().join(" ")),
        )
    };
    run().ends(0);
    spoil(&folder);
    run().ends(1);
}

#[test]
fn kubernetes_schemas_accept_the_manifests() {
    for name in ["daemonset", "job"] {
        let folder = path(&format!("kubernetes/{name}"));
        let Some(built) = tools::run("kubectl", &["kustomize", folder.to_str().unwrap()], "")
        else {
            return;
        };
        tools::accepts("kubectl kustomize", &built);
        let built = String::from_utf8(built.stdout).unwrap();
        let kinds: Vec<String> = documents(&built)
            .iter()
            .map(|document| document["kind"].as_str().unwrap().to_owned())
            .collect();
        match name {
            "job" => assert_eq!(kinds, ["Job"]),
            _ => assert_eq!(kinds.len(), 4, "{kinds:?}"),
        }
        const VALIDATE: &str = "\
import sys, yaml, kubernetes_validate
for document in yaml.safe_load_all(sys.argv[1]):
    kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
";
        if let Some(valid) = tools::python("kubernetes_validate", VALIDATE, &[&built]) {
            tools::accepts("kubernetes-validate", &valid);
        }
    }
}
