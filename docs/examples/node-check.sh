#!/bin/sh
# On a node, before containerd uses a new tree: what would it do with it?
set -eu
new=${1:?usage: node-check.sh NEW_CERTS_D}
release=$(containerd --version | sed -n 's/.* v\{0,1\}\([0-9][0-9.]*\).*/\1/p')
# The tree is linted as if it lay where it will lie, with the release that runs here.
certsd-lint --deploy-path /etc/containerd/certs.d --containerd "$release" --fail-on error -- "$new"
certsd-lint resolve --config-path="$new" --deploy-path /etc/containerd/certs.d --containerd "$release" docker.io/library/busybox
