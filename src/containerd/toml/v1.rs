//! go-toml v1: containerd 1.5 to 1.7.
/// placeholder
pub enum Version {
    /// 8
    V1_8,
    /// 9
    V1_9,
}
/// placeholder
pub struct Options {
    /// v
    pub version: Version,
    /// h
    pub host_table_required: bool,
    /// o
    pub override_path: bool,
}
/// placeholder
pub fn decode(_: &[u8], _: Options) -> super::Decoded {
    super::Decoded::default()
}
