//! Appointments: asked for, settled, moved, begun.

use bedside_domain::appointment::{Appointment, Attended, Booking, Calendar, Command, Kind, Provider, Slot, Status};
use bedside_domain::call::{Actor, Door};
use bedside_domain::ids::{AppointmentId, PersonId, RoomId};
use bedside_domain::notice;
use bedside_domain::person::{Person, Role};
use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
use bedside_domain::room::{self, Room};
use bedside_domain::time::Millis;
use bedside_store::{AppointmentQuery, Change, CommitError, Held, Saved};

use super::links::LinkSide;
use super::people;
use super::{App, Asker, Listing, PageWish};
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

pub struct Ask {
    pub practitioner: PersonId,
    pub patient: Who,
    pub kind: Kind,
    pub slot: Slot,
    pub door: Door,
    pub provider: Provider,
    pub reason: Option<String>,
}

/// For whom an appointment is.
pub enum Who {
    /// Whoever asks.
    Asker,
    Known(PersonId),
    /// Somebody who may not have been here before.
    New {
        email: Option<String>,
        phone: Option<String>,
        name: String,
    },
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

pub async fn create(
    app: &App,
    asker: &Asker,
    ask: &Ask,
    once: Option<&Once>,
    render: impl Fn(&Shown) -> Answer,
) -> Result<Answer, Error> {
    policy::may_roam(&asker.viewer)?;
    policy::may_choose_provider(&asker.viewer, &ask.provider)?;
    let attempt = move |now| async move {
        let practitioner = practitioner_for(app, asker, &ask.practitioner, now).await?;
        let Patient { person: patient, is_new } = patient_for(app, asker, &ask.patient).await?;
        let calendar = app.store.calendar(&practitioner.id, ask.slot).await?;
        let booking = booking(ask, practitioner.id.clone(), patient.id.clone());
        let (me, role) = (&asker.viewer.id, asker.viewer.role);
        let (appointment, events) = Appointment::book(now, me, role, booking, &calendar.value)?;
        if is_new {
            keep(app, &patient, now).await?;
        }
        let mut change = Change::at(now);
        change.by = Some(me.clone());
        change.notices = dispatch::with_ids(notice::owed_by_appointment(&appointment, &events));
        change.room = room_for(&appointment).map(|room| Saved::new(room, vec![]));
        change.calendar = Some((practitioner.id.clone(), calendar.version));
        change.appointment = Some(Saved::new(appointment.clone(), events));
        let outcome = shown(app, asker, appointment, Some(practitioner), Some(patient));
        Ok(Decided { change, outcome })
    };
    dispatch::dispatch_once(app, asker, once, attempt, render).await
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
        let mut patients: Vec<_> = page.items.iter().map(|one| &one.patient).collect();
        patients.sort();
        patients.dedup();
        app.store.audit_all(clock::now(), &asker.viewer.id, "list-appointments", &patients).await?;
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
        change.notices = dispatch::with_ids(notice::owed_by_start(&appointment, &asker.viewer.id));
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
        change.notices = dispatch::with_ids(notice::owed_by_appointment(&appointment, &events));
        change.calendar = calendar.map(|calendar| (appointment.practitioner.clone(), calendar.version));
        change.appointment = Some(Saved::over(held.version, appointment.clone(), events));
    }
    Ok(Decided { change, outcome: appointment })
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

async fn practitioner_for(app: &App, asker: &Asker, id: &PersonId, now: Millis) -> Result<Person, Error> {
    let person = app.store.person(id).await?.ok_or(Refusal::NotFound)?.value;
    policy::may_see_person(&asker.viewer, &person, people::ties(app, asker, &person).await?, now)?;
    match (person.role, person.disabled_at) {
        (Role::Practitioner, None) => Ok(person),
        _ => Err(Refusal::NotFound.into()),
    }
}

/// For whom an appointment is, and whether they are still to be kept.
struct Patient {
    person: Person,
    is_new: bool,
}

async fn patient_for(app: &App, asker: &Asker, who: &Who) -> Result<Patient, Error> {
    let known = |person| Ok(Patient { person, is_new: false });
    match who {
        Who::Asker if asker.viewer.role == Role::Patient => known(asker.person.clone()),
        Who::Asker => Err(Refusal::Invalid("patientId or patient is missing").into()),
        Who::Known(id) => {
            policy::may_book_for(&asker.viewer, id)?;
            match app.store.person(id).await?.map(|held| held.value) {
                Some(person) if person.role == Role::Patient && person.disabled_at.is_none() => known(person),
                Some(_) | None => Err(Refusal::NotFound.into()),
            }
        }
        Who::New { email, phone, name } => {
            let id = first_seen_id(app, email.as_deref(), phone.as_deref());
            policy::may_book_for(&asker.viewer, &id)?;
            by_address(app, id, email.as_deref(), phone.as_deref(), name).await
        }
    }
}

/// The patient with this e-mail or telephone, or a new one.
async fn by_address(
    app: &App,
    id: PersonId,
    email: Option<&str>,
    phone: Option<&str>,
    name: &str,
) -> Result<Patient, Error> {
    let known = match (email, phone) {
        (Some(email), _) => app.store.person_by_email(email).await?,
        (None, Some(phone)) => app.store.person_by_phone(phone).await?,
        (None, None) => return Err(Refusal::Invalid("patient needs an email or a phone").into()),
    };
    match known.map(|held| held.value) {
        Some(person) if person.role == Role::Patient => Ok(Patient { person, is_new: false }),
        // A colleague's address does not make the colleague a patient.
        Some(_) => Err(Refusal::Invalid("this address belongs to somebody of the practice").into()),
        None => {
            // Whoever first had this address has another one now; they are not this one.
            let taken = app.store.person(&id).await?.is_some();
            let id = if taken { PersonId::new(local_id(&clock::unguessable_id())) } else { id };
            let person = Person {
                email: email.map(str::to_owned),
                phone: phone.map(str::to_owned),
                ..Person::new(id, Role::Patient, name)
            };
            Ok(Patient { person, is_new: true })
        }
    }
}

/// Only once the appointment is one, so that a refusal leaves nobody behind.
async fn keep(app: &App, patient: &Person, now: Millis) -> Result<(), Error> {
    match app.store.save_person(patient, None, now).await {
        // Another request has just kept the same person.
        Ok(_) | Err(CommitError::Stale) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The same for the same address, so that two requests at once make one person.
fn first_seen_id(app: &App, email: Option<&str>, phone: Option<&str>) -> PersonId {
    let address = match (email, phone) {
        (Some(email), _) => format!("email {}", email.trim().to_lowercase()),
        (None, phone) => format!("phone {}", phone.unwrap_or_default()),
    };
    PersonId::new(local_id(&app.link_key.id_of(&address)))
}

fn local_id(rest: &str) -> String {
    format!("{}{rest}", PersonId::LOCAL_PREFIX)
}

fn booking(ask: &Ask, practitioner: PersonId, patient: PersonId) -> Booking {
    Booking {
        id: AppointmentId::new(clock::id()),
        practitioner,
        patient,
        kind: ask.kind,
        slot: ask.slot,
        door: ask.door,
        provider: ask.provider.clone(),
        room: (ask.kind == Kind::Remote).then(|| RoomId::new(clock::unguessable_id())),
        reason: ask.reason.clone(),
    }
}

fn room_for(appointment: &Appointment) -> Option<Room> {
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

fn shown(
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
    match &appointment.provider {
        Provider::Link(link) => Some(link.clone()),
        Provider::BuiltIn => {
            let room = room_for(appointment)?;
            let side = LinkSide::of(&room, &asker.viewer.id)?;
            Some(format!("{}/join/{}", app.settings.public_url, app.link_key.token(&room.id, side)))
        }
    }
}
