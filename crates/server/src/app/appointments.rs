//! Appointments: asked for, settled, moved, begun.

use bedside_domain::appointment::{Appointment, Attended, Calendar, Command, Provider, Slot, Status};
use bedside_domain::call::Actor;
use bedside_domain::ids::{AppointmentId, PersonId, RoomId};
use bedside_domain::notice;
use bedside_domain::person::{Person, Role};
use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
use bedside_domain::room::{self, Room};
use bedside_domain::time::Millis;
use bedside_store::{AppointmentQuery, Change, Held, Saved};

use super::links::{self, LinkSide};
use super::{App, Asker, Listing, PageWish, hours};
use crate::clock;
use crate::dispatch::{self, Answer, Decided, Error, Once};

/// An appointment as somebody may see it: with names, and the asker's own way in.
pub struct Shown {
    pub appointment: Appointment,
    pub practitioner: Option<Person>,
    pub patient: Option<Person>,
    /// For the two parties: to staff the room does not exist.
    pub room: Option<RoomId>,
    pub link: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub status: Option<Status>,
    pub from: Option<Millis>,
    pub to: Option<Millis>,
    pub page: PageWish,
}

/// The way into an appointment that begins now.
pub struct Start {
    pub appointment: AppointmentId,
    pub room: Option<RoomId>,
    pub link: String,
}

pub async fn list(app: &App, asker: &Asker, filter: &Filter) -> Result<Listing<Shown>, Error> {
    policy::may_roam(&asker.viewer)?;
    let page = app
        .store
        .appointments(&AppointmentQuery {
            of: (!asker.viewer.is_practice()).then(|| asker.viewer.id.clone()),
            status: filter.status,
            from: filter.from,
            to: filter.to,
            page: filter.page.ask()?,
        })
        .await?;
    let ids = page.items.iter().flat_map(|one| [&one.practitioner, &one.patient]);
    let names = app.names(ids).await?;
    if asker.viewer.is_practice() {
        let mut patients: Vec<_> = page.items.iter().map(|one| one.patient.as_str()).collect();
        patients.sort();
        patients.dedup();
        app.store.audit_listing(clock::now(), &asker.viewer.id, "list-appointments", &patients).await?;
    }
    Ok(Listing::of(page.map(|one| {
        let (practitioner, patient) = (names.get(&one.practitioner).cloned(), names.get(&one.patient).cloned());
        shown(app, asker, one, practitioner, patient)
    })))
}

pub async fn one(app: &App, asker: &Asker, id: &AppointmentId) -> Result<Shown, Error> {
    let held = visible(app, asker, id).await?;
    if !held.value.is_party(&asker.viewer.id) {
        app.store.audit(clock::now(), &asker.viewer.id, "read-appointment", id.as_str()).await?;
    }
    with_names(app, asker, held.value).await
}

/// What is to happen to an appointment.
pub enum Wish {
    Do(Command),
    /// To another time, and as long as before if nothing is said.
    Move {
        start: Millis,
        minutes: Option<u16>,
    },
}

impl Wish {
    fn command(&self, appointment: &Appointment) -> Command {
        match self {
            Self::Do(command) => command.clone(),
            Self::Move { start, minutes } => {
                let minutes = minutes.unwrap_or(appointment.slot.minutes);
                Command::Reschedule { slot: Slot { start: *start, minutes } }
            }
        }
    }
}

/// Accept, decline, cancel, move, complete, no-show.
pub async fn act(
    app: &App,
    asker: &Asker,
    id: &AppointmentId,
    wish: &Wish,
    once: Option<&Once>,
    render: impl Fn(&Shown) -> Answer,
) -> Result<Answer, Error> {
    must_roam(app, asker, id).await?;
    let attempt = move |now| async move {
        let held = visible(app, asker, id).await?;
        let (by, command) = (Actor::Person(&asker.viewer.id), wish.command(&held.value));
        if let Command::Reschedule { slot } = &command {
            let practitioner = app.store.person(&held.value.practitioner).await?.ok_or(Refusal::NotFound)?;
            hours::must_be_at_work(app, asker, &practitioner.value, *slot).await?;
        }
        let Decided { change, outcome } = decide(app, now, by, asker.viewer.role, held, &command).await?;
        Ok(Decided { change, outcome: with_names(app, asker, outcome).await? })
    };
    dispatch::dispatch_once(app, asker, once, attempt, render).await
}

/// The deadline of an appointment may have passed.
pub async fn tick(app: &App, id: &AppointmentId) -> Result<(), Error> {
    let attempt = move |now| async move {
        let held = app.store.appointment(id).await?.ok_or(Refusal::NotFound)?;
        let room = app.store.room_of(id).await?;
        let attended = attended(&held.value, room.map(|room| room.value).as_ref());
        // The clock has no role; its side is found before that matters.
        decide(app, now, Actor::Clock, Role::Guest, held, &Command::Tick { attended }).await
    };
    dispatch::dispatch(app, attempt).await.map(|_| ())
}

/// The practice calls; whoever is to come is told at once, and the link is the same as ever.
pub async fn start_call(
    app: &App,
    asker: &Asker,
    id: &AppointmentId,
    once: Option<&Once>,
    render: impl Fn(&Start) -> Answer,
) -> Result<Answer, Error> {
    must_roam(app, asker, id).await?;
    let attempt = move |now| async move {
        let Held { value: appointment, version } = visible(app, asker, id).await?;
        policy::may_start_call(&asker.viewer, &appointment)?;
        appointment.must_be_open(now)?;
        let link = own_link(app, asker, &appointment).ok_or(Refusal::NotNow("the appointment has no link"))?;
        let mut change = Change::at(now);
        change.by = Some(asker.viewer.id.clone());
        for notice in notice::owed_by_start(&appointment, &asker.viewer.id) {
            if !app.store.was_told(&notice, now - notice::STARTING_AGAIN_AFTER).await? {
                change.notices.extend(dispatch::with_ids(vec![notice]));
            }
        }
        // As it was read: nobody is told to come to what was cancelled meanwhile.
        change.appointment = Some(Saved::over(version, appointment.clone(), vec![]));
        Ok(Decided { change, outcome: Start { appointment: appointment.id, room: appointment.room, link } })
    };
    dispatch::dispatch_once(app, asker, once, attempt, render).await
}

/// What somebody else's appointment answers is what none answers.
pub async fn visible(app: &App, asker: &Asker, id: &AppointmentId) -> Result<Held<Appointment>, Error> {
    let held = app.store.appointment(id).await?.ok_or(Refusal::NotFound)?;
    policy::may_see_appointment(&asker.viewer, &held.value)?;
    Ok(held)
}

/// A personal link shows its own appointment and changes nothing of it; of any other it learns nothing.
async fn must_roam(app: &App, asker: &Asker, id: &AppointmentId) -> Result<(), Error> {
    if let Err(refusal) = policy::may_roam(&asker.viewer) {
        visible(app, asker, id).await?;
        return Err(refusal.into());
    }
    Ok(())
}

async fn decide(
    app: &App,
    now: Millis,
    by: Actor<'_>,
    role: Role,
    held: Held<Appointment>,
    command: &Command,
) -> Result<Decided<Appointment>, Error> {
    let side = held.value.side(by, role).ok_or(Refusal::NotFound)?;
    let calendar = match command {
        Command::Reschedule { slot } => Some(app.store.calendar(&held.value.practitioner, *slot).await?),
        _ => None,
    };
    let free = Calendar::default();
    let seen = calendar.as_ref().map_or(&free, |calendar| &calendar.value);
    let events = held.value.decide(now, side, command, seen)?;
    let mut appointment = held.value;
    let mut change = Change::at(now);
    if !events.is_empty() {
        for event in &events {
            appointment.apply(event);
        }
        change.by = match by {
            Actor::Person(id) => Some(id.clone()),
            Actor::Clock => None,
        };
        change.notices = dispatch::with_ids(notice::owed_by_appointment(now, &appointment, &events));
        change.calendar = calendar.map(|calendar| (appointment.practitioner.clone(), calendar.version));
        if matches!(appointment.status, Status::Cancelled | Status::Declined) {
            call_off(app, now, by, &appointment.id, &mut change).await?;
        }
        change.appointment = Some(Saved::over(held.version, appointment.clone(), events));
    }
    Ok(Decided { change, outcome: appointment })
}

/// Whoever waits in its room, or is rung for it, is told in the same change.
async fn call_off(app: &App, now: Millis, by: Actor<'_>, id: &AppointmentId, change: &mut Change) -> Result<(), Error> {
    let Some(room) = app.store.room_of(id).await? else { return Ok(()) };
    let Some(call) = &room.value.call else { return Ok(()) };
    let Some(held) = app.store.call(call).await? else { return Ok(()) };
    let events = held.value.call_off(change.by.as_ref());
    let called_off = dispatch::change_of_call(now, by, held, events, Some(room)).change;
    change.call = called_off.call;
    change.room = called_off.room;
    change.notices.extend(called_off.notices);
    Ok(())
}

/// Whether the two met for this appointment, and not on a day it was moved away from.
fn attended(appointment: &Appointment, room: Option<&Room>) -> Attended {
    let last_there = room.and_then(|room| room.ended_at.max(room.started_at));
    match room {
        Some(room) if room.status == room::Status::InProgress => Attended::Yes,
        Some(_) if last_there >= Some(appointment.links_open()) => Attended::Yes,
        Some(_) | None => Attended::No,
    }
}

pub(super) fn room_for(appointment: &Appointment) -> Option<Room> {
    let Appointment { practitioner, patient, .. } = appointment;
    let id = appointment.room.clone()?;
    Some(Room::new(id, Some(appointment.id.clone()), practitioner.clone(), patient.clone(), appointment.door))
}

async fn with_names(app: &App, asker: &Asker, appointment: Appointment) -> Result<Shown, Error> {
    let names = app.names([&appointment.practitioner, &appointment.patient]).await?;
    let practitioner = names.get(&appointment.practitioner).cloned();
    let patient = names.get(&appointment.patient).cloned();
    Ok(shown(app, asker, appointment, practitioner, patient))
}

pub(super) fn shown(
    app: &App,
    asker: &Asker,
    appointment: Appointment,
    practitioner: Option<Person>,
    patient: Option<Person>,
) -> Shown {
    let link = own_link(app, asker, &appointment);
    let room = appointment.room.clone().filter(|_| policy::may_have_room(&asker.viewer, &appointment).is_ok());
    Shown { appointment, practitioner, patient, room, link }
}

/// The asker's personal way in, on an accepted appointment.
fn own_link(app: &App, asker: &Asker, appointment: &Appointment) -> Option<String> {
    let accepted = matches!(appointment.status, Status::Accepted | Status::Completed | Status::NoShow);
    if !accepted || !policy::may_have_link(&asker.viewer, appointment) {
        return None;
    }
    link_of(app, appointment, &asker.viewer.id)
}

/// Somebody's personal way in, whatever the state of the appointment.
pub fn link_of(app: &App, appointment: &Appointment, person: &PersonId) -> Option<String> {
    match &appointment.provider {
        Provider::Link(link) => Some(link.clone()),
        Provider::BuiltIn => {
            let room = room_for(appointment)?;
            let side = LinkSide::of(&room, person)?;
            Some(links::address(app, &app.link_key.token(&room.id, side)))
        }
    }
}
