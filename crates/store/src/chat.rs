//! What people write to each other in a call.

use bedside_domain::ids::{CallId, PersonId};
use bedside_domain::time::Millis;

use crate::Store;
use crate::error::{Result, StoreError};
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
    /// Keeps a message, once for each `request` of its writer in that call.
    pub async fn keep_message(&self, message: &ChatMessage, request: &str) -> Result<Kept> {
        const KEEP: &str = "INSERT INTO chat_messages (id, call, person, request, text, at) \
                            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        const FIND: &str = "SELECT id, call, person, text, at FROM chat_messages WHERE call = $1 AND person = $2 \
                            AND request = $3";
        let ChatMessage { id, call, person, text, at } = message;
        let row = sql!(KEEP, id.as_str(), call, person, request, text.as_str(), *at);
        if self.engine.run("keeping a message", row).await? > 0 {
            return Ok(Kept::Now(message.clone()));
        }
        let found = self.engine.row("looking for a message", sql!(FIND, call, person, request)).await?;
        Ok(Kept::Before(self::message(&found.ok_or(StoreError::unreadable("request"))?)?))
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
