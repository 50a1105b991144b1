//! Who may do what, decided here and nowhere else, on facts that were just loaded.
//!
//! What a person may not see is [`Refusal::NotFound`], exactly like what does not exist. What they may see but not
//! do is [`Refusal::Forbidden`]. What a call or an appointment allows its own people is decided by its own state.

use crate::appointment::{Appointment, Provider};
use crate::call::{Call, Part};
use crate::ids::{PersonId, RoomId};
use crate::invitation::Invitation;
use crate::person::{Person, Role};
use crate::refusal::Refusal;
use crate::room::Room;
use crate::time::{Millis, Span};

#[cfg(test)]
mod tests;

/// The parties of an appointment or a call may see and ring each other until this long after it.
pub const ACQUAINTED_FOR: Span = Span::days(30);

type Allowed = Result<(), Refusal>;

/// Somebody who asks, as the token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub id: PersonId,
    pub role: Role,
    pub scope: Scope,
}

/// How far the token reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Everything,
    /// A personal link lets its bearer into one room, and shows nothing else.
    Room(RoomId),
}

/// What is between the viewer and another person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// The last moment of an appointment or call of the two, which may be still to come.
    pub last_together: Option<Millis>,
    /// Whether everyone may see and ring the practitioners of the directory; a host may switch it off.
    pub directory: Directory,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Directory {
    #[default]
    Open,
    Closed,
}

impl Viewer {
    pub fn is_practice(&self) -> bool {
        matches!(self.role, Role::Staff | Role::Admin)
    }

    fn roams(&self) -> bool {
        self.scope == Scope::Everything && self.role != Role::Guest
    }
}

/// Whatever is not the one room that a personal link opens.
pub fn may_roam(viewer: &Viewer) -> Allowed {
    or_forbidden(viewer.roams(), "this token opens one room and nothing else")
}

/// Signing in here is for those whom no host application vouches for.
pub fn may_have_account(viewer: &Viewer) -> Allowed {
    may_roam(viewer)?;
    or_forbidden(viewer.id.is_local(), "you sign in through another application")
}

pub fn may_see_person(viewer: &Viewer, person: &Person, ties: Ties, now: Millis) -> Allowed {
    if viewer.id == person.id {
        return Ok(());
    }
    or_not_found(viewer.roams() && person.disabled_at.is_none() && knows(viewer, person, ties, now))
}

/// Looking somebody up by e-mail or id is narrower than the directory: a shared appointment, or the staff.
pub fn may_find_person(viewer: &Viewer, person: &Person, ties: Ties, now: Millis) -> Allowed {
    let acquainted = ties.acquainted(now) && !are_patients(viewer, person);
    or_not_found(viewer.roams() && (viewer.id == person.id || viewer.is_practice() || acquainted))
}

pub fn may_ring(viewer: &Viewer, person: &Person, ties: Ties, now: Millis) -> Allowed {
    if viewer.id == person.id {
        return Err(Refusal::Invalid("one cannot ring oneself"));
    }
    may_see_person(viewer, person, ties, now)
}

/// Whom of the listed practitioners the directory shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    All,
    /// Those with whom the viewer had an appointment that ended after this, or has one to come.
    MetSince(Millis),
}

/// A closed directory leaves patients the practitioners they know.
pub fn may_see_directory(viewer: &Viewer, directory: Directory, now: Millis) -> Result<Listed, Refusal> {
    may_roam(viewer)?;
    Ok(match (directory, viewer.role) {
        (Directory::Closed, Role::Patient) => Listed::MetSince(now - ACQUAINTED_FOR),
        _ => Listed::All,
    })
}

/// When somebody works is for them to say, and for the practice.
pub fn may_keep_hours(viewer: &Viewer, practitioner: &PersonId) -> Allowed {
    may_roam(viewer)?;
    or_forbidden(&viewer.id == practitioner || viewer.is_practice(), "only the practice says when somebody works")
}

/// Under which name the practice has a patient is not for the patient to change.
pub fn may_name_oneself(viewer: &Viewer) -> Allowed {
    may_roam(viewer)?;
    or_forbidden(viewer.role != Role::Patient, "the practice writes your name; ask there")
}

pub fn may_read_settings(viewer: &Viewer) -> Allowed {
    may_roam(viewer)?;
    let works_here = viewer.is_practice() || viewer.role == Role::Practitioner;
    or_forbidden(works_here, "these are for the people of the practice")
}

pub fn may_write_settings(viewer: &Viewer) -> Allowed {
    may_roam(viewer)?;
    or_forbidden(viewer.role == Role::Admin, "only administrators change what the practice says")
}

pub fn may_write_people(viewer: &Viewer) -> Allowed {
    may_roam(viewer)?;
    or_forbidden(viewer.is_practice(), "only staff and administrators keep the people of the practice")
}

/// Whoever has such a link is its person, and reads what staff never read.
pub fn may_make_sign_in_links(viewer: &Viewer) -> Allowed {
    may_roam(viewer)?;
    or_forbidden(viewer.role == Role::Admin, "only administrators make links that sign others in")
}

/// Who looked at whose record concerns everybody who works here, so it is for administrators alone.
pub fn may_read_audit(viewer: &Viewer) -> Allowed {
    may_roam(viewer)?;
    or_forbidden(viewer.role == Role::Admin, "only administrators read the audit")
}

/// Staff keep patients and practitioners; whoever makes staff or administrators must be one.
pub fn may_give_role(viewer: &Viewer, role: Role) -> Allowed {
    may_write_people(viewer)?;
    match role {
        Role::Patient | Role::Practitioner => Ok(()),
        Role::Staff | Role::Admin => {
            or_forbidden(viewer.role == Role::Admin, "only an administrator makes staff and administrators")
        }
        Role::Guest => Err(Refusal::Invalid("a guest is invited to a room")),
    }
}

pub fn may_see_appointment(viewer: &Viewer, appointment: &Appointment) -> Allowed {
    let own = appointment.is_party(&viewer.id);
    or_not_found(match &viewer.scope {
        Scope::Everything => own || viewer.is_practice(),
        Scope::Room(room) => own && appointment.room.as_ref() == Some(room),
    })
}

/// Whoever asks for an appointment does not send the practice to a meeting place of their own.
pub fn may_choose_provider(viewer: &Viewer, provider: &Provider) -> Allowed {
    let built_in = provider == &Provider::BuiltIn;
    or_forbidden(built_in || viewer.role != Role::Patient, "only the practice names another place to meet")
}

/// Whom an appointment is for: oneself, or anybody for the practice.
pub fn may_book_for(viewer: &Viewer, patient: &PersonId) -> Allowed {
    or_forbidden(viewer.role != Role::Patient || &viewer.id == patient, "patients book for themselves alone")
}

/// Beginning is for the practitioner of the appointment; everybody else comes by their link.
pub fn may_start_call(viewer: &Viewer, appointment: &Appointment) -> Allowed {
    let own = viewer.id == appointment.practitioner;
    or_forbidden(own, "only the practitioner of an appointment starts its call")
}

/// The link is for the two parties alone, each their own; staff see the appointment, not the way in.
pub fn may_have_link(viewer: &Viewer, appointment: &Appointment) -> bool {
    appointment.is_party(&viewer.id)
}

/// The room of an appointment is for its two parties; to staff it does not exist.
pub fn may_have_room(viewer: &Viewer, appointment: &Appointment) -> Allowed {
    or_not_found(may_have_link(viewer, appointment))
}

/// A room is shown to its two parties alone; its guests find it through the call.
pub fn may_see_room(viewer: &Viewer, room: &Room) -> Allowed {
    let own = viewer.id == room.practitioner || viewer.id == room.patient;
    or_not_found(match &viewer.scope {
        Scope::Everything => own,
        Scope::Room(only) => own && only == &room.id,
    })
}

/// Whoever keeps the room invites others to it; in a call that runs, its own state decides.
pub fn may_invite(viewer: &Viewer, room: &Room) -> Allowed {
    may_roam(viewer)?;
    may_see_room(viewer, room)?;
    or_forbidden(viewer.id == room.practitioner, "only the practice invites people")
}

/// A guest comes by the link that was made for this room, while it is good.
pub fn may_come(viewer: &Viewer, invitation: &Invitation, now: Millis) -> Allowed {
    let here = viewer.scope == Scope::Room(invitation.room.clone());
    or_not_found(here && viewer.id == invitation.guest && now < invitation.until)
}

/// Its parties and guests; while it lives administrators see that it is, who and since when, never what is said.
pub fn may_see_call(viewer: &Viewer, call: &Call) -> Allowed {
    let own = is_in_call(viewer, call);
    or_not_found(match &viewer.scope {
        Scope::Everything => own || viewer.role == Role::Admin && !call.has_ended(),
        Scope::Room(room) => own && room == &call.room,
    })
}

/// Ending is for those who are in it; an administrator looks on.
pub fn may_end_call(viewer: &Viewer, call: &Call) -> Allowed {
    may_see_call(viewer, call)?;
    or_forbidden(is_in_call(viewer, call), "only those in a call can end it")
}

/// How a call was is for the two to say.
pub fn may_give_feedback(viewer: &Viewer, call: &Call) -> Allowed {
    may_see_call(viewer, call)?;
    or_forbidden(call.party(&viewer.id).is_some(), "only those who were in a call say how it was")
}

/// Talking in a call is for those who are inside.
pub fn may_talk(viewer: &Viewer, call: &Call) -> Allowed {
    let seat = call.seats().and_then(|seats| seats.get(&viewer.id));
    or_not_found(seat.is_some_and(|seat| seat.is_inside()))
}

/// Since when what was written is for somebody who is inside: all of it for the two parties, for guests what came after
/// their invitation. Staff and administrators never read it.
pub fn may_read_chat(person: &PersonId, call: &Call, invited: Option<&Invitation>) -> Result<Millis, Refusal> {
    let seat = call.seats().and_then(|seats| seats.get(person)).filter(|seat| seat.is_inside());
    match (seat.map(|seat| seat.part), invited) {
        (Some(Part::Party), _) => Ok(call.requested_at),
        (Some(Part::Guest(_)), Some(invitation)) if &invitation.guest == person => Ok(invitation.at),
        (Some(Part::Guest(_)), _) | (None, _) => Err(Refusal::NotFound),
    }
}

/// Live calls of everybody, and the audit.
pub fn may_see_all_calls(viewer: &Viewer) -> bool {
    viewer.role == Role::Admin && viewer.roams()
}

fn is_in_call(viewer: &Viewer, call: &Call) -> bool {
    let guest = call.seats().is_some_and(|seats| seats.get(&viewer.id).is_some());
    call.party(&viewer.id).is_some() || guest
}

fn knows(viewer: &Viewer, person: &Person, ties: Ties, now: Millis) -> bool {
    let listed = person.role == Role::Practitioner && person.listed;
    match viewer.role {
        Role::Staff | Role::Admin => true,
        Role::Practitioner => person.role == Role::Practitioner || ties.acquainted(now),
        Role::Patient if person.role == Role::Patient => false,
        Role::Patient => listed && ties.directory == Directory::Open || ties.acquainted(now),
        Role::Guest => false,
    }
}

fn are_patients(viewer: &Viewer, person: &Person) -> bool {
    viewer.role == Role::Patient && person.role == Role::Patient
}

impl Ties {
    fn acquainted(&self, now: Millis) -> bool {
        self.last_together.is_some_and(|last| now < last + ACQUAINTED_FOR)
    }
}

fn or_not_found(allowed: bool) -> Allowed {
    if allowed { Ok(()) } else { Err(Refusal::NotFound) }
}

fn or_forbidden(allowed: bool, otherwise: &'static str) -> Allowed {
    if allowed { Ok(()) } else { Err(Refusal::Forbidden(otherwise)) }
}
