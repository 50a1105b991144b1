use std::pin::pin;
use std::time::Duration;

use tokio::task::JoinSet;

use super::{Sqlite, Writing};
use crate::error::Fault;
use crate::sql::{Query, sql};
use crate::testing::Folder;

fn add(n: i64) -> Query {
    sql!("INSERT INTO numbers (n) VALUES ($1)", n)
}

async fn with_numbers(folder: &Folder) -> Sqlite {
    let file = Sqlite::open(&folder.path().join("numbers.db")).expect("the folder is ours");
    let writing = file.begin().await.expect("nobody else writes");
    writing.script("CREATE TABLE numbers (n BIGINT PRIMARY KEY)").expect("the table is new");
    writing.commit().await.expect("there is room on the disk");
    file
}

async fn numbers(file: &Sqlite) -> Vec<i64> {
    let rows = file.rows(&sql!("SELECT n FROM numbers ORDER BY n")).await.expect("the table is there");
    rows.iter().map(|row| row.get("n").expect("n is a number")).collect()
}

/// Starts to write, and has waited for its turn once.
async fn queued(file: &Sqlite) -> tokio::task::JoinHandle<Result<Writing, Fault>> {
    let before = file.0.queue.load(std::sync::atomic::Ordering::SeqCst);
    let waits = tokio::spawn({
        let file = file.clone();
        async move { file.begin().await }
    });
    while file.0.queue.load(std::sync::atomic::Ordering::SeqCst) == before {
        tokio::task::yield_now().await;
    }
    waits
}

#[tokio::test]
async fn whoever_changes_their_mind_takes_nobody_along() {
    let folder = Folder::new();
    let file = with_numbers(&folder).await;
    let mut all = JoinSet::new();
    for n in 0..300 {
        let file = file.clone();
        all.spawn(async move {
            let writing = file.begin().await.unwrap();
            writing.run(&add(n)).unwrap();
            if n % 3 == 0 {
                return drop(writing);
            }
            if n % 3 == 1 {
                writing.run(&add(n)).unwrap_err();
            }
            writing.commit().await.unwrap();
            assert!(numbers(&file).await.contains(&n), "whoever is told of success finds it there");
        });
    }
    all.join_all().await;
    assert_eq!(numbers(&file).await, (0..300).filter(|n| n % 3 != 0).collect::<Vec<_>>());
    file.close().await;
}

#[tokio::test]
async fn nobody_is_told_of_success_before_the_disk_has_it() {
    let folder = Folder::new();
    let file = with_numbers(&folder).await;
    let first = file.begin().await.unwrap();
    first.run(&add(1)).unwrap();
    let next = queued(&file).await;
    let mut committed = pin!(first.commit());
    assert!(
        tokio::time::timeout(Duration::from_millis(50), &mut committed).await.is_err(),
        "the next one writes still"
    );
    let next = next.await.unwrap().unwrap();
    next.run(&add(2)).unwrap();
    assert_eq!(numbers(&file).await, Vec::<i64>::new(), "others see nothing of it yet");
    next.commit().await.unwrap();
    committed.await.unwrap();
    assert_eq!(numbers(&file).await, [1, 2]);
}

#[tokio::test]
async fn whoever_lost_to_somebody_sees_to_whom() {
    let folder = Folder::new();
    let file = with_numbers(&folder).await;
    let first = file.begin().await.unwrap();
    first.run(&add(1)).unwrap();
    let next = queued(&file).await;
    let another = queued(&file).await;
    let committed = tokio::spawn(first.commit());
    let next = next.await.unwrap().unwrap();
    next.run(&add(1)).unwrap_err();
    drop(next);
    assert_eq!(numbers(&file).await, [1], "although somebody else waits to write");
    committed.await.unwrap().unwrap();
    drop(another.await.unwrap().unwrap());
}

#[tokio::test]
async fn whoever_gives_up_waiting_keeps_nobody_waiting() {
    let folder = Folder::new();
    let file = with_numbers(&folder).await;
    let first = file.begin().await.unwrap();
    first.run(&add(1)).unwrap();
    let gives_up = queued(&file).await;
    let committed = tokio::spawn(first.commit());
    gives_up.abort();
    committed.await.unwrap().unwrap();
    assert_eq!(numbers(&file).await, [1]);
}

#[tokio::test]
async fn whoever_does_not_wait_for_the_end_has_written_all_the_same() {
    let folder = Folder::new();
    let file = with_numbers(&folder).await;
    let first = file.begin().await.unwrap();
    first.run(&add(1)).unwrap();
    let next = queued(&file).await;
    assert!(tokio::time::timeout(Duration::ZERO, first.commit()).await.is_err());
    drop(next.await.unwrap().unwrap());
    file.close().await;
    let again = Sqlite::open(&folder.path().join("numbers.db")).unwrap();
    assert_eq!(numbers(&again).await, [1]);
}
