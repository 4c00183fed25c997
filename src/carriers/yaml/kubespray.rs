//! kubespray: the variable `containerd_registries_mirrors`.
//!
//! Linted as the hosts.toml that its role renders: `server` is the prefix with `https://` where no `server` is given.
//!
//! ```yaml
//! containerd_registries_mirrors:
//!   - prefix: quay.io
//!     mirrors:
//!       - host: https://mirror.internal
//!         capabilities: ["pull", "resolve"]
//! ```
//!
//! Not known: values that are expressions of Jinja.

use super::values::{Generated, plant};
use crate::carriers::carried::{Carried, Origin};
use crate::carriers::fact::Fact;
use crate::carriers::target::DEFAULT_ROOT;
use crate::carriers::text::Text;
use crate::yaml::YamlNode;

/// Reads the value of the variable.
pub fn read(parent: &Text, node: &YamlNode, carried: &mut Carried) {
    if let Some((key, value)) = node.entries().first() {
        let endpoint = value
            .elements()
            .first()
            .or(Some(value))
            .and_then(YamlNode::text);
        carried.facts.push(Fact::MirrorsShape {
            at: parent.in_carrier(&key.span),
            key: key.text().unwrap_or_default().to_owned(),
            endpoint: endpoint.map(str::to_owned),
        });
        return;
    }
    let first = carried.trees.len();
    for entry in node.elements() {
        let Some(prefix) = entry.get("prefix") else {
            continue;
        };
        let name = prefix.text().unwrap_or_default();
        let mut out = Generated::new(parent);
        match entry.get("server") {
            Some(server) => out.string("server", server),
            None => {
                out.put("server = \"https://", &prefix.span);
                out.value(prefix);
                out.put("\"\n", &prefix.span);
            }
        }
        let mirrors = entry
            .get("mirrors")
            .map(YamlNode::elements)
            .unwrap_or_default();
        for mirror in mirrors {
            let Some(host) = mirror.get("host") else {
                continue;
            };
            out.put("[host.\"", &host.span);
            out.value(host);
            out.put("\"]\n", &host.span);
            if let Some(list) = mirror.get("capabilities") {
                let one = std::slice::from_ref(list);
                let nodes = match list.text() {
                    Some(_) => one,
                    None => list.elements(),
                };
                out.strings("capabilities", nodes, &list.span);
            }
            for key in ["skip_verify", "override_path"] {
                if let Some(value) = mirror.get(key) {
                    out.boolean(key, value);
                }
            }
        }
        let is_known = !parent.touches_unknown(&prefix.span);
        let named = (name, parent.in_carrier(&prefix.span), is_known);
        plant(
            carried,
            first,
            DEFAULT_ROOT,
            named,
            out.finish(),
            Origin::Kubespray,
        );
    }
}
