//! Copies of a SQLite database: taken while it is used, and put back where nobody uses it. PostgreSQL has tools of its
//! own for both.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::open::{STEPS, make_private};
use crate::{open, sqlite};

/// Why there is no copy. Nothing was changed.
#[derive(Debug, PartialEq, Eq)]
pub enum CopyError {
    /// The database is no SQLite file.
    Foreign,
    /// There is nothing to copy.
    Missing(PathBuf),
    /// A file is in the way that nobody has said may be lost.
    Exists(PathBuf),
    /// A server, or something else, has the database open.
    InUse(PathBuf),
    /// What is to be put back is no backup of ours, or a damaged one.
    Unsound(PathBuf, String),
    Failed(String),
}

/// What may become of a database that is in the place of the one to be put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instead {
    Nothing,
    OfWhatIsThere,
}

pub type Copied = Result<(), CopyError>;

/// Copies the database of `url` into a new file, as it is at one moment, while others read and write.
pub async fn back_up(url: &str, copy: &Path) -> Copied {
    let path = path_of(url)?;
    if !path.exists() {
        return Err(CopyError::Missing(path));
    }
    if copy.exists() {
        return Err(CopyError::Exists(copy.to_owned()));
    }
    // Under its name it is whole: whoever finds a file of this name finds a backup.
    let unfinished = beside(copy, "unfinished");
    let _ = std::fs::remove_file(&unfinished);
    make_private(&unfinished).map_err(|error| failed(&unfinished, &error))?;
    let copied = copy_into(&path, &unfinished);
    if copied.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    copied?;
    put_in_place(&unfinished, copy)
}

/// Puts a copy in the place of the database of `url`. Whoever was signed in signs in again.
pub async fn restore(url: &str, copy: &Path, instead: Instead) -> Copied {
    let path = path_of(url)?;
    if !copy.exists() {
        return Err(CopyError::Missing(copy.to_owned()));
    }
    must_be_sound(copy)?;
    if path.exists() && path.metadata().is_ok_and(|file| file.len() > 0) {
        must_be_unused(&path)?;
        if instead == Instead::Nothing {
            return Err(CopyError::Exists(path));
        }
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    let unfinished = beside(&path, "unfinished");
    let _ = std::fs::remove_file(&unfinished);
    make_private(&unfinished).map_err(|error| failed(&unfinished, &error))?;
    std::fs::copy(copy, &unfinished).map_err(|error| failed(&unfinished, &error))?;
    end_ways_in(&unfinished)?;
    // What is left of the old one's log must not be played into the new one.
    for rest in ["wal", "shm"] {
        let _ = std::fs::remove_file(PathBuf::from(format!("{}-{rest}", path.display())));
    }
    put_in_place(&unfinished, &path)
}

fn copy_into(path: &Path, copy: &Path) -> Copied {
    let database = connect(path, Duration::from_secs(30))?;
    let done = database.execute("VACUUM INTO ?1", [copy.display().to_string()]);
    done.map(drop).map_err(|error| CopyError::Failed(error.to_string()))
}

/// A database of ours, of this version or an earlier one, without damage.
fn must_be_sound(copy: &Path) -> Copied {
    let unsound = |why: String| CopyError::Unsound(copy.to_owned(), why);
    let database = connect(copy, Duration::from_secs(1))?;
    let check = database.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    if check.map_err(|error| unsound(error.to_string()))? != "ok" {
        return Err(unsound("the file is damaged".into()));
    }
    let steps = database.query_row("SELECT COALESCE(MAX(step), 0) FROM migrations", [], |row| row.get::<_, i64>(0));
    let found = steps.map_err(|_| unsound("it has no tables of Bedside".into()))?;
    if usize::try_from(found).is_ok_and(|found| found > STEPS.len()) {
        return Err(unsound("it was made by a newer version".into()));
    }
    Ok(())
}

/// A file whose log is kept beside it leaves that way of working only while nobody else has it open.
fn must_be_unused(path: &Path) -> Copied {
    let database = match connect(path, Duration::ZERO) {
        Err(CopyError::Unsound(..)) => return Ok(()),
        opened => opened?,
    };
    let alone = database.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0));
    match alone.map_err(|error| error.sqlite_error_code()) {
        Ok(_) => Ok(()),
        // Nobody works with what is no database; it is for its owner to say that it may go.
        Err(Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)) => Ok(()),
        Err(_) => Err(CopyError::InUse(path.to_owned())),
    }
}

/// A session that was ended since must not come back to life, nor a link that was used.
fn end_ways_in(path: &Path) -> Copied {
    let database = connect(path, Duration::from_secs(1))?;
    let end = database.execute_batch("DELETE FROM sessions; DELETE FROM sign_in_links; DELETE FROM leases;");
    end.map_err(|error| CopyError::Failed(error.to_string()))
}

fn connect(path: &Path, patience: Duration) -> Result<Connection, CopyError> {
    let connected = sqlite::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
    let patient = connected.and_then(|connection| connection.busy_timeout(patience).map(|()| connection));
    patient.map_err(|error| CopyError::Unsound(path.to_owned(), error.to_string()))
}

/// Once this returns, the file is there also after the loss of power.
fn put_in_place(unfinished: &Path, path: &Path) -> Copied {
    let durable = || {
        File::open(unfinished)?.sync_all()?;
        std::fs::rename(unfinished, path)?;
        match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    durable().map_err(|error| failed(path, &error))
}

fn path_of(url: &str) -> Result<PathBuf, CopyError> {
    if !url.starts_with("sqlite:") {
        return Err(CopyError::Foreign);
    }
    open::path_of(url).map_err(|error| CopyError::Failed(error.to_string()))
}

fn beside(path: &Path, what: &str) -> PathBuf {
    PathBuf::from(format!("{}.{what}", path.display()))
}

fn failed(path: &Path, error: &std::io::Error) -> CopyError {
    CopyError::Failed(format!("{}: {error}", path.display()))
}

impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str(
                "this database is on PostgreSQL: take a backup with pg_dump --format=custom, and put it back with \
                 pg_restore into an empty database",
            ),
            Self::Missing(path) => write!(f, "there is no {}", path.display()),
            Self::Exists(path) => write!(f, "{} is there already, and stays as it is", path.display()),
            Self::InUse(path) => write!(f, "{} is in use: stop the server first", path.display()),
            Self::Unsound(path, why) => write!(f, "{} is no sound database of Bedside: {why}", path.display()),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for CopyError {}
