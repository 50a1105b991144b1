//! One connection that speaks Socket.IO (protocol 5) over a websocket: no more of it than load needs, and cheap enough
//! not to be what is measured.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::Failure;

pub struct Line {
    socket: WebSocketStream<TcpStream>,
    next_id: u64,
}

/// An event or an answer, as it came.
pub struct Heard {
    text: Utf8Bytes,
    is_answer: bool,
    id: Option<u64>,
    /// Where the JSON array begins.
    body: usize,
}

const NAMESPACE: &str = "/video-call";
/// What has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(30);
/// Fifteen thousand of the usual 128 KiB would be two gigabytes.
const BUFFER: usize = 2048;

impl Line {
    /// Connects and is admitted.
    pub async fn open(address: SocketAddr, token: &str, device: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(BUFFER);
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let (socket, _) = tokio_tungstenite::client_async_with_config(url, stream, Some(config)).await?;
        let mut line = Self { socket, next_id: 0 };
        line.packet("0").await?;
        line.write(format!(r#"40{NAMESPACE},{{"token":"{token}","deviceId":"{device}"}}"#)).await?;
        let admitted = line.packet("40").await?;
        drop(admitted);
        Ok(line)
    }

    /// Says something that is to be acknowledged, and returns under which number.
    pub async fn say(&mut self, event: &str, payload: &str) -> Result<u64, Failure> {
        let id = self.next_id;
        self.next_id += 1;
        self.write(format!(r#"42{NAMESPACE},{id}["{event}",{payload}]"#)).await?;
        Ok(id)
    }

    /// Says something that nobody acknowledges.
    pub async fn tell(&mut self, event: &str, payload: &str) -> Result<(), Failure> {
        self.write(format!(r#"42{NAMESPACE},["{event}",{payload}]"#)).await
    }

    /// Says something and waits until it is done. What is heard meanwhile is not kept.
    pub async fn ask(&mut self, event: &str, payload: &str) -> Result<String, Failure> {
        let id = self.say(event, payload).await?;
        self.answer(id).await
    }

    /// The answer of that number, which must be that it is done.
    pub async fn answer(&mut self, id: u64) -> Result<String, Failure> {
        loop {
            let heard = self.next_in_time("an answer").await?;
            if heard.answers() == Some(id) {
                return Ok(heard.must_be_done()?.to_owned());
            }
        }
    }

    /// The next event of that name. What is heard meanwhile is not kept.
    pub async fn event(&mut self, name: &str) -> Result<Heard, Failure> {
        loop {
            let heard = self.next_in_time(name).await?;
            match heard.event() {
                Some("error") => return Err(format!("waiting for {name}: {}", heard.payload()).into()),
                Some(event) if event == name => return Ok(heard),
                _ => {}
            }
        }
    }

    pub async fn acknowledge(&mut self, id: u64) -> Result<(), Failure> {
        self.write(format!(r#"43{NAMESPACE},{id}[{{"ok":true}}]"#)).await
    }

    /// Whatever comes next. May be dropped while it waits.
    pub async fn next(&mut self) -> Result<Heard, Failure> {
        loop {
            if let Some(heard) = Heard::read(self.text().await?)? {
                return Ok(heard);
            }
        }
    }

    pub async fn next_in_time(&mut self, what: &str) -> Result<Heard, Failure> {
        let late = |_| Failure::from(format!("{what} did not come within {} seconds", PATIENCE.as_secs()));
        tokio::time::timeout(PATIENCE, self.next()).await.map_err(late)?
    }

    /// Says good-bye properly, and waits until the server has heard it.
    pub async fn close(mut self) -> Result<(), Failure> {
        self.write(format!("41{NAMESPACE},")).await?;
        self.socket.close(None).await?;
        while let Some(Ok(_)) = self.socket.next().await {}
        Ok(())
    }

    /// The next packet, which must begin like that.
    async fn packet(&mut self, begin: &str) -> Result<Utf8Bytes, Failure> {
        let late = |_| Failure::from("the server does not shake hands");
        let text = tokio::time::timeout(PATIENCE, self.text()).await.map_err(late)??;
        if text.starts_with(begin) { Ok(text) } else { Err(format!("refused: {text}").into()) }
    }

    /// The next packet that is no heartbeat; those are answered.
    async fn text(&mut self) -> Result<Utf8Bytes, Failure> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) if text.as_str() == "2" => self.write("3".to_owned()).await?,
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Close(_))) | None => return Err("the server has closed the connection".into()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }

    async fn write(&mut self, text: String) -> Result<(), Failure> {
        Ok(self.socket.send(Message::text(text)).await?)
    }
}

impl Heard {
    fn read(text: Utf8Bytes) -> Result<Option<Self>, Failure> {
        let is_answer = match text.get(..2) {
            Some("42") => false,
            Some("43") => true,
            Some("41") => return Err("the server has disconnected this client".into()),
            _ => return Ok(None),
        };
        let head = text.find('[').ok_or_else(|| format!("unexpected packet: {text}"))?;
        let id = text[2..head].rsplit(',').next().and_then(|id| id.parse().ok());
        Ok(Some(Self { is_answer, id, body: head, text }))
    }

    /// The number under which it is to be acknowledged, or which it answers.
    pub fn id(&self) -> Option<u64> {
        self.id
    }

    pub fn answers(&self) -> Option<u64> {
        self.id.filter(|_| self.is_answer)
    }

    /// The name, if it is an event.
    pub fn event(&self) -> Option<&str> {
        let named = self.body().strip_prefix("[\"").filter(|_| !self.is_answer)?;
        named.split_once('"').map(|(name, _)| name)
    }

    /// The one thing that it holds beside its name.
    pub fn payload(&self) -> &str {
        let inside = &self.body()[1..self.body().len() - 1];
        match self.event() {
            Some(name) => inside[name.len() + 2..].trim_start_matches(','),
            None => inside,
        }
    }

    /// What the answer holds, unless it is a refusal.
    pub fn must_be_done(&self) -> Result<&str, Failure> {
        #[derive(serde::Deserialize)]
        struct Outcome {
            ok: bool,
        }
        let outcome: Outcome = serde_json::from_str(self.payload())?;
        if outcome.ok { Ok(self.payload()) } else { Err(format!("refused: {}", self.payload()).into()) }
    }

    fn body(&self) -> &str {
        &self.text[self.body..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Heard {
        Heard::read(text.into()).expect("sound").expect("an event or an answer")
    }

    #[test]
    fn an_event_has_a_name_a_payload_and_perhaps_a_number() {
        let ring = heard(r#"42/video-call,7["incoming-video-call",{"callId":"c"}]"#);
        assert_eq!((ring.event(), ring.id(), ring.answers()), (Some("incoming-video-call"), Some(7), None));
        assert_eq!(ring.payload(), r#"{"callId":"c"}"#);
        let sync = heard(r#"42/video-call,["sync",{}]"#);
        assert_eq!((sync.event(), sync.id()), (Some("sync"), None));
    }

    #[test]
    fn an_answer_that_refuses_is_no_success() {
        let done = heard(r#"43/video-call,12[{"ok":true,"forwarded":1}]"#);
        assert_eq!((done.answers(), done.event()), (Some(12), None));
        assert_eq!(done.must_be_done().expect("done"), r#"{"ok":true,"forwarded":1}"#);
        let refused = heard(r#"43/video-call,12[{"ok":false,"error":{"code":"not-found"}}]"#);
        assert!(refused.must_be_done().is_err());
    }
}
