//! Sessions, links, presence, feedback and the audit.

use bedside_domain::ids::{CallId, DeviceId, RoomId};
use bedside_domain::person::Person;
use bedside_domain::presence::{Presence, Wish};
use bedside_domain::time::Span;
use bedside_store::{Audited, Feedback, Session, SignInLink, Use};

use crate::stage::*;

on_both!(
    a_session_lasts_until_it_is_ended_or_forgotten,
    a_link_comes_back_as_it_was_made,
    presence_follows_leases_wishes_and_engagements,
    leases_are_renewed_together_but_not_those_closed_since,
    of_many_sessions_and_people_those_who_may_stay_are_told,
    feedback_can_be_given_again,
    the_audit_tells_who_did_what_the_newest_first,
    a_list_that_is_read_again_within_the_hour_is_one_look,
);

async fn a_session_lasts_until_it_is_ended_or_forgotten(stage: Stage) {
    let session = |hash: &str, room: Option<&str>, expires| Session {
        token_hash: hash.into(),
        person: person("jane"),
        scope_room: room.map(RoomId::new),
        created_at: NOON,
        expires_at: after(expires),
        agent: Some("Firefox".into()),
    };
    let (wide, narrow, short) = (session("w", None, 100), session("n", Some("room"), 100), session("s", None, 1));
    for one in [&wide, &narrow, &short] {
        stage.store.put_session(one).await.unwrap();
    }
    assert_eq!(stage.store.session("w").await, Ok(Some(wide)));
    assert_eq!(stage.store.session("n").await, Ok(Some(narrow)));
    stage.store.end_session("n").await.unwrap();
    assert_eq!(stage.store.session("n").await, Ok(None));
    stage.store.forget_before(after(50)).await.unwrap();
    assert_eq!(stage.store.session("s").await, Ok(None));
    assert!(stage.store.session("w").await.unwrap().is_some());
}

async fn a_link_comes_back_as_it_was_made(stage: Stage) {
    let link = SignInLink {
        token_hash: "h".into(),
        person: person("jane"),
        uses: Use::Once,
        expires_at: after(60),
        spent_at: None,
    };
    stage.store.put_sign_in_link(&link).await.unwrap();
    assert_eq!(stage.store.sign_in_link("h").await, Ok(Some(link.clone())));
    let begun = Session {
        token_hash: "begun".into(),
        person: person("jane"),
        scope_room: None,
        created_at: after(5),
        expires_at: after(100),
        agent: None,
    };
    assert_eq!(stage.store.sign_in("h", &begun, None).await, Ok(true));
    assert_eq!(stage.store.session("begun").await, Ok(Some(begun.clone())));
    let late = Session { token_hash: "late".into(), ..begun };
    assert_eq!(stage.store.sign_in("h", &late, None).await, Ok(false), "it worked once");
    assert_eq!(stage.store.session("late").await, Ok(None));
    let spent = SignInLink { spent_at: Some(after(5)), ..link };
    assert_eq!(stage.store.sign_in_link("h").await, Ok(Some(spent)));
    assert_eq!(stage.store.sign_in_link("other").await, Ok(None));
}

async fn presence_follows_leases_wishes_and_engagements(stage: Stage) {
    let ada = person("ada");
    let shown = async |now| stage.store.signs(std::slice::from_ref(&ada)).await.unwrap()[&ada].presence(now);
    assert_eq!(shown(NOON).await, Presence::Offline);
    let (phone, laptop) = (DeviceId::new("phone"), DeviceId::new("laptop"));
    stage.store.renew_lease(&ada, &phone, NOON).await.unwrap();
    stage.store.renew_lease(&ada, &laptop, NOON).await.unwrap();
    assert_eq!(shown(after(1)).await, Presence::Online);
    stage.store.close_lease(&ada, &phone, after(2)).await.unwrap();
    assert_eq!(shown(after(13)).await, Presence::Online, "the laptop is still there");
    stage.store.close_lease(&ada, &laptop, after(2)).await.unwrap();
    assert_eq!(shown(after(13)).await, Presence::Offline);
    stage.store.renew_lease(&ada, &phone, after(20)).await.unwrap();
    assert_eq!(shown(after(31)).await, Presence::Online, "a renewal takes the close back");

    stage.store.set_wish(&ada, Wish::Away).await.unwrap();
    assert_eq!(shown(after(31)).await, Presence::Away);
    stage.store.set_wish(&ada, Wish::DoNotDisturb).await.unwrap();
    assert_eq!(shown(after(31)).await, Presence::Busy);
    stage.store.set_wish(&ada, Wish::Online).await.unwrap();
    stage.ring("c", "jane", "ada").await;
    stage.act("c", after(1), "ada", accept()).await.unwrap();
    assert_eq!(shown(after(500)).await, Presence::Busy);

    let both = stage.store.signs(&[ada.clone(), person("jane"), person("unknown")]).await.unwrap();
    assert_eq!(both.len(), 3);
    assert_eq!(both[&ada].leases.len(), 2);
    assert!(both[&person("jane")].engaged && both[&person("jane")].leases.is_empty());
    stage.store.forget_before(after(1_000)).await.unwrap();
    assert_eq!(stage.store.rows_in("leases").await, 0);
    assert!(stage.store.signs(&[]).await.unwrap().is_empty());
}

async fn leases_are_renewed_together_but_not_those_closed_since(stage: Stage) {
    let lease = |name: &str| (person(name), DeviceId::new("phone"));
    let (ada, jane) = (lease("ada"), lease("jane"));
    let many: Vec<_> = (0..1_200).map(|n| (person("jane"), DeviceId::new(format!("tab-{n}")))).collect();
    let there: Vec<_> = [&ada, &jane, &ada].into_iter().chain(&many).cloned().collect();
    stage.store.renew_leases(&there, NOON).await.unwrap();
    assert_eq!(stage.store.rows_in("leases").await, 1_202);
    stage.store.close_lease(&ada.0, &ada.1, after(3)).await.unwrap();
    stage.store.renew_leases(&[ada.clone(), jane.clone()], after(2)).await.unwrap();
    let signs = stage.store.signs(&[ada.0.clone(), jane.0.clone()]).await.unwrap();
    assert_eq!(signs[&ada.0].presence(after(14)), Presence::Offline, "she has left after they were counted");
    let of_phone = signs[&jane.0].leases.iter().find(|lease| lease.device == jane.1).expect("it was renewed");
    assert_eq!((of_phone.renewed_at, of_phone.closed_at), (after(2), None));
    stage.store.renew_leases(&[], after(3)).await.unwrap();
}

async fn of_many_sessions_and_people_those_who_may_stay_are_told(stage: Stage) {
    for (hash, expires) in [("long", 100), ("short", 10)] {
        let token_hash = hash.to_owned();
        let session = Session {
            token_hash,
            person: person("jane"),
            scope_room: None,
            created_at: NOON,
            expires_at: after(expires),
            agent: None,
        };
        stage.store.put_session(&session).await.unwrap();
    }
    let asked: Vec<_> = ["long", "short", "none"].into_iter().map(str::to_owned).collect();
    let last = stage.store.sessions_that_last(&asked, after(10)).await.unwrap();
    assert_eq!(last.into_iter().collect::<Vec<_>>(), ["long"]);

    let held = stage.store.person(&person("ada")).await.unwrap().expect("the stage has her");
    let disabled = Person { disabled_at: Some(NOON), ..held.value };
    stage.store.save_person(&disabled, Some(held.version), NOON).await.unwrap();
    let asked: Vec<_> = ["ada", "jane", "nobody"].map(person).into_iter().cycle().take(1_300).collect();
    let welcome = stage.store.welcome(&asked).await.unwrap();
    assert_eq!(welcome.into_iter().collect::<Vec<_>>(), [person("jane")]);
}

async fn feedback_can_be_given_again(stage: Stage) {
    stage.ring("c", "jane", "ada").await;
    let call = CallId::new("c");
    let problems = vec!["no-sound".to_owned(), "froze".to_owned()];
    let said = |who, stars, problems: &[String], words: Option<&str>, at| {
        let (problems, words) = (problems.to_vec(), words.map(str::to_owned));
        Feedback { person: person(who), stars, problems, words, at }
    };
    for feedback in [
        said("jane", Some(2), &problems, Some("bad"), NOON),
        said("ada", None, &[], None, after(1)),
        said("jane", Some(3), &problems, None, after(2)),
    ] {
        stage.store.put_feedback(&call, &feedback).await.unwrap();
    }
    let feedback = stage.store.feedback_of(&call).await.unwrap();
    let [ada, jane] = &feedback[..] else { panic!("one of each: {feedback:?}") };
    assert_eq!((ada.person.as_str(), ada.stars, ada.problems.len()), ("ada", None, 0));
    assert_eq!((jane.stars, &jane.problems[..], jane.words.as_deref()), (Some(3), &problems[..], None));
}

async fn the_audit_tells_who_did_what_the_newest_first(stage: Stage) {
    let deed =
        |at, actor, deed: &str| Audited { at, actor: person(actor), deed: deed.to_owned(), subject: "jane".to_owned() };
    let deeds = [deed(after(2), "ada", "saw"), deed(after(1), "bob", "found"), deed(after(1), "ada", "found")];
    for Audited { at, actor, deed, subject } in deeds.iter().rev() {
        stage.store.audit(*at, actor, deed, subject).await.unwrap();
    }
    stage.store.audit(NOON, &person("ada"), "saw", "joe").await.unwrap();
    assert_eq!(stage.store.audit_of("jane").await, Ok(deeds.to_vec()));
}

async fn a_list_that_is_read_again_within_the_hour_is_one_look(stage: Stage) {
    let look = async |at, actor, subjects: &[&str]| {
        stage.store.audit_listing(at, &person(actor), "listed", subjects).await.unwrap();
    };
    let (soon, later) = (NOON + Span::minutes(59), NOON + Span::minutes(60));
    look(NOON, "sam", &["ada"]).await;
    look(soon, "sam", &["ada", "bob"]).await;
    look(soon, "root", &["ada"]).await;
    look(later, "sam", &["ada"]).await;
    let seen = stage.store.audit_of("ada").await.unwrap();
    let seen: Vec<_> = seen.iter().map(|one| (one.at, one.actor.as_str())).collect();
    assert_eq!(seen, [(later, "sam"), (soon, "root"), (NOON, "sam")], "nobody hides behind another's look");
    assert_eq!(stage.store.audit_of("bob").await.unwrap().len(), 1, "somebody new in the list is seen");
}
