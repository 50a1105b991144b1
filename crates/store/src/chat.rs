//! What people write to each other in a call.

use bedside_domain::ids::{CallId, NoticeId, PersonId};
use bedside_domain::notice::Notice;
use bedside_domain::time::Millis;

use crate::Store;
use crate::error::{CommitError, Result, StoreError};
use crate::notices;
use crate::sql::{Row, sql};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatMessage {
    pub id: String,
    pub call: CallId,
    pub person: PersonId,
    pub text: String,
    pub at: Millis,
}

/// Whether a message is one that was kept before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    Now(ChatMessage),
    Before(ChatMessage),
}

impl Store {
    /// Keeps a message, once for each `request` of its writer in that call, and what it owes to those who are away:
    /// nothing more to whoever has not looked at the one before, or is going to be told of it.
    pub async fn keep_message(
        &self,
        message: &ChatMessage,
        request: &str,
        owed: &[(NoticeId, Notice)],
    ) -> std::result::Result<(Kept, Vec<(NoticeId, Notice)>), CommitError> {
        const KEEP: &str = "INSERT INTO chat_messages (id, call, person, request, text, at) \
                            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        const FIND: &str = "SELECT id, call, person, text, at FROM chat_messages WHERE call = $1 AND person = $2 \
                            AND request = $3";
        const UNREAD: &str = "SELECT id FROM notices WHERE person = $1 AND topic = 'message' AND about_id = $2 \
                              AND read_at IS NULL UNION ALL SELECT id FROM outbox WHERE recipient = $1 \
                              AND topic = 'message' AND about_id = $2 AND lane = 'plan' AND done_at IS NULL \
                              AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.id = outbox.id) LIMIT 1";
        let ChatMessage { id, call, person, text, at } = message;
        let row = sql!(KEEP, id.as_str(), call, person, request, text.as_str(), *at);
        let mut tx = self.engine.begin("keeping a message").await?;
        if tx.run(row).await? == 0 {
            let found = tx.rows(sql!(FIND, call, person, request)).await?.pop();
            return Ok((Kept::Before(self::message(&found.ok_or(StoreError::unreadable("request"))?)?), vec![]));
        }
        let mut told = Vec::new();
        for (id, notice) in owed {
            if tx.rows(sql!(UNREAD, &notice.to, call)).await?.is_empty() {
                notices::save(&mut tx, *at, id, notice).await?;
                told.push((id.clone(), notice.clone()));
            }
        }
        tx.commit().await?;
        Ok((Kept::Now(message.clone()), told))
    }

    /// The last messages of a call since then, in the order in which they were kept.
    pub async fn messages_of(&self, call: &CallId, since: Millis, at_most: u16) -> Result<Vec<ChatMessage>> {
        const FIND: &str = "SELECT id, call, person, text, at FROM chat_messages WHERE call = $1 AND at >= $2 \
                            ORDER BY seq DESC LIMIT $3";
        let rows = self.engine.rows("reading messages", sql!(FIND, call, since, i64::from(at_most))).await?;
        rows.iter().rev().map(message).collect()
    }

    pub async fn mark_messages_read(&self, call: &CallId, person: &PersonId, up_to: &str, at: Millis) -> Result<()> {
        const MARK: &str = "INSERT INTO chat_reads (call, person, up_to, at) VALUES ($1, $2, $3, $4) \
                            ON CONFLICT (call, person) DO UPDATE SET up_to = $3, at = $4";
        self.engine.run("marking messages as read", sql!(MARK, call, person, up_to, at)).await.map(drop)
    }
}

fn message(row: &Row) -> Result<ChatMessage> {
    Ok(ChatMessage {
        id: row.text("id")?,
        call: CallId::new(row.text("call")?),
        person: PersonId::new(row.text("person")?),
        text: row.text("text")?,
        at: row.at("at")?,
    })
}
