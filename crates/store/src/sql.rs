//! The two databases behind one small face: a text of SQL with `$1` placeholders, its values, and rows.
//!
//! Each text is written once and runs on both, with TEXT, BIGINT and BOOLEAN alone. What a person gave is always
//! a value, never part of a text.

use std::borrow::Cow;
use std::time::Duration;

use bedside_domain::ids::{AppointmentId, CallId, DeviceId, InvitationId, NoticeId, PersonId, RoomId};
use bedside_domain::time::Millis;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, Decode, PgPool, Postgres, Row as _, Transaction, Type};

use crate::error::{CommitError, Fault, Result, StoreError, Taken};
use crate::sqlite::{self, Column, Sqlite, Writing};

/// How long one statement may take. Longer than the pools wait, so that theirs is the error that is told.
const PATIENCE: Duration = Duration::from_secs(10);
/// People, leases or sessions in one statement: many, and far from as many values as a database takes.
pub(crate) const AT_ONCE: usize = 500;

#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(PgPool),
}

/// A transaction that writes. Dropped, it leaves nothing behind.
pub(crate) struct Tx {
    inner: Inner,
    doing: &'static str,
}

enum Inner {
    Sqlite(Writing),
    Postgres(Transaction<'static, Postgres>),
}

pub(crate) struct Query {
    pub text: Cow<'static, str>,
    pub values: Vec<Value>,
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
    Sqlite(sqlite::Row),
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
            Self::Sqlite(file) => file.rows(&query).await.map(of_sqlite),
            Self::Postgres(pool) => in_time(bound(query).fetch_all(pool)).await.map(of_postgres),
        };
        rows.map_err(|fault| StoreError::new(doing, &fault))
    }

    pub async fn row(&self, doing: &'static str, query: Query) -> Result<Option<Row>> {
        Ok(self.rows(doing, query).await?.pop())
    }

    /// One statement that writes, and how many rows it touched.
    pub async fn run(&self, doing: &'static str, query: Query) -> Result<u64> {
        let touched = match self {
            Self::Sqlite(file) => run_alone(file, &query).await,
            Self::Postgres(pool) => in_time(bound(query).execute(pool)).await.map(|done| done.rows_affected()),
        };
        touched.map_err(|fault| StoreError::new(doing, &fault))
    }

    /// After a selection that is about to be written: what another transaction is just taking is passed over instead of
    /// being waited for. A file has one writer at a time.
    pub fn but_those_taken(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(_) => " FOR UPDATE SKIP LOCKED",
        }
    }

    pub async fn begin(&self, doing: &'static str) -> Result<Tx> {
        let inner = match self {
            Self::Sqlite(file) => file.begin().await.map(Inner::Sqlite),
            Self::Postgres(pool) => in_time(pool.begin()).await.map(Inner::Postgres),
        };
        Ok(Tx { inner: inner.map_err(|fault| StoreError::new(doing, &fault))?, doing })
    }
}

async fn run_alone(file: &Sqlite, query: &Query) -> std::result::Result<u64, Fault> {
    let writing = file.begin().await?;
    let touched = writing.run(query)?;
    writing.commit().await?;
    Ok(touched)
}

impl Tx {
    pub async fn run(&mut self, query: Query) -> std::result::Result<u64, CommitError> {
        let touched = match &mut self.inner {
            Inner::Sqlite(writing) => writing.run(&query),
            Inner::Postgres(tx) => in_time(bound(query).execute(&mut **tx)).await.map(|done| done.rows_affected()),
        };
        touched.map_err(|fault| failed(self.doing, &fault))
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
            Inner::Sqlite(writing) => writing.rows(&query).map(of_sqlite),
            Inner::Postgres(tx) => in_time(bound(query).fetch_all(&mut **tx)).await.map(of_postgres),
        };
        rows.map_err(|fault| failed(self.doing, &fault))
    }

    /// Several statements at once, without values, and for as long as they take.
    pub async fn script(&mut self, text: String) -> Result<()> {
        let done = match &mut self.inner {
            Inner::Sqlite(writing) => writing.script(&text),
            Inner::Postgres(tx) => {
                let done = sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut **tx).await;
                done.map(drop).map_err(Fault::from)
            }
        };
        done.map_err(|fault| StoreError::new(self.doing, &fault))
    }

    pub async fn commit(self) -> std::result::Result<(), CommitError> {
        let done = match self.inner {
            Inner::Sqlite(writing) => writing.commit().await,
            Inner::Postgres(tx) => in_time(tx.commit()).await,
        };
        done.map_err(|fault| failed(self.doing, &fault))
    }
}

impl Query {
    pub fn new(text: impl Into<Cow<'static, str>>, values: Vec<Value>) -> Self {
        Self { text: text.into(), values }
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
        Query { text: self.text.into(), values: self.values }
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

    pub fn maybe_flag(&self, column: &'static str) -> Result<Option<bool>> {
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
        T: Column + Decode<'r, Postgres> + Type<Postgres>,
    {
        let value = match self {
            Self::Sqlite(row) => row.get(column),
            Self::Postgres(row) => row.try_get(column).map_err(Fault::from),
        };
        value.map_err(|fault| StoreError::new("reading a row", &fault))
    }
}

/// Every text is one of ours, or put together of ours: see [`Draft`].
fn bound(query: Query) -> sqlx::query::Query<'static, Postgres, PgArguments> {
    let text = AssertSqlSafe(query.text.into_owned());
    query.values.into_iter().fold(sqlx::query(text), |bound, value| match value {
        Value::Text(text) => bound.bind(text),
        Value::Int(int) => bound.bind(int),
        Value::Flag(flag) => bound.bind(flag),
    })
}

/// A network may swallow an answer, and then nothing would ever say that there is none.
async fn in_time<T>(answer: impl Future<Output = sqlx::Result<T>>) -> std::result::Result<T, Fault> {
    Ok(tokio::time::timeout(PATIENCE, answer).await.map_err(|_| Fault::Late)??)
}

fn of_sqlite(rows: Vec<sqlite::Row>) -> Vec<Row> {
    rows.into_iter().map(Row::Sqlite).collect()
}

fn of_postgres(rows: Vec<PgRow>) -> Vec<Row> {
    rows.into_iter().map(Row::Postgres).collect()
}

/// PostgreSQL may undo one of two transactions that are in each other's way; deciding again is right then, too.
fn failed(doing: &'static str, fault: &Fault) -> CommitError {
    const SERIALIZATION_FAILURE: &str = "40001";
    const DEADLOCK: &str = "40P01";
    match fault.postgres_code().as_deref() {
        Some(SERIALIZATION_FAILURE | DEADLOCK) => CommitError::Stale,
        _ => CommitError::Failed(StoreError::new(doing, fault)),
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
