//! Rooms.

use std::convert::Infallible;

use bedside_domain::ids::{AppointmentId, CallId, PersonId, RoomId};
use bedside_domain::room::{Room, Status};

use crate::Store;
use crate::change::{Committed, Held, Saved};
use crate::error::{Result, Taken};
use crate::names;
use crate::sql::{Draft, Row, Tx, sql};

/// Column by column: with `*`, PostgreSQL refuses prepared statements as soon as a later version adds one.
const SELECT: &str = "SELECT id, appointment, practitioner, patient, door, status, practitioner_joined, \
     patient_joined, started_at, ended_at, call, version FROM rooms";

impl Store {
    pub async fn room(&self, id: &RoomId) -> Result<Option<Held<Room>>> {
        self.one_room(Draft::new(SELECT).add("WHERE id = ?1 AND cleared_at IS NULL", [id.into()])).await
    }

    pub async fn room_of(&self, appointment: &AppointmentId) -> Result<Option<Held<Room>>> {
        self.one_room(Draft::new(SELECT).add("WHERE appointment = ?1 AND cleared_at IS NULL", [appointment.into()]))
            .await
    }

    async fn one_room(&self, draft: Draft) -> Result<Option<Held<Room>>> {
        self.engine.row("loading a room", draft.done()).await?.as_ref().map(room).transpose()
    }
}

pub(crate) async fn save(tx: &mut Tx, saved: &Saved<Room, Infallible>) -> Committed {
    match saved.version {
        None => insert(tx, &saved.value).await,
        Some(version) => update(tx, &saved.value, version).await,
    }
}

async fn insert(tx: &mut Tx, room: &Room) -> Committed {
    const INSERT: &str = "INSERT INTO rooms (id, appointment, practitioner, patient, door, status, \
         practitioner_joined, patient_joined, started_at, ended_at, call, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) ON CONFLICT DO NOTHING";
    let row = sql!(
        INSERT,
        &room.id,
        room.appointment.as_ref(),
        &room.practitioner,
        &room.patient,
        names::door(room.door),
        room.status.name(),
        room.practitioner_joined,
        room.patient_joined,
        room.started_at,
        room.ended_at,
        room.call.as_ref(),
    );
    tx.take(row, Taken::Id).await
}

async fn update(tx: &mut Tx, room: &Room, version: i64) -> Committed {
    const UPDATE: &str = "UPDATE rooms SET door = $3, status = $4, practitioner_joined = $5, patient_joined = $6, \
         started_at = $7, ended_at = $8, call = $9, version = version + 1 WHERE id = $1 AND version = $2";
    let row = sql!(
        UPDATE,
        &room.id,
        version,
        names::door(room.door),
        room.status.name(),
        room.practitioner_joined,
        room.patient_joined,
        room.started_at,
        room.ended_at,
        room.call.as_ref(),
    );
    tx.write_over(row).await
}

fn room(row: &Row) -> Result<Held<Room>> {
    let value = Room {
        id: RoomId::new(row.text("id")?),
        appointment: row.maybe_text("appointment")?.map(AppointmentId::new),
        practitioner: PersonId::new(row.text("practitioner")?),
        patient: PersonId::new(row.text("patient")?),
        door: row.word("door", names::door_named)?,
        status: row.word("status", Status::named)?,
        practitioner_joined: row.flag("practitioner_joined")?,
        patient_joined: row.flag("patient_joined")?,
        started_at: row.maybe_at("started_at")?,
        ended_at: row.maybe_at("ended_at")?,
        call: row.maybe_text("call")?.map(CallId::new),
    };
    Ok(Held { value, version: row.int("version")? })
}
