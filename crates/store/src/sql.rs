//! The two databases behind one small face: a text of SQL with `$1` placeholders, its values, and rows.
//!
//! Each text is written once and runs on both, with TEXT, BIGINT and BOOLEAN alone. What a person gave is always
//! a value, never part of a text.

use std::time::Duration;

use bedside_domain::ids::{AppointmentId, CallId, DeviceId, InvitationId, NoticeId, PersonId, RoomId};
use bedside_domain::time::Millis;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{
    AssertSqlSafe, Database, Decode, Encode, PgPool, Postgres, Row as _, SqlSafeStr as _, SqlStr, Sqlite, SqlitePool,
    Transaction, Type,
};

use crate::error::{CommitError, Result, StoreError, Taken};

/// How long one statement may take. Longer than the pools wait, so that theirs is the error that is told.
const PATIENCE: Duration = Duration::from_secs(10);
/// People, leases or sessions in one statement: many, and far from as many values as a database takes.
pub(crate) const AT_ONCE: usize = 500;

#[derive(Clone)]
pub(crate) enum Engine {
    /// SQLite has one writer at a time; waiting for it in our pool is fairer than its busy loop.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

/// A transaction that writes. Dropped, it leaves nothing behind.
pub(crate) struct Tx {
    inner: Inner,
    doing: &'static str,
}

enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

pub(crate) struct Query {
    text: SqlStr,
    values: Vec<Value>,
}

pub(crate) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Flag(bool),
}

/// A query whose text depends on what is asked. The pieces are ours; what was asked is in the values.
pub(crate) struct Draft {
    text: String,
    values: Vec<Value>,
}

pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// `sql!("… WHERE id = $1", id)`
macro_rules! sql {
    ($text:expr $(, $value:expr)* $(,)?) => {
        $crate::sql::Query::new($text, vec![$($crate::sql::Value::from($value)),*])
    };
}
pub(crate) use sql;

impl Engine {
    pub async fn rows(&self, doing: &'static str, query: Query) -> Result<Vec<Row>> {
        let rows = match self {
            Self::Sqlite { readers, .. } => sqlite_rows(in_time(bound(query).fetch_all(readers)).await),
            Self::Postgres(pool) => postgres_rows(in_time(bound(query).fetch_all(pool)).await),
        };
        rows.map_err(|error| StoreError::new(doing, &error))
    }

    pub async fn row(&self, doing: &'static str, query: Query) -> Result<Option<Row>> {
        Ok(self.rows(doing, query).await?.pop())
    }

    /// One statement that writes, and how many rows it touched.
    pub async fn run(&self, doing: &'static str, query: Query) -> Result<u64> {
        let touched = match self {
            Self::Sqlite { writer, .. } => in_time(bound(query).execute(writer)).await.map(|done| done.rows_affected()),
            Self::Postgres(pool) => in_time(bound(query).execute(pool)).await.map(|done| done.rows_affected()),
        };
        touched.map_err(|error| StoreError::new(doing, &error))
    }

    pub async fn begin(&self, doing: &'static str) -> Result<Tx> {
        let inner = match self {
            // A transaction that begins by reading and then writes would fail if somebody wrote in between.
            Self::Sqlite { writer, .. } => in_time(writer.begin_with("BEGIN IMMEDIATE")).await.map(Inner::Sqlite),
            Self::Postgres(pool) => in_time(pool.begin()).await.map(Inner::Postgres),
        };
        Ok(Tx { inner: inner.map_err(|error| StoreError::new(doing, &error))?, doing })
    }
}

impl Tx {
    pub async fn run(&mut self, query: Query) -> std::result::Result<u64, CommitError> {
        let touched = match &mut self.inner {
            Inner::Sqlite(tx) => in_time(bound(query).execute(&mut **tx)).await.map(|done| done.rows_affected()),
            Inner::Postgres(tx) => in_time(bound(query).execute(&mut **tx)).await.map(|done| done.rows_affected()),
        };
        touched.map_err(|error| failed(self.doing, &error))
    }

    /// Writes over what was loaded, if it still is as it was.
    pub async fn write_over(&mut self, query: Query) -> std::result::Result<(), CommitError> {
        match self.run(query).await? {
            0 => Err(CommitError::Stale),
            _ => Ok(()),
        }
    }

    /// Writes what only one can have: an insert `ON CONFLICT DO NOTHING`, which on PostgreSQL also waits for whoever
    /// is just about to have it.
    pub async fn take(&mut self, query: Query, what: Taken) -> std::result::Result<(), CommitError> {
        match self.run(query).await? {
            0 => Err(CommitError::Taken(what)),
            _ => Ok(()),
        }
    }

    pub async fn rows(&mut self, query: Query) -> std::result::Result<Vec<Row>, CommitError> {
        let rows = match &mut self.inner {
            Inner::Sqlite(tx) => sqlite_rows(in_time(bound(query).fetch_all(&mut **tx)).await),
            Inner::Postgres(tx) => postgres_rows(in_time(bound(query).fetch_all(&mut **tx)).await),
        };
        rows.map_err(|error| failed(self.doing, &error))
    }

    /// Several statements at once, without values, and for as long as they take.
    pub async fn script(&mut self, text: String) -> Result<()> {
        let script = sqlx::raw_sql(AssertSqlSafe(text));
        let done = match &mut self.inner {
            Inner::Sqlite(tx) => script.execute(&mut **tx).await.map(drop),
            Inner::Postgres(tx) => script.execute(&mut **tx).await.map(drop),
        };
        done.map_err(|error| StoreError::new(self.doing, &error))
    }

    pub async fn commit(self) -> std::result::Result<(), CommitError> {
        let done = match self.inner {
            Inner::Sqlite(tx) => in_time(tx.commit()).await,
            Inner::Postgres(tx) => in_time(tx.commit()).await,
        };
        done.map_err(|error| failed(self.doing, &error))
    }
}

impl Query {
    pub fn new(text: &'static str, values: Vec<Value>) -> Self {
        Self { text: text.into_sql_str(), values }
    }
}

impl Draft {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    /// Adds a piece in which `?1`, `?2` … stand for these values.
    pub fn add<const N: usize>(mut self, piece: &str, values: [Value; N]) -> Self {
        let before = self.values.len();
        let mut piece = piece.to_owned();
        for n in 1..=N {
            piece = piece.replace(&format!("?{n}"), &format!("${}", before + n));
        }
        self.text.push(' ');
        self.text.push_str(&piece);
        self.values.extend(values);
        self
    }

    /// The piece if there is a value for its `?1`.
    pub fn add_if<V: Into<Value>>(self, piece: &str, value: Option<V>) -> Self {
        match value {
            Some(value) => self.add(piece, [value.into()]),
            None => self,
        }
    }

    /// `($1, $2, …)`
    pub fn list(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        let before = self.values.len();
        self.values.extend(values);
        let places: Vec<String> = (before + 1..=self.values.len()).map(|n| format!("${n}")).collect();
        self.text.push_str(&format!(" ({})", places.join(", ")));
        self
    }

    pub fn within(mut self, before: &str, after: &str) -> Self {
        self.text = format!("{before}{}{after}", self.text);
        self
    }

    pub fn done(self) -> Query {
        Query { text: AssertSqlSafe(self.text).into_sql_str(), values: self.values }
    }
}

impl Row {
    pub fn text(&self, column: &'static str) -> Result<String> {
        self.get(column)
    }

    pub fn maybe_text(&self, column: &'static str) -> Result<Option<String>> {
        self.get(column)
    }

    pub fn int(&self, column: &'static str) -> Result<i64> {
        self.get(column)
    }

    pub fn maybe_int(&self, column: &'static str) -> Result<Option<i64>> {
        self.get(column)
    }

    pub fn flag(&self, column: &'static str) -> Result<bool> {
        self.get(column)
    }

    pub fn at(&self, column: &'static str) -> Result<Millis> {
        self.get(column).map(Millis)
    }

    pub fn maybe_at(&self, column: &'static str) -> Result<Option<Millis>> {
        Ok(self.get::<Option<i64>>(column)?.map(Millis))
    }

    /// One of the words that `named` knows.
    pub fn word<T>(&self, column: &'static str, named: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        named(&self.text(column)?).ok_or(StoreError::unreadable(column))
    }

    fn get<'r, T>(&'r self, column: &'static str) -> Result<T>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        let value = match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        };
        value.map_err(|error| StoreError::new("reading a row", &error))
    }
}

fn bound<DB>(query: Query) -> sqlx::query::Query<'static, DB, DB::Arguments>
where
    DB: Database,
    Option<String>: Encode<'static, DB> + Type<DB>,
    Option<i64>: Encode<'static, DB> + Type<DB>,
    bool: Encode<'static, DB> + Type<DB>,
{
    query.values.into_iter().fold(sqlx::query(query.text), |bound, value| match value {
        Value::Text(text) => bound.bind(text),
        Value::Int(int) => bound.bind(int),
        Value::Flag(flag) => bound.bind(flag),
    })
}

/// A network may swallow an answer, and then nothing would ever say that there is none.
async fn in_time<T>(answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    tokio::time::timeout(PATIENCE, answer).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

fn sqlite_rows(rows: sqlx::Result<Vec<SqliteRow>>) -> sqlx::Result<Vec<Row>> {
    Ok(rows?.into_iter().map(Row::Sqlite).collect())
}

fn postgres_rows(rows: sqlx::Result<Vec<PgRow>>) -> sqlx::Result<Vec<Row>> {
    Ok(rows?.into_iter().map(Row::Postgres).collect())
}

/// PostgreSQL may undo one of two transactions that are in each other's way; deciding again is right then, too.
fn failed(doing: &'static str, error: &sqlx::Error) -> CommitError {
    const SERIALIZATION_FAILURE: &str = "40001";
    const DEADLOCK: &str = "40P01";
    let code = error.as_database_error().and_then(|refused| refused.code());
    match code.as_deref() {
        Some(SERIALIZATION_FAILURE | DEADLOCK) => CommitError::Stale,
        _ => CommitError::Failed(StoreError::new(doing, error)),
    }
}

macro_rules! value_from_ids {
    ($($id:ident),*) => {$(
        impl From<&$id> for Value {
            fn from(id: &$id) -> Self {
                Self::from(id.as_str())
            }
        }

        impl From<Option<&$id>> for Value {
            fn from(id: Option<&$id>) -> Self {
                Self::from(id.map($id::as_str))
            }
        }
    )*};
}

value_from_ids!(PersonId, CallId, RoomId, AppointmentId, NoticeId, DeviceId, InvitationId);

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(Some(int))
    }
}

impl From<Option<i64>> for Value {
    fn from(int: Option<i64>) -> Self {
        Self::Int(int)
    }
}

impl From<Millis> for Value {
    fn from(at: Millis) -> Self {
        Self::Int(Some(at.0))
    }
}

impl From<Option<Millis>> for Value {
    fn from(at: Option<Millis>) -> Self {
        Self::Int(at.map(|at| at.0))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}
