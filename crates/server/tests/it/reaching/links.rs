//! Links that one asks for oneself, to sign in by.

use bedside_domain::ids::PersonId;
use bedside_domain::person::{Person, Role};
use bedside_domain::reach::Channel;
use serde_json::json;

use super::stage::{Mail, Stage, to};
use crate::practice::{now, text};
use crate::support::{Reply, client};

impl Stage {
    async fn account(&self, name: &str) {
        let (id, email) = (PersonId::new(format!("bs_{name}")), format!("{name}@people.example"));
        let person = Person { email: Some(email.clone()), ..Person::new(id, Role::Patient, name) };
        self.practice.store().await.open_account(&person, None, &email, now()).await.expect("the address is free");
    }

    /// As a page of ours asks, where nobody is signed in.
    async fn asked_by_a_page(&self, path: &str, body: serde_json::Value) -> Reply {
        let address = &self.practice.server.address;
        let request = client().post(format!("{address}{path}")).header("origin", address).json(&body);
        Reply::of(request.send().await.expect("the server answers")).await
    }
}

#[tokio::test]
async fn a_link_to_sign_in_comes_to_an_address_that_the_practice_knows_and_to_no_other() {
    let stage = Stage::open(Mail::StartTls).await;
    for name in ["lena", "mallory"] {
        stage.account(name).await;
    }
    let store = stage.practice.store().await;
    let claimed = PersonId::new("bs_mallory");
    store.put_unconfirmed(&claimed, Channel::Email, "mallory@people.example", now()).await.expect("it is kept");

    // Her address was noted after she had come, so it is no account's.
    let nora = Person::new(PersonId::new("bs_nora"), Role::Patient, "nora");
    let nora = Person { email: Some("nora@people.example".to_owned()), ..nora };
    store.save_person(&nora, None, now()).await.expect("she is new");

    for address in ["nobody@people.example", "mallory@people.example", "nora@people.example", " Lena@people.example "] {
        let answer = stage.asked_by_a_page("/api/sign-in-link", json!({ "email": address })).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (202, ""), "{address}");
    }
    let [letter] = &stage.receivers.until("letter", 1, to("lena@people.example")).await[..] else { panic!("one") };
    assert_eq!(letter["subject"], "Your link to sign in");
    let said = text(letter, "text");
    let token = said.split_once("/sign-in/").expect("a link").1.split_whitespace().next().expect("its token");
    let path = format!("/api/sign-in/{token}");
    let seen = stage.practice.server.get(&path, "").await.good();
    assert_eq!(seen["name"], "lena", "to look at it spends nothing");
    assert_eq!(stage.asked_by_a_page(&path, json!({})).await.status, 200);
    assert_eq!(stage.asked_by_a_page(&path, json!({})).await.code(), "expired", "once");

    stage.receivers.until("letter", 1, to("nora@people.example")).await;
    // All of them were asked for before, and hers was the last.
    assert_eq!(stage.receivers.received("letter").await.len(), 2, "neither to nobody nor to whoever claims an address");
}

#[tokio::test]
async fn nobodys_mailbox_is_filled_with_links() {
    let stage = Stage::open(Mail::StartTls).await;
    let ask = || stage.asked_by_a_page("/api/sign-in-link", json!({ "email": "somebody@people.example" }));
    for _ in 0..3 {
        assert_eq!(ask().await.status, 202);
    }
    assert_eq!(ask().await.code(), "rate-limited");
}
