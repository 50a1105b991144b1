//! What people are told when they look.

use bedside_domain::ids::{AppointmentId, CallId, NoticeId, PersonId};
use bedside_domain::notice::{About, Notice, Topic};
use bedside_domain::time::Millis;

use crate::Store;
use crate::change::Committed;
use crate::error::{Result, Taken};
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
}

/// For the screen, and for whatever else delivers it, under one id.
pub(crate) async fn save(tx: &mut Tx, at: Millis, id: &NoticeId, notice: &Notice) -> Committed {
    const SHOW: &str = "INSERT INTO notices (id, person, topic, about, about_id, by, at) \
                        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    const OWE: &str = "INSERT INTO outbox (id, recipient, topic, about, about_id, due_at, attempts) \
                       VALUES ($1, $2, $3, $4, $5, $6, 0)";
    let (about, about_id) = match &notice.about {
        About::Call(id) => ("call", id.as_str()),
        About::Appointment(id) => ("appointment", id.as_str()),
    };
    let topic = notice.topic.name();
    tx.take(sql!(SHOW, id, &notice.to, topic, about, about_id, notice.by.as_ref(), at), Taken::Id).await?;
    tx.run(sql!(OWE, id, &notice.to, topic, about, about_id, at)).await?;
    Ok(())
}

fn notice(row: &Row) -> Result<NoticeRow> {
    let about_id = row.text("about_id")?;
    let about = row.word("about", |about| match about {
        "call" => Some(About::Call(CallId::new(about_id))),
        "appointment" => Some(About::Appointment(AppointmentId::new(about_id))),
        _ => None,
    })?;
    let notice = Notice {
        to: PersonId::new(row.text("person")?),
        topic: row.word("topic", Topic::named)?,
        about,
        by: row.maybe_text("by")?.map(PersonId::new),
    };
    Ok(NoticeRow { id: NoticeId::new(row.text("id")?), notice, at: row.at("at")?, read_at: row.maybe_at("read_at")? })
}
