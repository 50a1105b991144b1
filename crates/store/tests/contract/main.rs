//! One story, told to both databases: whatever holds on one holds on the other.

/// Each story as a test of its own on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(crate::stage::Stage::sqlite().await).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(crate::stage::Stage::postgres().await).await;
            })*
        }
    };
}

mod commits;
mod doors;
mod lists;
mod opening;
mod races;
mod round_trips;
mod stage;
