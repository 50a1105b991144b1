//! Ringing somebody.

use bedside_domain::call::{Actor, Call, Command, Door, Ending, Media, Party, Reach, Request, State};
use bedside_domain::ids::{AppointmentId, CallId, DeviceId, PersonId, RoomId};
use bedside_domain::notice;
use bedside_domain::person::Person;
use bedside_domain::policy;
use bedside_domain::presence::Presence;
use bedside_domain::refusal::Refusal;
use bedside_domain::room::Room;
use bedside_domain::time::Millis;
use bedside_store::{CallRecord, Change, Held, Saved};

use super::calls::{self, Shown};
use super::{App, Asker, Names, appointments, people};
use crate::clock;
use crate::dispatch::{self, Answer, Decided, Error, Once};

pub struct Ask {
    pub callee: PersonId,
    pub media: Media,
    pub appointment: Option<AppointmentId>,
    pub reason: Option<String>,
    /// Which of the caller's devices would be in the call.
    pub device: DeviceId,
}

/// The ring, or why there is none. Somebody who is busy or offline finds a missed call later.
pub async fn ring(
    app: &App,
    asker: &Asker,
    ask: &Ask,
    once: Option<&Once>,
    render: impl Fn(&Result<(Shown, Names), Refusal>) -> Answer,
) -> Result<Answer, Error> {
    policy::may_roam(&asker.viewer)?;
    let callee = app.store.person(&ask.callee).await?.ok_or(Refusal::NotFound)?.value;
    policy::may_ring(&asker.viewer, &callee, people::ties(app, asker, &callee).await?, clock::now())?;
    let callee = &callee;
    let attempt = move |now| async move {
        let Decided { change, outcome } = decide(app, asker, callee, ask, now).await?;
        let outcome = match unreachable(&outcome) {
            Some(refusal) => Err(refusal),
            None => Ok(with_names(app, asker, ask, outcome).await?),
        };
        Ok(Decided { change, outcome })
    };
    dispatch::dispatch_once(app, asker, once, attempt, render).await
}

async fn decide(
    app: &App,
    asker: &Asker,
    callee: &Person,
    ask: &Ask,
    now: Millis,
) -> Result<Decided<(Call, Reach)>, Error> {
    let me = &asker.viewer.id;
    if let Some(id) = app.store.ringing_between(me, &callee.id).await? {
        return meet(app, asker, ask, &id, now).await;
    }
    if app.store.is_engaged(me).await? {
        return Err(Refusal::Busy("you are in a call").into());
    }
    let reach = reach(app, &callee.id, now).await?;
    let (room, version) = room(app, asker, callee, ask, now).await?;
    let request = Request {
        id: CallId::new(clock::id()),
        room: room.id.clone(),
        appointment: ask.appointment.clone(),
        media: ask.media,
        caller: Party { id: me.clone(), role: asker.viewer.role },
        callee: Party { id: callee.id.clone(), role: callee.role },
        ring_for: app.settings.ring_for,
    };
    let (call, events) = Call::request(now, request, reach)?;
    let mut next = room;
    next.follow(now, &call, &events);
    let mut change = Change::at(now);
    change.by = Some(me.clone());
    change.reason.clone_from(&ask.reason);
    change.notices = dispatch::with_ids(notice::owed_by_call(&call, &events));
    change.room = Some(Saved { value: next, version, events: vec![] });
    change.call = Some(Saved::new(call.clone(), events));
    Ok(Decided { change, outcome: (call, reach) })
}

/// The two ring already. Whoever rang rings on; if it was the other one, both wish the same: they are connected.
async fn meet(app: &App, asker: &Asker, ask: &Ask, id: &CallId, now: Millis) -> Result<Decided<(Call, Reach)>, Error> {
    let call = app.store.call(id).await?.ok_or(Refusal::NotFound)?.value;
    let by = &asker.viewer.id;
    let Decided { change, outcome } = if &call.caller.id == by {
        Decided { change: Change::at(now), outcome: call }
    } else {
        let accept = Command::Accept { device: ask.device.clone() };
        dispatch::decide_call(app, now, Actor::Person(by), id, &accept).await?
    };
    Ok(Decided { change, outcome: (outcome, Reach::Reachable) })
}

async fn reach(app: &App, callee: &PersonId, now: Millis) -> Result<Reach, Error> {
    let signs = app.store.signs(std::slice::from_ref(callee)).await?.remove(callee).unwrap_or_default();
    Ok(match signs.presence(now) {
        Presence::Online | Presence::Away => Reach::Reachable,
        Presence::Busy => Reach::Busy,
        Presence::Offline => Reach::Offline,
    })
}

/// The room of the appointment, or one of the call's own, with the version it was loaded with.
async fn room(app: &App, asker: &Asker, callee: &Person, ask: &Ask, now: Millis) -> Result<(Room, Option<i64>), Error> {
    let Some(id) = &ask.appointment else {
        let (me, other) = (asker.viewer.id.clone(), callee.id.clone());
        let caller = Party { id: me.clone(), role: asker.viewer.role };
        let (practice, patient) = if caller.is_host() { (me, other) } else { (other, me) };
        return Ok((Room::new(RoomId::new(clock::unguessable_id()), None, practice, patient, Door::Open), None));
    };
    let appointment = appointments::visible(app, asker, id).await?.value;
    if !appointment.is_party(&asker.viewer.id) || !appointment.is_party(&callee.id) {
        return Err(Refusal::NotFound.into());
    }
    appointment.must_be_open(now)?;
    let Held { value: room, version } = app.store.room_of(id).await?.ok_or(Refusal::NotFound)?;
    match room.call {
        Some(_) => Err(Refusal::NotNow("somebody is in the room of this appointment; join it").into()),
        None => Ok((room, Some(version))),
    }
}

/// Why the callee was not rung, of a call that was born ended.
fn unreachable((call, reach): &(Call, Reach)) -> Option<Refusal> {
    match (&call.state, reach) {
        (State::Ended { why: Ending::Missed, .. }, Reach::Busy) => Some(Refusal::Busy("the person is busy")),
        (State::Ended { why: Ending::Missed, .. }, Reach::Offline) => Some(Refusal::Offline),
        _ => None,
    }
}

async fn with_names(app: &App, asker: &Asker, ask: &Ask, (call, _): (Call, Reach)) -> Result<(Shown, Names), Error> {
    let record = CallRecord { call, version: 0, reason: ask.reason.clone(), words: None, seen_at: None };
    let shown = calls::show(asker, record);
    let names = calls::names_of(app, std::slice::from_ref(&shown)).await?;
    Ok((shown, names))
}
