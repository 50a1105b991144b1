//! Appointments, their rooms, and the links that lead there.

use bedside_domain::appointment::{Command, Kind, Provider, Slot, Status};
use bedside_domain::call::Door;
use bedside_domain::ids::{PersonId, RoomId};
use bedside_domain::person::Person;
use bedside_domain::refusal::Refusal;
use bedside_domain::time::Millis;
use bedside_protocol::appointment::{AppointmentView, CallStart, NewAppointment, NewPatient, Reschedule};
use bedside_protocol::door::{JoinPass, JoinPractitioner, JoinView, SignInView};
use bedside_protocol::person::PersonBrief;
use bedside_protocol::room::{RoomAppointment, RoomCreated, RoomPerson, RoomView};

use super::people::must_be_sound;
use super::{Read, WORDS_CHARS_AT_MOST, brief, instant, must_be_line, time, words};
use crate::app::appointments::{self, Wish};
use crate::app::people::Told;
use crate::app::{booking, doors, rooms};

pub const MINUTES_BY_DEFAULT: u16 = 30;

pub fn ask(new: NewAppointment) -> Read<booking::Ask> {
    let patient = match (new.patient_id, new.patient) {
        (Some(_), Some(_)) => return Err(Refusal::Invalid("either patientId or patient, not both")),
        (Some(id), None) => booking::Who::Known(PersonId::new(id)),
        (None, Some(patient)) => new_patient(patient)?,
        (None, None) => booking::Who::Asker,
    };
    let kind = Kind::named(&new.kind).ok_or(Refusal::Invalid("type must be Remote or InPerson"))?;
    if kind == Kind::InPerson && (new.meeting_link.is_some() || new.meeting_place.is_some()) {
        return Err(Refusal::Invalid("an appointment at the practice has no meetingLink and no meetingPlace"));
    }
    Ok(booking::Ask {
        practitioner: PersonId::new(new.practitioner_id),
        patient,
        kind,
        slot: slot(&new.scheduled_date, new.duration_minutes.unwrap_or(MINUTES_BY_DEFAULT))?,
        door: new.waiting_room.map(|waits| if waits { Door::WaitingRoom } else { Door::Open }),
        place: place(new.meeting_link, new.meeting_place)?,
        reason: words(new.reason)?,
    })
}

pub fn reschedule(asked: &Reschedule) -> Read<Wish> {
    Ok(Wish::Move { start: instant(&asked.scheduled_date)?, minutes: asked.duration_minutes })
}

pub fn decline(reason: Option<String>) -> Read<Wish> {
    Ok(Wish::Do(Command::Decline { words: words(reason)? }))
}

pub fn cancel(reason: Option<String>) -> Read<Wish> {
    Ok(Wish::Do(Command::Cancel { words: words(reason)? }))
}

pub fn accept() -> Wish {
    Wish::Do(Command::Accept)
}

pub fn complete() -> Wish {
    Wish::Do(Command::Complete)
}

pub fn no_show() -> Wish {
    Wish::Do(Command::NoShow)
}

pub fn appointment_status(name: Option<&str>) -> Read<Option<Status>> {
    let unknown = Refusal::Invalid("status must be Pending, Accepted, Declined, Cancelled, Completed or NoShow");
    name.map(|name| Status::named(name).ok_or(unknown)).transpose()
}

pub fn appointment(shown: &appointments::Shown) -> AppointmentView {
    let appointments::Shown { appointment, practitioner, patient, room, link } = shown;
    let remote = appointment.kind == Kind::Remote;
    AppointmentView {
        id: appointment.id.to_string(),
        status: appointment.status.name().to_owned(),
        kind: appointment.kind.name().to_owned(),
        scheduled_date: time(appointment.slot.start),
        duration_minutes: appointment.slot.minutes,
        reason: appointment.reason.clone(),
        answer: appointment.words.clone(),
        practitioner: brief(&appointment.practitioner, practitioner.as_ref()),
        patient: brief(&appointment.patient, patient.as_ref()),
        waiting_room: appointment.door == Door::WaitingRoom,
        provider: match appointment.provider {
            Provider::BuiltIn => "built-in".to_owned(),
            Provider::Link(_) => "link".to_owned(),
        },
        room_id: room.as_ref().map(ToString::to_string),
        video_call_link: link.clone(),
        link_opens_at: remote.then(|| time(appointment.links_open())),
        link_closes_at: remote.then(|| time(appointment.links_close())),
        created_at: time(appointment.created_at),
    }
}

pub fn start(start: &appointments::Start) -> CallStart {
    CallStart {
        appointment_id: start.appointment.to_string(),
        room_id: start.room.as_ref().map(ToString::to_string),
        video_call_link: start.link.clone(),
    }
}

fn slot(start: &str, minutes: u16) -> Read<Slot> {
    Ok(Slot { start: instant(start)?, minutes })
}

fn new_patient(patient: NewPatient) -> Read<booking::Who> {
    let told = Told { name: Some(patient.name), email: patient.email, phone: patient.phone, ..Told::default() };
    must_be_sound(&told)?;
    let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let (email, phone) = (filled(told.email), filled(told.phone));
    if email.is_none() && phone.is_none() {
        return Err(Refusal::Invalid("patient needs an email or a phone"));
    }
    Ok(booking::Who::New { email, phone, name: told.name.unwrap_or_default() })
}

fn place(link: Option<String>, named: Option<String>) -> Read<booking::Place> {
    match (link, named) {
        (None, None) => Ok(booking::Place::Here),
        (Some(_), Some(_)) => Err(Refusal::Invalid("either meetingLink or meetingPlace, not both")),
        (None, Some(name)) => Ok(booking::Place::Named(name)),
        (Some(link), None) if link.starts_with("https://") && link.len() <= WORDS_CHARS_AT_MOST => {
            must_be_line(Some(&link), WORDS_CHARS_AT_MOST)?;
            Ok(booking::Place::Link(link))
        }
        (Some(_), None) => Err(Refusal::Invalid("meetingLink must begin with https://")),
    }
}

pub fn room(shown: &rooms::Shown) -> RoomView {
    let rooms::Shown { room, appointment, practitioner, patient } = shown;
    RoomView {
        id: room.id.to_string(),
        room_id: room.id.to_string(),
        appointment_id: appointment.id.to_string(),
        status: room.status.name().to_owned(),
        practitioner_joined: room.practitioner_joined,
        patient_joined: room.patient_joined,
        started_at: room.started_at.map(time),
        ended_at: room.ended_at.map(time),
        appointment: RoomAppointment {
            id: appointment.id.to_string(),
            scheduled_date: time(appointment.slot.start),
            patient: room_person(&room.patient, patient.as_ref()),
            practitioner: room_person(&room.practitioner, practitioner.as_ref()),
        },
    }
}

pub fn room_created(id: &RoomId) -> RoomCreated {
    RoomCreated { room_id: id.to_string() }
}

fn room_person(id: &PersonId, person: Option<&Person>) -> RoomPerson {
    let PersonBrief { id, first_name, last_name, .. } = brief(id, person);
    RoomPerson { id, first_name, last_name }
}

pub fn sign_in(person: &Person) -> SignInView {
    SignInView { name: person.name.clone(), role: person.role.name().to_owned() }
}

pub fn joining(joining: &doors::Joining, now: Millis) -> JoinView {
    let appointment = joining.appointment.as_ref();
    let guest = joining.invitation.as_ref().map(|invitation| invitation.role.name());
    let practitioner = joining.practitioner.as_ref();
    JoinView {
        name: joining.person.name.clone(),
        role: guest.unwrap_or(joining.person.role.name()).to_owned(),
        practitioner: JoinPractitioner {
            name: practitioner.map(|person| person.name.clone()).unwrap_or_default(),
            specialization: practitioner.and_then(|person| person.specialization.clone()),
        },
        scheduled_date: appointment.map(|appointment| time(appointment.slot.start)),
        duration_minutes: appointment.map(|appointment| appointment.slot.minutes),
        opens_at: appointment.map(|appointment| time(appointment.links_open())),
        closes_at: time(joining.closes_at()),
        state: match (appointment.map(|appointment| appointment.status), joining.must_be_open(now)) {
            (Some(Status::Declined | Status::Cancelled), _) => "void",
            (Some(Status::Pending), _) => "pending",
            (_, Ok(())) => "open",
            (_, Err(Refusal::Expired(_))) => "over",
            (_, Err(_)) => "early",
        }
        .to_owned(),
    }
}

pub fn pass(joining: &doors::Joining, session: &doors::NewSession) -> JoinPass {
    JoinPass {
        token: session.token.clone(),
        expires_at: time(session.expires_at),
        user_id: joining.person.id.to_string(),
        room_id: joining.room.id.to_string(),
        appointment_id: joining.appointment.as_ref().map(|appointment| appointment.id.to_string()),
    }
}
