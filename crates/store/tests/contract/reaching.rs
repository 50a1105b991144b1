//! Addresses, devices and what people have chosen.

use bedside_domain::notice::Topic;
use bedside_domain::reach::{Channel, Choice, Choices, Mail, Quiet};
use bedside_store::Subscription;

use crate::stage::*;

on_both!(
    what_somebody_chooses_takes_the_place_of_what_they_chose_before,
    a_device_belongs_to_whoever_signed_in_on_it_last,
    somebody_whose_phone_can_be_woken_can_be_rung,
    a_code_is_tried_so_often_and_no_more,
    a_new_calendar_address_takes_the_place_of_the_old,
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
