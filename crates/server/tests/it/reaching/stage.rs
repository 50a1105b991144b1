//! A practice whose messages go to receivers of the tests, and these receivers.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::practice::{ADA, Home, JANE, NO_LIMITS, Practice, eventually, items, text};
use crate::support::{Folder, Server, client};
use crate::tls::stage::{Authority, Files};

pub const PATIENCE: Duration = Duration::from_secs(30);
pub const EMAIL: &str = "ada@patients.example";
pub const TWILIO_TOKEN: &str = "a token of the account";
pub const PHONE: &str = "+491711234567";

/// A mail server, an SMS provider, a push service and a host application, which read with libraries not ours.
pub struct Receivers {
    child: Child,
    ports: Value,
    authority: PathBuf,
    _files: Files,
}

/// Which of the two mail servers.
#[derive(Clone, Copy)]
pub enum Mail {
    StartTls,
    Tls,
}

impl Receivers {
    pub fn start() -> Self {
        let authority = Authority::new();
        let files = Files::from(&authority);
        let root = files.folder.path().join("root.pem");
        std::fs::write(&root, authority.root_pem()).expect("the folder is ours");
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e");
        let mut child = Command::new(here.join(".venv/bin/python"))
            .arg(here.join("receivers/receivers.py"))
            .args([&files.certificate, &files.key])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script/setup has installed what they need");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("they speak");
        let ports = serde_json::from_str(&line).expect("their ports");
        Self { child, ports, authority: root, _files: files }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.ports["http"])
    }

    /// Settings of a server that sends here.
    fn settings(&self, mail: Mail, more: &str, folder: &Folder) -> Vec<String> {
        let (scheme, port) = match mail {
            Mail::StartTls => ("smtp", &self.ports["smtp"]),
            Mail::Tls => ("smtps", &self.ports["smtps"]),
        };
        let config = folder.path().join("bedside.toml");
        std::fs::write(&config, more).expect("the folder is ours");
        let authority = self.authority.display();
        [
            format!("--config={}", config.display()),
            format!("--smtp-url={scheme}://localhost:{port}"),
            "--smtp-user=clinic".into(),
            "--smtp-password=a password of the mail server".into(),
            format!("--smtp-root={authority}"),
            "--mail-from=Example Practice <calls@clinic.example>".into(),
            "--web-push".into(),
            "--send-to-private=127.0.0.0/8".into(),
        ]
        .into()
    }

    fn by_template(&self) -> String {
        format!(
            "[sms]\nprovider = \"http\"\nurl = \"{}\"\nheaders = {{ \"content-type\" = \"application/json\" }}\n\
             body = '{{\"to\":\"{{to}}\",\"text\":\"{{text}}\",\"id\":\"{{id}}\"}}'\n",
            self.url("/sms")
        )
    }

    fn by_twilio(&self) -> String {
        let url = self.url("");
        format!(
            "[sms]\nprovider = \"twilio\"\naccount = \"AC1\"\ntoken = \"{TWILIO_TOKEN}\"\nfrom = \"+4930\"\nurl = \"{url}\"\n"
        )
    }

    pub async fn plan(&self, said: Value) {
        client().post(self.url("/plan")).json(&said).send().await.expect("they answer");
    }

    pub async fn received(&self, kind: &str) -> Vec<Value> {
        let all = client().get(self.url("/received")).send().await.expect("they answer");
        let all: Vec<Value> = all.json().await.expect("a list");
        all.into_iter().filter(|one| one["kind"] == kind).collect()
    }

    /// All of that kind, once there are so many that fit.
    pub async fn until(&self, kind: &str, count: usize, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
        eventually(PATIENCE, kind, async || {
            let found: Vec<_> = self.received(kind).await.into_iter().filter(|one| fits(one)).collect();
            (found.len() >= count).then_some(found)
        })
        .await
    }

    /// The events of a calendar as a program that is not ours reads them.
    pub async fn read_calendar(&self, text: String) -> Vec<Value> {
        let read = client().post(self.url("/calendar")).body(text).send().await.expect("they answer");
        read.json().await.expect("they can read it")
    }

    pub async fn subscription(&self, name: &str) -> Value {
        let made = client().get(self.url(&format!("/subscribe/{name}"))).send().await.expect("they answer");
        made.json().await.expect("a subscription")
    }
}

impl Drop for Receivers {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Stage {
    pub practice: Practice,
    pub receivers: Receivers,
    settings: Vec<String>,
    _folder: Folder,
}

impl Stage {
    /// All that has happened is told, and noted as told; reminders wait for their time.
    pub async fn nothing_waits(&self) {
        eventually(PATIENCE, "nothing but reminders waits", async || {
            let waiting = self.practice.get("/api/outbox?limit=200", &self.practice.agnes).await.good();
            items(&waiting).iter().all(|entry| entry["lane"] == "plan").then_some(())
        })
        .await;
    }

    /// Ada has an address and a telephone, and so has Jane.
    pub async fn open(mail: Mail) -> Self {
        let receivers = Receivers::start();
        let sms = receivers.by_template();
        Self::with(receivers, mail, &sms).await
    }

    /// Several servers can work there.
    pub async fn on_postgres() -> Self {
        let receivers = Receivers::start();
        let sms = receivers.by_template();
        Self::at(Home::postgres().await, receivers, Mail::StartTls, &sms).await
    }

    pub async fn with_twilio() -> Self {
        let receivers = Receivers::start();
        let sms = receivers.by_twilio();
        Self::with(receivers, Mail::StartTls, &sms).await
    }

    /// `more` goes into the file of its settings.
    pub async fn with(receivers: Receivers, mail: Mail, more: &str) -> Self {
        Self::at(Home::sqlite(), receivers, mail, more).await
    }

    async fn at(home: Home, receivers: Receivers, mail: Mail, more: &str) -> Self {
        let folder = Folder::new();
        let settings = receivers.settings(mail, more, &folder);
        let server = Server::run(Self::command(&home.url(), &settings));
        let practice = Practice::run_by(home, server).await;
        let stage = Self { practice, receivers, settings, _folder: folder };
        stage.person(ADA, json!({ "email": EMAIL, "phone": "+49 171 1234567", "zoneinfo": "Europe/Berlin" })).await;
        stage.person(JANE, json!({ "email": "jane@clinic.example", "title": "Dr." })).await;
        stage
    }

    fn command(database: &str, settings: &[String]) -> Command {
        let mut command = Server::command(database, &[&NO_LIMITS[..], &["--host-admins"]].concat());
        command.args(settings);
        command
    }

    /// On the same database.
    pub fn another_server(&self) -> Server {
        Server::run(Self::command(&self.practice.database, &self.settings))
    }

    /// `kill -9`, and the server started again on what it left.
    pub fn crash_and_return(&mut self) {
        self.practice.server.kill();
        self.practice.server = self.another_server();
    }

    pub async fn person(&self, id: &str, said: Value) {
        let put = reqwest::Method::PUT;
        let path = format!("/api/people/{id}");
        self.practice.server.ask(put, &path, Some(&self.practice.sam), Some(said)).await.good();
    }

    pub async fn put(&self, path: &str, by: &str, body: Value) -> u16 {
        self.practice.server.ask(reqwest::Method::PUT, path, Some(by), Some(body)).await.status.as_u16()
    }

    pub async fn webhook(&self, path: &str) -> (String, String) {
        let body = json!({ "url": self.receivers.url(path) });
        let made = self.practice.post("/api/webhooks", &self.practice.agnes, body).await.good();
        self.receivers.plan(json!({ "secrets": { path: [made["secret"]] } })).await;
        (text(&made, "id"), text(&made, "secret"))
    }

    /// A browser of somebody's that can be woken.
    pub async fn device(&self, by: &str, name: &str) {
        let subscription = self.receivers.subscription(name).await;
        assert_eq!(self.practice.post("/api/me/devices", by, subscription).await.status, 204);
    }
}

pub fn to(address: &'static str) -> impl Fn(&Value) -> bool {
    move |letter| letter["to"][0] == address
}
