//! Addresses, devices and what people have chosen.

use bedside_domain::call::Command;
use bedside_domain::ids::{CallId, DeviceId, NoticeId};
use bedside_domain::notice::{Facts, Notice, Topic, owed_by_message};
use bedside_domain::reach::{Channel, Choice, Choices, Mail, Quiet};
use bedside_store::{ChatMessage, Lane, PageAsk, Settled, Subscription};

use crate::stage::*;

on_both!(
    what_somebody_chooses_takes_the_place_of_what_they_chose_before,
    a_device_belongs_to_whoever_signed_in_on_it_last,
    somebody_whose_phone_can_be_woken_can_be_rung,
    a_code_is_tried_so_often_and_no_more,
    a_new_calendar_address_takes_the_place_of_the_old,
    whoever_is_away_is_told_of_what_is_written_once_until_they_look,
);

async fn what_somebody_chooses_takes_the_place_of_what_they_chose_before(stage: Stage) {
    let jane = person("jane");
    assert_eq!(stage.store.choices(&jane).await, Ok(Choices::default()));
    let choice = |topic, wanted| Choice { topic, channel: Channel::Sms, wanted };
    for chosen in [vec![choice(Topic::Message, true)], vec![choice(Topic::ReminderDay, false)]] {
        let choices = Choices { chosen, quiet: Some(Quiet { from: 1320, to: 420 }), mail: Mail::Wanted };
        stage.store.save_choices(&jane, &choices).await.unwrap();
        assert_eq!(stage.store.choices(&jane).await, Ok(choices));
    }
    stage.store.stop_mail(&jane).await.unwrap();
    let choices = stage.store.choices(&jane).await.unwrap();
    assert_eq!((choices.mail, choices.chosen.len(), choices.quiet.is_some()), (Mail::Stopped, 1, true));
    stage.store.stop_mail(&person("joe")).await.unwrap();
    assert_eq!(stage.store.choices(&person("joe")).await.unwrap().mail, Mail::Stopped);
}

async fn a_device_belongs_to_whoever_signed_in_on_it_last(stage: Stage) {
    let devices = async |name| stage.store.devices_of(&person(name)).await.unwrap();
    stage.store.put_device(&person("jane"), &device("one"), NOON).await.unwrap();
    stage.store.put_device(&person("joe"), &Subscription { id: "other".into(), ..device("one") }, NOON).await.unwrap();
    assert_eq!(devices("jane").await, []);
    assert_eq!(devices("joe").await, [device("one")], "it keeps its id");
    stage.store.forget_device_at(&person("jane"), "https://push.example/one").await.unwrap();
    assert_eq!(devices("joe").await.len(), 1, "it is not hers");
    stage.store.forget_device("one").await.unwrap();
    assert_eq!(stage.store.device("one").await, Ok(None));
}

async fn somebody_whose_phone_can_be_woken_can_be_rung(stage: Stage) {
    let jane = person("jane");
    let push = async || stage.store.signs(std::slice::from_ref(&jane)).await.unwrap()[&jane].push;
    assert!(!push().await);
    stage.store.put_device(&jane, &device("one"), NOON).await.unwrap();
    assert!(push().await);
    stage.store.end_ways_in(&jane).await.unwrap();
    assert!(!push().await, "whoever is signed out everywhere has no phone here any more");
}

async fn a_code_is_tried_so_often_and_no_more(stage: Stage) {
    let jane = person("jane");
    stage.store.put_unconfirmed(&jane, Channel::Sms, "+491711234567", NOON).await.unwrap();
    let attempt = async || stage.store.try_to_confirm(&jane, Channel::Sms, 2).await.unwrap();
    assert!(attempt().await && attempt().await && !attempt().await);
    stage.store.put_unconfirmed(&jane, Channel::Sms, "+491711234568", after(1)).await.unwrap();
    assert!(attempt().await, "another address, another code");
    stage.store.confirmed(&jane, Channel::Sms).await.unwrap();
    assert!(!attempt().await, "there is nothing to confirm");
    let reachable = stage.store.reachable(&jane).await.unwrap().unwrap();
    assert_eq!((reachable.person.id, reachable.unconfirmed.len()), (jane, 0));
}

async fn a_new_calendar_address_takes_the_place_of_the_old(stage: Stage) {
    let jane = person("jane");
    stage.store.put_feed(&jane, "one", NOON).await.unwrap();
    stage.store.put_feed(&jane, "two", after(1)).await.unwrap();
    assert_eq!(stage.store.feed("one").await, Ok(None));
    assert_eq!(stage.store.feed("two").await, Ok(Some(jane)));
}

fn device(id: &str) -> Subscription {
    Subscription {
        id: id.to_owned(),
        endpoint: format!("https://push.example/{id}"),
        p256dh: "key".into(),
        auth: "secret".into(),
        agent: None,
    }
}

async fn whoever_is_away_is_told_of_what_is_written_once_until_they_look(stage: Stage) {
    let (call, jane) = (CallId::new("c"), person("jane"));
    stage.ring("c", "jane", "ada").await;
    let accept = Command::Accept { device: DeviceId::new("laptop") };
    stage.act("c", after(1), "ada", accept).await.unwrap();
    for who in ["ada", "jane"] {
        stage.act("c", after(2), who, Command::Join).await.unwrap();
    }
    assert_eq!(write(&stage, 3).await, [], "she is there");

    stage.act("c", after(4), "jane", Command::Lose).await.unwrap();
    let [lost] = &write(&stage, 5).await[..] else { panic!("one") };
    assert_eq!(lost.due, Some(after(64)), "when she is not expected back any more");
    assert_eq!(write(&stage, 6).await, [], "it is going to be told");
    assert_eq!(stage.store.rows_in("notices").await, 0);
    assert_eq!(stage.store.facts(lost).await, Ok(Facts::Chat { seen: false, appointment: None }));
    stage.act("c", after(7), "jane", Command::Join).await.unwrap();
    assert_eq!(stage.store.facts(lost).await, Ok(Facts::Chat { seen: true, appointment: None }));
    let [plan] = &stage.store.claim(Lane::Plan, after(64), after(124), 9).await.unwrap()[..] else { panic!("one") };
    let pointless = Settled { job: plan.clone(), end: bedside_store::End::Pointless, steps: vec![], shown: false };
    stage.store.settle(after(64), &[pointless]).await.unwrap();

    stage.act("c", after(65), "jane", Command::Leave).await.unwrap();
    let [left] = &write(&stage, 66).await[..] else { panic!("one") };
    assert_eq!((left.due, write(&stage, 67).await), (None, vec![]), "she has not looked");
    let left = Notice { due: Some(after(66)), ..left.clone() };
    assert_eq!(stage.store.facts(&left).await, Ok(Facts::Chat { seen: false, appointment: None }));
    stage.store.see_messages(&call, &jane, after(68)).await.unwrap();
    assert_eq!(
        stage.store.facts(&left).await,
        Ok(Facts::Chat { seen: true, appointment: None }),
        "though she is away again"
    );
    assert_eq!(write(&stage, 69).await.len(), 1, "the next time");
    let rows = stage.store.notices(&jane, &PageAsk::default()).await.unwrap().items;
    assert_eq!(rows.iter().map(|row| row.read_at).collect::<Vec<_>>(), [None, Some(after(68))]);
}

/// Ada writes in the call. What is owed from then on.
async fn write(stage: &Stage, seconds: i64) -> Vec<Notice> {
    let (id, at, person) = (format!("m{seconds}"), after(seconds), person("ada"));
    let call = stage.call("c").await.value;
    let owed = owed_by_message(&call, &person).into_iter();
    let owed: Vec<_> = owed.map(|notice| (NoticeId::new(format!("n{seconds}")), notice)).collect();
    let message = ChatMessage { id: id.clone(), call: call.id, person, text: "hello".into(), at };
    let (_, told) = stage.store.keep_message(&message, &id, &owed).await.unwrap();
    told.into_iter().map(|(_, notice)| notice).collect()
}
