//! go-toml v2: containerd 2.0 and later.
/// placeholder
pub enum Version {
    ///
    V2_2_3,
    ///
    V2_2_4,
    ///
    V2_3_0,
}
/// placeholder
pub struct Options {
    /// v
    pub version: Version,
    /// h
    pub dial_timeout: bool,
}
/// placeholder
pub fn decode(_: &[u8], _: Options) -> super::Decoded {
    super::Decoded::default()
}
