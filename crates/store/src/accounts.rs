//! Accounts of those who sign in here, and the sessions that they hold.

use bedside_domain::ids::PersonId;
use bedside_domain::person::Person;
use bedside_domain::time::Millis;

use crate::Store;
use crate::change::Committed;
use crate::doors::{self, Session};
use crate::error::{CommitError, Result, Taken};
use crate::people::{email_key, upsert};
use crate::sql::{Row, Tx, sql};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub person: PersonId,
    /// What its person signs in with, without capitals.
    pub email: String,
    /// The hash in the form that names its own cost; nothing until its person has chosen a password.
    pub password: Option<String>,
    pub signed_in_at: Option<Millis>,
}

/// Whose sessions end with a new password.
#[derive(Clone, Copy, Debug)]
pub enum Keep<'a> {
    None,
    /// The one by which its person has just changed the password.
    Session(&'a str),
}

impl Store {
    pub async fn account_of(&self, person: &PersonId) -> Result<Option<Account>> {
        const FIND: &str = "SELECT person, email_key, password, signed_in_at FROM accounts WHERE person = $1";
        let find = sql!(FIND, person);
        self.engine.row("looking up an account", find).await?.as_ref().map(account).transpose()
    }

    /// The account with this address if its person is not disabled; capitals do not matter.
    pub async fn account_at(&self, email: &str) -> Result<Option<Account>> {
        const FIND: &str = "SELECT a.person, a.email_key, a.password, a.signed_in_at FROM accounts a \
             JOIN people p ON p.id = a.person WHERE a.email_key = $1 AND p.disabled_at IS NULL";
        let find = sql!(FIND, email_key(email));
        self.engine.row("looking up an account", find).await?.as_ref().map(account).transpose()
    }

    /// An account under this address for somebody who is new, or has had none.
    pub async fn open_account(&self, person: &Person, known: Option<i64>, email: &str, at: Millis) -> Committed {
        const OPEN: &str = "INSERT INTO accounts (person, email_key, opened_at) VALUES ($1, $2, $3) \
                            ON CONFLICT DO NOTHING";
        let mut tx = self.engine.begin("opening an account").await?;
        if tx.rows(upsert(person, known, at)).await?.is_empty() {
            return Err(CommitError::Stale);
        }
        tx.take(sql!(OPEN, &person.id, email_key(email), at), Taken::Address).await?;
        tx.commit().await
    }

    /// Begins a session for whoever has just proven the password that `account` holds, unless it has changed since.
    pub async fn sign_in_by_password(
        &self,
        account: &Account,
        session: &Session,
        instead_of: Option<&str>,
    ) -> std::result::Result<bool, CommitError> {
        const STILL: &str = "UPDATE accounts SET signed_in_at = $3 WHERE person = $1 AND password = $2 \
             AND EXISTS (SELECT 1 FROM people p WHERE p.id = accounts.person AND p.disabled_at IS NULL)";
        let mut tx = self.engine.begin("signing somebody in").await?;
        let password = account.password.as_deref();
        if tx.run(sql!(STILL, &account.person, password, session.created_at)).await? == 0 {
            return Ok(false);
        }
        doors::begin_session(&mut tx, session, instead_of).await?;
        tx.commit().await.map(|()| true)
    }

    /// A new password ends what was begun with the old one: the other sessions, and links that are not used yet. False
    /// if the account is not as `before` any more.
    pub async fn set_password(
        &self,
        before: &Account,
        hash: Option<&str>,
        keep: Keep<'_>,
    ) -> std::result::Result<bool, CommitError> {
        const SET: &str = "UPDATE accounts SET password = $2 WHERE person = $1 AND COALESCE(password, '') = $3";
        const END: &str = "DELETE FROM sessions WHERE person = $1 AND token_hash <> $2";
        const VOID: &str = "DELETE FROM sign_in_links WHERE person = $1";
        let mut tx = self.engine.begin("changing a password").await?;
        let (person, was) = (&before.person, before.password.as_deref().unwrap_or_default());
        if tx.run(sql!(SET, person, hash, was)).await? == 0 {
            return Ok(false);
        }
        let kept = match keep {
            Keep::None => "",
            Keep::Session(token_hash) => token_hash,
        };
        tx.run(sql!(END, person, kept)).await?;
        tx.run(sql!(VOID, person)).await?;
        tx.commit().await.map(|()| true)
    }

    pub async fn forget_password(&self, person: &PersonId) -> Result<()> {
        let forget = sql!("UPDATE accounts SET password = NULL WHERE person = $1", person);
        self.engine.run("forgetting a password", forget).await.map(drop)
    }

    /// Everything by which somebody is in or could come in.
    pub async fn end_ways_in(&self, person: &PersonId) -> Committed {
        let mut tx = self.engine.begin("ending the sessions of a person").await?;
        tx.run(sql!("DELETE FROM sessions WHERE person = $1", person)).await?;
        tx.run(sql!("DELETE FROM sign_in_links WHERE person = $1", person)).await?;
        // A telephone that somebody lost is not woken, either.
        tx.run(sql!("DELETE FROM push_subscriptions WHERE person = $1", person)).await?;
        tx.commit().await
    }

    /// The sessions that let somebody do all they may, the newest first.
    pub async fn sessions_of(&self, person: &PersonId, now: Millis) -> Result<Vec<Session>> {
        const FIND: &str = "SELECT token_hash, person, scope_room, created_at, expires_at, agent FROM sessions \
             WHERE person = $1 AND scope_room IS NULL AND expires_at > $2 ORDER BY created_at DESC, token_hash";
        let rows = self.engine.rows("listing sessions", sql!(FIND, person, now)).await?;
        rows.iter().map(doors::session).collect()
    }

    /// Whether the person had such a session.
    pub async fn end_session_of(&self, person: &PersonId, token_hash: &str) -> Result<bool> {
        const END: &str = "DELETE FROM sessions WHERE person = $1 AND token_hash = $2 AND scope_room IS NULL";
        Ok(self.engine.run("ending a session", sql!(END, person, token_hash)).await? > 0)
    }

    pub async fn end_other_sessions(&self, person: &PersonId, token_hash: &str) -> Result<()> {
        const END: &str = "DELETE FROM sessions WHERE person = $1 AND token_hash <> $2 AND scope_room IS NULL";
        self.engine.run("ending sessions", sql!(END, person, token_hash)).await.map(drop)
    }
}

/// Whoever has an account signs in with the address that they are written to.
pub(crate) async fn move_to(tx: &mut Tx, person: &PersonId, email: &str) -> Committed {
    const TAKEN: &str = "SELECT person FROM accounts WHERE email_key = $1 AND person <> $2 \
                         AND EXISTS (SELECT 1 FROM accounts mine WHERE mine.person = $2)";
    const MOVE: &str = "UPDATE accounts SET email_key = $1 WHERE person = $2";
    let key = email_key(email);
    if !tx.rows(sql!(TAKEN, key.as_str(), person)).await?.is_empty() {
        return Err(CommitError::Taken(Taken::Address));
    }
    tx.run(sql!(MOVE, key, person)).await.map(drop)
}

fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        person: PersonId::new(row.text("person")?),
        email: row.text("email_key")?,
        password: row.maybe_text("password")?,
        signed_in_at: row.maybe_at("signed_in_at")?,
    })
}
