//! What was tried is noted also by a database that does not take it at once.

use std::time::Duration;

use bedside_store::Settled;

use super::*;
use crate::outbox::worker::settle;

#[tokio::test]
async fn what_a_provider_has_taken_is_noted_though_the_database_does_not_take_it_at_first() {
    let (folder, provider) = (Folder::new(), Provider::default());
    provider.taken().up = true;
    let app = start(folder.sqlite(), &provider.listen().await).await;
    owe(&app).await;
    settle(&app, tried(&app, Lane::Plan).await).await;
    let sent = tried(&app, Lane::To(Channel::Sms)).await;
    assert_eq!(provider.taken().ids.len(), NOTICES);

    let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON outbox WHEN NEW.id = 'n7_sms' \
                  BEGIN SELECT RAISE(ABORT, 'not now'); END";
    app.store.tamper(refuse).await;
    let mut settling = tokio::spawn({
        let app = app.clone();
        async move { settle(&app, sent).await }
    });
    let within = tokio::time::timeout(Duration::from_millis(1_500), &mut settling).await;
    assert!(within.is_err(), "it does not give up");
    assert_eq!(waiting(&app).await, ["n7_sms"], "nor is one in the way of the others");

    app.store.tamper("DROP TRIGGER refuse").await;
    settling.await.expect("it does not panic");
    assert_eq!(waiting(&app).await, [""; 0]);
    let claimed = app.store.claim(Lane::To(Channel::Sms), NOON + Span::hours(1), NOON + Span::hours(2), 64).await;
    assert_eq!(claimed, Ok(vec![]), "and nothing is sent twice");
}

async fn tried(app: &App, lane: Lane) -> Vec<Settled> {
    let jobs = app.store.claim(lane, NOON, NOON + Span::seconds(60), NOTICES).await.expect("the database answers");
    let mut settled = Vec::new();
    for job in jobs {
        settled.push(attempt(app, job, NOON).await);
    }
    settled
}
