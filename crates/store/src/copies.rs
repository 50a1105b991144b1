//! Copies of a SQLite database: taken while it is used, and put back where nobody uses it. PostgreSQL has tools of its
//! own for both.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection as _, Row as _};

use crate::open::{STEPS, make_private};

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
    let copied = copy_into(&path, &unfinished).await;
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
    must_be_sound(copy).await?;
    if path.exists() && path.metadata().is_ok_and(|file| file.len() > 0) {
        must_be_unused(&path).await?;
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
    end_ways_in(&unfinished).await?;
    // What is left of the old one's log must not be played into the new one.
    for rest in ["wal", "shm"] {
        let _ = std::fs::remove_file(PathBuf::from(format!("{}-{rest}", path.display())));
    }
    put_in_place(&unfinished, &path)
}

async fn copy_into(path: &Path, copy: &Path) -> Copied {
    let mut database = open(path, Duration::from_secs(30)).await?;
    let into = sqlx::query("VACUUM INTO $1").bind(copy.display().to_string());
    let done = into.execute(&mut database).await.map(drop);
    let _ = database.close().await;
    done.map_err(|error| CopyError::Failed(error.to_string()))
}

/// A database of ours, of this version or an earlier one, without damage.
async fn must_be_sound(copy: &Path) -> Copied {
    let unsound = |why: String| CopyError::Unsound(copy.to_owned(), why);
    let mut database = open(copy, Duration::from_secs(1)).await?;
    let check = sqlx::query("PRAGMA integrity_check").fetch_one(&mut database).await;
    let said: String = check.and_then(|row| row.try_get(0)).map_err(|error| unsound(error.to_string()))?;
    if said != "ok" {
        return Err(unsound("the file is damaged".into()));
    }
    let steps = sqlx::query("SELECT COALESCE(MAX(step), 0) FROM migrations").fetch_one(&mut database).await;
    let found: i64 = steps.and_then(|row| row.try_get(0)).map_err(|_| unsound("it has no tables of Bedside".into()))?;
    let _ = database.close().await;
    if usize::try_from(found).is_ok_and(|found| found > STEPS.len()) {
        return Err(unsound("it was made by a newer version".into()));
    }
    Ok(())
}

/// A file whose log is kept beside it leaves that way of working only while nobody else has it open.
async fn must_be_unused(path: &Path) -> Copied {
    const DAMAGED: [&str; 2] = ["11", "26"];
    let mut database = match open(path, Duration::ZERO).await {
        Err(CopyError::Unsound(..)) => return Ok(()),
        opened => opened?,
    };
    let alone = sqlx::query("PRAGMA journal_mode = DELETE").fetch_one(&mut database).await;
    let _ = database.close().await;
    match alone {
        Ok(_) => Ok(()),
        // Nobody works with what is no database; it is for its owner to say that it may go.
        Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| DAMAGED.contains(&&*code)) => Ok(()),
        Err(_) => Err(CopyError::InUse(path.to_owned())),
    }
}

/// A session that was ended since must not come back to life, nor a link that was used.
async fn end_ways_in(path: &Path) -> Copied {
    let mut database = open(path, Duration::from_secs(1)).await?;
    let end = sqlx::raw_sql("DELETE FROM sessions; DELETE FROM sign_in_links; DELETE FROM leases;");
    let done = end.execute(&mut database).await.map(drop);
    let _ = database.close().await;
    done.map_err(|error| CopyError::Failed(error.to_string()))
}

async fn open(path: &Path, patience: Duration) -> Result<SqliteConnection, CopyError> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false).busy_timeout(patience);
    SqliteConnection::connect_with(&options)
        .await
        .map_err(|error| CopyError::Unsound(path.to_owned(), error.to_string()))
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
    let options = SqliteConnectOptions::from_str(url).map_err(|error| CopyError::Failed(error.to_string()))?;
    Ok(options.get_filename().to_owned())
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
