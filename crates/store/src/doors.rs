//! Ways in: sessions, sign-in links, and the secrets that all nodes share. Tokens are kept as hashes alone.

use std::collections::HashSet;

use bedside_domain::ids::{PersonId, RoomId};
use bedside_domain::time::Millis;

use crate::Store;
use crate::change::Committed;
use crate::error::{CommitError, Result, StoreError};
use crate::names;
use crate::sql::{AT_ONCE, Draft, Query, Row, Tx, Value, sql};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub token_hash: String,
    pub person: PersonId,
    /// The one room that the session opens; everything the person may do if there is none.
    pub scope_room: Option<RoomId>,
    pub created_at: Millis,
    pub expires_at: Millis,
    /// What the browser called itself.
    pub agent: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInLink {
    pub token_hash: String,
    pub person: PersonId,
    pub uses: Use,
    pub expires_at: Millis,
    pub spent_at: Option<Millis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Once,
    Again,
}

impl Store {
    pub async fn put_session(&self, session: &Session) -> Result<()> {
        self.engine.run("beginning a session", insert(session)).await.map(drop)
    }

    /// As it was put; whether it has expired is for whoever knows the time.
    pub async fn session(&self, token_hash: &str) -> Result<Option<Session>> {
        const FIND: &str = "SELECT token_hash, person, scope_room, created_at, expires_at, agent FROM sessions \
                            WHERE token_hash = $1";
        let find = sql!(FIND, token_hash);
        self.engine.row("looking up a session", find).await?.as_ref().map(session).transpose()
    }

    /// Those of these sessions that are there and not over.
    pub async fn sessions_that_last(&self, token_hashes: &[String], now: Millis) -> Result<HashSet<String>> {
        let mut last = HashSet::new();
        for some in token_hashes.chunks(AT_ONCE) {
            let hashes = Draft::new("SELECT token_hash FROM sessions WHERE token_hash IN");
            let query = hashes.list(some.iter().map(|hash| Value::from(hash.as_str())));
            let query = query.add("AND expires_at > ?1", [now.into()]).done();
            for row in self.engine.rows("asking which sessions last", query).await? {
                last.insert(row.text("token_hash")?);
            }
        }
        Ok(last)
    }

    pub async fn end_session(&self, token_hash: &str) -> Result<()> {
        let end = sql!("DELETE FROM sessions WHERE token_hash = $1", token_hash);
        self.engine.run("ending a session", end).await.map(drop)
    }

    pub async fn put_sign_in_link(&self, link: &SignInLink) -> Result<()> {
        const WRITE: &str = "INSERT INTO sign_in_links (token_hash, person, uses, expires_at, spent_at) \
                             VALUES ($1, $2, $3, $4, $5)";
        let SignInLink { token_hash, person, uses, expires_at, spent_at } = link;
        let row = sql!(WRITE, token_hash.as_str(), person, names::uses(*uses), *expires_at, *spent_at);
        self.engine.run("making a sign-in link", row).await.map(drop)
    }

    pub async fn sign_in_link(&self, token_hash: &str) -> Result<Option<SignInLink>> {
        const FIND: &str = "SELECT token_hash, person, uses, expires_at, spent_at FROM sign_in_links \
                            WHERE token_hash = $1";
        let find = sql!(FIND, token_hash);
        self.engine.row("looking up a sign-in link", find).await?.as_ref().map(link).transpose()
    }

    /// Begins the session if the link lets somebody in at its beginning; nothing is spent for nothing. A link that
    /// works once does so for the first who asks.
    pub async fn sign_in(
        &self,
        link_hash: &str,
        session: &Session,
        instead_of: Option<&str>,
    ) -> std::result::Result<bool, CommitError> {
        const SPEND: &str = "UPDATE sign_in_links SET spent_at = $2 \
             WHERE token_hash = $1 AND expires_at > $2 AND (uses = 'again' OR spent_at IS NULL)";
        let mut tx = self.engine.begin("signing somebody in").await?;
        if tx.run(sql!(SPEND, link_hash, session.created_at)).await? == 0 {
            return Ok(false);
        }
        begin_session(&mut tx, session, instead_of).await?;
        tx.commit().await.map(|()| true)
    }

    /// The secret of this name: `fresh` if there was none, else the one that all nodes have.
    pub async fn secret(&self, name: &str, fresh: &[u8; 32]) -> Result<[u8; 32]> {
        const KEEP: &str = "INSERT INTO secrets (name, hex) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.engine.run("keeping a secret", sql!(KEEP, name, to_hex(fresh))).await?;
        let find = sql!("SELECT hex FROM secrets WHERE name = $1", name);
        match self.engine.row("reading a secret", find).await? {
            Some(row) => row.word("hex", from_hex),
            None => Err(StoreError::unreadable("hex")),
        }
    }
}

/// A browser that signs in again has one session, and not the one that it came with: somebody else may know that.
pub(crate) async fn begin_session(tx: &mut Tx, session: &Session, instead_of: Option<&str>) -> Committed {
    if let Some(before) = instead_of {
        tx.run(sql!("DELETE FROM sessions WHERE token_hash = $1", before)).await?;
    }
    tx.run(insert(session)).await.map(drop)
}

fn insert(session: &Session) -> Query {
    const WRITE: &str = "INSERT INTO sessions (token_hash, person, scope_room, created_at, expires_at, agent) \
                         VALUES ($1, $2, $3, $4, $5, $6)";
    let Session { token_hash, person, scope_room, created_at, expires_at, agent } = session;
    sql!(WRITE, token_hash.as_str(), person, scope_room.as_ref(), *created_at, *expires_at, agent.as_deref())
}

pub(crate) fn session(row: &Row) -> Result<Session> {
    Ok(Session {
        token_hash: row.text("token_hash")?,
        person: PersonId::new(row.text("person")?),
        scope_room: row.maybe_text("scope_room")?.map(RoomId::new),
        created_at: row.at("created_at")?,
        expires_at: row.at("expires_at")?,
        agent: row.maybe_text("agent")?,
    })
}

fn link(row: &Row) -> Result<SignInLink> {
    Ok(SignInLink {
        token_hash: row.text("token_hash")?,
        person: PersonId::new(row.text("person")?),
        uses: row.word("uses", names::use_named)?,
        expires_at: row.at("expires_at")?,
        spent_at: row.maybe_at("spent_at")?,
    })
}

fn to_hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).ok()?;
    }
    Some(bytes)
}
