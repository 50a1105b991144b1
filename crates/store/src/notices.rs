//! What people are told when they look.

use bedside_domain::ids::{AppointmentId, CallId, InvitationId, NoticeId, PersonId};
use bedside_domain::notice::{About, Facts, Notice, Topic};
use bedside_domain::time::Millis;

use crate::Store;
use crate::change::Committed;
use crate::error::{CommitError, Result, StoreError, Taken};
use crate::outbox;
use crate::page::{Cursor, Page, PageAsk};
use crate::sql::{Draft, Row, Tx, sql};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    pub id: NoticeId,
    pub notice: Notice,
    pub at: Millis,
    pub read_at: Option<Millis>,
}

/// Column by column: with `*`, PostgreSQL refuses prepared statements as soon as a later version adds one.
const SELECT: &str = "SELECT id, person, topic, about, about_id, by, at, read_at FROM notices";

impl Store {
    /// The newest first.
    pub async fn notices(&self, person: &PersonId, ask: &PageAsk) -> Result<Page<NoticeRow>> {
        let mut draft = Draft::new(SELECT).add("WHERE person = ?1", [person.into()]);
        if let Some(Cursor { at, id }) = &ask.after {
            draft = draft.add("AND (at, id) < (?1, ?2)", [(*at).into(), id.as_str().into()]);
        }
        let draft = draft.add("ORDER BY at DESC, id DESC LIMIT ?1", [ask.rows().into()]);
        let rows = self.engine.rows("listing notices", draft.done()).await?;
        let items = rows.iter().map(notice).collect::<Result<_>>()?;
        Ok(Page::cut(items, ask, |last: &NoticeRow| Cursor { at: last.at.0, id: last.id.to_string() }))
    }

    pub async fn unread_notices(&self, person: &PersonId) -> Result<i64> {
        const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS unread FROM notices \
                             WHERE person = $1 AND read_at IS NULL";
        match self.engine.row("counting notices", sql!(COUNT, person)).await? {
            Some(row) => row.int("unread"),
            None => Ok(0),
        }
    }

    /// Whether the person has such a notice; reading it twice is harmless.
    pub async fn read_notice(&self, person: &PersonId, id: &NoticeId, at: Millis) -> Result<bool> {
        const READ: &str = "UPDATE notices SET read_at = COALESCE(read_at, $3) WHERE person = $1 AND id = $2";
        Ok(self.engine.run("reading a notice", sql!(READ, person, id, at)).await? > 0)
    }

    pub async fn read_all_notices(&self, person: &PersonId, at: Millis) -> Result<()> {
        const READ: &str = "UPDATE notices SET read_at = $2 WHERE person = $1 AND read_at IS NULL";
        self.engine.run("reading all notices", sql!(READ, person, at)).await.map(drop)
    }

    /// Whether the same was told to the same person since then.
    pub async fn was_told(&self, notice: &Notice, since: Millis) -> Result<bool> {
        const FIND: &str =
            "SELECT id FROM notices WHERE person = $1 AND at > $2 AND topic = $3 AND about_id = $4 LIMIT 1";
        let find = sql!(FIND, &notice.to, since, notice.topic.name(), words(&notice.about).1);
        Ok(self.engine.row("asking what somebody was told", find).await?.is_some())
    }

    pub async fn notice(&self, id: &NoticeId) -> Result<Option<NoticeRow>> {
        let find = Draft::new(SELECT).add("WHERE id = ?1", [id.into()]).done();
        self.engine.row("loading a notice", find).await?.as_ref().map(notice).transpose()
    }

    /// What was written in a call was shown to somebody who is in it.
    pub async fn see_messages(&self, call: &CallId, person: &PersonId, at: Millis) -> Result<()> {
        const SEE: &str = "UPDATE notices SET read_at = $3 \
                           WHERE person = $1 AND about_id = $2 AND topic = 'message' AND read_at IS NULL";
        self.engine.run("noting that messages were seen", sql!(SEE, person, call, at)).await.map(drop)
    }

    /// What is true now of what a notice is about, for whoever is to be told.
    pub async fn facts(&self, notice: &Notice) -> Result<Facts> {
        match &notice.about {
            About::Call(id) if notice.topic == Topic::Message => self.facts_of_chat(id, notice).await,
            About::Call(id) => self.facts_of_call(id).await,
            About::Appointment(id) => {
                Ok(self.appointment(id).await?.map_or(Facts::Gone, |held| Facts::Appointment(held.value)))
            }
            About::Invitation(id) => {
                let invitation = self.invitation(id).await?;
                Ok(invitation.map_or(Facts::Gone, |invitation| Facts::Invitation { until: invitation.until }))
            }
        }
    }

    /// They are inside, or have read the notice of that time.
    async fn facts_of_chat(&self, call: &CallId, notice: &Notice) -> Result<Facts> {
        const FIND: &str = "SELECT EXISTS (SELECT 1 FROM call_seats WHERE call = $1 AND person = $2 \
                 AND place = 'here' AND admission = 'given') \
             OR EXISTS (SELECT 1 FROM notices WHERE person = $2 AND about_id = $1 AND topic = 'message' AND at = $3 \
                 AND read_at IS NOT NULL) AS seen, appointment FROM calls WHERE id = $1";
        let find = sql!(FIND, call, &notice.to, notice.due);
        match self.engine.row("looking who has seen a message", find).await? {
            Some(row) => {
                let appointment = row.maybe_text("appointment")?.map(AppointmentId::new);
                Ok(Facts::Chat { seen: row.flag("seen")?, appointment })
            }
            None => Ok(Facts::Gone),
        }
    }

    async fn facts_of_call(&self, id: &CallId) -> Result<Facts> {
        const FIND: &str = "SELECT state, until_at, rung_at, seen_at, appointment, ending FROM calls WHERE id = $1";
        let Some(row) = self.engine.row("looking after a call", sql!(FIND, id)).await? else { return Ok(Facts::Gone) };
        match (row.text("state")?.as_str(), row.maybe_at("until_at")?) {
            ("ringing", Some(until)) => {
                let (heard, planned) = (row.maybe_at("rung_at")?.is_some(), row.maybe_text("appointment")?.is_some());
                Ok(Facts::Ring { until, heard, planned })
            }
            _ => {
                let declined = row.maybe_text("ending")?.as_deref() == Some("declined");
                Ok(Facts::Call { seen: row.maybe_at("seen_at")?.is_some(), declined })
            }
        }
    }
}

/// For the screen at once if it is to be found there, and for whatever else tells it, under one id.
pub(crate) async fn save(tx: &mut Tx, at: Millis, id: &NoticeId, notice: &Notice) -> Committed {
    const OWE: &str = "INSERT INTO outbox (id, lane, recipient, topic, about, about_id, by, at, due_at) \
                       VALUES ($1, 'plan', $2, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING";
    if notice.topic.is_kept() && notice.due.is_none() && !show(tx, at, id.as_str(), notice).await? {
        return Err(CommitError::Taken(Taken::Id));
    }
    let (about, about_id) = words(&notice.about);
    let (topic, due) = (notice.topic.name(), notice.due.unwrap_or(at));
    let row = sql!(OWE, id, &notice.to, topic, about, about_id, notice.by.as_ref(), due);
    tx.take(row, Taken::Id).await
}

/// Whether it was not there before. Whoever is told by screen, a program is told of, too.
pub(crate) async fn show(tx: &mut Tx, at: Millis, id: &str, notice: &Notice) -> std::result::Result<bool, CommitError> {
    const SHOW: &str = "INSERT INTO notices (id, person, topic, about, about_id, by, at) \
                        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let (about, about_id) = words(&notice.about);
    let row = sql!(SHOW, id, &notice.to, notice.topic.name(), about, about_id, notice.by.as_ref(), at);
    let new = tx.run(row).await? > 0;
    if new {
        outbox::tell_programs_of(tx, "notice", id, None, at).await?;
    }
    Ok(new)
}

pub(crate) fn words(about: &About) -> (&'static str, &str) {
    match about {
        About::Call(id) => ("call", id.as_str()),
        About::Appointment(id) => ("appointment", id.as_str()),
        About::Invitation(id) => ("invitation", id.as_str()),
    }
}

/// From a row of the outbox.
pub(crate) fn owed(row: &Row) -> Result<Notice> {
    let to = PersonId::new(row.maybe_text("recipient")?.ok_or(StoreError::unreadable("recipient"))?);
    let by = row.maybe_text("by")?.map(PersonId::new);
    Ok(Notice { to, topic: row.word("topic", Topic::named)?, about: about(row)?, by, due: row.maybe_at("at")? })
}

fn about(row: &Row) -> Result<About> {
    let id = row.text("about_id")?;
    row.word("about", |about| match about {
        "call" => Some(About::Call(CallId::new(id))),
        "appointment" => Some(About::Appointment(AppointmentId::new(id))),
        "invitation" => Some(About::Invitation(InvitationId::new(id))),
        _ => None,
    })
}

fn notice(row: &Row) -> Result<NoticeRow> {
    let notice = Notice {
        to: PersonId::new(row.text("person")?),
        topic: row.word("topic", Topic::named)?,
        about: about(row)?,
        by: row.maybe_text("by")?.map(PersonId::new),
        due: None,
    };
    Ok(NoticeRow { id: NoticeId::new(row.text("id")?), notice, at: row.at("at")?, read_at: row.maybe_at("read_at")? })
}
