//! Starts the real server, signs tokens as a host application would, and asks.

use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bedside_domain::ids::PersonId;
use bedside_domain::time::Millis;
use bedside_store::{SignInLink, Store, Use};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

pub const SECRET: &str = "a secret of the host application, long enough";
/// A server that is not there by then is not coming.
const PATIENCE: Duration = Duration::from_secs(20);

/// A folder of this test alone.
pub struct Folder(PathBuf);

/// The running binary. Killed when it is dropped.
pub struct Server {
    child: Child,
    pub address: String,
    said: Stream,
    logged: Stream,
}

/// What the server writes to one of its streams, read line by line as it comes.
struct Stream {
    text: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

/// How a server ended, and all that it wrote until then.
pub struct Ended {
    pub code: Option<i32>,
    pub said: String,
    pub logged: String,
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Folder {
    pub fn new() -> Self {
        let nanos = jiff::Timestamp::now().as_nanosecond();
        let path = std::env::temp_dir().join(format!("bedside-test-{}-{nanos}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn sqlite(&self) -> String {
        format!("sqlite://{}", self.0.join("bedside.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Server {
    /// `bedside serve` on a free port, believing host tokens signed with [`SECRET`].
    pub fn start(database: &str, more: &[&str]) -> Self {
        Self::run(Self::command(database, more))
    }

    pub fn command(database: &str, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bedside"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--database", database]);
        command.args(["--host-token-secret", SECRET]).args(more);
        command
    }

    /// Any form of the command that says where it listens.
    pub fn run(command: Command) -> Self {
        let address_in = |said: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix("Bedside listens on "))?;
            line.split(';').next().map(|address| format!("http://{address}"))
        };
        Self::run_until(command, address_in)
    }

    /// Any form of the command, until what it says holds its address.
    pub fn run_until(mut command: Command, address_in: impl Fn(&str) -> Option<String>) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let mut logged = Stream::of(child.stderr.take().expect("piped"));
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let mut before = String::new();
        let address = loop {
            let length = output.read_line(&mut before).expect("the server speaks");
            match address_in(&before) {
                Some(address) => break address,
                None if length > 0 => {}
                None => {
                    let code = child.wait().expect("it has ended").code();
                    panic!("the server did not start: {code:?} {before}{}", logged.take_whole());
                }
            }
        };
        let said = Stream::of(output);
        said.text.lock().expect("a text").insert_str(0, &before);
        Self { child, address, said, logged }
    }

    /// What it has written so far, to either stream.
    pub fn log(&self) -> String {
        format!("{}{}", self.said.so_far(), self.logged.so_far())
    }

    /// `kill -9`: no good-bye, nothing flushed.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it has ended");
    }

    /// SIGTERM, and the exit code it ends with.
    pub fn terminate(self) -> Option<i32> {
        self.tell_to_stop();
        self.wait().code
    }

    /// SIGTERM.
    pub fn tell_to_stop(&self) {
        self.signal("-TERM");
    }

    pub fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Until it has ended by itself.
    pub fn wait(mut self) -> Ended {
        let code = self.child.wait().expect("it has ended").code();
        Ended { code, said: self.said.take_whole(), logged: self.logged.take_whole() }
    }

    pub async fn ask(&self, method: Method, path: &str, token: Option<&str>, body: Option<Value>) -> Reply {
        let mut request = client().request(method, format!("{}{path}", self.address));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        Reply::of(request.send().await.expect("the server answers")).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Reply {
        self.ask(Method::GET, path, Some(token), None).await
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> Reply {
        self.ask(Method::POST, path, Some(token), Some(body)).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the server's log:\n{}", self.log());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Stream {
    fn of(stream: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let kept = text.clone();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                kept.lock().expect("a text").push_str(&format!("{line}\n"));
            }
        });
        Self { text, reader: Some(reader) }
    }

    fn so_far(&self) -> String {
        self.text.lock().expect("a text").clone()
    }

    /// All of it, once the writer has ended.
    fn take_whole(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader only reads");
        }
        self.so_far()
    }
}

impl Reply {
    pub async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, text: response.text().await.expect("a text") }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{}: not JSON: {}", self.status, self.text))
    }

    /// The body of a success.
    pub fn good(&self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text);
        self.json()
    }

    /// The stable code of a refusal, which must be a whole problem document.
    pub fn code(&self) -> String {
        let kind = self.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        assert_eq!(kind, "application/problem+json", "{}: {}", self.status, self.text);
        let problem = self.json();
        assert_eq!(problem["status"], json!(self.status.as_u16()), "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
        problem["code"].as_str().expect("a code").to_owned()
    }
}

/// One client for all, for reading the certificates of the machine takes longer than a request. A connection serves
/// one request, since it belongs to the runtime of one test.
pub fn client() -> reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    let make = || {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(PATIENCE).pool_max_idle_per_host(0);
        client.build().expect("a client")
    };
    CLIENT.get_or_init(make).clone()
}

pub fn seconds_now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// RFC 3339, so many minutes from now.
pub fn in_minutes(minutes: i64) -> String {
    jiff::Timestamp::from_second(seconds_now() + minutes * 60).expect("a time").to_string()
}

/// A token as the host application signs it.
pub fn token(sub: &str, role: &str, name: &str) -> String {
    signed(&json!({ "sub": sub, "role": role, "name": name, "exp": seconds_now() + 3600 }))
}

pub fn signed(claims: &Value) -> String {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).expect("a token")
}

/// A link that signs somebody in, put where the server looks for it.
pub async fn put_sign_in_link(store: &Store, token: &str, person: &str, uses: Use, minutes: i64) {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let link = SignInLink {
        token_hash: URL_SAFE_NO_PAD.encode(hash),
        person: PersonId::new(person),
        uses,
        expires_at: Millis((seconds_now() + minutes * 60) * 1000),
        spent_at: None,
    };
    store.put_sign_in_link(&link).await.expect("a link can be put");
}
