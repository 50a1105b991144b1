//! SIGTERM: nothing new is let in, what runs is finished, and the exit code is 0.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::practice::{ADA, Practice, eventually, ids, remote, with};
use crate::support::{Server, client};

/// Whatever is still open then is given up, so that nobody can keep a server from stopping.
const GRACE: Duration = Duration::from_secs(10);

async fn connect(server: &Server) -> std::io::Result<TcpStream> {
    let address = server.address.strip_prefix("http://").expect("an address");
    TcpStream::connect(address).await
}

#[tokio::test]
async fn a_request_in_flight_is_answered_and_nothing_new_is_let_in() {
    let practice = Practice::open().await;
    let body = with(remote(60), json!({ "patientId": ADA })).to_string();
    let mut running = connect(&practice.server).await.expect("it listens");
    let head = format!(
        "POST /api/appointments HTTP/1.1\r\nHost: bedside\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        practice.jane,
        body.len()
    );
    running.write_all(head.as_bytes()).await.expect("it listens");
    let mut said = vec![0; 512];
    let read = running.read(&mut said).await.expect("it answers");
    assert!(said[..read].starts_with(b"HTTP/1.1 100 "), "the handler waits for the body now");

    practice.server.tell_to_stop();
    eventually(Duration::from_secs(5), "it lets nobody in", async || connect(&practice.server).await.err()).await;
    running.write_all(body.as_bytes()).await.expect("the connection is kept");
    let mut answer = String::new();
    running.read_to_string(&mut answer).await.expect("it answers and closes");
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");

    let jane = practice.jane.clone();
    let (ended, home) = practice.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.logged);
    let again = Server::start(&home.url(), &[]);
    assert_eq!(ids(&again.get("/api/appointments", &jane).await.good()).len(), 1, "what was answered is kept");
}

#[tokio::test]
async fn idle_connections_keep_no_server_from_stopping_at_once() {
    let practice = Practice::open().await;
    let kept = client();
    for _ in 0..3 {
        let answer = kept.get(format!("{}/healthz", practice.server.address)).send().await.expect("it answers");
        assert_eq!(answer.text().await.expect("a text"), "ok\n");
    }
    let silent = connect(&practice.server).await.expect("it listens");
    let began = Instant::now();
    practice.server.tell_to_stop();
    let (ended, _home) = practice.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.logged);
    assert!(began.elapsed() < GRACE / 2, "it took {:?}", began.elapsed());
    drop((kept, silent));
}

#[tokio::test]
async fn half_a_request_is_not_waited_for_longer_than_the_grace() {
    let practice = Practice::open().await;
    let mut half = connect(&practice.server).await.expect("it listens");
    half.write_all(b"GET /healthz HTTP/1.1\r\nHost: bed").await.expect("it listens");
    // A whole request that is answered tells that the half one, which came before it, has been let in.
    practice.get("/healthz", &practice.ada).await;
    let began = Instant::now();
    practice.server.signal("-INT");
    let (ended, _home) = practice.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.logged);
    assert!(began.elapsed() < GRACE + Duration::from_secs(5), "it took {:?}", began.elapsed());
}
