//! The structs that config.toml is decoded into: the daemon's own, and those of its plugins that have settings.
//!
//! They are containerd's `cmd/containerd/server/config` (1.x: `services/server/config`), `internal/cri/config` (1.x:
//! `pkg/cri/config`) and the plugins' own. A field that only some releases have is here for all: elsewhere it is one
//! more unknown key, and only its type would tell.

use super::names::{CRI, IMAGES, RUNTIME, TRANSFER};
use crate::containerd::release::Release;
use crate::toml::shape::Shape;
use Shape::{Any, Boolean, Duration, Embedded, Float, Integer, List, Map, Struct, Text};

/// The fields of a struct.
pub type Fields = &'static [(&'static str, Shape)];

/// `[]string`.
const WORDS: Shape = List(&Text);

/// The daemon's struct. 1.x takes tables below `plugins` and nothing else.
pub fn config(release: Release) -> Fields {
    match (release.is_v2(), release.plugin_dir()) {
        (false, _) => CONFIG_V1,
        (true, true) => CONFIG_V2_0,
        (true, false) => CONFIG_V2_1,
    }
}

const CONFIG_V1: Fields = &config_fields(Map(&Map(&Any)));
const CONFIG_V2_0: Fields = &config_fields(Map(&Any));
/// The same without `plugin_dir`, which is the first.
const CONFIG_V2_1: Fields = match CONFIG_V2_0 {
    [_, rest @ ..] => rest,
    [] => &[],
};

const fn config_fields(plugins: Shape) -> [(&'static str, Shape); 18] {
    [
        ("plugin_dir", Text),
        ("version", Integer),
        ("root", Text),
        ("state", Text),
        ("temp", Text),
        ("grpc", Struct(GRPC)),
        ("ttrpc", Struct(SOCKET)),
        ("debug", Struct(DEBUG)),
        ("metrics", Struct(METRICS)),
        ("disabled_plugins", WORDS),
        ("required_plugins", WORDS),
        ("plugins", plugins),
        ("oom_score", Integer),
        ("cgroup", Struct(&[("path", Text)])),
        ("proxy_plugins", Map(&Struct(PROXY_PLUGIN))),
        ("timeouts", Map(&Text)),
        ("imports", WORDS),
        ("stream_processors", Map(&Struct(STREAM_PROCESSOR))),
    ]
}

const SOCKET: Fields = &[("address", Text), ("uid", Integer), ("gid", Integer)];

const GRPC: Fields = &[
    ("address", Text),
    ("tcp_address", Text),
    ("tcp_tls_ca", Text),
    ("tcp_tls_cert", Text),
    ("tcp_tls_key", Text),
    ("tcp_tls_common_name", Text),
    ("uid", Integer),
    ("gid", Integer),
    ("max_recv_message_size", Integer),
    ("max_send_message_size", Integer),
];

const DEBUG: Fields = &[
    ("address", Text),
    ("uid", Integer),
    ("gid", Integer),
    ("level", Text),
    ("format", Text),
];

const METRICS: Fields = &[("address", Text), ("grpc_histogram", Boolean)];

const PROXY_PLUGIN: Fields = &[
    ("type", Text),
    ("address", Text),
    ("platform", Text),
    ("exports", Map(&Text)),
    ("capabilities", WORDS),
];

const STREAM_PROCESSOR: Fields = &[
    ("accepts", WORDS),
    ("returns", Text),
    ("path", Text),
    ("args", WORDS),
    ("env", WORDS),
];

/// A plugin and the struct of its settings.
pub type Plugin = (&'static str, Fields);

/// The plugins of CRI, which read the registry settings, in the order in which the daemon decodes them.
pub fn cri_plugins(release: Release) -> &'static [Plugin] {
    if release.is_v2() { CRI_V2 } else { CRI_V1 }
}

const CRI_V1: &[Plugin] = &[(CRI, CRI_PLUGIN)];
const CRI_V2: &[Plugin] = &[
    (IMAGES, CRI_IMAGES),
    (RUNTIME, CRI_RUNTIME),
    (CRI, CRI_SERVER),
];

/// The keys of `registry` that this release has.
pub fn registry_fields(release: Release) -> Fields {
    if release.is_v2() {
        REGISTRY_V2
    } else {
        REGISTRY_V1
    }
}

const MIRROR: Shape = Struct(&[("endpoint", WORDS)]);

const AUTH: Shape = Struct(&[
    ("username", Text),
    ("password", Text),
    ("auth", Text),
    ("identitytoken", Text),
]);

const TLS: Shape = Struct(&[
    ("insecure_skip_verify", Boolean),
    ("ca_file", Text),
    ("cert_file", Text),
    ("key_file", Text),
]);

const REGISTRY_V1: Fields = &[
    ("config_path", Text),
    ("mirrors", Map(&MIRROR)),
    ("configs", Map(&Struct(&[("auth", AUTH), ("tls", TLS)]))),
    ("auths", Map(&AUTH)),
    ("headers", Map(&WORDS)),
];

/// From 2.0 there is no `tls` below `configs` (containerd#11624).
const REGISTRY_V2: Fields = &[
    ("config_path", Text),
    ("mirrors", Map(&MIRROR)),
    ("configs", Map(&Struct(&[("auth", AUTH)]))),
    ("auths", Map(&AUTH)),
    ("headers", Map(&WORDS)),
];

const IMAGE_DECRYPTION: Shape = Struct(&[("key_model", Text)]);

const X509_KEY_PAIR: Shape = Struct(&[("tls_cert_file", Text), ("tls_key_file", Text)]);

const RUNTIME_HANDLER: Shape = Struct(&[
    ("runtime_type", Text),
    ("runtime_path", Text),
    ("runtime_engine", Text),
    ("runtime_root", Text),
    ("pod_annotations", WORDS),
    ("container_annotations", WORDS),
    ("options", Map(&Any)),
    ("privileged_without_host_devices", Boolean),
    (
        "privileged_without_host_devices_all_devices_allowed",
        Boolean,
    ),
    ("cgroup_writable", Boolean),
    ("base_runtime_spec", Text),
    ("cni_conf_dir", Text),
    ("cni_max_conf_num", Integer),
    ("snapshotter", Text),
    ("sandbox_mode", Text),
    ("sandboxer", Text),
    ("io_type", Text),
]);

const CNI_FIELDS: Fields = &[
    ("bin_dir", Text),
    ("bin_dirs", WORDS),
    ("conf_dir", Text),
    ("max_conf_num", Integer),
    ("setup_serially", Boolean),
    ("conf_template", Text),
    ("ip_pref", Text),
    ("use_internal_loopback", Boolean),
];

const CNI: Shape = Struct(CNI_FIELDS);

const CRI_PLUGIN: Fields = &[
    (
        "containerd",
        Embedded(&[
            ("snapshotter", Text),
            ("default_runtime_name", Text),
            ("default_runtime", RUNTIME_HANDLER),
            ("untrusted_workload_runtime", RUNTIME_HANDLER),
            ("runtimes", Map(&RUNTIME_HANDLER)),
            ("no_pivot", Boolean),
            ("disable_snapshot_annotations", Boolean),
            ("discard_unpacked_layers", Boolean),
            ("ignore_blockio_not_enabled_errors", Boolean),
            ("ignore_rdt_not_enabled_errors", Boolean),
        ]),
    ),
    ("cni", Embedded(CNI_FIELDS)),
    ("registry", Struct(REGISTRY_V1)),
    ("image_decryption", IMAGE_DECRYPTION),
    ("disable_tcp_service", Boolean),
    ("stream_server_address", Text),
    ("stream_server_port", Text),
    ("stream_idle_timeout", Text),
    ("enable_selinux", Boolean),
    ("selinux_category_range", Integer),
    ("sandbox_image", Text),
    ("stats_collect_period", Integer),
    ("systemd_cgroup", Boolean),
    ("enable_tls_streaming", Boolean),
    ("x509_key_pair_streaming", X509_KEY_PAIR),
    ("max_container_log_line_size", Integer),
    ("disable_cgroup", Boolean),
    ("disable_apparmor", Boolean),
    ("restrict_oom_score_adj", Boolean),
    ("max_concurrent_downloads", Integer),
    ("disable_proc_mount", Boolean),
    ("unset_seccomp_profile", Text),
    ("tolerate_missing_hugetlb_controller", Boolean),
    ("disable_hugetlb_controller", Boolean),
    ("device_ownership_from_security_context", Boolean),
    ("ignore_image_defined_volumes", Boolean),
    ("netns_mounts_under_state_dir", Boolean),
    ("enable_unprivileged_ports", Boolean),
    ("enable_unprivileged_icmp", Boolean),
    ("enable_cdi", Boolean),
    ("cdi_spec_dirs", WORDS),
    ("image_pull_progress_timeout", Text),
    ("drain_exec_sync_io_timeout", Text),
    ("image_pull_with_sync_fs", Boolean),
    ("ignore_deprecation_warnings", WORDS),
];

const CRI_IMAGES: Fields = &[
    ("snapshotter", Text),
    ("use_local_image_pull", Boolean),
    ("disable_snapshot_annotations", Boolean),
    ("discard_unpacked_layers", Boolean),
    ("pinned_images", Map(&Text)),
    (
        "runtime_platforms",
        Map(&Struct(&[("platform", Text), ("snapshotter", Text)])),
    ),
    ("registry", Struct(REGISTRY_V2)),
    ("image_decryption", IMAGE_DECRYPTION),
    ("max_concurrent_downloads", Integer),
    ("concurrent_layer_fetch_buffer", Integer),
    ("image_pull_progress_timeout", Text),
    ("image_pull_with_sync_fs", Boolean),
    ("stats_collect_period", Integer),
];

const CRI_RUNTIME: Fields = &[
    (
        "containerd",
        Struct(&[
            ("default_runtime_name", Text),
            ("runtimes", Map(&RUNTIME_HANDLER)),
            ("ignore_blockio_not_enabled_errors", Boolean),
            ("ignore_rdt_not_enabled_errors", Boolean),
        ]),
    ),
    ("cni", CNI),
    ("enable_selinux", Boolean),
    ("selinux_category_range", Integer),
    ("max_container_log_line_size", Integer),
    ("disable_apparmor", Boolean),
    ("restrict_oom_score_adj", Boolean),
    ("disable_proc_mount", Boolean),
    ("unset_seccomp_profile", Text),
    ("tolerate_missing_hugetlb_controller", Boolean),
    ("disable_hugetlb_controller", Boolean),
    ("device_ownership_from_security_context", Boolean),
    ("ignore_image_defined_volumes", Boolean),
    ("netns_mounts_under_state_dir", Boolean),
    ("enable_unprivileged_ports", Boolean),
    ("enable_unprivileged_icmp", Boolean),
    ("enable_cdi", Boolean),
    ("cdi_spec_dirs", WORDS),
    ("drain_exec_sync_io_timeout", Text),
    ("ignore_deprecation_warnings", WORDS),
];

const CRI_SERVER: Fields = &[
    ("disable_tcp_service", Boolean),
    ("stream_server_address", Text),
    ("stream_server_port", Text),
    ("stream_idle_timeout", Text),
    ("enable_tls_streaming", Boolean),
    ("x509_key_pair_streaming", X509_KEY_PAIR),
];

const ROOT_PATH: Fields = &[("root_path", Text)];

/// The other plugins that have settings: the daemon does not start where one does not decode.
pub const OTHER_PLUGINS: &[Plugin] = &[
    (
        "io.containerd.gc.v1.scheduler",
        &[
            ("pause_threshold", Float),
            ("deletion_threshold", Integer),
            ("mutation_threshold", Integer),
            ("schedule_delay", Duration),
            ("startup_delay", Duration),
        ],
    ),
    ("io.containerd.internal.v1.opt", &[("path", Text)]),
    (
        "io.containerd.internal.v1.restart",
        &[("interval", Duration)],
    ),
    (
        "io.containerd.metadata.v1.bolt",
        &[("content_sharing_policy", Text), ("no_sync", Boolean)],
    ),
    (
        "io.containerd.monitor.v1.cgroups",
        &[("no_prometheus", Boolean)],
    ),
    (
        "io.containerd.monitor.task.v1.cgroups",
        &[("no_prometheus", Boolean)],
    ),
    (
        "io.containerd.runtime.v2.task",
        &[("platforms", WORDS), ("sched_core", Boolean)],
    ),
    (
        "io.containerd.service.v1.diff-service",
        &[("default", WORDS), ("sync_fs", Boolean)],
    ),
    (
        "io.containerd.service.v1.tasks-service",
        &[("rdt_config_file", Text), ("blockio_config_file", Text)],
    ),
    ("io.containerd.snapshotter.v1.aufs", ROOT_PATH),
    ("io.containerd.snapshotter.v1.btrfs", ROOT_PATH),
    ("io.containerd.snapshotter.v1.native", ROOT_PATH),
    (
        "io.containerd.snapshotter.v1.overlayfs",
        &[
            ("root_path", Text),
            ("upperdir_label", Boolean),
            ("sync_remove", Boolean),
            ("slow_chown", Boolean),
            ("mount_options", WORDS),
        ],
    ),
    ("io.containerd.snapshotter.v1.zfs", ROOT_PATH),
    (
        TRANSFER,
        &[
            ("max_concurrent_downloads", Integer),
            ("max_concurrent_uploaded_layers", Integer),
            ("max_concurrent_unpacks", Integer),
            ("concurrent_layer_fetch_buffer", Integer),
            ("check_platform_supported", Boolean),
            (
                "unpack_config",
                List(&Struct(&[
                    ("platform", Text),
                    ("snapshotter", Text),
                    ("differ", Text),
                ])),
            ),
            ("config_path", Text),
        ],
    ),
];
