//! What is still to be told. Whoever claims a job has it until the claim runs out; settling counts only for whoever
//! claimed last, so that several workers on several nodes do not settle each other's.

use bedside_domain::ids::PersonId;
use bedside_domain::notice::Notice;
use bedside_domain::reach::Channel;
use bedside_domain::time::Millis;

use crate::Store;
use crate::change::Committed;
use crate::error::{CommitError, Result};
use crate::notices;
use crate::page::{Cursor, Page, PageAsk};
use crate::sql::{Draft, Row, Tx, sql};

/// Which kind of work a job is. Each lane has workers of its own, so that none waits for a slow provider of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// By which ways a notice is told is yet to be found out.
    Plan,
    To(Channel),
    Webhook,
}

/// What is worked on by itself: a lane, or what one webhook is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Lane(Lane),
    Webhook(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The same at every attempt.
    pub id: String,
    pub lane: Lane,
    /// The device or the webhook, where the recipient does not say it.
    pub target: Option<String>,
    pub subject: Subject,
    /// Since when it is to be told.
    pub at: Millis,
    /// How often it has been tried, this time included.
    pub tries: usize,
    claim: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Notice(Notice),
    Event(EventRef),
}

/// Where what a program is told of is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRef {
    /// `call` and `appointment` are in the journal under `seq`; `notice` and `feedback` have rows of their own.
    pub about: String,
    pub about_id: String,
    pub by: Option<PersonId>,
    pub seq: Option<i64>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub job: Job,
    pub end: End,
    /// What a plan has made of it.
    pub steps: Vec<Step>,
    /// Whether it is to be found in the app from now on.
    pub shown: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Sent,
    /// What it tells of is over.
    Pointless,
    Later {
        at: Millis,
        why: &'static str,
    },
    Failed(&'static str),
}

/// One way that a notice goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub channel: Channel,
    pub target: Option<String>,
    pub due: Millis,
}

/// A job as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    pub id: String,
    pub lane: Lane,
    pub topic: String,
    pub to: Option<PersonId>,
    pub target: Option<String>,
    pub at: Millis,
    pub due: Millis,
    pub tries: i64,
    pub done_at: Option<Millis>,
    pub why: Option<String>,
    pub receipt: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jobs {
    Waiting,
    Failed,
}

/// What became of an SMS that its provider took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    UnderWay,
    Delivered,
    Undelivered,
}

impl Store {
    /// Up to so many of those that are due; nobody else gets them before `until`. In the order of the index and no other,
    /// since whatever waited for one provider is due at the same time, and would be sorted at every claim.
    pub async fn claim(&self, line: impl Into<Line>, now: Millis, until: Millis, at_most: usize) -> Result<Vec<Job>> {
        let line = line.into();
        let claim = format!(
            "WITH due AS MATERIALIZED (SELECT id FROM outbox WHERE {} = $1 AND done_at IS NULL AND due_at <= $2 \
                 ORDER BY due_at LIMIT $4{}) \
             UPDATE outbox SET attempts = attempts + 1, tries = tries + 1, claimed = TRUE, due_at = $3 \
             WHERE done_at IS NULL AND due_at <= $2 AND id IN (SELECT id FROM due) \
             RETURNING id, lane, target, recipient, topic, about, about_id, by, event, at, attempts, tries",
            line.column(),
            self.engine.but_those_taken()
        );
        let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
        let mut tx = self.engine.begin("claiming what is to be told").await?;
        let claimed = async {
            let rows = tx.rows(sql!(claim, line.name(), now, until, at_most)).await?;
            tx.commit().await?;
            Ok::<_, CommitError>(rows)
        };
        match claimed.await {
            Ok(rows) => rows.iter().map(job).collect(),
            // Another node has just taken them.
            Err(CommitError::Stale | CommitError::Taken(_)) => Ok(vec![]),
            Err(CommitError::Failed(failure)) => Err(failure),
        }
    }

    /// When the next one of that line is due.
    pub async fn next_job(&self, line: impl Into<Line>) -> Result<Option<Millis>> {
        let line = line.into();
        let next = format!("SELECT MIN(due_at) AS due FROM outbox WHERE {} = $1 AND done_at IS NULL", line.column());
        match self.engine.row("looking for what is to be told", sql!(next, line.name())).await? {
            Some(row) => row.maybe_at("due"),
            None => Ok(None),
        }
    }

    /// All of them in one transaction. What somebody else has taken over meanwhile is theirs to settle.
    pub async fn settle(&self, now: Millis, settled: &[Settled]) -> Committed {
        let mut tx = self.engine.begin("noting what was told").await?;
        for one in settled {
            settle(&mut tx, now, one).await?;
        }
        tx.commit().await
    }

    /// What a process that is gone had claimed. Only where no other works on the same database.
    pub async fn release_claims(&self, now: Millis) -> Result<u64> {
        const FREE: &str = "UPDATE outbox SET due_at = $1, claimed = FALSE WHERE claimed AND done_at IS NULL";
        self.engine.run("taking over what was not finished", sql!(FREE, now)).await
    }

    /// The devices that were woken for a call, and those that are being woken just now.
    pub async fn woken_for(&self, call: &str) -> Result<Vec<String>> {
        const FIND: &str = "SELECT target FROM outbox WHERE about_id = $1 AND topic = 'incoming-call' \
             AND lane = 'push' AND target IS NOT NULL AND (outcome = 'sent' OR done_at IS NULL AND claimed)";
        let rows = self.engine.rows("asking which devices were woken", sql!(FIND, call)).await?;
        rows.iter().map(|row| row.text("target")).collect()
    }

    /// Whether somebody is just waking a device for a call.
    pub async fn is_waking_for(&self, call: &str) -> Result<bool> {
        const FIND: &str = "SELECT id FROM outbox WHERE about_id = $1 AND topic = 'incoming-call' \
                            AND lane = 'push' AND done_at IS NULL AND claimed LIMIT 1";
        Ok(self.engine.row("asking whether a device is being woken", sql!(FIND, call)).await?.is_some())
    }

    /// What waits, the next first; or what has failed, the latest first.
    pub async fn jobs(&self, which: Jobs, ask: &PageAsk) -> Result<Page<JobRow>> {
        const SELECT: &str = "SELECT id, lane, target, recipient, topic, at, due_at, tries, done_at, why, receipt \
                              FROM outbox WHERE";
        let (draft, after, order) = match which {
            Jobs::Waiting => ("done_at IS NULL", "AND (due_at, id) > (?1, ?2)", "ORDER BY due_at, id LIMIT ?1"),
            Jobs::Failed => {
                ("outcome = 'failed'", "AND (done_at, id) < (?1, ?2)", "ORDER BY done_at DESC, id DESC LIMIT ?1")
            }
        };
        let mut draft = Draft::new(SELECT).add(draft, []);
        if let Some(Cursor { at, id }) = &ask.after {
            draft = draft.add(after, [(*at).into(), id.as_str().into()]);
        }
        let rows = self.engine.rows("listing what is to be told", draft.add(order, [ask.rows().into()]).done()).await?;
        let items = rows.iter().map(job_row).collect::<Result<_>>()?;
        Ok(Page::cut(items, ask, |last: &JobRow| Cursor {
            at: last.done_at.unwrap_or(last.due).0,
            id: last.id.clone(),
        }))
    }

    /// At once, and as if it had never been tried. Not while somebody is at it, nor what was told.
    pub async fn send_again(&self, id: &str, now: Millis) -> Result<bool> {
        const AGAIN: &str = "UPDATE outbox SET done_at = NULL, outcome = NULL, why = NULL, receipt = NULL, tries = 0, \
             due_at = $2 WHERE id = $1 AND (outcome = 'failed' OR done_at IS NULL AND NOT claimed)";
        Ok(self.engine.run("telling something again", sql!(AGAIN, id, now)).await? > 0)
    }

    /// What the provider says later of something that it took. Its last word stays, in whatever order they come; what
    /// came to nobody is seen among what has failed.
    pub async fn put_receipt(&self, id: &str, receipt: Receipt) -> Result<()> {
        const PUT: &str = "UPDATE outbox SET receipt = $2 \
                           WHERE id = $1 AND lane = 'sms' AND (receipt IS NULL OR receipt = 'under-way')";
        const FAILED: &str = "UPDATE outbox SET receipt = $2, outcome = 'failed', why = $2 \
                              WHERE id = $1 AND lane = 'sms' AND outcome = 'sent' \
                              AND (receipt IS NULL OR receipt = 'under-way')";
        let text = if receipt == Receipt::Undelivered { FAILED } else { PUT };
        self.engine.run("noting what a provider says", sql!(text, id, receipt.name())).await.map(drop)
    }

    /// What went to somebody under that id.
    pub async fn told(&self, id: &str) -> Result<Option<Notice>> {
        const FIND: &str = "SELECT recipient, topic, about, about_id, by, at FROM outbox \
                            WHERE id = $1 AND lane <> 'webhook'";
        let row = self.engine.row("asking what went to somebody", sql!(FIND, id)).await?;
        row.as_ref().map(notices::owed).transpose()
    }

    /// Whether another notice tells the same at the same time: an appointment was moved away and back again.
    pub async fn is_told_by_another(&self, id: &str, notice: &Notice, at: Millis) -> Result<bool> {
        const FIND: &str = "SELECT id FROM outbox WHERE about_id = $1 AND lane = 'plan' AND topic = $2 \
                            AND recipient = $3 AND at = $4 AND id < $5 LIMIT 1";
        let find = sql!(FIND, notices::words(&notice.about).1, notice.topic.name(), &notice.to, at, id);
        Ok(self.engine.row("looking for the same notice", find).await?.is_some())
    }
}

async fn settle(tx: &mut Tx, now: Millis, Settled { job, end, steps, shown }: &Settled) -> Committed {
    const SETTLE: &str = "UPDATE outbox SET done_at = $3, outcome = $4, why = $5, due_at = COALESCE($6, due_at), \
                          claimed = FALSE WHERE id = $1 AND attempts = $2 AND done_at IS NULL";
    const ADD: &str = "INSERT INTO outbox (id, lane, target, recipient, topic, about, about_id, by, at, due_at) \
         SELECT $2, $3, $4, recipient, topic, about, about_id, by, at, $5 FROM outbox WHERE id = $1 \
         ON CONFLICT DO NOTHING";
    let (done, outcome, why, due) = match end {
        End::Sent => (Some(now), Some("sent"), None, None),
        End::Pointless => (Some(now), Some("pointless"), None, None),
        End::Later { at, why } => (None, None, Some(*why), Some(*at)),
        End::Failed(why) => (Some(now), Some("failed"), Some(*why), None),
    };
    if tx.run(sql!(SETTLE, job.id.as_str(), job.claim, done, outcome, why, due)).await? == 0 {
        return Ok(());
    }
    if let (Subject::Notice(notice), true) = (&job.subject, shown) {
        notices::show(tx, job.at, &job.id, notice).await?;
    }
    for step in steps {
        let (id, lane) = (job.id_of(step), Lane::To(step.channel).name());
        tx.run(sql!(ADD, job.id.as_str(), id, lane, step.target.as_deref(), step.due)).await?;
    }
    Ok(())
}

/// Each event of the journal that a change has just written, to every program that is told.
pub(crate) async fn tell_programs(tx: &mut Tx, stream: &str, id: &str, version: i64, at: Millis) -> Committed {
    const TELL: &str = "INSERT INTO outbox (id, lane, target, topic, about, about_id, by, event, at, due_at) \
         SELECT 'evt_' || CAST(j.seq AS TEXT) || '_' || w.id, 'webhook', w.id, 'event', j.stream, j.stream_id, j.by, \
         j.seq, j.at, $4 FROM journal j, webhooks w \
         WHERE j.stream = $1 AND j.stream_id = $2 AND j.version = $3 AND w.disabled_at IS NULL ON CONFLICT DO NOTHING";
    tx.run(sql!(TELL, stream, id, version, at)).await.map(drop)
}

/// The same of what has a row of its own: a notice, feedback.
pub(crate) async fn tell_programs_of(
    tx: &mut Tx,
    about: &str,
    id: &str,
    by: Option<&PersonId>,
    at: Millis,
) -> Committed {
    const TELL: &str = "INSERT INTO outbox (id, lane, target, topic, about, about_id, by, at, due_at) \
         SELECT $1 || '_' || w.id, 'webhook', w.id, 'event', $2, $3, $4, $5, $5 FROM webhooks w \
         WHERE w.disabled_at IS NULL ON CONFLICT DO NOTHING";
    let name = match by {
        // Once more replaces what somebody said before, and is told like the first time.
        Some(by) => format!("{about}_{id}_{by}_{}", at.0),
        None => format!("{about}_{id}"),
    };
    tx.run(sql!(TELL, name, about, id, by, at)).await.map(drop)
}

impl Job {
    /// A plan's steps have its id, and say which they are.
    fn id_of(&self, step: &Step) -> String {
        match &step.target {
            Some(target) => format!("{}_{}_{target}", self.id, step.channel.name()),
            None => format!("{}_{}", self.id, step.channel.name()),
        }
    }
}

impl Line {
    fn column(&self) -> &'static str {
        match self {
            Self::Lane(_) => "lane",
            Self::Webhook(_) => "target",
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Lane(lane) => lane.name(),
            Self::Webhook(id) => id,
        }
    }
}

impl From<Lane> for Line {
    fn from(lane: Lane) -> Self {
        Self::Lane(lane)
    }
}

impl Receipt {
    fn name(self) -> &'static str {
        match self {
            Self::UnderWay => "under-way",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
        }
    }
}

impl Lane {
    pub const ALL: [Self; 5] =
        [Self::Plan, Self::To(Channel::Email), Self::To(Channel::Sms), Self::To(Channel::Push), Self::Webhook];

    pub fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::To(channel) => channel.name(),
            Self::Webhook => "webhook",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.name() == name)
    }
}

fn job(row: &Row) -> Result<Job> {
    let lane = row.word("lane", Lane::named)?;
    let by = row.maybe_text("by")?.map(PersonId::new);
    let subject = match lane {
        Lane::Webhook => Subject::Event(EventRef {
            about: row.text("about")?,
            about_id: row.text("about_id")?,
            by,
            seq: row.maybe_int("event")?,
        }),
        Lane::Plan | Lane::To(_) => Subject::Notice(notices::owed(row)?),
    };
    Ok(Job {
        id: row.text("id")?,
        lane,
        target: row.maybe_text("target")?,
        subject,
        at: row.at("at")?,
        tries: usize::try_from(row.int("tries")?).unwrap_or(usize::MAX),
        claim: row.int("attempts")?,
    })
}

fn job_row(row: &Row) -> Result<JobRow> {
    Ok(JobRow {
        id: row.text("id")?,
        lane: row.word("lane", Lane::named)?,
        topic: row.text("topic")?,
        to: row.maybe_text("recipient")?.map(PersonId::new),
        target: row.maybe_text("target")?,
        at: row.at("at")?,
        due: row.at("due_at")?,
        tries: row.int("tries")?,
        done_at: row.maybe_at("done_at")?,
        why: row.maybe_text("why")?,
        receipt: row.maybe_text("receipt")?,
    })
}
