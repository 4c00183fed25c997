//! go-toml v2: containerd 2.0 and later.
