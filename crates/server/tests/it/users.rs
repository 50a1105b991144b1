//! `bedside user`, beside a server that runs.

use bedside_domain::person::Role;
use reqwest::Method;
use serde_json::json;

use crate::accounts::{Clinic, PASSWORD, user};
use crate::practice::Home;

fn said(output: &std::process::Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("words")
}

fn refused(output: &std::process::Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).expect("words")
}

fn link_in(said: &str) -> String {
    said.split("/sign-in/").nth(1).expect("a link").trim().to_owned()
}

async fn an_operator_adds_lists_disables_and_resets_people(home: Home) {
    let clinic = Clinic::on(home, &[]);
    let database = clinic.home.url();
    let add = ["add", "--role", "doctor", "--name", "Jane Smith", "--email", "jane@clinic.example"];
    let link = link_in(&said(&user(&database, &add)));
    assert!(refused(&user(&database, &add)).contains("somebody signs in with this address"));
    let mut jane = clinic.browser();
    assert_eq!(jane.post(&format!("/api/sign-in/{link}"), json!({})).await.good()["role"], "practitioner");
    assert_eq!(jane.put("/api/me/password", json!({ "password": PASSWORD })).await.status, 204);
    let listed = said(&user(&database, &["list"]));
    let line = listed.lines().find(|line| line.contains("Jane Smith")).expect("she is listed");
    assert!(line.contains("\tpractitioner\tJane Smith\tjane@clinic.example\t-"), "{line}");
    let id = line.split('\t').next().expect("an id");

    let link = link_in(&said(&user(&database, &["reset", "Jane@clinic.example"])));
    assert!(!jane.is_in().await, "reset signs out");
    assert_eq!(jane.sign_in("jane@clinic.example", PASSWORD).await.code(), "unauthorized", "and forgets the password");
    jane.post(&format!("/api/sign-in/{link}"), json!({})).await.good();
    said(&user(&database, &["disable", "jane@clinic.example"]));
    assert!(!jane.is_in().await);
    assert!(said(&user(&database, &["list"])).contains("\tdisabled"));
    assert!(refused(&user(&database, &["reset", id])).contains("disabled"));
    said(&user(&database, &["enable", id]));
    let link = link_in(&said(&user(&database, &["reset", id])));
    jane.post(&format!("/api/sign-in/{link}"), json!({})).await.good();
}

#[tokio::test]
async fn an_operator_keeps_the_people_of_a_practice_on_sqlite() {
    an_operator_adds_lists_disables_and_resets_people(Home::sqlite()).await;
}

#[tokio::test]
async fn an_operator_keeps_the_people_of_a_practice_on_postgresql() {
    an_operator_adds_lists_disables_and_resets_people(Home::postgres().await).await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_words() {
    let clinic = Clinic::open(&[]);
    let database = clinic.home.url();
    let nobody = refused(&user(&database, &["disable", "nobody@clinic.example"]));
    assert!(nobody.contains("bedside user list"), "{nobody}");
    let role = refused(&user(&database, &["add", "--role", "guest", "--name", "A", "--email", "a@b.example"]));
    assert!(role.contains("patient, practitioner, staff and admin"), "{role}");
    let email = refused(&user(&database, &["add", "--role", "staff", "--name", "A", "--email", "nowhere"]));
    assert!(email.contains("no address"), "{email}");
    let mut root = clinic.member("root", Role::Admin).await;
    let ada = crate::support::token("u-ada", "patient", "Ada Lovelace");
    clinic.server.ask(Method::GET, "/api/current-user", Some(&ada), None).await.good();
    assert!(refused(&user(&database, &["reset", "u-ada"])).contains("another application"));
    assert!(root.is_in().await, "nobody else notices");
}
