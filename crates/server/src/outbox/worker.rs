//! Claims what is due, tries it, and notes what came of it. Each lane and each host application is worked on by itself,
//! several attempts at a time. What has been tried is noted before anything else, since what is not noted is tried again.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bedside_domain::ids::NoticeId;
use bedside_domain::notice::{self, About, Notice, Topic};
use bedside_domain::reach::{self, Channel};
use bedside_domain::time::{Millis, Span};
use bedside_store::{End, Job, Lane, Line, NoticeRow, Settled, StoreError, Subject, Webhook};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::{Sent, email, letter, plan, push, sms, webhook};
use crate::app::App;
use crate::bus::News;
use crate::clock;
use crate::dispatch::Error;

/// Whoever has not settled by then is taken for dead.
const CLAIMED_FOR: Span = Span::seconds(60);
/// Shorter than a claim lasts, so that nobody takes over what is still tried.
const ATTEMPT_WITHIN: Duration = Duration::from_secs(45);
const AT_ONCE: usize = 64;
/// A server of mail takes few connections from one.
const LETTERS_AT_ONCE: usize = 8;
/// To one host application.
const EVENTS_AT_ONCE: usize = 16;
/// More than one takes by any schedule.
const TRIES_AT_MOST: usize = 16;
/// How long, and how often, the end of a ring waits for what is just waking a phone.
const RING_OUT_WITHIN: Span = Span::millis(500);
const WAITS_FOR_RING: usize = 10;
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(5);
const REST_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// By then the claims have run out, and another may have taken over what was to be noted.
const NOTED_WITHIN: Duration = Duration::from_secs(60);

/// Until it is to stop, and what is under way has been noted.
pub async fn run(app: Arc<App>, stopping: watch::Receiver<bool>) {
    // A file has one server: what another had claimed, nobody is at any more.
    if app.store.engine() == "sqlite"
        && let Err(failure) = app.store.release_claims(clock::now()).await
    {
        tracing::error!(%failure, "what was not finished waits until its claims run out");
    }
    let mut lines = JoinSet::new();
    for lane in Lane::ALL.into_iter().filter(|lane| *lane != Lane::Webhook) {
        lines.spawn(work(app.clone(), Line::Lane(lane), stopping.clone()));
    }
    lines.spawn(tell_programs(app, stopping));
    lines.join_all().await;
}

/// Each host application has a line of its own, so that none waits for another that is slow.
async fn tell_programs(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    let mut hints = app.bus.listen();
    let (mut lines, mut known) = (JoinSet::new(), HashSet::new());
    while !*stopping.borrow() {
        match app.store.webhooks().await {
            Ok(webhooks) => {
                for Webhook { id, .. } in webhooks {
                    if known.insert(id.clone()) {
                        lines.spawn(work(app.clone(), Line::Webhook(id), stopping.clone()));
                    }
                }
            }
            Err(failure) => tracing::error!(%failure, "no webhook can be looked for; it will be tried again"),
        }
        tokio::select! {
            () = told_to_stop(&mut stopping) => {}
            () = hint(&mut hints, LOOK_AT_LEAST_EVERY) => {}
        }
    }
    lines.join_all().await;
}

async fn work(app: Arc<App>, line: Line, mut stopping: watch::Receiver<bool>) {
    let mut hints = app.bus.listen();
    let mut under_way = JoinSet::new();
    while !*stopping.borrow() {
        if let Err(failure) = turn(&app, &line, &mut under_way, (&mut hints, &mut stopping)).await {
            tracing::error!(%failure, ?line, "the outbox cannot be worked on; it will be tried again");
            tokio::time::sleep(REST_AFTER_FAILURE).await;
        }
    }
    while let Some(first) = under_way.join_next().await {
        settle(&app, finished(first, &mut under_way)).await;
    }
}

async fn turn(
    app: &Arc<App>,
    line: &Line,
    under_way: &mut JoinSet<Settled>,
    (hints, stopping): (&mut Receiver<Arc<News>>, &mut watch::Receiver<bool>),
) -> Result<(), StoreError> {
    let room = at_once(line) - under_way.len();
    let now = clock::now();
    // Looking costs nobody anything, and to claim is to write.
    let next = app.store.next_job(line.clone()).await?;
    let jobs = match room {
        1.. if next.is_some_and(|due| due <= now) => {
            app.store.claim(line.clone(), now, now + CLAIMED_FOR, room).await?
        }
        _ => vec![],
    };
    let rest = match jobs.len() {
        count if count == room => LOOK_AT_LEAST_EVERY,
        0 => until(next, now),
        _ => Duration::ZERO,
    };
    for job in jobs {
        let app = app.clone();
        under_way.spawn(async move { attempt(&app, job, clock::now()).await });
    }
    tokio::select! {
        Some(first) = under_way.join_next(), if !under_way.is_empty() => {
            settle(app, finished(first, under_way)).await;
        }
        () = told_to_stop(stopping) => {}
        () = hint(hints, rest) => {}
    }
    Ok(())
}

async fn told_to_stop(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|told| *told).await;
}

/// That one, and whatever else has come to its end. One that panicked stays claimed.
fn finished(first: Result<Settled, JoinError>, under_way: &mut JoinSet<Settled>) -> Vec<Settled> {
    let mut outcomes = vec![first];
    while let Some(next) = under_way.try_join_next() {
        outcomes.push(next);
    }
    outcomes.into_iter().filter_map(Result::ok).collect()
}

fn at_once(line: &Line) -> usize {
    match line {
        Line::Lane(Lane::To(Channel::Email)) => LETTERS_AT_ONCE,
        Line::Lane(Lane::Plan | Lane::To(Channel::Sms | Channel::Push) | Lane::Webhook) => AT_ONCE,
        Line::Webhook(_) => EVENTS_AT_ONCE,
    }
}

fn until(next: Option<Millis>, now: Millis) -> Duration {
    let Some(next) = next else { return LOOK_AT_LEAST_EVERY };
    let millis = u64::try_from(next.since(now).as_millis()).unwrap_or(0);
    Duration::from_millis(millis).min(LOOK_AT_LEAST_EVERY)
}

/// Until something changes, and no longer than that.
async fn hint(hints: &mut Receiver<Arc<News>>, within: Duration) {
    let changed = async {
        match hints.recv().await {
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    };
    let _ = tokio::time::timeout(within, changed).await;
}

/// All of them together, or else each by itself, so that none is in the way of the others.
pub async fn settle(app: &App, mut settled: Vec<Settled>) {
    let until = Instant::now() + NOTED_WITHIN;
    while let Err(error) = app.store.settle(clock::now(), &settled).await {
        let mut left = Vec::new();
        for one in settled {
            match app.store.settle(clock::now(), std::slice::from_ref(&one)).await {
                Ok(()) => publish(app, &[one]),
                Err(_) => left.push(one),
            }
        }
        if left.is_empty() {
            return;
        }
        if Instant::now() > until {
            tracing::error!(%error, count = left.len(), "what was tried cannot be noted; it is tried again");
            return;
        }
        tokio::time::sleep(REST_AFTER_FAILURE).await;
        settled = left;
    }
    publish(app, &settled);
}

fn publish(app: &App, settled: &[Settled]) {
    for one in settled {
        publish_one(app, one);
    }
    if settled.iter().any(|one| !one.steps.is_empty()) {
        app.bus.publish(News::Owed);
    }
}

fn publish_one(app: &App, Settled { job, end, shown, .. }: &Settled) {
    let Subject::Notice(notice) = &job.subject else { return };
    if *shown {
        let row = NoticeRow { id: NoticeId::new(&job.id), notice: notice.clone(), at: job.at, read_at: None };
        app.bus.publish(News::Notice(row));
    }
    if let (End::Sent, Topic::IncomingCall, About::Call(call), Some(caller), Lane::To(channel)) =
        (end, notice.topic, &notice.about, &notice.by, job.lane)
    {
        app.bus.publish(News::Reaching { caller: caller.clone(), call: call.clone(), channel });
    }
}

/// One attempt, and what is to become of the job. Time goes in.
pub async fn attempt(app: &App, job: Job, now: Millis) -> Settled {
    // Those before were never noted: whoever tries it falls over it.
    if job.tries > TRIES_AT_MOST {
        tracing::error!(job = job.id, lane = job.lane.name(), "given up: no attempt at it has come to an end");
        return Settled { job, end: End::Failed("failed-here"), steps: vec![], shown: false };
    }
    let tried = tokio::time::timeout(ATTEMPT_WITHIN, tried(app, &job, now)).await;
    let (end, steps, shown) = match tried {
        Ok(Ok(tried)) => tried,
        Ok(Err(error)) => {
            tracing::error!(?error, job = job.id, "something could not be told; it will be tried again");
            (later(&job, now, "failed-here", None), vec![], false)
        }
        Err(_) => (later(&job, now, "timeout", None), vec![], false),
    };
    match end {
        End::Failed(why) => tracing::warn!(job = job.id, lane = job.lane.name(), why, "given up"),
        End::Later { why, .. } => tracing::debug!(job = job.id, lane = job.lane.name(), why, "will be tried again"),
        End::Sent | End::Pointless => {}
    }
    Settled { job, end, steps, shown }
}

type Tried = (End, Vec<bedside_store::Step>, bool);

async fn tried(app: &App, job: &Job, now: Millis) -> Result<Tried, Error> {
    let notice = match &job.subject {
        Subject::Notice(notice) => notice,
        Subject::Event(event) => return Ok((end(job, now, webhook::send(app, job, event, now).await?), vec![], false)),
    };
    if job.lane == Lane::Plan {
        let is_reminder = notice.topic.lead().is_some();
        if is_reminder && app.store.is_told_by_another(&job.id, notice, job.at).await? {
            return Ok((End::Pointless, vec![], false));
        }
        if ends_a_ring(notice) && job.tries <= WAITS_FOR_RING && still_rings_out(app, notice).await? {
            return Ok((End::Later { at: now + RING_OUT_WITHIN, why: "still-ringing" }, vec![], false));
        }
        return Ok(match plan::plan(app, notice, job.at, now).await? {
            Some(steps) => (End::Sent, steps, is_reminder || shows_only_now(app, job, notice).await?),
            None => (End::Pointless, vec![], false),
        });
    }
    Ok((tell(app, job, notice, now).await?, vec![], false))
}

/// What was written to somebody who might have come back was not shown in the app before.
async fn shows_only_now(app: &App, job: &Job, notice: &Notice) -> Result<bool, Error> {
    Ok(notice.topic == Topic::Message && app.store.notice(&NoticeId::new(&job.id)).await?.is_none())
}

fn ends_a_ring(notice: &Notice) -> bool {
    matches!(notice.topic, Topic::RingOver | Topic::MissedCall)
}

/// A push that wakes a phone must not come after the one that takes it back.
async fn still_rings_out(app: &App, notice: &Notice) -> Result<bool, Error> {
    match &notice.about {
        About::Call(id) => Ok(app.store.is_waking_for(id.as_str()).await?),
        About::Appointment(_) | About::Invitation(_) => Ok(false),
    }
}

async fn tell(app: &App, job: &Job, notice: &Notice, now: Millis) -> Result<End, Error> {
    let facts = app.store.facts(notice).await?;
    let reachable = app.store.reachable(&notice.to).await?.filter(|one| one.person.disabled_at.is_none());
    let Some(reachable) = reachable.filter(|_| notice::has_point(now, notice.topic, job.at, &facts)) else {
        // Whoever it did not come to is seen, also when it is too late now.
        return Ok(if job.tries > 1 { End::Failed("too-late") } else { End::Pointless });
    };
    let letter = letter::write(app, &job.id, &reachable.person, notice, &facts).await?;
    let sent = match job.lane {
        Lane::To(Channel::Email) => email::send(app, job, &reachable, &letter).await,
        Lane::To(Channel::Sms) => sms::send(app, job, &reachable, &letter).await,
        Lane::To(Channel::Push) => push::send(app, job, &reachable, &letter, (notice, &facts, now)).await?,
        Lane::Plan | Lane::Webhook => Sent::Never("no-such-way"),
    };
    Ok(end(job, now, sent))
}

fn end(job: &Job, now: Millis, sent: Sent) -> End {
    match sent {
        Sent::Done => End::Sent,
        Sent::Gone => End::Failed("gone"),
        Sent::Never(why) => End::Failed(why),
        Sent::Later { why, after } => later(job, now, why, after),
    }
}

/// A provider may ask for more time than we would take; what has been tried often enough is given up, visibly.
fn later(job: &Job, now: Millis, why: &'static str, after: Option<Span>) -> End {
    let rest = match job.lane {
        Lane::Webhook => reach::webhook_again_after(job.tries),
        Lane::Plan | Lane::To(_) => reach::again_after(job.tries),
    };
    let Some(rest) = rest else { return End::Failed(why) };
    let rest = clock::jittered(rest);
    let at = now + after.filter(|after| after.as_millis() > rest.as_millis()).unwrap_or(rest);
    End::Later { at, why }
}
