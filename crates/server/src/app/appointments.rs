//! Appointments: asked for, settled, moved, begun.

pub use bedside_domain::appointment::Command;
use bedside_domain::appointment::{Appointment, Attended, Booking, Calendar, Kind, Provider, Slot, Status};
use bedside_domain::call::{Actor, Door};
use bedside_domain::ids::{AppointmentId, PersonId, RoomId};
use bedside_domain::notice;
use bedside_domain::person::{Person, Role};
use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
use bedside_domain::room::Room;
use bedside_domain::time::Millis;
use bedside_store::{AppointmentQuery, Change, Held, Saved};

use super::links::LinkSide;
use super::people::{self, Told};
use super::{App, Asker, Listing, PageWish};
use crate::clock;
use crate::dispatch::{self, Answer, Decided, Error, Once};

/// An appointment as somebody may see it: with names, and the asker's own way in.
pub struct Shown {
    pub appointment: Appointment,
    pub practitioner: Option<Person>,
    pub patient: Option<Person>,
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
    let practitioner = practitioner_for(app, asker, &ask.practitioner).await?;
    let patient = patient_for(app, asker, &ask.patient).await?;
    let (practitioner, patient) = (&practitioner, &patient);
    let attempt = move |now| async move {
        let calendar = app.store.calendar(&practitioner.id, ask.slot).await?;
        let booking = booking(ask, practitioner.id.clone(), patient.id.clone());
        let (me, role) = (&asker.viewer.id, asker.viewer.role);
        let (appointment, events) = Appointment::book(now, me, role, booking, &calendar.value)?;
        let mut change = Change::at(now);
        change.by = Some(me.clone());
        change.notices = dispatch::with_ids(notice::owed_by_appointment(&appointment, &events));
        change.room = room_for(&appointment).map(|room| Saved::new(room, vec![]));
        change.calendar = Some((practitioner.id.clone(), calendar.version));
        change.appointment = Some(Saved::new(appointment.clone(), events));
        let outcome = shown(app, asker, appointment, Some(practitioner.clone()), Some(patient.clone()));
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
        app.store.audit(clock::now(), &asker.viewer.id, "list-appointments", "").await?;
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

/// How long the appointment is planned to last now.
pub async fn minutes(app: &App, asker: &Asker, id: &AppointmentId) -> Result<u16, Error> {
    Ok(visible(app, asker, id).await?.value.slot.minutes)
}

/// Accept, decline, cancel, move, complete, no-show.
pub async fn act(
    app: &App,
    asker: &Asker,
    id: &AppointmentId,
    command: &Command,
    once: Option<&Once>,
    render: impl Fn(&Shown) -> Answer,
) -> Result<Answer, Error> {
    must_roam(app, asker, id).await?;
    let attempt = move |now| async move {
        let held = visible(app, asker, id).await?;
        let Decided { change, outcome } =
            decide(app, now, Actor::Person(&asker.viewer.id), asker.viewer.role, held, command).await?;
        Ok(Decided { change, outcome: with_names(app, asker, outcome).await? })
    };
    dispatch::dispatch_once(app, asker, once, attempt, render).await
}

/// The deadline of an appointment may have passed.
pub async fn tick(app: &App, id: &AppointmentId) -> Result<(), Error> {
    let attempt = move |now| async move {
        let held = app.store.appointment(id).await?.ok_or(Refusal::NotFound)?;
        let room = app.store.room_of(id).await?;
        let met = room.is_some_and(|room| room.value.started_at.is_some());
        let attended = if met { Attended::Yes } else { Attended::No };
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
        let appointment = visible(app, asker, id).await?.value;
        if asker.viewer.id != appointment.practitioner {
            return Err(Refusal::Forbidden("only the practitioner of an appointment starts its call").into());
        }
        appointment.must_be_open(now)?;
        let link = own_link(app, asker, &appointment).ok_or(Refusal::NotNow("the appointment has no link"))?;
        let mut change = Change::at(now);
        change.by = Some(asker.viewer.id.clone());
        change.notices = dispatch::with_ids(notice::owed_by_start(&appointment, &asker.viewer.id));
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

async fn practitioner_for(app: &App, asker: &Asker, id: &PersonId) -> Result<Person, Error> {
    let person = app.store.person(id).await?.ok_or(Refusal::NotFound)?.value;
    policy::may_see_person(&asker.viewer, &person, people::ties(app, asker, &person).await?, clock::now())?;
    match (person.role, person.disabled_at) {
        (Role::Practitioner, None) => Ok(person),
        _ => Err(Refusal::NotFound.into()),
    }
}

async fn patient_for(app: &App, asker: &Asker, who: &Who) -> Result<Person, Error> {
    let practice = asker.viewer.role != Role::Patient;
    match who {
        Who::Asker if !practice => Ok(asker.person.clone()),
        Who::Asker => Err(Refusal::Invalid("patientId or patient is missing").into()),
        Who::Known(id) if id == &asker.viewer.id => Ok(asker.person.clone()),
        Who::Known(_) | Who::New { .. } if !practice => {
            Err(Refusal::Forbidden("patients book for themselves alone").into())
        }
        Who::Known(id) => match app.store.person(id).await?.map(|held| held.value) {
            Some(person) if person.role == Role::Patient && person.disabled_at.is_none() => Ok(person),
            Some(_) | None => Err(Refusal::NotFound.into()),
        },
        Who::New { email, phone, name } => first_seen(app, email.as_deref(), phone.as_deref(), name).await,
    }
}

/// The patient with this e-mail or telephone, or a new one.
async fn first_seen(app: &App, email: Option<&str>, phone: Option<&str>, name: &str) -> Result<Person, Error> {
    let known = match (email, phone) {
        (Some(email), _) => app.store.person_by_email(email).await?,
        (None, Some(phone)) => app.store.person_by_phone(phone).await?,
        (None, None) => return Err(Refusal::Invalid("patient needs an email or a phone").into()),
    };
    match known.map(|held| held.value) {
        Some(person) if person.role == Role::Patient => Ok(person),
        // A colleague's address does not make the colleague a patient.
        Some(_) => Err(Refusal::Invalid("this address belongs to somebody of the practice").into()),
        None => {
            let id = PersonId::new(format!("{}{}", PersonId::LOCAL_PREFIX, clock::unguessable_id()));
            let told = Told {
                role: Some(Role::Patient),
                name: Some(name.to_owned()),
                email: email.map(str::to_owned),
                phone: phone.map(str::to_owned),
                ..Told::default()
            };
            people::save(app, &id, &told).await
        }
    }
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
    Shown { appointment, practitioner, patient, link }
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
