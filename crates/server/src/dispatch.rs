//! ★ The one road that every change travels: load and decide, commit, publish; and once more if somebody was faster.

use bedside_domain::call::{self, Actor, Call, Command};
use bedside_domain::ids::{CallId, NoticeId, PersonId};
use bedside_domain::notice::{self, Notice};
use bedside_domain::refusal::Refusal;
use bedside_domain::room::Room;
use bedside_domain::time::Millis;
use bedside_store::{Change, CommitError, Held, NoticeRow, Remembered, Saved, StoreError, Taken};

use crate::app::{App, Asker};
use crate::bus::{CallNews, News};
use crate::clock;

/// Losing this often in a row means that something is wrong, not that many are fast.
const COMMIT_ATTEMPTS: usize = 32;

/// A refusal is an answer for the caller; a failure is a matter for the operator.
#[derive(Debug)]
pub enum Error {
    Refused(Refusal),
    Failed(StoreError),
    /// Others were faster every time.
    Contended,
}

/// What one attempt came to, on the facts it has loaded.
pub struct Decided<T> {
    pub change: Change,
    pub outcome: T,
}

pub type Attempted<T> = Result<Decided<T>, Error>;

/// An answer as it went out, kept so that the same question gets it again.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// A client's word that this is the same request as before.
#[derive(Clone, Debug)]
pub struct Once {
    pub key: String,
    /// Of what was asked, so that one key cannot stand for two requests.
    pub fingerprint: String,
}

pub async fn dispatch<T, F: Future<Output = Attempted<T>>>(
    app: &App,
    attempt: impl Fn(Millis) -> F,
) -> Result<T, Error> {
    for _ in 0..COMMIT_ATTEMPTS {
        let Decided { change, outcome } = attempt(clock::now()).await?;
        if commit(app, &change).await? == Committed::Yes {
            return Ok(outcome);
        }
    }
    Err(Error::Contended)
}

/// Like [`dispatch`], and the answer is kept in the same transaction for whoever asks again with the same key.
pub async fn dispatch_once<T, F: Future<Output = Attempted<T>>>(
    app: &App,
    asker: &Asker,
    once: Option<&Once>,
    attempt: impl Fn(Millis) -> F,
    render: impl Fn(&T) -> Answer,
) -> Result<Answer, Error> {
    let me = &asker.viewer.id;
    for _ in 0..COMMIT_ATTEMPTS {
        if let Some(answer) = answered_before(app, me, once).await? {
            return Ok(answer);
        }
        let now = clock::now();
        let Decided { mut change, outcome } = match attempt(now).await {
            Ok(decided) => decided,
            // What is in the way may be the very same request, which was a moment faster.
            Err(Error::Refused(refusal)) => {
                return answered_before(app, me, once).await?.ok_or(Error::Refused(refusal));
            }
            Err(error) => return Err(error),
        };
        let answer = render(&outcome);
        change.answer = once.map(|once| Remembered {
            person: me.clone(),
            key: once.key.clone(),
            fingerprint: once.fingerprint.clone(),
            status: answer.status,
            body: answer.body.clone(),
            at: now,
        });
        if commit(app, &change).await? == Committed::Yes {
            return Ok(answer);
        }
    }
    Err(Error::Contended)
}

/// A command to a call that exists.
pub async fn command(app: &App, by: Actor<'_>, id: &CallId, command: &Command) -> Result<Call, Error> {
    let attempt = move |now| async move {
        let held = app.store.call(id).await?.ok_or(Refusal::NotFound)?;
        decide_call(app, now, by, held, command).await
    };
    dispatch(app, attempt).await
}

pub async fn decide_call(
    app: &App,
    now: Millis,
    by: Actor<'_>,
    held: Held<Call>,
    command: &Command,
) -> Result<Decided<Call>, Error> {
    let events = held.value.decide(now, by, command)?;
    let room = app.store.room(&held.value.room).await?;
    Ok(change_of_call(now, by, held, events, room))
}

/// The call, the room that keeps step with it, and the notices that are owed: one change.
pub fn change_of_call(
    now: Millis,
    by: Actor<'_>,
    held: Held<Call>,
    events: Vec<call::Event>,
    room: Option<Held<Room>>,
) -> Decided<Call> {
    let mut change = Change::at(now);
    if events.is_empty() {
        return Decided { change, outcome: held.value };
    }
    let mut call = held.value;
    for event in &events {
        call.apply(now, event);
    }
    change.by = person(by);
    change.notices = with_ids(notice::owed_by_call(&call, &events));
    change.room = room.and_then(|room| {
        let mut next = room.value.clone();
        next.follow(now, &call, &events);
        (next != room.value).then(|| Saved { value: next, version: Some(room.version), events: vec![] })
    });
    change.call = Some(Saved { value: call.clone(), version: Some(held.version), events });
    Decided { change, outcome: call }
}

pub fn with_ids(notices: Vec<Notice>) -> Vec<(NoticeId, Notice)> {
    notices.into_iter().map(|notice| (NoticeId::new(clock::id()), notice)).collect()
}

fn person(by: Actor<'_>) -> Option<PersonId> {
    match by {
        Actor::Person(id) => Some(id.clone()),
        Actor::Clock => None,
    }
}

#[derive(PartialEq, Eq)]
enum Committed {
    Yes,
    /// The facts have moved: decide again.
    Again,
}

async fn commit(app: &App, change: &Change) -> Result<Committed, Error> {
    match app.store.commit(change).await {
        Ok(()) => {}
        Err(CommitError::Stale | CommitError::Taken(Taken::RingingPair | Taken::Answer)) => {
            return Ok(Committed::Again);
        }
        Err(CommitError::Taken(Taken::Engaged(_))) => return Err(Refusal::Busy("one of the two is in a call").into()),
        Err(CommitError::Taken(Taken::Id)) => return Err(Refusal::Busy("that id is taken").into()),
        Err(error @ (CommitError::Taken(Taken::Address) | CommitError::Failed(_))) => return Err(error.into()),
    }
    if let Some(saved) = &change.call {
        app.bus.publish(News::Call(CallNews {
            call: saved.value.clone(),
            version: saved.next_version(),
            events: saved.events.clone(),
            reason: change.reason.clone(),
        }));
    }
    if let Some(saved) = &change.appointment {
        app.bus.publish(News::Appointment(saved.value.clone()));
    }
    tell(app, change.at, &change.notices);
    Ok(Committed::Yes)
}

/// Whoever looks sees it at once; the rest is the outbox's.
pub fn tell(app: &App, at: Millis, notices: &[(NoticeId, Notice)]) {
    let shown = notices.iter().filter(|(_, notice)| notice.topic.is_kept() && notice.due.is_none());
    for (id, notice) in shown {
        let row = NoticeRow { id: id.clone(), notice: notice.clone(), at, read_at: None };
        app.bus.publish(News::Notice(row));
    }
    if !notices.is_empty() {
        app.bus.publish(News::Owed);
    }
}

async fn answered_before(app: &App, me: &PersonId, once: Option<&Once>) -> Result<Option<Answer>, Error> {
    let Some(once) = once else { return Ok(None) };
    match app.store.remembered(me, &once.key).await? {
        None => Ok(None),
        Some(kept) if kept.fingerprint == once.fingerprint => Ok(Some(Answer { status: kept.status, body: kept.body })),
        Some(_) => Err(Refusal::Invalid("this Idempotency-Key was used for another request").into()),
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// For what is committed beside the road.
impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Failed(failure) => Self::Failed(failure),
            CommitError::Taken(Taken::Address) => Refusal::Busy("somebody signs in with this address").into(),
            CommitError::Stale | CommitError::Taken(_) => Self::Contended,
        }
    }
}

impl From<StoreError> for Error {
    fn from(failure: StoreError) -> Self {
        Self::Failed(failure)
    }
}
