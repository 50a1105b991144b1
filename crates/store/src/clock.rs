//! What waits for an hour, so that any node may send the tick.

use bedside_domain::ids::{AppointmentId, CallId};
use bedside_domain::time::Millis;

use crate::Store;
use crate::error::Result;
use crate::sql::{Row, sql};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Due {
    Call(CallId),
    Appointment(AppointmentId),
}

impl Store {
    /// What is due, the longest overdue first.
    pub async fn due(&self, now: Millis, limit: u16) -> Result<Vec<Due>> {
        const FIND: &str = "SELECT 'call' AS kind, id, due_at FROM calls WHERE due_at <= $1 \
                            UNION ALL SELECT 'appointment' AS kind, id, due_at FROM appointments WHERE due_at <= $1 \
                            ORDER BY due_at, id LIMIT $2";
        let rows = self.engine.rows("looking for what is due", sql!(FIND, now, i64::from(limit))).await?;
        rows.iter().map(due).collect()
    }

    pub async fn next_due(&self) -> Result<Option<Millis>> {
        const FIND: &str = "SELECT MIN(due_at) AS next FROM (SELECT MIN(due_at) AS due_at FROM calls WHERE due_at IS NOT NULL \
             UNION ALL SELECT MIN(due_at) AS due_at FROM appointments WHERE due_at IS NOT NULL) AS both_kinds";
        match self.engine.row("looking for what is due next", sql!(FIND)).await? {
            Some(row) => row.maybe_at("next"),
            None => Ok(None),
        }
    }
}

fn due(row: &Row) -> Result<Due> {
    let id = row.text("id")?;
    row.word("kind", |kind| match kind {
        "call" => Some(Due::Call(CallId::new(id))),
        "appointment" => Some(Due::Appointment(AppointmentId::new(id))),
        _ => None,
    })
}
