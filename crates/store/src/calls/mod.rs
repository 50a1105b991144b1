//! Calls: the running ones, and what is kept of them afterwards.

mod load;
mod save;

use bedside_domain::call::{Call, Ending};
use bedside_domain::ids::{CallId, PersonId};
use bedside_domain::time::Millis;

use crate::Store;
use crate::change::{Committed, Held};
use crate::error::{CommitError, Result, StoreError};
use crate::outbox;
use crate::page::{Cursor, Page, PageAsk};
use crate::sql::{Draft, Row, sql};

pub(crate) use save::save;

/// A call with what is kept beside it: people's words, which may be erased, and whether it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    pub call: Call,
    pub version: i64,
    /// Why it was made, in the caller's words.
    pub reason: Option<String>,
    /// What was said when it was declined or ended.
    pub words: Option<String>,
    /// When the callee looked at the missed call.
    pub seen_at: Option<Millis>,
}

/// What somebody thought of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    pub person: PersonId,
    pub stars: Option<u8>,
    pub problems: Vec<String>,
    pub words: Option<String>,
    pub at: Millis,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallQuery {
    /// Whose: as caller or as callee.
    pub of: Option<PersonId>,
    pub with: Option<PersonId>,
    /// Those requested at or after `from` and before `to`.
    pub from: Option<Millis>,
    pub to: Option<Millis>,
    /// As it was for `of`: what the caller gave up, the callee has missed.
    pub outcome: Option<Ending>,
    /// Those that this person missed and has not looked at.
    pub missed_unseen_by: Option<PersonId>,
    pub page: PageAsk,
}

/// Column by column: with `*`, PostgreSQL refuses prepared statements as soon as a later version adds one.
const SELECT: &str = "SELECT id, room, appointment, media, caller, caller_role, callee, callee_role, door, locked, \
     origin, requested_at, state, until_at, rung_at, began_at, answered_on, ended_at, ending, ended_by, reason, words, \
     seen_at, version FROM calls";

impl Store {
    pub async fn call(&self, id: &CallId) -> Result<Option<Held<Call>>> {
        let record = self.call_record(id).await?;
        Ok(record.map(|record| Held { value: record.call, version: record.version }))
    }

    pub async fn call_record(&self, id: &CallId) -> Result<Option<CallRecord>> {
        let picked = Draft::new(SELECT).add("WHERE id = ?1", [id.into()]);
        Ok(self.records("loading a call", picked).await?.pop())
    }

    /// The newest first.
    pub async fn calls(&self, query: &CallQuery) -> Result<Page<CallRecord>> {
        const MISSED: &str = "AND callee = ?1 AND origin = 'ring' AND ending IN ('missed', 'cancelled') \
                              AND seen_at IS NULL";
        const OUTCOME: &str = "AND CASE WHEN ending = 'cancelled' AND origin = 'ring' AND callee = ?1 THEN 'missed' \
                               ELSE ending END = ?2";
        let picked = Draft::new(SELECT)
            .add("WHERE 1 = 1", [])
            .add_if("AND (caller = ?1 OR callee = ?1)", query.of.as_ref())
            .add_if("AND (caller = ?1 OR callee = ?1)", query.with.as_ref())
            .add_if("AND requested_at >= ?1", query.from)
            .add_if("AND requested_at < ?1", query.to)
            .add_if(MISSED, query.missed_unseen_by.as_ref());
        let picked = match (query.outcome.map(Ending::name), &query.of) {
            (None, _) => picked,
            (Some(outcome), Some(of)) => picked.add(OUTCOME, [of.into(), outcome.into()]),
            (Some(outcome), None) => picked.add("AND ending = ?1", [outcome.into()]),
        };
        self.page("listing calls", picked, &query.page).await
    }

    /// Calls that have not ended, the newest first: those in which the person is a party or has a seat, or everybody's.
    pub async fn live_calls_of(&self, person: Option<&PersonId>, ask: &PageAsk) -> Result<Page<CallRecord>> {
        const IN_IT: &str = "AND id IN (SELECT id FROM calls WHERE state <> 'ended' AND caller = ?1 \
             UNION SELECT id FROM calls WHERE state <> 'ended' AND callee = ?1 \
             UNION SELECT call FROM call_seats WHERE person = ?1)";
        let picked = Draft::new(SELECT).add("WHERE state <> 'ended'", []).add_if(IN_IT, person);
        self.page("listing running calls", picked, ask).await
    }

    pub async fn is_engaged(&self, person: &PersonId) -> Result<bool> {
        let find = sql!("SELECT call FROM engagements WHERE person = $1", person);
        Ok(self.engine.row("asking whether somebody is in a call", find).await?.is_some())
    }

    pub async fn ringing_between(&self, one: &PersonId, other: &PersonId) -> Result<Option<CallId>> {
        let (low, high) = (one.min(other), one.max(other));
        let find = sql!("SELECT call FROM rings WHERE pair_low = $1 AND pair_high = $2", low, high);
        let row = self.engine.row("looking for a ring", find).await?;
        row.map(|row| row.text("call").map(CallId::new)).transpose()
    }

    /// The latest moment of an appointment or call of the two, which may be still to come.
    pub async fn last_together(&self, one: &PersonId, other: &PersonId) -> Result<Option<Millis>> {
        const FIND: &str = "SELECT MAX(latest) AS latest FROM ( \
             SELECT MAX(ends_at) AS latest FROM appointments WHERE status NOT IN ('Declined', 'Cancelled') \
             AND (practitioner = $1 AND patient = $2 OR practitioner = $2 AND patient = $1) \
             UNION ALL SELECT MAX(COALESCE(ended_at, requested_at)) AS latest FROM calls \
             WHERE caller = $1 AND callee = $2 OR caller = $2 AND callee = $1) AS together";
        match self.engine.row("looking for what two people had together", sql!(FIND, one, other)).await? {
            Some(row) => row.maybe_at("latest"),
            None => Ok(None),
        }
    }

    /// The same of their appointments alone.
    pub async fn last_appointment(&self, one: &PersonId, other: &PersonId) -> Result<Option<Millis>> {
        const FIND: &str = "SELECT MAX(ends_at) AS latest FROM appointments \
             WHERE status NOT IN ('Declined', 'Cancelled') \
             AND (practitioner = $1 AND patient = $2 OR practitioner = $2 AND patient = $1)";
        match self.engine.row("looking for an appointment of two people", sql!(FIND, one, other)).await? {
            Some(row) => row.maybe_at("latest"),
            None => Ok(None),
        }
    }

    /// Whether there was such a call to see; seeing it twice is harmless.
    pub async fn see_missed_call(
        &self,
        id: &CallId,
        by: &PersonId,
        at: Millis,
    ) -> std::result::Result<bool, CommitError> {
        const SEE: &str = "UPDATE calls SET seen_at = COALESCE(seen_at, $3) \
             WHERE id = $1 AND callee = $2 AND origin = 'ring' AND ending IN ('missed', 'cancelled')";
        const READ: &str = "UPDATE notices SET read_at = COALESCE(read_at, $3) \
             WHERE about_id = $1 AND person = $2 AND topic = 'missed-call'";
        let mut tx = self.engine.begin("noting that a missed call was seen").await?;
        let is_missed = tx.run(sql!(SEE, id, by, at)).await? > 0;
        if is_missed {
            tx.run(sql!(READ, id, by, at)).await?;
        }
        tx.commit().await.map(|()| is_missed)
    }

    /// Once more replaces what was said before.
    pub async fn put_feedback(&self, id: &CallId, feedback: &Feedback) -> Committed {
        const PUT: &str = "INSERT INTO feedback (call, person, stars, problems, words, at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (call, person) \
             DO UPDATE SET stars = $3, problems = $4, words = $5, at = $6";
        let Feedback { person, stars, problems, words, at } = feedback;
        let row = sql!(PUT, id, person, stars.map(i64::from), problems.join("\n"), words.as_deref(), *at);
        let mut tx = self.engine.begin("keeping feedback").await?;
        tx.run(row).await?;
        outbox::tell_programs_of(&mut tx, "feedback", id.as_str(), Some(person), *at).await?;
        tx.commit().await
    }

    pub async fn feedback_of(&self, id: &CallId) -> Result<Vec<Feedback>> {
        let find =
            sql!("SELECT person, stars, problems, words, at FROM feedback WHERE call = $1 ORDER BY at, person", id);
        self.engine.rows("reading feedback", find).await?.iter().map(feedback).collect()
    }

    async fn page(&self, doing: &'static str, mut picked: Draft, ask: &PageAsk) -> Result<Page<CallRecord>> {
        if let Some(Cursor { at, id }) = &ask.after {
            picked = picked.add("AND (requested_at, id) < (?1, ?2)", [(*at).into(), id.as_str().into()]);
        }
        picked = picked.add("ORDER BY requested_at DESC, id DESC LIMIT ?1", [ask.rows().into()]);
        let items = self.records(doing, picked).await?;
        Ok(Page::cut(items, ask, |last: &CallRecord| Cursor {
            at: last.call.requested_at.0,
            id: last.call.id.to_string(),
        }))
    }

    async fn records(&self, doing: &'static str, picked: Draft) -> Result<Vec<CallRecord>> {
        load::records(&self.engine.rows(doing, load::with_seats(picked)).await?)
    }
}

fn feedback(row: &Row) -> Result<Feedback> {
    let stars = row.maybe_int("stars")?.map(u8::try_from).transpose();
    Ok(Feedback {
        person: PersonId::new(row.text("person")?),
        stars: stars.map_err(|_| StoreError::unreadable("stars"))?,
        problems: row.text("problems")?.lines().map(str::to_owned).collect(),
        words: row.maybe_text("words")?,
        at: row.at("at")?,
    })
}
