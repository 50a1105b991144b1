//! Keys and certificates that are kept in the data folder, for nobody but the server's own user to read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::Failure;

/// What was kept there, if anything was.
pub fn read(file: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(format!("cannot read {}: {e}", file.display()).into()),
    }
}

/// Whole or not at all: whoever reads meanwhile finds what was there before.
pub fn write(file: &Path, text: &str) -> Result<(), Failure> {
    put(file, text).map_err(|e| format!("cannot write {}: {e}", file.display()).into())
}

fn put(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let beside = file.with_extension("new");
    // Left over if the power failed; its mode would be kept if it were opened again.
    let _ = fs::remove_file(&beside);
    let mut open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    open.write_all(text.as_bytes())?;
    open.sync_all()?;
    fs::rename(beside, file)
}
