//! A call as rows: its own, one for each seat, and the keys that nobody else may hold at the same time.

use bedside_domain::call::{Call, Ending, Event, Place, Seat, State};
use bedside_domain::ids::{CallId, PersonId};
use bedside_domain::time::Millis;

use crate::change::{Committed, Saved};
use crate::error::{CommitError, Taken};
use crate::names;
use crate::sql::{Draft, Tx, Value, sql};

/// Only one state at a time fills its columns.
#[derive(Default)]
struct StateColumns<'a> {
    state: &'static str,
    until_at: Option<Millis>,
    rung_at: Option<Millis>,
    began_at: Option<Millis>,
    answered_on: Option<&'a str>,
    ended_at: Option<Millis>,
    ending: Option<&'static str>,
    ended_by: Option<&'a PersonId>,
}

pub(crate) async fn save(tx: &mut Tx, saved: &Saved<Call, Event>, reason: Option<&str>) -> Committed {
    let call = &saved.value;
    match saved.version {
        None => insert(tx, call, words(&saved.events), reason).await?,
        Some(version) => {
            update(tx, call, words(&saved.events), version).await?;
            tx.run(sql!("DELETE FROM call_seats WHERE call = $1", &call.id)).await?;
        }
    }
    insert_seats(tx, call).await?;
    keep_engagements(tx, call).await?;
    keep_ring(tx, call).await
}

async fn insert(tx: &mut Tx, call: &Call, words: Option<&str>, reason: Option<&str>) -> Committed {
    const INSERT: &str = "INSERT INTO calls (id, room, appointment, media, caller, caller_role, callee, callee_role, \
         door, origin, requested_at, state, until_at, rung_at, began_at, answered_on, ended_at, ending, ended_by, \
         due_at, words, reason, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
         $20, $21, $22, 1) ON CONFLICT DO NOTHING";
    let columns = StateColumns::of(&call.state);
    let row = sql!(
        INSERT,
        &call.id,
        &call.room,
        call.appointment.as_ref(),
        call.media.name(),
        &call.caller.id,
        call.caller.role.name(),
        &call.callee.id,
        call.callee.role.name(),
        names::door(call.door),
        names::origin(call.origin),
        call.requested_at,
        columns.state,
        columns.until_at,
        columns.rung_at,
        columns.began_at,
        columns.answered_on,
        columns.ended_at,
        columns.ending,
        columns.ended_by,
        call.deadline(),
        words,
        reason,
    );
    tx.take(row, Taken::Id).await
}

/// Who, where and when it was requested never change.
async fn update(tx: &mut Tx, call: &Call, words: Option<&str>, version: i64) -> Committed {
    const UPDATE: &str = "UPDATE calls SET state = $3, until_at = $4, rung_at = $5, began_at = $6, answered_on = $7, \
         ended_at = $8, ending = $9, ended_by = $10, due_at = $11, words = COALESCE($12, words), \
         locked = $13, version = version + 1 WHERE id = $1 AND version = $2";
    let columns = StateColumns::of(&call.state);
    let row = sql!(
        UPDATE,
        &call.id,
        version,
        columns.state,
        columns.until_at,
        columns.rung_at,
        columns.began_at,
        columns.answered_on,
        columns.ended_at,
        columns.ending,
        columns.ended_by,
        call.deadline(),
        words,
        call.locked,
    );
    tx.write_over(row).await
}

async fn insert_seats(tx: &mut Tx, call: &Call) -> Committed {
    let Some(seats) = call.seats().filter(|seats| !seats.is_empty()) else { return Ok(()) };
    let mut draft =
        Draft::new("INSERT INTO call_seats (call, person, part, admission, place, since_at, until_at) VALUES");
    for (n, (person, seat)) in seats.iter().enumerate() {
        if n > 0 {
            draft = draft.add(",", []);
        }
        draft = draft.list(seat_values(&call.id, person, seat));
    }
    tx.run(draft.done()).await.map(drop)
}

fn seat_values(call: &CallId, person: &PersonId, seat: &Seat) -> [Value; 7] {
    let (place, since_at, until_at) = match seat.place {
        Place::Expected => ("expected", None, None),
        Place::Here { since } => ("here", Some(since), None),
        Place::Lost { since, until } => ("lost", Some(since), Some(until)),
        Place::Left { at } => ("left", Some(at), None),
    };
    let part = names::part(seat.part);
    let admission = names::admission(seat.admission);
    [call.into(), person.into(), part.into(), admission.into(), place.into(), since_at.into(), until_at.into()]
}

/// In the order of their ids, so that two calls that want the same two people do not wait for each other.
async fn keep_engagements(tx: &mut Tx, call: &Call) -> Committed {
    let mut wanted = call.engaged();
    wanted.sort();
    let held = engaged_in(tx, &call.id).await?;
    for person in held.iter().filter(|person| !wanted.contains(person)) {
        tx.run(sql!("DELETE FROM engagements WHERE person = $1 AND call = $2", person, &call.id)).await?;
    }
    for person in wanted.into_iter().filter(|person| !held.contains(person)) {
        const TAKE: &str = "INSERT INTO engagements (person, call) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        tx.take(sql!(TAKE, person, &call.id), Taken::Engaged(person.clone())).await?;
    }
    Ok(())
}

async fn engaged_in(tx: &mut Tx, call: &CallId) -> Result<Vec<PersonId>, CommitError> {
    let rows = tx.rows(sql!("SELECT person FROM engagements WHERE call = $1", call)).await?;
    let mut people = Vec::with_capacity(rows.len());
    for row in &rows {
        people.push(PersonId::new(row.text("person")?));
    }
    people.sort();
    Ok(people)
}

/// A ring that is this call's own already is taken again.
async fn keep_ring(tx: &mut Tx, call: &Call) -> Committed {
    const TAKE: &str = "INSERT INTO rings (pair_low, pair_high, call) VALUES ($1, $2, $3) \
         ON CONFLICT (pair_low, pair_high) DO UPDATE SET call = rings.call WHERE rings.call = excluded.call";
    match call.ringing_pair() {
        Some([low, high]) => tx.take(sql!(TAKE, low, high, &call.id), Taken::RingingPair).await,
        None => tx.run(sql!("DELETE FROM rings WHERE call = $1", &call.id)).await.map(drop),
    }
}

/// What people said stays in a row that can be erased.
fn words(events: &[Event]) -> Option<&str> {
    events.iter().rev().find_map(|event| match event {
        Event::Ended { words, .. } | Event::TurnedAway { words, .. } => words.as_deref(),
        Event::Requested { .. }
        | Event::Opened { .. }
        | Event::Rang { .. }
        | Event::Accepted { .. }
        | Event::Began
        | Event::Invited { .. }
        | Event::Entered { .. }
        | Event::Admitted { .. }
        | Event::SentBack { .. }
        | Event::Lost { .. }
        | Event::Returned { .. }
        | Event::Left { .. }
        | Event::Locked { .. }
        | Event::Unlocked { .. } => None,
    })
}

impl<'a> StateColumns<'a> {
    fn of(state: &'a State) -> Self {
        match state {
            State::Ringing { due, rung } => {
                Self { state: "ringing", until_at: Some(*due), rung_at: *rung, ..Self::default() }
            }
            State::Waiting { due, seats: _ } => Self { state: "waiting", until_at: Some(*due), ..Self::default() },
            State::Active { since, answered_on, seats: _ } => {
                let answered_on = answered_on.as_ref().map(|device| device.as_str());
                Self { state: "active", began_at: Some(*since), answered_on, ..Self::default() }
            }
            State::Ended { at, began, why, by } => Self {
                state: "ended",
                began_at: *began,
                ended_at: Some(*at),
                ending: Some(Ending::name(*why)),
                ended_by: by.as_ref(),
                ..Self::default()
            },
        }
    }
}
