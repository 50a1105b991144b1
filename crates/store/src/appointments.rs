//! Appointments, and the calendar of each practitioner.

use bedside_domain::appointment::{Appointment, Calendar, Event, Kind, MINUTES_AT_MOST, Provider, Slot, Status};
use bedside_domain::ids::{AppointmentId, PersonId, RoomId};
use bedside_domain::time::{Millis, Span};

use crate::Store;
use crate::change::{Committed, Held, Saved};
use crate::error::{Result, StoreError, Taken};
use crate::names;
use crate::page::{Cursor, Page, PageAsk};
use crate::sql::{Draft, Row, Tx, sql};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppointmentQuery {
    /// Whose: as patient or as practitioner.
    pub of: Option<PersonId>,
    pub status: Option<Status>,
    /// Those that start at or after `from` and before `to`.
    pub from: Option<Millis>,
    pub to: Option<Millis>,
    pub page: PageAsk,
}

/// Column by column: with `*`, PostgreSQL refuses prepared statements as soon as a later version adds one.
const SELECT: &str = "SELECT id, practitioner, patient, kind, starts_at, minutes, status, door, provider_link, \
     room, created_at, reason, words, version FROM appointments";

impl Store {
    pub async fn appointment(&self, id: &AppointmentId) -> Result<Option<Held<Appointment>>> {
        let find = Draft::new(SELECT).add("WHERE id = ?1", [id.into()]).done();
        self.engine.row("loading an appointment", find).await?.as_ref().map(appointment).transpose()
    }

    /// By start, the earliest first.
    pub async fn appointments(&self, query: &AppointmentQuery) -> Result<Page<Appointment>> {
        let mut draft = Draft::new(SELECT)
            .add("WHERE 1 = 1", [])
            .add_if("AND (patient = ?1 OR practitioner = ?1)", query.of.as_ref())
            .add_if("AND status = ?1", query.status.map(Status::name))
            .add_if("AND starts_at >= ?1", query.from)
            .add_if("AND starts_at < ?1", query.to);
        if let Some(Cursor { at, id }) = &query.page.after {
            draft = draft.add("AND (starts_at, id) > (?1, ?2)", [(*at).into(), id.as_str().into()]);
        }
        let draft = draft.add("ORDER BY starts_at, id LIMIT ?1", [query.page.rows().into()]);
        let rows = self.engine.rows("listing appointments", draft.done()).await?;
        let items = rows.iter().map(|row| Ok(appointment(row)?.value)).collect::<Result<_>>()?;
        Ok(Page::cut(items, &query.page, |last: &Appointment| Cursor {
            at: last.slot.start.0,
            id: last.id.to_string(),
        }))
    }

    /// What occupies the practitioner around a slot, with the version that a booking raises.
    pub async fn calendar(&self, practitioner: &PersonId, around: Slot) -> Result<Held<Calendar>> {
        if let Some(held) = self.calendar_with_row(practitioner, around).await? {
            return Ok(held);
        }
        const CREATE: &str = "INSERT INTO calendars (practitioner, version) VALUES ($1, 0) ON CONFLICT DO NOTHING";
        self.engine.run("beginning a calendar", sql!(CREATE, practitioner)).await?;
        let begun = self.calendar_with_row(practitioner, around).await?;
        Ok(begun.unwrap_or(Held { value: Calendar::default(), version: 0 }))
    }

    /// Version and slots in one statement: slots older than their version would let two book the same time.
    async fn calendar_with_row(&self, practitioner: &PersonId, around: Slot) -> Result<Option<Held<Calendar>>> {
        let draft = Draft::new("SELECT c.version, a.id, a.starts_at, a.minutes FROM calendars c")
            .add(
                "LEFT JOIN appointments a ON a.practitioner = c.practitioner AND a.starts_at < ?1",
                [around.end().into()],
            )
            // None lasts longer than this, so those of years ago need not be looked at.
            .add("AND a.starts_at > ?1", [(around.start - Span::minutes(MINUTES_AT_MOST.into())).into()])
            .add("AND a.ends_at > ?1 AND a.status NOT IN ('Declined', 'Cancelled', 'NoShow')", [around.start.into()])
            .add("WHERE c.practitioner = ?1 ORDER BY a.starts_at", [practitioner.into()]);
        let rows = self.engine.rows("reading a calendar", draft.done()).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let version = first.int("version")?;
        let taken = rows.iter().filter_map(|row| taken(row).transpose()).collect::<Result<_>>()?;
        Ok(Some(Held { value: Calendar { taken }, version }))
    }
}

pub(crate) async fn raise_calendar(tx: &mut Tx, practitioner: &PersonId, version: i64) -> Committed {
    const RAISE: &str = "UPDATE calendars SET version = version + 1 WHERE practitioner = $1 AND version = $2";
    tx.write_over(sql!(RAISE, practitioner, version)).await
}

pub(crate) async fn save(tx: &mut Tx, saved: &Saved<Appointment, Event>) -> Committed {
    match saved.version {
        None => insert(tx, &saved.value).await,
        Some(version) => update(tx, &saved.value, version).await,
    }
}

async fn insert(tx: &mut Tx, appointment: &Appointment) -> Committed {
    const INSERT: &str = "INSERT INTO appointments (id, practitioner, patient, kind, starts_at, minutes, ends_at, \
         status, door, provider_link, room, created_at, reason, words, due_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1) ON CONFLICT DO NOTHING";
    let row = sql!(
        INSERT,
        &appointment.id,
        &appointment.practitioner,
        &appointment.patient,
        appointment.kind.name(),
        appointment.slot.start,
        i64::from(appointment.slot.minutes),
        appointment.slot.end(),
        appointment.status.name(),
        names::door(appointment.door),
        provider_link(&appointment.provider),
        appointment.room.as_ref(),
        appointment.created_at,
        appointment.reason.as_deref(),
        appointment.words.as_deref(),
        appointment.deadline(),
    );
    tx.take(row, Taken::Id).await
}

async fn update(tx: &mut Tx, appointment: &Appointment, version: i64) -> Committed {
    const UPDATE: &str = "UPDATE appointments SET starts_at = $3, minutes = $4, ends_at = $5, status = $6, door = $7, \
         provider_link = $8, room = $9, reason = $10, words = $11, due_at = $12, version = version + 1 \
         WHERE id = $1 AND version = $2";
    let row = sql!(
        UPDATE,
        &appointment.id,
        version,
        appointment.slot.start,
        i64::from(appointment.slot.minutes),
        appointment.slot.end(),
        appointment.status.name(),
        names::door(appointment.door),
        provider_link(&appointment.provider),
        appointment.room.as_ref(),
        appointment.reason.as_deref(),
        appointment.words.as_deref(),
        appointment.deadline(),
    );
    tx.write_over(row).await
}

fn appointment(row: &Row) -> Result<Held<Appointment>> {
    let value = Appointment {
        id: AppointmentId::new(row.text("id")?),
        practitioner: PersonId::new(row.text("practitioner")?),
        patient: PersonId::new(row.text("patient")?),
        kind: row.word("kind", Kind::named)?,
        slot: slot(row)?,
        status: row.word("status", Status::named)?,
        door: row.word("door", names::door_named)?,
        provider: row.maybe_text("provider_link")?.map_or(Provider::BuiltIn, Provider::Link),
        room: row.maybe_text("room")?.map(RoomId::new),
        created_at: row.at("created_at")?,
        reason: row.maybe_text("reason")?,
        words: row.maybe_text("words")?,
    };
    Ok(Held { value, version: row.int("version")? })
}

/// A calendar with nothing in it is one row without an appointment.
fn taken(row: &Row) -> Result<Option<(AppointmentId, Slot)>> {
    match row.maybe_text("id")? {
        Some(id) => Ok(Some((AppointmentId::new(id), slot(row)?))),
        None => Ok(None),
    }
}

fn slot(row: &Row) -> Result<Slot> {
    let minutes = row.int("minutes")?.try_into().map_err(|_| StoreError::unreadable("minutes"))?;
    Ok(Slot { start: row.at("starts_at")?, minutes })
}

fn provider_link(provider: &Provider) -> Option<&str> {
    match provider {
        Provider::BuiltIn => None,
        Provider::Link(link) => Some(link),
    }
}
