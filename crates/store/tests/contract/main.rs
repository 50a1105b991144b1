//! One story, told to both databases: whatever holds on one holds on the other.
#![expect(clippy::unwrap_used, reason = "this is a test from end to end; clippy knows only the functions marked so")]

/// Each story on a database of its own. SQLite is a file, so every story is a test; a PostgreSQL takes a second to
/// come up, so the stories of a chapter share one and say who speaks.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(crate::stage::Stage::sqlite().await).await;
            })*
        }

        mod postgres {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn tells_the_same() {
                let server = bedside_store::testing::Postgres::start().await;
                $(
                    println!("on PostgreSQL, {}", stringify!($story));
                    super::$story(crate::stage::Stage::postgres(&server).await).await;
                )*
            }
        }
    };
}

mod accounts;
mod clearing;
mod commits;
mod doors;
mod lists;
mod opening;
mod outbox;
mod practice;
mod races;
mod reaching;
mod round_trips;
mod stage;
