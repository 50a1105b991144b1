//! A provider that is down for ten minutes, and a server that is killed meanwhile and at the worst moment. The server is
//! a process of its own, which this very test starts again as itself; the time comes to it by its standard input.

use std::env;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout, Command};

use super::provider::{Moment, Provider};
use super::*;

const THIS: &str = "outbox::tests::kills::a_provider_that_is_down_and_a_server_that_is_killed_twice_lose_nothing";
const DATABASE: &str = "BEDSIDE_TEST_DATABASE";
const PROVIDER: &str = "BEDSIDE_TEST_PROVIDER";
const DOWN_FOR: Span = Span::minutes(10);
const LANES: [Lane; 2] = [Lane::Plan, Lane::To(Channel::Sms)];
/// What is tried and then noted together.
const TOGETHER: usize = 7;

/// The process that works on the outbox, as long as it lives.
struct Server {
    tell: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// One that is killed at that moment.
    fn start(database: &str, url: &str, provider: &Provider, killed_at: Moment) -> Self {
        let mut command = Command::new(env::current_exe().expect("this program"));
        command.args([THIS, "--exact", "--nocapture"]).env(DATABASE, database).env(PROVIDER, url).kill_on_drop(true);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
        let tell = child.stdin.take().expect("piped");
        let said = BufReader::new(child.stdout.take().expect("piped")).lines();
        provider.taken().kill = Some((killed_at, child));
        Self { tell, said }
    }

    /// When there is more to do after what is due now; or nothing more, if it lives.
    async fn round(&mut self, now: Millis) -> Option<Next> {
        self.tell.write_all(format!("{}\n", now.0).as_bytes()).await.ok()?;
        while let Ok(Some(line)) = self.said.next_line().await {
            match line.strip_prefix("next: ") {
                Some("never") => return Some(Next::Never),
                Some(at) => return Some(Next::At(Millis(at.parse().expect("a time")))),
                None => {}
            }
        }
        None
    }
}

enum Next {
    At(Millis),
    Never,
}

/// What the process does: at each time that it is told, all that is due.
async fn serve(database: String, url: &str) {
    let app = start(database, url).await;
    let mut is_new = true;
    for line in std::io::stdin().lines() {
        let now = Millis(line.expect("a line").parse().expect("a time"));
        if is_new {
            app.store.release_claims(now).await.expect("the database answers");
            is_new = false;
        }
        let mut next: Option<Millis> = None;
        for lane in LANES {
            round(&app, lane, now).await;
            let due = app.store.next_job(lane).await.expect("the database answers");
            next = next.into_iter().chain(due).min();
        }
        println!("next: {}", next.map_or("never".to_owned(), |next| next.0.to_string()));
    }
}

async fn round(app: &App, lane: Lane, now: Millis) {
    loop {
        let jobs = app.store.claim(lane, now, now + Span::seconds(60), TOGETHER).await.expect("the database answers");
        let mut settled = Vec::new();
        for job in jobs {
            settled.push(attempt(app, job, now).await);
        }
        app.store.settle(now, &settled).await.expect("the database answers");
        if settled.is_empty() {
            return;
        }
    }
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "by its environment the process knows which of the two it is")]
async fn a_provider_that_is_down_and_a_server_that_is_killed_twice_lose_nothing() {
    if let (Ok(database), Ok(url)) = (env::var(DATABASE), env::var(PROVIDER)) {
        return serve(database, &url).await;
    }
    let (folder, provider) = (Folder::new(), Provider::default());
    let url = provider.listen().await;
    let app = start(folder.sqlite(), &url).await;
    owe(&app).await;

    // In the middle of an attempt while the provider is down, and when it has said yes to what is not noted yet.
    let mut moments = vec![Moment::Refused(NOTICES + 5), Moment::Taken(5)].into_iter();
    let mut next_server = || {
        let moment = moments.next().unwrap_or(Moment::Taken(usize::MAX));
        Server::start(&folder.sqlite(), &url, &provider, moment)
    };
    let (mut server, mut now, mut kills) = (next_server(), NOON, Vec::new());
    loop {
        provider.taken().up = now.since(NOON).as_millis() >= DOWN_FOR.as_millis();
        match server.round(now).await {
            Some(Next::At(next)) => now = next.max(now + Span::seconds(1)),
            Some(Next::Never) => break,
            None => {
                let waiting = waiting(&app).await;
                let unnoted =
                    provider.taken().ids.iter().filter(|id| waiting.contains(id)).cloned().collect::<Vec<_>>();
                kills.push((now.since(NOON), unnoted));
                server = next_server();
            }
        }
        assert!(now.since(NOON).as_seconds() < 24 * 3600, "it is never done");
    }

    let [(first, nothing), (second, unnoted)] = &kills[..] else { panic!("two kills: {kills:?}") };
    assert!(first.as_millis() < DOWN_FOR.as_millis() && nothing.is_empty(), "while it was down: {kills:?}");
    assert!(second.as_millis() >= DOWN_FOR.as_millis() && !unnoted.is_empty(), "after its yes: {kills:?}");
    let ids = provider.taken().ids.clone();
    for id in (0..NOTICES).map(|n| format!("n{n}_sms")) {
        let times = ids.iter().filter(|taken| **taken == id).count();
        let expected = if unnoted.contains(&id) { 2 } else { 1 };
        assert_eq!(times, expected, "{id}: twice only what was taken just before the second kill: {kills:?} {ids:?}");
    }
    assert_eq!(ids.len(), NOTICES + unnoted.len(), "and under no other id: {ids:?}");
    let failed = app.store.jobs(Jobs::Failed, &PageAsk::default()).await.expect("an answer").items;
    assert!(failed.is_empty() && waiting(&app).await.is_empty(), "{failed:?}");
    assert!(provider.taken().refused > 2 * NOTICES, "it was asked again and again");
}
