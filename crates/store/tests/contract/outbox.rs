//! What is to be told is told by one of many workers, and never lost.

use std::collections::HashMap;

use bedside_domain::call::Command;
use bedside_domain::ids::{CallId, NoticeId};
use bedside_domain::notice::{About, Facts, Notice, Topic};
use bedside_domain::reach::Channel;
use bedside_domain::time::Millis;
use bedside_store::{Change, End, Job, Jobs, Lane, PageAsk, Receipt, Settled, Step, Store, Subject};
use tokio::task::JoinSet;

use crate::stage::*;

on_both!(
    a_notice_is_owed_by_the_change_that_makes_it,
    a_plan_becomes_its_steps_once,
    many_workers_share_the_work_and_each_job_is_claimed_once,
    a_claim_that_ran_out_is_taken_over_and_the_slow_one_settles_nothing,
    what_fails_is_tried_later_then_seen_and_sent_again,
    what_a_provider_says_last_stays_and_what_came_to_nobody_is_seen,
    the_same_reminder_owed_twice_is_one,
    a_phone_that_is_just_being_woken_is_known,
    a_reminder_shows_when_it_is_due_and_not_before,
    programs_are_told_of_every_event_and_hear_it_again_when_asked,
    what_a_notice_is_about_is_looked_up_as_it_is_now,
);

const PLAN: Lane = Lane::Plan;

async fn a_notice_is_owed_by_the_change_that_makes_it(stage: Stage) {
    assert_eq!(claim(&stage, PLAN, 0).await, []);
    owe(&stage, &["n"]).await;
    assert_eq!(stage.store.next_job(PLAN).await, Ok(Some(NOON)));
    let [job] = &claim(&stage, PLAN, 0).await[..] else { panic!("one") };
    assert_eq!((job.id.as_str(), job.at, job.tries), ("n", NOON, 1));
    let Subject::Notice(notice) = &job.subject else { panic!("a notice") };
    assert_eq!((notice.to.as_str(), notice.topic), ("ada", Topic::MissedCall));
    assert_eq!(claim(&stage, PLAN, 0).await, [], "somebody is at it");
}

async fn a_plan_becomes_its_steps_once(stage: Stage) {
    owe(&stage, &["n"]).await;
    let [plan] = &claim(&stage, PLAN, 0).await[..] else { panic!("one") };
    let step = |channel, target: Option<&str>| Step { channel, target: target.map(str::to_owned), due: NOON };
    let steps = vec![step(Channel::Email, None), step(Channel::Push, Some("phone")), step(Channel::Push, Some("tab"))];
    let planned = Settled { steps, ..settled(plan, End::Sent) };
    stage.store.settle(after(1), std::slice::from_ref(&planned)).await.unwrap();
    stage.store.settle(after(1), &[planned]).await.unwrap();
    assert_eq!(stage.store.rows_in("outbox").await, 4);
    let pushes = claim(&stage, Lane::To(Channel::Push), 1).await;
    let ids: Vec<_> = pushes.iter().map(|job| (job.id.as_str(), job.target.as_deref())).collect();
    assert_eq!(ids, [("n_push_phone", Some("phone")), ("n_push_tab", Some("tab"))]);
    assert_eq!(pushes[0].subject, plan.subject, "it tells the same");
    assert_eq!(stage.store.next_job(PLAN).await, Ok(None));
}

async fn many_workers_share_the_work_and_each_job_is_claimed_once(stage: Stage) {
    const JOBS: usize = 120;
    let ids: Vec<_> = (0..JOBS).map(|n| format!("n{n}")).collect();
    owe(&stage, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut workers = JoinSet::new();
    for _ in 0..8 {
        workers.spawn(drain(stage.store.clone()));
    }
    let mut claims: HashMap<String, usize> = HashMap::new();
    for id in workers.join_all().await.into_iter().flatten() {
        *claims.entry(id).or_default() += 1;
    }
    assert_eq!(claims.len(), JOBS);
    assert!(claims.values().all(|times| *times == 1), "{claims:?}");
    assert_eq!(stage.store.next_job(PLAN).await, Ok(None));
}

/// Claims and settles until nothing is left.
async fn drain(store: Store) -> Vec<String> {
    let mut mine = Vec::new();
    while store.next_job(PLAN).await.unwrap().is_some_and(|due| due <= NOON) {
        let jobs = store.claim(PLAN, NOON, after(60), 7).await.unwrap();
        let settled: Vec<_> = jobs.iter().map(|job| settled(job, End::Sent)).collect();
        mine.extend(jobs.into_iter().map(|job| job.id));
        store.settle(NOON, &settled).await.unwrap();
    }
    mine
}

async fn a_claim_that_ran_out_is_taken_over_and_the_slow_one_settles_nothing(stage: Stage) {
    owe(&stage, &["n"]).await;
    let [slow] = &claim(&stage, PLAN, 0).await[..] else { panic!("one") };
    assert_eq!(claim(&stage, PLAN, 59).await, []);
    let [next] = &claim(&stage, PLAN, 60).await[..] else { panic!("taken over") };
    assert_eq!((&next.id, next.tries), (&slow.id, 2));
    stage.store.settle(after(61), &[settled(slow, End::Failed("refused"))]).await.unwrap();
    assert_eq!(failed(&stage).await, [""; 0]);
    stage.store.settle(after(61), &[settled(next, End::Sent)]).await.unwrap();
    assert_eq!(claim(&stage, PLAN, 3_600).await, []);

    owe(&stage, &["m"]).await;
    assert_eq!(claim(&stage, PLAN, 62).await.len(), 1);
    assert_eq!(stage.store.release_claims(after(63)).await, Ok(1), "its process is gone");
    assert_eq!(claim(&stage, PLAN, 63).await.len(), 1);
}

async fn what_fails_is_tried_later_then_seen_and_sent_again(stage: Stage) {
    owe(&stage, &["n"]).await;
    let [job] = &claim(&stage, PLAN, 0).await[..] else { panic!("one") };
    let later = End::Later { at: after(10), why: "unreachable" };
    stage.store.settle(after(1), &[settled(job, later)]).await.unwrap();
    assert_eq!(claim(&stage, PLAN, 9).await, []);
    let waiting = stage.store.jobs(Jobs::Waiting, &PageAsk::default()).await.unwrap().items;
    assert_eq!((waiting[0].why.as_deref(), waiting[0].due), (Some("unreachable"), after(10)));

    let [job] = &claim(&stage, PLAN, 10).await[..] else { panic!("it is time") };
    assert_eq!(job.tries, 2);
    assert!(!stage.store.send_again("n", after(10)).await.unwrap(), "somebody is at it");
    stage.store.settle(after(11), &[settled(job, End::Failed("refused"))]).await.unwrap();
    assert_eq!(failed(&stage).await, ["n"]);
    assert!(!stage.store.send_again("none", after(12)).await.unwrap());
    assert!(stage.store.send_again("n", after(12)).await.unwrap());
    let [job] = &claim(&stage, PLAN, 12).await[..] else { panic!("once more") };
    assert_eq!((job.id.as_str(), job.tries), ("n", 1), "as if it had never been tried");
    stage.store.settle(after(13), &[settled(job, End::Sent)]).await.unwrap();
    assert!(!stage.store.send_again("n", after(14)).await.unwrap(), "what was told is told once");
}

async fn what_a_provider_says_last_stays_and_what_came_to_nobody_is_seen(stage: Stage) {
    owe(&stage, &["n", "m"]).await;
    for plan in claim(&stage, PLAN, 0).await {
        let steps = vec![Step { channel: Channel::Sms, target: None, due: NOON }];
        stage.store.settle(NOON, &[Settled { steps, ..settled(&plan, End::Sent) }]).await.unwrap();
    }
    let sms = claim(&stage, Lane::To(Channel::Sms), 0).await;
    let sent: Vec<_> = sms.iter().map(|job| settled(job, End::Sent)).collect();
    stage.store.settle(NOON, &sent).await.unwrap();
    for receipt in [Receipt::UnderWay, Receipt::Delivered, Receipt::UnderWay, Receipt::Undelivered] {
        stage.store.put_receipt("n_sms", receipt).await.unwrap();
    }
    assert_eq!(failed(&stage).await, [""; 0], "it was delivered, and nothing that comes late changes that");
    stage.store.put_receipt("m_sms", Receipt::Undelivered).await.unwrap();
    stage.store.put_receipt("none", Receipt::Delivered).await.unwrap();
    let rows = stage.store.jobs(Jobs::Failed, &PageAsk::default()).await.unwrap().items;
    let [row] = &rows[..] else { panic!("one: {rows:?}") };
    assert_eq!((row.id.as_str(), row.why.as_deref()), ("m_sms", Some("undelivered")));
    assert!(stage.store.send_again("m_sms", after(1)).await.unwrap());
    let [again] = &claim(&stage, Lane::To(Channel::Sms), 1).await[..] else { panic!("once more") };
    stage.store.settle(after(1), &[settled(again, End::Sent)]).await.unwrap();
    stage.store.put_receipt("m_sms", Receipt::Delivered).await.unwrap();
    assert_eq!(failed(&stage).await, [""; 0]);
    assert_eq!(stage.store.told("m_sms").await.unwrap().map(|notice| notice.to), Some(person("ada")));
    assert_eq!(stage.store.told("none").await.unwrap(), None);
}

async fn a_phone_that_is_just_being_woken_is_known(stage: Stage) {
    let (id, missed) = missed("n");
    let ring = Notice { topic: Topic::IncomingCall, ..missed };
    stage.commit(&Change { notices: vec![(id, ring)], ..Change::at(NOON) }).await;
    let [plan] = &claim(&stage, PLAN, 0).await[..] else { panic!("one") };
    let steps = vec![Step { channel: Channel::Push, target: Some("phone".into()), due: NOON }];
    stage.store.settle(NOON, &[Settled { steps, ..settled(plan, End::Sent) }]).await.unwrap();
    let known = async || {
        let woken = stage.store.woken_for("a call").await.unwrap();
        (woken, stage.store.is_waking_for("a call").await.unwrap())
    };
    assert_eq!(known().await, (vec![], false), "it waits");
    let [push] = &claim(&stage, Lane::To(Channel::Push), 0).await[..] else { panic!("one") };
    assert_eq!(known().await, (vec!["phone".to_owned()], true));
    stage.store.settle(NOON, &[settled(push, End::Sent)]).await.unwrap();
    assert_eq!(known().await, (vec!["phone".to_owned()], false));
}

async fn the_same_reminder_owed_twice_is_one(stage: Stage) {
    for id in ["a", "b"] {
        let (id, mut reminder) = missed(id);
        reminder.due = Some(after(100));
        stage.commit(&Change { notices: vec![(id, reminder)], ..Change::at(NOON) }).await;
    }
    let jobs = claim(&stage, PLAN, 100).await;
    let mut repeats = Vec::new();
    for job in &jobs {
        let Subject::Notice(notice) = &job.subject else { panic!("a notice") };
        repeats.push(stage.store.is_told_by_another(&job.id, notice, job.at).await.unwrap());
        assert!(!stage.store.is_told_by_another(&job.id, notice, after(99)).await.unwrap(), "another time");
    }
    assert_eq!(repeats, [false, true]);
}

async fn a_reminder_shows_when_it_is_due_and_not_before(stage: Stage) {
    let (id, mut reminder) = missed("n");
    reminder.due = Some(after(100));
    stage.commit(&Change { notices: vec![(id, reminder)], ..Change::at(NOON) }).await;
    assert_eq!(stage.store.rows_in("notices").await, 0);
    assert_eq!(claim(&stage, PLAN, 99).await, []);
    let [job] = &claim(&stage, PLAN, 100).await[..] else { panic!("it is time") };
    assert_eq!(job.at, after(100));
    stage.store.settle(after(101), &[Settled { shown: true, ..settled(job, End::Sent) }]).await.unwrap();
    let rows = stage.store.notices(&person("ada"), &PageAsk::default()).await.unwrap().items;
    assert_eq!(rows.iter().map(|row| (row.id.as_str(), row.at)).collect::<Vec<_>>(), [("n", after(100))]);
    assert_eq!(stage.store.notice(&NoticeId::new("n")).await.unwrap().as_ref(), rows.first());
}

async fn programs_are_told_of_every_event_and_hear_it_again_when_asked(stage: Stage) {
    stage.ring("before", "joe", "bob").await;
    stage.store.add_webhook("w", "https://host.example/hook", "whsec_x", NOON).await.unwrap();
    stage.ring("c", "jane", "ada").await;
    owe(&stage, &["n"]).await;
    let events = claim(&stage, Lane::Webhook, 1).await;
    let about = |jobs: &[Job]| {
        let each = jobs.iter().map(|job| match &job.subject {
            Subject::Event(event) => format!("{} {}", event.about, event.about_id),
            Subject::Notice(_) => panic!("events alone"),
        });
        let mut all: Vec<_> = each.collect();
        all.sort();
        all
    };
    assert_eq!(about(&events), ["call c", "notice n"]);
    assert!(events.iter().all(|job| job.target.as_deref() == Some("w")));
    let Some(Subject::Event(event)) = events
        .iter()
        .map(|job| &job.subject)
        .find(|subject| matches!(subject, Subject::Event(event) if event.about == "call"))
    else {
        panic!("the call")
    };
    let entry = stage.store.journal_entry(event.seq.unwrap()).await.unwrap().unwrap();
    assert_eq!((entry.stream_id.as_str(), entry.version), ("c", 1));
    let sent: Vec<_> = events.iter().map(|job| settled(job, End::Sent)).collect();
    stage.store.settle(after(2), &sent).await.unwrap();

    stage.store.replay("w", NOON, after(3)).await.unwrap();
    let again = claim(&stage, Lane::Webhook, 3).await;
    assert_eq!(about(&again), ["call before", "call c", "notice n"]);
    assert!(events.iter().all(|job| again.iter().any(|other| other.id == job.id)), "under the same ids");

    stage.store.add_webhook("late", "https://host.example/late", "whsec_z", after(3)).await.unwrap();
    stage.store.replay("late", NOON, after(3)).await.unwrap();
    let late = stage.store.claim(Lane::Webhook, after(3), after(63), 100).await.unwrap();
    assert_eq!(about(&late), ["call before", "call c", "notice n"], "also what was before there was the webhook");
    assert!(stage.store.disable_webhook("late", None, after(3)).await.unwrap());

    assert!(stage.store.disable_webhook("w", Some("gone"), after(4)).await.unwrap());
    stage.ring("after", "zoe", "bob").await;
    assert_eq!(stage.store.next_job(Lane::Webhook).await, Ok(Some(after(63))), "only what somebody is at");
    assert!(stage.store.rotate_webhook("w", "whsec_y", after(90)).await.unwrap());
    let webhook = stage.store.webhook("w").await.unwrap().unwrap();
    assert_eq!((webhook.secret.as_str(), webhook.before), ("whsec_y", Some(("whsec_x".to_owned(), after(90)))));
    assert_eq!((webhook.disabled_at, webhook.why.as_deref()), (Some(after(4)), Some("gone")));
    assert!(stage.store.enable_webhook("w").await.unwrap() && !stage.store.enable_webhook("none").await.unwrap());
}

async fn what_a_notice_is_about_is_looked_up_as_it_is_now(stage: Stage) {
    let facts = async |id: &str| {
        let about = About::Call(CallId::new(id));
        stage.store.facts(&Notice { about, ..missed("n").1 }).await.unwrap()
    };
    assert_eq!(facts("none").await, Facts::Gone);
    stage.ring("c", "jane", "ada").await;
    let until = NOON + RING_FOR;
    assert_eq!(facts("c").await, Facts::Ring { until, heard: false, planned: false });
    let rings = Command::DeviceRings { device: bedside_domain::ids::DeviceId::new("phone") };
    stage.act("c", after(1), "ada", rings).await.unwrap();
    assert_eq!(facts("c").await, Facts::Ring { until, heard: true, planned: false });
    stage.act("c", after(2), "jane", Command::Cancel).await.unwrap();
    assert_eq!(facts("c").await, Facts::Call { seen: false, declined: false });
    assert!(stage.store.see_missed_call(&CallId::new("c"), &person("ada"), after(3)).await.unwrap());
    assert_eq!(facts("c").await, Facts::Call { seen: true, declined: false });
}

async fn claim(stage: &Stage, lane: Lane, seconds: i64) -> Vec<Job> {
    let mut jobs = stage.store.claim(lane, after(seconds), after(seconds + 60), 100).await.unwrap();
    jobs.sort_by(|one, other| one.id.cmp(&other.id));
    jobs
}

async fn failed(stage: &Stage) -> Vec<String> {
    let failed = stage.store.jobs(Jobs::Failed, &PageAsk::default()).await.unwrap().items;
    failed.into_iter().map(|job| job.id).collect()
}

async fn owe(stage: &Stage, ids: &[&str]) {
    let notices = ids.iter().map(|id| missed(id)).collect();
    stage.commit(&Change { notices, ..Change::at(NOON) }).await;
}

fn settled(job: &Job, end: End) -> Settled {
    Settled { job: job.clone(), end, steps: vec![], shown: false }
}

fn missed(id: &str) -> (NoticeId, Notice) {
    let about = About::Call(CallId::new("a call"));
    let (to, by, due): (_, _, Option<Millis>) = (person("ada"), Some(person("jane")), None);
    (NoticeId::new(id), Notice { to, topic: Topic::MissedCall, about, by, due })
}
