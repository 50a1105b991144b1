//! Starts the real server, signs tokens as a host application would, and asks.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
    log: Arc<Mutex<String>>,
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Folder {
    pub fn new() -> Self {
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos();
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
        let mut command = Command::new(env!("CARGO_BIN_EXE_bedside"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--database", database]);
        command.args(["--host-token-secret", SECRET]).args(more);
        Self::run(command)
    }

    /// Any form of the command that says where it listens.
    pub fn run(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let log = Arc::new(Mutex::new(String::new()));
        let errors = child.stderr.take().expect("piped");
        let kept = log.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                kept.lock().expect("the log").push_str(&format!("{line}\n"));
            }
        });
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("the server speaks");
        let said = line.strip_prefix("Bedside listens on ").and_then(|rest| rest.split(';').next());
        let Some(address) = said.map(|address| format!("http://{address}")) else {
            let _ = child.wait();
            panic!("the server did not start: {line:?} {}", log.lock().expect("the log"));
        };
        let said = log.clone();
        std::thread::spawn(move || {
            let mut rest = String::new();
            let _ = output.read_to_string(&mut rest);
            said.lock().expect("the log").push_str(&rest);
        });
        Self { child, address, log }
    }

    /// What it has written so far, to either stream.
    pub fn log(&self) -> String {
        self.log.lock().expect("the log").clone()
    }

    /// `kill -9`: no good-bye, nothing flushed.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it has ended");
    }

    /// SIGTERM, and the exit code it ends with.
    pub fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        assert!(sent.success());
        self.child.wait().expect("it has ended").code()
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
        let _ = self.child.kill();
        let _ = self.child.wait();
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

pub fn client() -> reqwest::Client {
    static READY: std::sync::Once = std::sync::Once::new();
    READY.call_once(|| {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
    reqwest::Client::builder().timeout(PATIENCE).build().expect("a client")
}

pub fn seconds_now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(now.as_secs()).expect("a small number")
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
