//! Extended attributes: access control lists, what users and programs note, and labels of security modules.

use std::fs::File;

use super::super::WriteError;

/// Gives a file all attributes of another.
///
/// # Errors
/// When it cannot have one of them.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
pub fn copy(from: &File, to: &File) -> Result<(), WriteError> {
    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr};
    use rustix::io::Errno;

    /// No value, and no list of names, is longer on Linux.
    const LONGEST: usize = 64 * 1024;
    let mut names = vec![0; LONGEST];
    let length = match flistxattr(from, &mut names[..]) {
        Ok(length) => length,
        // The file system has none.
        Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    names.truncate(length);
    let mut value = vec![0; LONGEST];
    let mut other = vec![0; LONGEST];
    let names = names.split(|byte| *byte == 0);
    for name in names.filter(|name| !name.is_empty()) {
        let lost = || WriteError::Attribute(String::from_utf8_lossy(name).into_owned());
        let length = fgetxattr(from, name, &mut value[..]).map_err(|_| lost())?;
        let value = &value[..length];
        // The new file may have it already, such as a label that depends on the directory, and may then not be given it.
        let has = fgetxattr(to, name, &mut other[..]);
        if has.is_ok_and(|length| other[..length] == *value) {
            continue;
        }
        // These are a hash of the text, and no other text has it.
        if matches!(name, b"security.ima" | b"security.evm") {
            return Err(lost());
        }
        fsetxattr(to, name, value, XattrFlags::empty()).map_err(|_| lost())?;
    }
    Ok(())
}

/// Elsewhere there is no call for them.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
pub fn copy(_: &File, _: &File) -> Result<(), WriteError> {
    Ok(())
}
