//! What waits for an hour, so that any node may send the tick.

use bedside_domain::ids::{AppointmentId, CallId};
use bedside_domain::time::Millis;

use crate::Store;
use crate::error::Result;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Due {
    Call(CallId),
    Appointment(AppointmentId),
}

impl Store {
    /// What is due, the longest overdue first.
    pub async fn due(&self, now: Millis, limit: u16) -> Result<Vec<Due>> {
        let _ = (now, limit);
        todo!()
    }

    pub async fn next_due(&self) -> Result<Option<Millis>> {
        todo!()
    }
}
