//! Standard input, read with a limit.

use std::io::{self, Read};

/// Reads what is on standard input, at most one byte more than `limit`.
///
/// # Errors
/// When it cannot be read. Where it is closed, or open for writing only, the standard library would have an empty text.
pub fn read(limit: u64) -> io::Result<Vec<u8>> {
    is_readable()?;
    let mut text = Vec::new();
    io::stdin().lock().take(limit + 1).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(unix)]
fn is_readable() -> io::Result<()> {
    use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};
    let stdin = io::stdin();
    let access = fcntl_getfl(&stdin)? & OFlags::RWMODE;
    if access == OFlags::WRONLY {
        return Err(io::Error::other("it is open for writing only"));
    }
    // A closed standard input has become /dev/null, for reading and writing, by the time that a program starts.
    let is_null = || Some(fstat(&stdin).ok()?.st_rdev == stat("/dev/null").ok()?.st_rdev);
    match access == OFlags::RDWR && is_null() == Some(true) {
        true => Err(io::Error::other("it is closed")),
        false => Ok(()),
    }
}

#[cfg(not(unix))]
fn is_readable() -> io::Result<()> {
    Ok(())
}
