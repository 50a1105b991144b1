//! What is over goes: rooms with their links and words, notices that were read, guests whom nothing refers to.

use bedside_domain::ids::RoomId;
use bedside_domain::time::Millis;

use crate::Store;
use crate::error::{CommitError, Result};
use crate::sql::{Draft, Row, sql};

/// One round takes no longer than this many small transactions; the next round takes the rest.
const ROOMS_AT_ONCE: i64 = 500;

impl Store {
    /// Clears the rooms whose appointments and calls were all over before `at`. How many there were.
    pub async fn clear_rooms_before(&self, at: Millis, now: Millis) -> Result<usize> {
        const FIND: &str = "SELECT id, appointment FROM rooms WHERE cleared_at IS NULL \
             AND (appointment IS NULL OR EXISTS \
                 (SELECT 1 FROM appointments a WHERE a.id = rooms.appointment AND a.ends_at < $1)) \
             AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.room = rooms.id \
                 AND (c.state <> 'ended' OR c.ended_at >= $1)) ORDER BY id LIMIT $2";
        let rows = self.engine.rows("looking for rooms to clear", sql!(FIND, at, ROOMS_AT_ONCE)).await?;
        let mut cleared = 0;
        for row in &rows {
            match self.clear(row, at, now).await {
                Ok(()) => cleared += 1,
                // Somebody moves the appointment just now: the next round looks again.
                Err(CommitError::Stale | CommitError::Taken(_)) => {}
                Err(CommitError::Failed(failure)) => return Err(failure),
            }
        }
        Ok(cleared)
    }

    async fn clear(&self, row: &Row, at: Millis, now: Millis) -> std::result::Result<(), CommitError> {
        const LEAVE: &str = "UPDATE appointments SET room = NULL, version = version + 1 \
                             WHERE id = $1 AND ends_at < $2";
        const CLEAR: &str = "UPDATE rooms SET appointment = NULL, cleared_at = $2, version = version + 1 \
                             WHERE id = $1 AND cleared_at IS NULL";
        const OF_ROOM: [&str; 4] = [
            "DELETE FROM chat_reads WHERE call IN (SELECT id FROM calls WHERE room = $1)",
            "DELETE FROM chat_messages WHERE call IN (SELECT id FROM calls WHERE room = $1)",
            "DELETE FROM invitations WHERE room = $1",
            "DELETE FROM rooms WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.room = $1)",
        ];
        let room = RoomId::new(row.text("id")?);
        let mut tx = self.engine.begin("clearing a room").await?;
        if let Some(appointment) = row.maybe_text("appointment")? {
            tx.write_over(sql!(LEAVE, appointment, at)).await?;
        }
        tx.write_over(sql!(CLEAR, &room, now)).await?;
        for text in OF_ROOM {
            tx.run(sql!(text, &room)).await?;
        }
        tx.commit().await
    }

    /// Notices that were read before `at`, and what was delivered, or was of no use any more, before it.
    pub async fn forget_notices_before(&self, at: Millis) -> Result<()> {
        const DELIVERED: &str = "DELETE FROM outbox WHERE done_at < $1 OR (done_at IS NULL AND due_at < $1)";
        const READ: &str = "DELETE FROM notices WHERE read_at < $1 \
                            AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = notices.id)";
        for text in [DELIVERED, READ] {
            self.engine.run("forgetting notices", sql!(text, at)).await?;
        }
        Ok(())
    }

    /// Invitations that were over before `at`, and guests who came before it and whom nothing refers to.
    pub async fn forget_guests_before(&self, at: Millis) -> std::result::Result<(), CommitError> {
        /// Who has taken a seat belongs to the history of that call.
        const GONE: &str = "role = 'guest' AND created_at < ?1 \
             AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.guest = people.id) \
             AND NOT EXISTS (SELECT 1 FROM call_seats s WHERE s.person = people.id) \
             AND NOT EXISTS (SELECT 1 FROM chat_messages m WHERE m.person = people.id) \
             AND NOT EXISTS (SELECT 1 FROM chat_reads r WHERE r.person = people.id) \
             AND NOT EXISTS (SELECT 1 FROM feedback f WHERE f.person = people.id) \
             AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.person = people.id)";
        let mut tx = self.engine.begin("forgetting guests").await?;
        tx.run(sql!("DELETE FROM invitations WHERE until_at < $1", at)).await?;
        for table in ["sessions", "sign_in_links", "leases", "wishes", "quiet_hours"] {
            let theirs = format!("DELETE FROM {table} WHERE person IN (SELECT id FROM people WHERE");
            tx.run(Draft::new(&theirs).add(GONE, [at.into()]).add(")", []).done()).await?;
        }
        tx.run(Draft::new("DELETE FROM people WHERE").add(GONE, [at.into()]).done()).await?;
        tx.commit().await
    }
}
