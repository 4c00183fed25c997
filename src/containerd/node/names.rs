//! Names of plugins: in full, and the short ones of config version 1.

/// CRI: on 1.x all of it, on 2.x its server.
pub const CRI: &str = "io.containerd.grpc.v1.cri";
/// CRI's image service from 2.0: it reads the registry settings.
pub const IMAGES: &str = "io.containerd.cri.v1.images";
/// CRI's settings for pods and containers from 2.0.
pub const RUNTIME: &str = "io.containerd.cri.v1.runtime";
/// The plugin that runs the pods of CRI from 2.0. It requires the image service, too.
pub const PODSANDBOX: &str = "io.containerd.podsandbox.controller.v1.podsandbox";
/// The transfer service, through which CRI pulls from 2.1.
pub const TRANSFER: &str = "io.containerd.transfer.v1.local";
/// The database of images and containers, without which CRI is nothing.
pub const METADATA: &str = "io.containerd.metadata.v1.bolt";
/// The built-in content store, and the type of such stores.
pub const CONTENT: &str = "io.containerd.content.v1.content";
/// See [`CONTENT`].
pub const CONTENT_TYPE: &str = "io.containerd.content.v1";
/// The prefix of the names of snapshotters.
pub const SNAPSHOTTER: &str = "io.containerd.snapshotter.v1.";

/// Snapshotters that are built in, on one system or another.
pub const SNAPSHOTTERS: &[&str] = &[
    "aufs",
    "blockfile",
    "btrfs",
    "devmapper",
    "erofs",
    "native",
    "overlayfs",
    "windows",
    "windows-lcow",
    "zfs",
];

/// The short name of a plugin: what is behind the last point of `io.containerd.grpc.v1.cri`.
pub fn short(id: &str) -> &str {
    id.rsplit('.').next().unwrap_or(id)
}

/// The name in 2.x for a name in a file of version 1 (containerd's `v1MigratePluginName`).
pub fn full(name: &str) -> String {
    if name.contains('.') {
        return name.to_owned();
    }
    let prefix = match name {
        "cri" => "io.containerd.grpc.v1.",
        "cgroups" => "io.containerd.monitor.v1.",
        "linux" => "io.containerd.runtime.v1.",
        "scheduler" => "io.containerd.gc.v1.",
        "bolt" => "io.containerd.metadata.v1.",
        "task" => "io.containerd.runtime.v2.",
        "opt" | "restart" | "tracing" => "io.containerd.internal.v1.",
        "otlp" => "io.containerd.tracing.processor.v1.",
        "aufs" | "btrfs" | "devmapper" | "native" | "overlayfs" | "zfs" | "windows"
        | "windows-lcow" => SNAPSHOTTER,
        _ if name.ends_with("-service") => "io.containerd.service.v1.",
        _ => "io.containerd.grpc.v1.",
    };
    format!("{prefix}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_become_full_ones() {
        for (name, want) in [
            ("cri", CRI),
            ("bolt", METADATA),
            ("diff-service", "io.containerd.service.v1.diff-service"),
            ("version", "io.containerd.grpc.v1.version"),
            (CRI, CRI),
        ] {
            assert_eq!(full(name), want);
        }
        assert_eq!(short(CRI), "cri");
        assert_eq!(short("cri"), "cri");
    }
}
