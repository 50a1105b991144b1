//! Booking: who may book whom, for whom, and when.

use bedside_domain::appointment::{Appointment, Booking, Kind, Provider, Slot};
use bedside_domain::call::Door;
use bedside_domain::ids::{AppointmentId, PersonId, RoomId};
use bedside_domain::notice;
use bedside_domain::person::{Person, Role};
use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
use bedside_domain::time::Millis;
use bedside_store::{Change, CommitError, Saved};

use super::appointments::{Shown, room_for, shown};
use super::practice::{self, Practice};
use super::{App, Asker, hours, people};
use crate::clock;
use crate::dispatch::{self, Answer, Decided, Error, Once};

pub struct Ask {
    pub practitioner: PersonId,
    pub patient: Who,
    pub kind: Kind,
    pub slot: Slot,
    /// As the practice has it if nothing is said.
    pub door: Option<Door>,
    pub place: Place,
    pub reason: Option<String>,
}

/// Where the two are to meet.
pub enum Place {
    Here,
    /// A fixed link of another provider.
    Link(String),
    /// One of the practice's meeting places.
    Named(String),
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

pub async fn create(
    app: &App,
    asker: &Asker,
    ask: &Ask,
    once: Option<&Once>,
    render: impl Fn(&Shown) -> Answer,
) -> Result<Answer, Error> {
    policy::may_roam(&asker.viewer)?;
    let practice = &practice::shown(app).await?;
    let provider = &ask.place.provider(practice)?;
    policy::may_choose_provider(&asker.viewer, provider)?;
    let door = ask.door.unwrap_or(practice.door);
    let attempt = move |now| async move {
        let practitioner = practitioner_for(app, asker, &ask.practitioner, now).await?;
        hours::must_be_at_work(app, asker, &practitioner, ask.slot).await?;
        let Patient { person: patient, is_new } = patient_for(app, asker, &ask.patient).await?;
        let calendar = app.store.calendar(&practitioner.id, ask.slot).await?;
        let booking = booking(ask, provider, door, (&practitioner.id, &patient.id));
        let (me, role) = (&asker.viewer.id, asker.viewer.role);
        let (appointment, events) = Appointment::book(now, me, role, booking, &calendar.value)?;
        if is_new {
            keep(app, &patient, now).await?;
        }
        let mut change = Change::at(now);
        change.by = Some(me.clone());
        change.notices = dispatch::with_ids(notice::owed_by_appointment(now, &appointment, &events));
        change.room = room_for(&appointment).map(|room| Saved::new(room, vec![]));
        change.calendar = Some((practitioner.id.clone(), calendar.version));
        change.appointment = Some(Saved::new(appointment.clone(), events));
        let outcome = shown(app, asker, appointment, Some(practitioner), Some(patient));
        Ok(Decided { change, outcome })
    };
    dispatch::dispatch_once(app, asker, once, attempt, render).await
}

pub(super) async fn practitioner_for(app: &App, asker: &Asker, id: &PersonId, now: Millis) -> Result<Person, Error> {
    let person = app.store.person(id).await?.ok_or(Refusal::NotFound)?.value;
    if person.id != asker.viewer.id {
        policy::may_see_person(&asker.viewer, &person, people::ties(app, asker, &person).await?, now)?;
    }
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

impl Place {
    fn provider(&self, practice: &Practice) -> Result<Provider, Refusal> {
        match self {
            Self::Here => Ok(Provider::BuiltIn),
            Self::Link(link) => Ok(Provider::Link(link.clone())),
            Self::Named(name) => practice.meet_at(name, &clock::unguessable_id()),
        }
    }
}

fn booking(ask: &Ask, provider: &Provider, door: Door, (practitioner, patient): (&PersonId, &PersonId)) -> Booking {
    Booking {
        id: AppointmentId::new(clock::id()),
        practitioner: practitioner.clone(),
        patient: patient.clone(),
        kind: ask.kind,
        slot: ask.slot,
        door,
        provider: provider.clone(),
        room: (ask.kind == Kind::Remote).then(|| RoomId::new(clock::unguessable_id())),
        reason: ask.reason.clone(),
    }
}
