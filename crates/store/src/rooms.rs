//! Rooms.

use bedside_domain::ids::{AppointmentId, RoomId};
use bedside_domain::room::Room;

use crate::Store;
use crate::change::Held;
use crate::error::Result;

impl Store {
    pub async fn room(&self, id: &RoomId) -> Result<Option<Held<Room>>> {
        let _ = id;
        todo!()
    }

    pub async fn room_of(&self, appointment: &AppointmentId) -> Result<Option<Held<Room>>> {
        let _ = appointment;
        todo!()
    }
}
