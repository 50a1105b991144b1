//! Between what travels and what is meant. Beside `problem` the only room of the wire that knows the domain.

use bedside_domain::appointment::{Command, Kind, Provider, Slot, Status};
use bedside_domain::call::{Call, Door, Ending, Media, State};
use bedside_domain::ids::{AppointmentId, DeviceId, PersonId, RoomId};
use bedside_domain::notice::About;
use bedside_domain::person::{Person, Role};
use bedside_domain::refusal::Refusal;
use bedside_domain::time::{Millis, Span};
use bedside_protocol::Page;
use bedside_protocol::appointment::{AppointmentView, CallStart, NewAppointment, NewPatient, Reschedule};
use bedside_protocol::call::{CallView, Feedback, Ring};
use bedside_protocol::door::{JoinPass, JoinPractitioner, JoinView, SignInView};
use bedside_protocol::notice::NoticeView;
use bedside_protocol::person::{PersonBrief, PersonView, PractitionerCard, PutPerson};
use bedside_protocol::room::{RoomAppointment, RoomCreated, RoomPerson, RoomView};
use jiff::Timestamp;

use super::host_token::Claims;
use crate::app::appointments::Wish;
use crate::app::people::Told;
use crate::app::{Listing, Names, appointments, calls, doors, ring, rooms};

const NAME_CHARS_AT_MOST: usize = 200;
const LINE_CHARS_AT_MOST: usize = 320;
const WORDS_CHARS_AT_MOST: usize = 2_000;
const LANGUAGES_AT_MOST: usize = 20;
const MINUTES_BY_DEFAULT: u16 = 30;
const PROBLEMS: [&str; 4] = ["sound", "picture", "connection", "other"];

type Read<T> = Result<T, Refusal>;

// ── Times ──

pub fn time(at: Millis) -> String {
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

pub fn instant(text: &str) -> Read<Millis> {
    let parsed = text.trim().parse::<Timestamp>();
    let at = parsed.map_err(|_| Refusal::Invalid("times must be like 2025-10-15T10:00:00Z"))?;
    Ok(Millis(at.as_millisecond()))
}

pub fn optional_instant(text: Option<&str>) -> Read<Option<Millis>> {
    text.map(instant).transpose()
}

// ── People ──

pub fn brief(id: &PersonId, person: Option<&Person>) -> PersonBrief {
    let text = |field: fn(&Person) -> &String| person.map(field).cloned().unwrap_or_default();
    PersonBrief {
        id: id.to_string(),
        name: text(|person| &person.name),
        first_name: text(|person| &person.given_name),
        last_name: text(|person| &person.family_name),
    }
}

pub fn person(person: &Person) -> PersonView {
    PersonView {
        id: person.id.to_string(),
        role: person.role.name().to_owned(),
        name: person.name.clone(),
        first_name: person.given_name.clone(),
        last_name: person.family_name.clone(),
        initials: person.initials(),
        email: person.email.clone(),
        phone: person.phone.clone(),
        title: person.title.clone(),
        specialization: person.specialization.clone(),
        languages: person.languages.clone(),
        picture: person.picture.clone(),
        locale: person.locale.clone(),
        zoneinfo: person.zone.clone(),
    }
}

pub fn card(person: Person, presence: &str) -> PractitionerCard {
    PractitionerCard {
        id: person.id.to_string(),
        initials: person.initials(),
        name: person.name,
        first_name: person.given_name,
        last_name: person.family_name,
        title: person.title,
        specialization: person.specialization,
        languages: person.languages,
        picture: person.picture,
        presence: presence.to_owned(),
    }
}

pub fn role(name: &str) -> Option<Role> {
    match name {
        "doctor" => Some(Role::Practitioner),
        "guest" => None,
        other => Role::named(other),
    }
}

pub fn told(put: PutPerson) -> Read<Told> {
    let told = Told {
        role: put.role.map(|name| role(&name).ok_or(UNKNOWN_ROLE)).transpose()?,
        name: put.name,
        given_name: put.given_name,
        family_name: put.family_name,
        email: put.email,
        phone: put.phone,
        title: put.title,
        specialization: put.specialization,
        languages: put.languages,
        picture: put.picture,
        locale: put.locale,
        zone: put.zoneinfo,
        listed: put.listed,
    };
    must_be_sound(&told)?;
    Ok(told)
}

/// What a host's token says of a person. An administrator counts only where the operator has said so.
pub fn told_by_host(claims: Claims, admins: bool) -> Result<Told, &'static str> {
    let role = match role(&claims.role).ok_or("the token's role is none of patient, practitioner, staff and admin")? {
        Role::Admin if !admins => return Err("this server takes no administrators from the host; see --host-admins"),
        role => role,
    };
    let parts = [claims.given_name.as_deref(), claims.family_name.as_deref()];
    let together = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = claims.name.unwrap_or(together);
    if name.trim().is_empty() {
        return Err("the token has no name");
    }
    let told = Told {
        role: Some(role),
        name: Some(name),
        given_name: claims.given_name,
        family_name: claims.family_name,
        // A host's user is not locked out for an address that is none.
        email: claims.email.filter(|email| is_email(email)),
        phone: claims.phone,
        specialization: claims.specialization,
        locale: claims.locale,
        zone: claims.zoneinfo.filter(|zone| is_zone(zone)),
        ..Told::default()
    };
    must_be_sound(&told).map_err(|refusal| refusal.why())?;
    Ok(told)
}

fn must_be_sound(told: &Told) -> Read<()> {
    if told.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
        return Err(Refusal::Invalid("name is empty"));
    }
    for name in [&told.name, &told.given_name, &told.family_name, &told.title, &told.specialization] {
        must_be_line(name.as_deref(), NAME_CHARS_AT_MOST)?;
    }
    for line in [&told.email, &told.phone, &told.picture, &told.locale] {
        must_be_line(line.as_deref(), LINE_CHARS_AT_MOST)?;
    }
    if told.email.as_ref().is_some_and(|email| !is_email(email)) {
        return Err(Refusal::Invalid("email is no address"));
    }
    if told.zone.as_ref().is_some_and(|zone| !is_zone(zone)) {
        return Err(Refusal::Invalid("zoneinfo must be an IANA zone like Europe/Berlin"));
    }
    let languages = told.languages.iter().flatten();
    if languages.clone().count() > LANGUAGES_AT_MOST || languages.clone().any(|tag| tag.len() > 35 || !is_tag(tag)) {
        return Err(Refusal::Invalid("languages must be up to 20 tags like en or pt-BR"));
    }
    Ok(())
}

/// Empty takes away what was there.
fn is_email(text: &str) -> bool {
    text.trim().is_empty() || text.contains('@')
}

fn is_zone(text: &str) -> bool {
    text.is_empty() || jiff::tz::TimeZone::get(text).is_ok()
}

fn is_tag(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn must_be_line(text: Option<&str>, at_most: usize) -> Read<()> {
    match text {
        Some(text) if text.chars().count() > at_most => Err(Refusal::Invalid("a text is too long")),
        Some(text) if text.chars().any(char::is_control) => Err(Refusal::Invalid("a text has control characters")),
        Some(_) | None => Ok(()),
    }
}

/// What somebody writes to somebody: trimmed, and nothing if there is nothing in it.
pub fn words(text: Option<String>) -> Read<Option<String>> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match &text {
        Some(text) if text.chars().count() > WORDS_CHARS_AT_MOST => {
            Err(Refusal::Invalid("a text may have 2,000 characters"))
        }
        Some(text) if text.contains('\0') => Err(Refusal::Invalid("a text has control characters")),
        Some(_) | None => Ok(text),
    }
}

const UNKNOWN_ROLE: Refusal = Refusal::Invalid("role must be patient, practitioner, staff or admin");

// ── Appointments ──

pub fn ask(new: NewAppointment) -> Read<appointments::Ask> {
    let patient = match (new.patient_id, new.patient) {
        (Some(_), Some(_)) => return Err(Refusal::Invalid("either patientId or patient, not both")),
        (Some(id), None) => appointments::Who::Known(PersonId::new(id)),
        (None, Some(patient)) => new_patient(patient)?,
        (None, None) => appointments::Who::Asker,
    };
    let kind = Kind::named(&new.kind).ok_or(Refusal::Invalid("type must be Remote or InPerson"))?;
    if kind == Kind::InPerson && new.meeting_link.is_some() {
        return Err(Refusal::Invalid("an appointment at the practice has no meetingLink"));
    }
    Ok(appointments::Ask {
        practitioner: PersonId::new(new.practitioner_id),
        patient,
        kind,
        slot: slot(&new.scheduled_date, new.duration_minutes.unwrap_or(MINUTES_BY_DEFAULT))?,
        door: if new.waiting_room == Some(true) { Door::WaitingRoom } else { Door::Open },
        provider: provider(new.meeting_link)?,
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

fn new_patient(patient: NewPatient) -> Read<appointments::Who> {
    let told = Told { name: Some(patient.name), email: patient.email, phone: patient.phone, ..Told::default() };
    must_be_sound(&told)?;
    let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let (email, phone) = (filled(told.email), filled(told.phone));
    if email.is_none() && phone.is_none() {
        return Err(Refusal::Invalid("patient needs an email or a phone"));
    }
    Ok(appointments::Who::New { email, phone, name: told.name.unwrap_or_default() })
}

fn provider(link: Option<String>) -> Read<Provider> {
    match link {
        None => Ok(Provider::BuiltIn),
        Some(link) if link.starts_with("https://") && link.len() <= WORDS_CHARS_AT_MOST => {
            must_be_line(Some(&link), WORDS_CHARS_AT_MOST)?;
            Ok(Provider::Link(link))
        }
        Some(_) => Err(Refusal::Invalid("meetingLink must begin with https://")),
    }
}

// ── Rooms ──

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

// ── Calls ──

pub fn ring(asked: Ring) -> Read<ring::Ask> {
    let media = asked.call_type.as_deref().unwrap_or("video");
    Ok(ring::Ask {
        callee: PersonId::new(asked.callee_id),
        media: Media::named(media).ok_or(Refusal::Invalid("callType must be video or audio"))?,
        appointment: asked.appointment_id.map(AppointmentId::new),
        reason: words(asked.reason)?,
        device: device(asked.device_id)?,
    })
}

/// A name of the client's own making, which is kept with what happened: short, and nobody's words.
fn device(id: Option<String>) -> Read<DeviceId> {
    let id = id.unwrap_or_else(|| "rest".to_owned());
    let sound = (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c));
    if sound { Ok(DeviceId::new(id)) } else { Err(Refusal::Invalid("deviceId must be 1 to 64 plain letters")) }
}

pub fn outcome(name: Option<&str>) -> Read<Option<Ending>> {
    let unknown = Refusal::Invalid("outcome must be completed, declined, missed, cancelled or failed");
    name.map(|name| Ending::named(name).ok_or(unknown)).transpose()
}

pub fn call(shown: &calls::Shown, names: &Names) -> CallView {
    let record = &shown.record;
    let call = &record.call;
    let Moments { status, started, ended, by, outcome } = moments(call);
    CallView {
        id: call.id.to_string(),
        call_id: call.id.to_string(),
        room_id: call.room.to_string(),
        appointment_id: call.appointment.as_ref().map(ToString::to_string),
        call_type: call.media.name().to_owned(),
        status: status.to_owned(),
        outcome: outcome.map(|why| why.name().to_owned()),
        caller: brief(&call.caller.id, names.get(&call.caller.id)),
        callee: brief(&call.callee.id, names.get(&call.callee.id)),
        participants: call
            .seats()
            .map(|seats| seats.participants().map(|(id, _)| id.to_string()).collect())
            .unwrap_or_default(),
        reason: record.reason.clone().filter(|_| shown.with_words),
        answer: record.words.clone().filter(|_| shown.with_words),
        requested_at: time(call.requested_at),
        started_at: started.map(time),
        ended_at: ended.map(time),
        ended_by: by.map(ToString::to_string),
        duration_seconds: call.duration().map(Span::as_seconds),
        seen_at: record.seen_at.map(time),
    }
}

/// A call's life as a list of calls shows it.
struct Moments<'a> {
    status: &'static str,
    started: Option<Millis>,
    ended: Option<Millis>,
    by: Option<&'a PersonId>,
    outcome: Option<Ending>,
}

fn moments(call: &Call) -> Moments<'_> {
    let running = |status, started| Moments { status, started, ended: None, by: None, outcome: None };
    match &call.state {
        State::Ringing { .. } => running("ringing", None),
        State::Waiting { .. } => running("waiting", None),
        State::Active { since, .. } => running("active", Some(*since)),
        State::Ended { at, began, why, by } => {
            Moments { status: "ended", started: *began, ended: Some(*at), by: by.as_ref(), outcome: Some(*why) }
        }
    }
}

pub fn feedback(said: Feedback) -> Read<calls::Opinion> {
    if said.stars.is_some_and(|stars| !(1..=5).contains(&stars)) {
        return Err(Refusal::Invalid("stars must be from 1 to 5"));
    }
    let problems = said.problems.unwrap_or_default();
    if problems.len() > PROBLEMS.len() || problems.iter().any(|one| !PROBLEMS.contains(&one.as_str())) {
        return Err(Refusal::Invalid("problems must be of sound, picture, connection and other"));
    }
    Ok(calls::Opinion { stars: said.stars, problems, comment: words(said.comment)? })
}

// ── Notices ──

pub fn notice(row: &crate::app::notices::NoticeRow, names: &Names) -> NoticeView {
    let (call_id, appointment_id) = match &row.notice.about {
        About::Call(id) => (Some(id.to_string()), None),
        About::Appointment(id) => (None, Some(id.to_string())),
    };
    NoticeView {
        id: row.id.to_string(),
        topic: row.notice.topic.name().to_owned(),
        call_id,
        appointment_id,
        by: row.notice.by.as_ref().map(|by| brief(by, names.get(by))),
        at: time(row.at),
        read_at: row.read_at.map(time),
    }
}

// ── Doors ──

pub fn sign_in(person: &Person) -> SignInView {
    SignInView { name: person.name.clone(), role: person.role.name().to_owned() }
}

pub fn joining(joining: &doors::Joining, now: Millis) -> JoinView {
    let appointment = &joining.appointment;
    let practitioner = joining.practitioner.as_ref();
    JoinView {
        name: joining.person.name.clone(),
        practitioner: JoinPractitioner {
            name: practitioner.map(|person| person.name.clone()).unwrap_or_default(),
            specialization: practitioner.and_then(|person| person.specialization.clone()),
        },
        scheduled_date: time(appointment.slot.start),
        duration_minutes: appointment.slot.minutes,
        opens_at: time(appointment.links_open()),
        closes_at: time(appointment.links_close()),
        state: match (appointment.status, appointment.must_be_open(now)) {
            (Status::Declined | Status::Cancelled, _) => "void",
            (Status::Pending, _) => "pending",
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
        appointment_id: joining.appointment.id.to_string(),
    }
}

// ── Lists ──

pub fn page<T, U>(listing: Listing<T>, each: impl FnMut(T) -> U) -> Page<U> {
    Page { items: listing.items.into_iter().map(each).collect(), next_cursor: listing.next }
}
