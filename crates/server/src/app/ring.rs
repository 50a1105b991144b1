//! Ringing somebody.

use bedside_domain::appointment::{self, Appointment};
use bedside_domain::call::{Actor, Call, Command, Door, Media, Party, Reach, Request, State};
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
use super::{App, Asker, Names, appointments, people, practice};
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

impl Ask {
    /// Two requests with one key are the same request only if this is the same.
    pub fn fingerprint(&self) -> String {
        let appointment = self.appointment.as_ref().map_or("", AppointmentId::as_str);
        format!("{} {} {appointment}", self.callee, self.media.name())
    }
}

/// The ring, or why there is none. Somebody who is busy or offline finds a missed call later.
pub async fn ring(
    app: &App,
    asker: &Asker,
    ask: &Ask,
    once: Option<&Once>,
    render: impl Fn(&Rung) -> Answer,
) -> Result<Answer, Error> {
    policy::may_roam(&asker.viewer)?;
    let attempt = move |now| async move {
        let callee = app.store.person(&ask.callee).await?.ok_or(Refusal::NotFound)?.value;
        policy::may_ring(&asker.viewer, &callee, people::ties(app, asker, &callee).await?, now)?;
        match ringing(app, asker, &callee, now).await? {
            Some(record) => meet(app, asker, ask, record, now).await,
            None => begin(app, asker, &callee, ask, now).await,
        }
    };
    dispatch::dispatch_once(app, asker, once, attempt, render).await
}

/// Rings whoever one has had this call with, or has missed it from.
pub async fn back(
    app: &App,
    asker: &Asker,
    id: &CallId,
    device: DeviceId,
    once: Option<&Once>,
    render: impl Fn(&Rung) -> Answer,
) -> Result<Answer, Error> {
    let call = app.store.call_record(id).await?.ok_or(Refusal::NotFound)?.call;
    policy::may_see_call(&asker.viewer, &call)?;
    policy::may_roam(&asker.viewer)?;
    let me = &asker.viewer.id;
    let other = match (me == &call.caller.id, me == &call.callee.id) {
        (true, _) => call.callee.id.clone(),
        (_, true) => call.caller.id.clone(),
        (false, false) => return Err(Refusal::Forbidden("only the two of a call call back").into()),
    };
    if !call.has_ended() {
        return Err(Refusal::NotNow("the call has not ended").into());
    }
    // Whoever calls back has seen that they were called.
    app.store.see_missed_call(id, me, clock::now()).await?;
    let ask = Ask { callee: other, media: call.media, appointment: None, reason: None, device };
    ring(app, asker, &ask, once, render).await
}

pub type Rung = Result<(Shown, Names), Refusal>;

/// The ring of the two that is going on, whoever rang.
async fn ringing(app: &App, asker: &Asker, callee: &Person, now: Millis) -> Result<Option<CallRecord>, Error> {
    let Some(id) = app.store.ringing_between(&asker.viewer.id, &callee.id).await? else { return Ok(None) };
    let Some(record) = app.store.call_record(&id).await? else { return Ok(None) };
    match record.call.state {
        State::Ringing { due, .. } if now < due => Ok(Some(record)),
        State::Ringing { .. } => {
            // Its time is over and the clock is late; whoever rings now does not wait for the clock.
            dispatch::command(app, Actor::Clock, &id, &Command::Tick).await?;
            Ok(None)
        }
        State::Waiting { .. } | State::Active { .. } | State::Ended { .. } => Ok(None),
    }
}

async fn begin(app: &App, asker: &Asker, callee: &Person, ask: &Ask, now: Millis) -> Result<Decided<Rung>, Error> {
    let me = &asker.viewer.id;
    if app.store.is_engaged(me).await? {
        return Err(Refusal::Busy("you are in a call").into());
    }
    let reach = reach(app, &callee.id, now).await?;
    let Place { room, version, appointment } = place(app, asker, callee, ask, now).await?;
    let request = Request {
        id: CallId::new(clock::id()),
        room: room.id.clone(),
        appointment: ask.appointment.clone(),
        media: ask.media,
        caller: Party { id: me.clone(), role: asker.viewer.role },
        callee: Party { id: callee.id.clone(), role: callee.role },
        ring_for: practice::ring_for(app).await?,
    };
    let (call, events) = Call::request(now, request, reach)?;
    let mut next = room;
    next.follow(now, &call, &events);
    let mut change = Change::at(now);
    change.by = Some(me.clone());
    change.reason.clone_from(&ask.reason);
    change.notices = dispatch::with_ids(notice::owed_by_call(&call, &events));
    change.appointment = appointment;
    change.room = Some(Saved { value: next, version, events: vec![] });
    change.call = Some(Saved::new(call.clone(), events));
    let record = CallRecord { call, version: 0, reason: ask.reason.clone(), words: None, seen_at: None };
    let outcome = match reach {
        Reach::Reachable => Ok(with_names(app, asker, record).await?),
        Reach::Busy => Err(Refusal::Busy("the person is busy")),
        Reach::Offline => Err(Refusal::Offline),
    };
    Ok(Decided { change, outcome })
}

/// Whoever rang rings on; if it was the other one, both wish the same: they are connected.
async fn meet(
    app: &App,
    asker: &Asker,
    ask: &Ask,
    mut record: CallRecord,
    now: Millis,
) -> Result<Decided<Rung>, Error> {
    let by = &asker.viewer.id;
    let mut change = Change::at(now);
    if &record.call.caller.id != by {
        let held = Held { value: record.call, version: record.version };
        let accept = Command::Accept { device: ask.device.clone() };
        let accepted = dispatch::decide_call(app, now, Actor::Person(by), held, &accept).await?;
        change = accepted.change;
        record.call = accepted.outcome;
    }
    Ok(Decided { change, outcome: Ok(with_names(app, asker, record).await?) })
}

async fn reach(app: &App, callee: &PersonId, now: Millis) -> Result<Reach, Error> {
    let signs = app.store.signs(std::slice::from_ref(callee)).await?.remove(callee).unwrap_or_default();
    Ok(match signs.presence(now) {
        Presence::Online | Presence::Away => Reach::Reachable,
        Presence::Busy => Reach::Busy,
        Presence::Offline => Reach::Offline,
    })
}

/// Where the two meet.
struct Place {
    room: Room,
    /// That of a room which was there before.
    version: Option<i64>,
    /// As it was read: if it is cancelled meanwhile, the ring is decided again.
    appointment: Option<Saved<Appointment, appointment::Event>>,
}

/// The room of the appointment, or one of the call's own.
async fn place(app: &App, asker: &Asker, callee: &Person, ask: &Ask, now: Millis) -> Result<Place, Error> {
    let Some(id) = &ask.appointment else {
        let (me, other) = (asker.viewer.id.clone(), callee.id.clone());
        let caller = Party { id: me.clone(), role: asker.viewer.role };
        let (practice, patient) = if caller.is_host() { (me, other) } else { (other, me) };
        let room = Room::new(RoomId::new(clock::unguessable_id()), None, practice, patient, Door::Open);
        return Ok(Place { room, version: None, appointment: None });
    };
    let appointment = appointments::visible(app, asker, id).await?;
    policy::may_have_room(&asker.viewer, &appointment.value)?;
    if !appointment.value.is_party(&callee.id) {
        return Err(Refusal::NotFound.into());
    }
    appointment.value.must_be_open(now)?;
    let Held { value: room, version } = app.store.room_of(id).await?.ok_or(Refusal::NotFound)?;
    if room.call.is_some() {
        return Err(Refusal::NotNow("somebody is in the room of this appointment; join it").into());
    }
    let appointment = Some(Saved::over(appointment.version, appointment.value, vec![]));
    Ok(Place { room, version: Some(version), appointment })
}

async fn with_names(app: &App, asker: &Asker, record: CallRecord) -> Result<(Shown, Names), Error> {
    let shown = calls::show(asker, record);
    let names = calls::names_of(app, std::slice::from_ref(&shown)).await?;
    Ok((shown, names))
}
