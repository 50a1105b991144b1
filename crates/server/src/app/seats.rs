//! Entering a room, leaving it, and what else people do in a call that runs.

use bedside_domain::call::{Actor, Call, Command, Opening, Party};
use bedside_domain::ids::{CallId, PersonId, RoomId};
use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
use bedside_domain::room::Room;
use bedside_domain::time::Millis;
use bedside_store::{Change, Held, PageAsk, Saved};

use super::links::LinkSide;
use super::{App, Asker, Names};
use crate::clock;
use crate::dispatch::{self, Attempted, Decided, Error};

/// Where somebody acts: wherever a room is asked for, its call serves.
#[derive(Clone, Debug)]
pub enum At {
    Room(RoomId),
    Call(CallId),
}

/// Whether somebody has come just now, which everybody is told, or was there before.
pub enum Entry {
    Now(Held<Call>),
    Before(Held<Call>),
}

/// Everything a client must know when it comes or comes back.
pub struct Situation {
    pub calls: Vec<Held<Call>>,
    pub names: Names,
    pub unread: i64,
}

/// Comes to the room: inside, or into its waiting room. Opens the session of an appointment if none is running.
pub async fn enter(app: &App, asker: &Asker, at: &At) -> Result<Entry, Error> {
    let attempt = move |now| async move {
        let Decided { change, outcome } = decide_entry(app, asker, at, now).await?;
        let outcome = (outcome, change.call.as_ref().map(Saved::next_version));
        Ok(Decided { change, outcome })
    };
    let (call, news) = dispatch::dispatch(app, attempt).await?;
    // As it is with this one in it, and no later: whoever comes next finds this one there, and is news to them.
    if let Some(version) = news {
        return Ok(Entry::Now(Held { value: call, version }));
    }
    Ok(Entry::Before(app.store.call(&call.id).await?.ok_or(Refusal::NotFound)?))
}

async fn decide_entry(app: &App, asker: &Asker, at: &At, now: Millis) -> Attempted<Call> {
    let (room, held) = find(app, asker, at).await?;
    let Some(id) = &room.value.appointment else {
        let held = held.ok_or(Refusal::Expired("the call has ended"))?;
        return join(app, asker, now, held).await;
    };
    let appointment = app.store.appointment(id).await?.ok_or(Refusal::NotFound)?;
    appointment.value.must_be_open(now)?;
    match held {
        Some(held) => join(app, asker, now, held).await,
        // Guests do not open the room, so that nobody is called into it by them.
        None if LinkSide::of(&room.value, &asker.viewer.id).is_none() => {
            Err(Refusal::NotNow("nobody is there yet").into())
        }
        None => {
            let Decided { mut change, outcome } = open(now, &asker.viewer.id, room, appointment.value.links_close())?;
            // As it was read: nobody opens the room of what is cancelled meanwhile.
            change.appointment = Some(Saved::over(appointment.version, appointment.value, vec![]));
            Ok(Decided { change, outcome })
        }
    }
}

/// Into the call that is there. Whoever was invited to the room before this call began is invited to it now.
async fn join(app: &App, asker: &Asker, now: Millis, held: Held<Call>) -> Attempted<Call> {
    let me = &asker.viewer.id;
    let mut call = held.value.clone();
    let mut events = Vec::new();
    let has_seat = call.seats().is_some_and(|seats| seats.get(me).is_some());
    if !has_seat && let Some(invitation) = app.store.invitation_of(&call.room, me).await? {
        let invite = Command::Invite { guest: me.clone(), role: invitation.role };
        events = call.decide(now, Actor::Person(&invitation.by), &invite)?;
        events.iter().for_each(|event| call.apply(now, event));
    }
    events.extend(call.decide(now, Actor::Person(me), &Command::Join)?);
    let room = app.store.room(&held.value.room).await?;
    Ok(dispatch::change_of_call(now, Actor::Person(me), held, events, room))
}

/// Any other command to the call that is there. Good-byes to a room that is empty already change nothing: both sides
/// may hang up at the same instant.
pub async fn command(app: &App, asker: &Asker, at: &At, command: &Command) -> Result<Option<Call>, Error> {
    let attempt = move |now| async move {
        let held = match at {
            At::Call(id) => {
                let held = app.store.call(id).await?.ok_or(Refusal::NotFound)?;
                policy::may_see_call(&asker.viewer, &held.value)?;
                held
            }
            At::Room(_) => match (find(app, asker, at).await?.1, command) {
                (Some(held), _) => held,
                (None, Command::End | Command::Leave | Command::Lose) => {
                    return Ok(Decided { change: Change::at(now), outcome: None });
                }
                (None, _) => return Err(Refusal::NotNow("there is no call in this room").into()),
            },
        };
        let by = Actor::Person(&asker.viewer.id);
        let Decided { change, outcome } = dispatch::decide_call(app, now, by, held, command).await?;
        Ok(Decided { change, outcome: Some(outcome) })
    };
    dispatch::dispatch(app, attempt).await
}

/// The same for somebody who needs no telling apart: a device of theirs, not a request, acts.
pub async fn command_by(app: &App, person: &PersonId, call: &CallId, command: &Command) -> Result<Call, Error> {
    dispatch::command(app, Actor::Person(person), call, command).await
}

/// The connection of somebody in the room broke.
pub async fn lose(app: &App, asker: &Asker, room: &RoomId) -> Result<Option<Call>, Error> {
    command(app, asker, &At::Room(room.clone()), &Command::Lose).await
}

/// They are there again, wherever they are.
pub async fn come_back(app: &App, asker: &Asker, room: &RoomId) -> Result<Option<Call>, Error> {
    command(app, asker, &At::Room(room.clone()), &Command::Return).await
}

/// The room of a call that the asker may know of.
pub async fn room_of(app: &App, asker: &Asker, call: &CallId) -> Result<RoomId, Error> {
    let held = app.store.call(call).await?.ok_or(Refusal::NotFound)?;
    policy::may_see_call(&asker.viewer, &held.value)?;
    Ok(held.value.room)
}

/// The call that the asker is in.
pub async fn inside(app: &App, asker: &Asker, at: &At) -> Result<Call, Error> {
    let call = find(app, asker, at).await?.1.ok_or(Refusal::NotFound)?.value;
    policy::may_talk(&asker.viewer, &call)?;
    Ok(call)
}

/// The call whose door the asker keeps.
pub async fn at_the_door(app: &App, asker: &Asker, at: &At) -> Result<Call, Error> {
    let call = find(app, asker, at).await?.1.ok_or(Refusal::NotFound)?.value;
    match call.party(&asker.viewer.id).is_some_and(Party::is_host) {
        true => Ok(call),
        false => Err(Refusal::Forbidden("only the practice speaks to those who wait").into()),
    }
}

/// The calls that run for the asker, and what else a client needs to be up to date.
pub async fn situation(app: &App, asker: &Asker) -> Result<Situation, Error> {
    let me = &asker.viewer.id;
    let records = app.store.live_calls_of(Some(me), &PageAsk::first(50)).await?.items;
    let visible = records.into_iter().filter(|record| policy::may_see_call(&asker.viewer, &record.call).is_ok());
    let calls: Vec<_> = visible.map(|record| Held { value: record.call, version: record.version }).collect();
    let names = app.names(calls.iter().flat_map(|held| people_of(&held.value))).await?;
    let unread = if policy::may_roam(&asker.viewer).is_ok() { app.store.unread_notices(me).await? } else { 0 };
    Ok(Situation { calls, names, unread })
}

/// Everybody who is named when a call is shown.
pub fn people_of(call: &Call) -> Vec<&PersonId> {
    let seats = call.seats().into_iter().flat_map(|seats| seats.iter().map(|(person, _)| person));
    [&call.caller.id, &call.callee.id].into_iter().chain(seats).collect()
}

/// The connections of the process before this one are gone: whoever was there has the time of a lost seat to return.
pub async fn lose_everybody(app: &App) -> Result<(), Error> {
    let mut ask = PageAsk::first(200);
    loop {
        let page = app.store.live_calls_of(None, &ask).await?;
        for record in &page.items {
            let there = record.call.seats().into_iter().flat_map(|seats| seats.iter());
            for (person, _) in there.filter(|(_, seat)| seat.place.there_since().is_some()) {
                dispatch::command(app, Actor::Person(person), &record.call.id, &Command::Lose).await?;
            }
        }
        match page.next {
            Some(next) => ask.after = Some(next),
            None => return Ok(()),
        }
    }
}

/// The room, and the call in it, if the asker may know of them.
pub async fn find(app: &App, asker: &Asker, at: &At) -> Result<(Held<Room>, Option<Held<Call>>), Error> {
    let room = match at {
        At::Room(id) => id.clone(),
        At::Call(id) => app.store.call(id).await?.ok_or(Refusal::NotFound)?.value.room,
    };
    let room = app.store.room(&room).await?.ok_or(Refusal::NotFound)?;
    let call = match &room.value.call {
        Some(id) => app.store.call(id).await?,
        None => None,
    };
    if let Err(refusal) = policy::may_see_room(&asker.viewer, &room.value) {
        // A guest finds the room through the call, or by an invitation that is still good.
        let in_call = call.as_ref().is_some_and(|held| policy::may_see_call(&asker.viewer, &held.value).is_ok());
        if !in_call && !is_invited(app, asker, &room.value).await? {
            return Err(refusal.into());
        }
    }
    Ok((room, call))
}

async fn is_invited(app: &App, asker: &Asker, room: &Room) -> Result<bool, Error> {
    let invitation = app.store.invitation_of(&room.id, &asker.viewer.id).await?;
    Ok(invitation.is_some_and(|invitation| policy::may_come(&asker.viewer, &invitation, clock::now()).is_ok()))
}

fn open(now: Millis, me: &PersonId, room: Held<Room>, until: Millis) -> Result<Decided<Call>, Refusal> {
    let Room { id, appointment, practitioner, patient, door, .. } = room.value.clone();
    let opening = Opening {
        id: CallId::new(clock::id()),
        room: id,
        appointment: appointment.ok_or(Refusal::NotFound)?,
        practitioner,
        patient,
        door,
        until,
    };
    let (mut call, mut events) = Call::open(now, opening);
    let entered = call.decide(now, Actor::Person(me), &Command::Join)?;
    for event in &entered {
        call.apply(now, event);
    }
    events.extend(entered);
    let mut next = room.value;
    next.follow(now, &call, &events);
    let mut change = Change::at(now);
    change.by = Some(me.clone());
    change.room = Some(Saved::over(room.version, next, vec![]));
    change.call = Some(Saved::new(call.clone(), events));
    Ok(Decided { change, outcome: call })
}
