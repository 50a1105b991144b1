//! Inviting somebody besides the two: an interpreter, a relative, a student. They come by a personal link, which opens
//! this one room, and wait there until they are admitted.

use bedside_domain::call::{Actor, Command, GuestRole, SEATS_AT_MOST};
use bedside_domain::ids::{InvitationId, PersonId, RoomId};
use bedside_domain::invitation::{self, Invitation};
use bedside_domain::notice;
use bedside_domain::person::Role;
use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
use bedside_domain::room::Room;
use bedside_domain::time::Millis;
use bedside_store::Change;

use super::people::{self, Told};
use super::seats::{self, At};
use super::{App, Asker, links};
use crate::clock;
use crate::dispatch::{self, Attempted, Decided, Error};

/// Who is to come, as whoever invites them says.
pub struct Ask {
    pub name: String,
    pub role: GuestRole,
    pub email: Option<String>,
    pub phone: Option<String>,
}

pub struct Invited {
    pub guest: PersonId,
    pub room: RoomId,
    pub until: Millis,
    pub link: String,
}

pub async fn invite(app: &App, asker: &Asker, at: &At, ask: Ask) -> Result<Invited, Error> {
    let guest = PersonId::new(format!("{}{}", PersonId::LOCAL_PREFIX, clock::id()));
    let (id, role) = (InvitationId::new(clock::unguessable_id()), ask.role);
    let (id, guest) = (&id, &guest);
    let attempt = move |now| async move { decide(app, asker, at, now, (id, guest, role)).await };
    // Nobody is made a guest by an invitation that is refused.
    attempt(clock::now()).await?;
    let told =
        Told { role: Some(Role::Guest), name: Some(ask.name), email: ask.email, phone: ask.phone, ..Told::default() };
    people::save(app, guest, &told).await?;
    let Invitation { room, until, .. } = dispatch::dispatch(app, attempt).await?;
    let link = links::address(app, &app.link_key.guest_token(id));
    Ok(Invited { guest: guest.clone(), room, until, link })
}

async fn decide(
    app: &App,
    asker: &Asker,
    at: &At,
    now: Millis,
    (id, guest, role): (&InvitationId, &PersonId, GuestRole),
) -> Attempted<Invitation> {
    policy::may_roam(&asker.viewer)?;
    let me = &asker.viewer.id;
    let (room, call) = seats::find(app, asker, at).await?;
    let mut change = match call {
        Some(held) => {
            let invite = Command::Invite { guest: guest.clone(), role };
            dispatch::decide_call(app, now, Actor::Person(me), held, &invite).await?.change
        }
        None => {
            policy::may_invite(&asker.viewer, &room.value)?;
            Change::at(now)
        }
    };
    let until = until(app, &room.value, now).await?;
    let room = room.value.id;
    if app.store.invitations_to(&room, now).await? >= GUESTS_AT_MOST {
        return Err(Refusal::NotNow("as many people are invited as the room has seats").into());
    }
    let invitation = Invitation { id: id.clone(), room, guest: guest.clone(), role, by: me.clone(), at: now, until };
    change.by = Some(me.clone());
    change.notices.extend(dispatch::with_ids(vec![notice::owed_by_invitation(&invitation)]));
    change.invitation = Some(invitation.clone());
    Ok(Decided { change, outcome: invitation })
}

/// Beside the two parties.
const GUESTS_AT_MOST: i64 = SEATS_AT_MOST as i64 - 2;

/// Guests may come as long as the two may; to a call without an appointment for some hours.
async fn until(app: &App, room: &Room, now: Millis) -> Result<Millis, Error> {
    match &room.appointment {
        Some(id) => {
            let appointment = app.store.appointment(id).await?.ok_or(Refusal::NotFound)?.value;
            match now < appointment.links_close() {
                true => Ok(appointment.links_close()),
                false => Err(Refusal::Expired("the appointment is over").into()),
            }
        }
        None if room.call.is_some() => Ok(now + invitation::OPEN_FOR),
        None => Err(Refusal::Expired("the call has ended").into()),
    }
}
