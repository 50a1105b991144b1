//! Tells the rest of this process that something has changed. A hint: whoever misses one reads the store.

use bedside_domain::ids::{AppointmentId, CallId};
use tokio::sync::broadcast;

/// Hints that a slow listener may fall behind by before it is told to look for itself.
const BACKLOG: usize = 1024;

#[derive(Clone, Debug)]
pub enum Changed {
    Call(CallId),
    Appointment(AppointmentId),
}

pub struct Bus(broadcast::Sender<Changed>);

impl Bus {
    pub fn new() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }

    pub fn publish(&self, changed: Changed) {
        match &changed {
            Changed::Call(id) => tracing::debug!(call = %id, "changed"),
            Changed::Appointment(id) => tracing::debug!(appointment = %id, "changed"),
        }
        // Nobody listening is no failure.
        let _ = self.0.send(changed);
    }

    pub fn listen(&self) -> broadcast::Receiver<Changed> {
        self.0.subscribe()
    }
}
