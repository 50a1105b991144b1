//! Programs that are told what happens here.

use bedside_domain::ids::PersonId;
use bedside_domain::time::Millis;

use crate::Store;
use crate::change::Committed;
use crate::error::Result;
use crate::sql::{Draft, Row, sql};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub id: String,
    pub url: String,
    pub secret: String,
    /// The one before it, and until when it still signs.
    pub before: Option<(String, Millis)>,
    pub created_at: Millis,
    pub disabled_at: Option<Millis>,
    pub why: Option<String>,
}

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub stream: String,
    pub stream_id: String,
    pub version: i64,
    pub at: Millis,
    pub by: Option<PersonId>,
    /// JSON of ids and enums.
    pub event: String,
}

const SELECT: &str = "SELECT id, url, secret, secret_before, before_until, created_at, disabled_at, why FROM webhooks";

impl Store {
    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        let find = Draft::new(SELECT).add("ORDER BY created_at, id", []).done();
        self.engine.rows("listing webhooks", find).await?.iter().map(webhook).collect()
    }

    pub async fn webhook(&self, id: &str) -> Result<Option<Webhook>> {
        let find = Draft::new(SELECT).add("WHERE id = ?1", [id.into()]).done();
        self.engine.row("loading a webhook", find).await?.as_ref().map(webhook).transpose()
    }

    pub async fn add_webhook(&self, id: &str, url: &str, secret: &str, at: Millis) -> Result<()> {
        const ADD: &str = "INSERT INTO webhooks (id, url, secret, created_at) VALUES ($1, $2, $3, $4)";
        self.engine.run("adding a webhook", sql!(ADD, id, url, secret, at)).await.map(drop)
    }

    /// Until then both secrets sign.
    pub async fn rotate_webhook(&self, id: &str, secret: &str, until: Millis) -> Result<bool> {
        const ROTATE: &str = "UPDATE webhooks SET secret_before = secret, before_until = $3, secret = $2 WHERE id = $1";
        Ok(self.engine.run("changing a secret", sql!(ROTATE, id, secret, until)).await? > 0)
    }

    /// Nothing more is told to it, neither what waits.
    pub async fn disable_webhook(
        &self,
        id: &str,
        why: Option<&str>,
        at: Millis,
    ) -> std::result::Result<bool, crate::CommitError> {
        const DISABLE: &str = "UPDATE webhooks SET disabled_at = COALESCE(disabled_at, $2), why = COALESCE(why, $3) \
                               WHERE id = $1";
        const GIVE_UP: &str = "UPDATE outbox SET done_at = $2, outcome = 'pointless' \
                               WHERE lane = 'webhook' AND target = $1 AND done_at IS NULL AND NOT claimed";
        let mut tx = self.engine.begin("disabling a webhook").await?;
        let found = tx.run(sql!(DISABLE, id, at, why)).await? > 0;
        tx.run(sql!(GIVE_UP, id, at)).await?;
        tx.commit().await?;
        Ok(found)
    }

    pub async fn enable_webhook(&self, id: &str) -> Result<bool> {
        const ENABLE: &str = "UPDATE webhooks SET disabled_at = NULL, why = NULL WHERE id = $1";
        Ok(self.engine.run("enabling a webhook", sql!(ENABLE, id)).await? > 0)
    }

    /// Everything since `from` once more, under the ids it had; also what happened before there was the webhook.
    pub async fn replay(&self, id: &str, from: Millis, now: Millis) -> Committed {
        const AGAIN: &str = "UPDATE outbox SET done_at = NULL, outcome = NULL, why = NULL, tries = 0, due_at = $3 \
             WHERE lane = 'webhook' AND target = $1 AND at >= $2 AND NOT claimed";
        const MORE: &str = "INSERT INTO outbox (id, lane, target, topic, about, about_id, by, event, at, due_at) \
             SELECT 'evt_' || CAST(j.seq AS TEXT) || '_' || w.id, 'webhook', w.id, 'event', j.stream, j.stream_id, \
             j.by, j.seq, j.at, $3 FROM journal j, webhooks w WHERE w.id = $1 AND j.at >= $2 ON CONFLICT DO NOTHING";
        const NOTICES: &str = "INSERT INTO outbox (id, lane, target, topic, about, about_id, at, due_at) \
             SELECT 'notice_' || n.id || '_' || w.id, 'webhook', w.id, 'event', 'notice', n.id, n.at, $3 \
             FROM notices n, webhooks w WHERE w.id = $1 AND n.at >= $2 ON CONFLICT DO NOTHING";
        const FEEDBACK: &str = "INSERT INTO outbox (id, lane, target, topic, about, about_id, by, at, due_at) \
             SELECT 'feedback_' || f.call || '_' || f.person || '_' || CAST(f.at AS TEXT) || '_' || w.id, 'webhook', \
             w.id, 'event', 'feedback', f.call, f.person, f.at, $3 \
             FROM feedback f, webhooks w WHERE w.id = $1 AND f.at >= $2 ON CONFLICT DO NOTHING";
        let mut tx = self.engine.begin("telling a program again").await?;
        for text in [AGAIN, MORE, NOTICES, FEEDBACK] {
            tx.run(sql!(text, id, from, now)).await?;
        }
        tx.commit().await
    }

    pub async fn journal_entry(&self, seq: i64) -> Result<Option<Told>> {
        const FIND: &str = "SELECT stream, stream_id, version, at, by, event FROM journal WHERE seq = $1";
        self.engine.row("reading the journal", sql!(FIND, seq)).await?.as_ref().map(told).transpose()
    }
}

fn webhook(row: &Row) -> Result<Webhook> {
    Ok(Webhook {
        id: row.text("id")?,
        url: row.text("url")?,
        secret: row.text("secret")?,
        before: row.maybe_text("secret_before")?.zip(row.maybe_at("before_until")?),
        created_at: row.at("created_at")?,
        disabled_at: row.maybe_at("disabled_at")?,
        why: row.maybe_text("why")?,
    })
}

fn told(row: &Row) -> Result<Told> {
    Ok(Told {
        stream: row.text("stream")?,
        stream_id: row.text("stream_id")?,
        version: row.int("version")?,
        at: row.at("at")?,
        by: row.maybe_text("by")?.map(PersonId::new),
        event: row.text("event")?,
    })
}
