//! A provider of SMS: it says no in turn in every way that there is, and yes once it is up.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use tokio::process::Child;

#[derive(Clone, Default)]
pub struct Provider(Arc<Mutex<Taken>>);

#[derive(Default)]
pub struct Taken {
    pub up: bool,
    pub refused: usize,
    /// In the order in which they came.
    pub ids: Vec<String>,
    /// What is killed in the middle of that request, and is not killed twice.
    pub kill: Option<(Moment, Child)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Refused(usize),
    Taken(usize),
}

impl Provider {
    pub async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let app = Router::new().route("/", post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        url
    }

    pub fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().expect("no one panics holding it")
    }
}

async fn take(State(provider): State<Provider>, id: String) -> Response {
    let mut taken = provider.taken();
    let (moment, answer) = if taken.up {
        taken.ids.push(id);
        (Moment::Taken(taken.ids.len()), StatusCode::OK.into_response())
    } else {
        taken.refused += 1;
        (Moment::Refused(taken.refused), refusal(taken.refused))
    };
    if let Some((_, mut server)) = taken.kill.take_if(|(at, _)| *at == moment) {
        server.start_kill().expect("it runs");
    }
    answer
}

fn refusal(count: usize) -> Response {
    match count % 3 {
        0 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        1 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "45")]).into_response(),
        _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
