#!/bin/sh
# On a node, before containerd uses a new tree: what would it do with it?
set -eu
new=${1:?usage: node-check.sh NEW_CERTS_D}
config=${CONTAINERD_CONFIG:-/etc/containerd/config.toml}
release=$(containerd --version | awk '{print $3}')
# The tree is linted as if it were where it will be, with the release that runs here and the node's own configuration, which says
# whether that release reads the tree at all.
certsd-lint --deploy-path /etc/containerd/certs.d --containerd "$release" --containerd-config "$config" --fail-on error -- "$new"
certsd-lint resolve --config-path="$new" --deploy-path /etc/containerd/certs.d --containerd "$release" docker.io/library/busybox
