//! Key files: made, never written over; read whole, up to a bound.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// Bound on a key file or a certificate file: a chain of eight certificates of 32 KiB in PEM.
const FILE_MAX: u64 = 400 * 1024;

/// Who may read a new file.
#[derive(Clone, Copy)]
pub(crate) enum Access {
    /// Its owner alone (mode 0600).
    Owner,
    /// Everyone (mode 0644, less the umask).
    Everyone,
}

/// Makes a file that is not there yet, durably. `AlreadyExists` where it is.
pub(crate) fn create(path: &Path, content: &[u8], access: Access) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(match access {
            Access::Owner => 0o600,
            Access::Everyone => 0o644,
        });
    }
    #[cfg(not(unix))]
    let _ = access;
    let mut file = options.open(path)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a file would claim the name: ours, and just made.
        let _ = fs::remove_file(path);
    }
    written
}

/// Makes a directory for keys, with those above it; one that exists is left as it is.
pub(crate) fn create_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Makes a directory's new names durable, where the system can.
pub(crate) fn sync_dir(path: &Path) {
    // Not every file system lets a directory be synced; the files themselves are.
    if let Ok(dir) = File::open(path) {
        let _ = dir.sync_all();
    }
}

/// A whole text file, wiped when dropped. `InvalidData` where it is larger than any key file.
pub(crate) fn read(path: &Path) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    File::open(path)?.take(FILE_MAX).read_to_string(&mut text)?;
    if text.len() as u64 >= FILE_MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "larger than any key file"));
    }
    Ok(text)
}

/// Whether others than its owner may read a file.
pub(crate) fn others_may_read(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
