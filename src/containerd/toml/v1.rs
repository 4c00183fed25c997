//! go-toml v1: containerd 1.5 to 1.7.
