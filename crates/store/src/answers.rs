//! Answers that are given again to whoever asks the same again, and the audit of who looked at what.

use bedside_domain::ids::PersonId;
use bedside_domain::time::{Millis, Span};

use crate::Store;
use crate::change::Committed;
use crate::error::{CommitError, Result, StoreError, Taken};
use crate::page::{Cursor, Page, PageAsk};
use crate::sql::{Draft, Row, Tx, sql};

/// How long whoever reads a list again is still reading it.
const ONE_LOOK: Span = Span::hours(1);

/// What was answered to a request with an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    pub person: PersonId,
    pub key: String,
    /// Of what was asked, so that the same key with another question is noticed.
    pub fingerprint: String,
    pub status: u16,
    pub body: String,
    pub at: Millis,
}

/// Who did what to whose record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    pub at: Millis,
    pub actor: PersonId,
    pub deed: String,
    pub subject: String,
}

impl Store {
    pub async fn remembered(&self, person: &PersonId, key: &str) -> Result<Option<Remembered>> {
        const FIND: &str = "SELECT person, key, fingerprint, status, body, at FROM remembered \
                            WHERE person = $1 AND key = $2";
        let row = self.engine.row("looking for an answer given before", sql!(FIND, person, key)).await?;
        row.as_ref().map(answer).transpose()
    }

    /// Answers given before `at`, and sessions, links and leases that were over before it.
    pub async fn forget_before(&self, at: Millis) -> Result<()> {
        const OVER: [&str; 4] = [
            "DELETE FROM remembered WHERE at < $1",
            "DELETE FROM sessions WHERE expires_at < $1",
            "DELETE FROM sign_in_links WHERE expires_at < $1",
            "DELETE FROM leases WHERE renewed_at < $1",
        ];
        for text in OVER {
            self.engine.run("forgetting what is over", sql!(text, at)).await?;
        }
        Ok(())
    }

    pub async fn audit(&self, at: Millis, actor: &PersonId, deed: &str, subject: &str) -> Result<()> {
        const WRITE: &str = "INSERT INTO audit (at, actor, deed, subject) VALUES ($1, $2, $3, $4)";
        self.engine.run("writing the audit", sql!(WRITE, at, actor, deed, subject)).await.map(drop)
    }

    /// One row for each of whom something was seen in a list; all of them or none. A list that is drawn anew within the
    /// hour is the same look: it would bury what else was done.
    pub async fn audit_listing(
        &self,
        at: Millis,
        actor: &PersonId,
        deed: &str,
        subjects: &[&str],
    ) -> std::result::Result<(), CommitError> {
        const WRITE: &str = "INSERT INTO audit (at, actor, deed, subject) SELECT $1, $2, $3, $4 WHERE NOT EXISTS \
                             (SELECT 1 FROM audit WHERE subject = $4 AND at > $5 AND actor = $2 AND deed = $3)";
        let mut tx = self.engine.begin("writing the audit").await?;
        for subject in subjects {
            tx.run(sql!(WRITE, at, actor, deed, *subject, at - ONE_LOOK)).await?;
        }
        tx.commit().await
    }

    /// All of it, or what one person did; the newest first.
    pub async fn audit_trail(&self, actor: Option<&PersonId>, ask: &PageAsk) -> Result<Page<Audited>> {
        let mut draft = Draft::new("SELECT seq, at, actor, deed, subject FROM audit WHERE 1 = 1");
        if let Some(actor) = actor {
            draft = draft.add("AND actor = ?1", [actor.into()]);
        }
        if let Some(Cursor { at: seq, .. }) = &ask.after {
            draft = draft.add("AND seq < ?1", [(*seq).into()]);
        }
        let draft = draft.add("ORDER BY seq DESC LIMIT ?1", [ask.rows().into()]);
        let rows = self.engine.rows("reading the audit", draft.done()).await?;
        let numbered = |row: &Row| Ok((row.int("seq")?, audited(row)?));
        let items: Vec<(i64, Audited)> = rows.iter().map(numbered).collect::<Result<_>>()?;
        let page = Page::cut(items, ask, |(seq, _): &(i64, Audited)| Cursor { at: *seq, id: String::new() });
        Ok(page.map(|(_, entry)| entry))
    }

    /// The newest first.
    pub async fn audit_of(&self, subject: &str) -> Result<Vec<Audited>> {
        const FIND: &str = "SELECT at, actor, deed, subject FROM audit WHERE subject = $1 ORDER BY at DESC, seq DESC";
        self.engine.rows("reading the audit", sql!(FIND, subject)).await?.iter().map(audited).collect()
    }
}

pub(crate) async fn save(tx: &mut Tx, answer: &Remembered) -> Committed {
    const WRITE: &str = "INSERT INTO remembered (person, key, fingerprint, status, body, at) \
                         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let Remembered { person, key, fingerprint, status, body, at } = answer;
    let row = sql!(WRITE, person, key.as_str(), fingerprint.as_str(), i64::from(*status), body.as_str(), *at);
    tx.take(row, Taken::Answer).await
}

fn answer(row: &Row) -> Result<Remembered> {
    Ok(Remembered {
        person: PersonId::new(row.text("person")?),
        key: row.text("key")?,
        fingerprint: row.text("fingerprint")?,
        status: row.int("status")?.try_into().map_err(|_| StoreError::unreadable("status"))?,
        body: row.text("body")?,
        at: row.at("at")?,
    })
}

fn audited(row: &Row) -> Result<Audited> {
    Ok(Audited {
        at: row.at("at")?,
        actor: PersonId::new(row.text("actor")?),
        deed: row.text("deed")?,
        subject: row.text("subject")?,
    })
}
