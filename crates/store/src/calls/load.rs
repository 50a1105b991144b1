//! Rows as calls. A call and its seats are read in one statement, so that both are of one moment.

use bedside_domain::call::{Call, Ending, Media, Party, Place, Seat, Seats, State};
use bedside_domain::ids::{AppointmentId, CallId, DeviceId, PersonId, RoomId};
use bedside_domain::person::Role;

use super::CallRecord;
use crate::error::{Result, StoreError};
use crate::names;
use crate::sql::{Draft, Query, Row};

/// The calls that `picked` selects, each as often as it has seats.
pub(super) fn with_seats(picked: Draft) -> Query {
    picked
        .within(
            "SELECT c.*, s.person AS seat_person, s.part AS seat_part, s.admission AS seat_admission, \
             s.place AS seat_place, s.since_at AS seat_since, s.until_at AS seat_until FROM (",
            ") c LEFT JOIN call_seats s ON s.call = c.id ORDER BY c.requested_at DESC, c.id DESC, s.person",
        )
        .done()
}

pub(super) fn records(rows: &[Row]) -> Result<Vec<CallRecord>> {
    let mut records: Vec<CallRecord> = Vec::new();
    for row in rows {
        let id = row.text("id")?;
        if records.last().is_none_or(|last| last.call.id.as_str() != id) {
            records.push(record(row)?);
        }
        let call = &mut records.last_mut().expect("one was just pushed").call;
        if let (Some((person, seat)), State::Waiting { seats, .. } | State::Active { seats, .. }) =
            (seat(row)?, &mut call.state)
        {
            seats.put(person, seat);
        }
    }
    Ok(records)
}

fn record(row: &Row) -> Result<CallRecord> {
    let call = Call {
        id: CallId::new(row.text("id")?),
        room: RoomId::new(row.text("room")?),
        appointment: row.maybe_text("appointment")?.map(AppointmentId::new),
        media: row.word("media", Media::named)?,
        caller: Party { id: PersonId::new(row.text("caller")?), role: row.word("caller_role", Role::named)? },
        callee: Party { id: PersonId::new(row.text("callee")?), role: row.word("callee_role", Role::named)? },
        door: row.word("door", names::door_named)?,
        locked: row.flag("locked")?,
        origin: row.word("origin", names::origin_named)?,
        requested_at: row.at("requested_at")?,
        state: state(row)?,
    };
    Ok(CallRecord {
        call,
        version: row.int("version")?,
        reason: row.maybe_text("reason")?,
        words: row.maybe_text("words")?,
        seen_at: row.maybe_at("seen_at")?,
    })
}

fn state(row: &Row) -> Result<State> {
    match row.text("state")?.as_str() {
        "ringing" => Ok(State::Ringing { due: row.at("until_at")?, rung: row.maybe_at("rung_at")? }),
        "waiting" => Ok(State::Waiting { due: row.at("until_at")?, seats: Seats::default() }),
        "active" => Ok(State::Active {
            since: row.at("began_at")?,
            answered_on: row.maybe_text("answered_on")?.map(DeviceId::new),
            seats: Seats::default(),
        }),
        "ended" => Ok(State::Ended {
            at: row.at("ended_at")?,
            began: row.maybe_at("began_at")?,
            why: row.word("ending", Ending::named)?,
            by: row.maybe_text("ended_by")?.map(PersonId::new),
        }),
        _ => Err(StoreError::unreadable("state")),
    }
}

fn seat(row: &Row) -> Result<Option<(PersonId, Seat)>> {
    let Some(person) = row.maybe_text("seat_person")? else { return Ok(None) };
    let place = match row.text("seat_place")?.as_str() {
        "expected" => Place::Expected,
        "here" => Place::Here { since: row.at("seat_since")? },
        "lost" => Place::Lost { since: row.at("seat_since")?, until: row.at("seat_until")? },
        "left" => Place::Left { at: row.at("seat_since")? },
        _ => return Err(StoreError::unreadable("seat_place")),
    };
    let seat = Seat {
        part: row.word("seat_part", names::part_named)?,
        admission: row.word("seat_admission", names::admission_named)?,
        place,
    };
    Ok(Some((PersonId::new(person), seat)))
}
