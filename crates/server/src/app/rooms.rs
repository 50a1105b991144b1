//! The room of an appointment, for its two parties.

use bedside_domain::appointment::{Appointment, Kind};
use bedside_domain::ids::{AppointmentId, RoomId};
use bedside_domain::person::Person;
use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
use bedside_domain::room::Room;
use bedside_store::{Change, Saved};

use super::{App, Asker, appointments};
use crate::clock;
use crate::dispatch::{self, Answer, Decided, Error, Once};

pub struct Shown {
    pub room: Room,
    pub appointment: Appointment,
    pub practitioner: Option<Person>,
    pub patient: Option<Person>,
}

pub async fn of_appointment(app: &App, asker: &Asker, id: &AppointmentId) -> Result<Shown, Error> {
    let appointment = appointments::visible(app, asker, id).await?.value;
    let room = app.store.room_of(id).await?.ok_or(Refusal::NotFound)?.value;
    policy::may_see_room(&asker.viewer, &room)?;
    let names = app.names([&room.practitioner, &room.patient]).await?;
    let practitioner = names.get(&room.practitioner).cloned();
    let patient = names.get(&room.patient).cloned();
    Ok(Shown { room, appointment, practitioner, patient })
}

/// The same room however often it is asked; a remote appointment has had it from the start.
pub async fn create(
    app: &App,
    asker: &Asker,
    id: &AppointmentId,
    once: Option<&Once>,
    render: impl Fn(&RoomId) -> Answer,
) -> Result<Answer, Error> {
    let attempt = move |now| async move {
        let held = appointments::visible(app, asker, id).await?;
        policy::may_have_room(&asker.viewer, &held.value)?;
        if held.value.kind == Kind::InPerson {
            return Err(Refusal::NotNow("this appointment takes place at the practice and has no room").into());
        }
        if let Some(room) = app.store.room_of(id).await? {
            return Ok(Decided { change: Change::at(now), outcome: room.value.id });
        }
        // Its room has been cleared, and nobody would come.
        if now >= held.value.links_close() {
            return Err(Refusal::Expired("the appointment is over").into());
        }
        let mut appointment = held.value;
        let room = RoomId::new(clock::unguessable_id());
        appointment.room = Some(room.clone());
        let Appointment { practitioner, patient, door, .. } = appointment.clone();
        let mut change = Change::at(now);
        change.by = Some(asker.viewer.id.clone());
        change.room = Some(Saved::new(Room::new(room.clone(), Some(id.clone()), practitioner, patient, door), vec![]));
        change.appointment = Some(Saved::over(held.version, appointment, vec![]));
        Ok(Decided { change, outcome: room })
    };
    dispatch::dispatch_once(app, asker, once, attempt, render).await
}
