//! Accounts, passwords, and the sessions that end with them.

use bedside_domain::person::{Person, Role};
use bedside_store::{Account, CommitError, Keep, Session, SignInLink, Taken, Use};

use crate::races::{all_at_once, how_many};
use crate::stage::*;

on_both!(
    an_address_is_the_way_in_of_one_account,
    a_password_that_has_changed_lets_nobody_in,
    a_new_password_ends_what_was_begun_with_the_old_one,
    whoever_signs_in_again_has_one_session_and_not_the_one_they_came_with,
    sessions_are_listed_and_ended_by_their_own_person_alone,
    an_account_moves_with_the_address_of_its_person,
    an_address_wanted_by_many_is_given_to_one,
);

fn session(person_id: &str, hash: &str) -> Session {
    Session {
        token_hash: hash.into(),
        person: person(person_id),
        scope_room: None,
        created_at: NOON,
        expires_at: after(100),
        agent: None,
    }
}

fn local(id: &str) -> Person {
    Person { email: Some(format!("{id}@Example.org")), ..Person::new(person(id), Role::Practitioner, "Lena Local") }
}

async fn opened(stage: &Stage, id: &str) -> Account {
    let email = format!(" {id}@Example.ORG ");
    stage.store.open_account(&local(id), None, &email, NOON).await.unwrap();
    stage.store.account_of(&person(id)).await.unwrap().unwrap()
}

/// The same with a password of this hash.
async fn with_password(stage: &Stage, id: &str, hash: &str) -> Account {
    let account = opened(stage, id).await;
    assert!(stage.store.set_password(&account, Some(hash), Keep::None).await.unwrap());
    stage.store.account_of(&person(id)).await.unwrap().unwrap()
}

async fn an_address_is_the_way_in_of_one_account(stage: Stage) {
    let lena = opened(&stage, "bs_lena").await;
    assert_eq!((lena.email.as_str(), lena.password.as_ref()), ("bs_lena@example.org", None));
    assert_eq!(stage.store.account_at("BS_lena@example.org").await, Ok(Some(lena)));
    assert_eq!(stage.store.account_at("nobody@example.org").await, Ok(None));
    let other = stage.store.open_account(&local("bs_other"), None, "bs_lena@example.org", NOON).await;
    assert_eq!(other, Err(CommitError::Taken(Taken::Address)));
    assert_eq!(stage.store.person(&person("bs_other")).await, Ok(None), "nobody is made by what is refused");
    let held = stage.store.person(&person("bs_lena")).await.unwrap().unwrap();
    let gone = Person { disabled_at: Some(NOON), ..held.value };
    stage.store.save_person(&gone, Some(held.version), NOON).await.unwrap();
    assert_eq!(stage.store.account_at("bs_lena@example.org").await, Ok(None), "whoever is disabled is not there");
}

async fn a_password_that_has_changed_lets_nobody_in(stage: Stage) {
    let none = opened(&stage, "bs_new").await;
    assert_eq!(stage.store.sign_in_by_password(&none, &session("bs_new", "n"), None).await, Ok(false));
    let old = with_password(&stage, "bs_lena", "old").await;
    assert_eq!(stage.store.sign_in_by_password(&old, &session("bs_lena", "1"), None).await, Ok(true));
    assert_eq!(stage.store.account_of(&old.person).await.unwrap().unwrap().signed_in_at, Some(NOON));
    assert!(stage.store.set_password(&old, Some("new"), Keep::None).await.unwrap());
    assert_eq!(stage.store.sign_in_by_password(&old, &session("bs_lena", "2"), None).await, Ok(false));
    assert_eq!(stage.store.session("2").await, Ok(None));
    assert!(!stage.store.set_password(&old, Some("third"), Keep::None).await.unwrap(), "somebody was faster");
}

async fn a_new_password_ends_what_was_begun_with_the_old_one(stage: Stage) {
    let lena = with_password(&stage, "bs_lena", "old").await;
    for one in [session("bs_lena", "mine"), session("bs_lena", "stolen"), session("jane", "hers")] {
        stage.store.put_session(&one).await.unwrap();
    }
    let link = SignInLink {
        token_hash: "link".into(),
        person: person("bs_lena"),
        uses: Use::Once,
        expires_at: after(60),
        spent_at: None,
    };
    stage.store.put_sign_in_link(&link).await.unwrap();
    assert!(stage.store.set_password(&lena, Some("new"), Keep::Session("mine")).await.unwrap());
    for (hash, left) in [("mine", true), ("stolen", false), ("hers", true)] {
        assert_eq!(stage.store.session(hash).await.unwrap().is_some(), left, "{hash}");
    }
    assert_eq!(stage.store.sign_in_link("link").await, Ok(None));
    stage.store.end_ways_in(&person("bs_lena")).await.unwrap();
    assert_eq!(stage.store.session("mine").await, Ok(None));
}

async fn whoever_signs_in_again_has_one_session_and_not_the_one_they_came_with(stage: Stage) {
    let lena = with_password(&stage, "bs_lena", "hash").await;
    stage.store.put_session(&session("jane", "planted")).await.unwrap();
    let begun = stage.store.sign_in_by_password(&lena, &session("bs_lena", "fresh"), Some("planted")).await;
    assert_eq!(begun, Ok(true));
    assert_eq!(stage.store.session("planted").await, Ok(None));
    let wrong = Account { password: Some("wrong".into()), ..lena };
    let refused = stage.store.sign_in_by_password(&wrong, &session("bs_lena", "never"), Some("fresh")).await;
    assert_eq!(refused, Ok(false));
    assert!(stage.store.session("fresh").await.unwrap().is_some(), "who is refused ends nobody's session");
}

async fn sessions_are_listed_and_ended_by_their_own_person_alone(stage: Stage) {
    let older = Session { agent: Some("Firefox".into()), ..session("ada", "older") };
    let newer = Session { created_at: after(1), ..session("ada", "newer") };
    let of_room = Session { scope_room: Some(bedside_domain::ids::RoomId::new("r")), ..session("ada", "room") };
    let over = Session { expires_at: after(2), ..session("ada", "over") };
    for one in [&older, &newer, &of_room, &over, &session("bob", "his")] {
        stage.store.put_session(one).await.unwrap();
    }
    assert_eq!(stage.store.sessions_of(&person("ada"), after(5)).await, Ok(vec![newer, older]));
    assert_eq!(stage.store.end_session_of(&person("ada"), "his").await, Ok(false));
    assert_eq!(stage.store.end_session_of(&person("ada"), "older").await, Ok(true));
    stage.store.end_other_sessions(&person("ada"), "newer").await.unwrap();
    for (hash, left) in [("older", false), ("newer", true), ("over", false), ("room", true), ("his", true)] {
        assert_eq!(stage.store.session(hash).await.unwrap().is_some(), left, "{hash}");
    }
}

async fn an_account_moves_with_the_address_of_its_person(stage: Stage) {
    for id in ["bs_lena", "bs_otto"] {
        opened(&stage, id).await;
    }
    let rewrite = async |email: &str| {
        let held = stage.store.person(&person("bs_lena")).await.unwrap().unwrap();
        let next = Person { email: Some(email.into()), ..held.value };
        stage.store.save_person(&next, Some(held.version), NOON).await.map(drop)
    };
    assert_eq!(rewrite("BS_otto@example.org").await, Err(CommitError::Taken(Taken::Address)));
    assert_eq!(rewrite("Lena@clinic.example").await, Ok(()));
    let moved = stage.store.account_at("lena@clinic.example").await.unwrap().unwrap();
    assert_eq!(moved.person, person("bs_lena"));
    assert_eq!(stage.store.account_at("bs_lena@example.org").await, Ok(None));
}

async fn an_address_wanted_by_many_is_given_to_one(stage: Stage) {
    let wanting = (0..8).map(|n| {
        let store = stage.store.clone();
        async move { store.open_account(&local(&format!("bs_{n}")), None, "one@example.org", NOON).await }
    });
    let given = all_at_once(wanting).await;
    assert_eq!(how_many(&given, &Ok(())), 1, "{given:?}");
    assert_eq!(how_many(&given, &Err(CommitError::Taken(Taken::Address))), 7, "{given:?}");
    assert_eq!(stage.store.rows_in("accounts").await, 1);
}
