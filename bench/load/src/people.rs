//! Whom the host application sends, and the doors they come through.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{EncodingKey, Header, encode};
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::line::Line;

/// The server, and the key with which its host application signs.
pub struct Clinic {
    address: SocketAddr,
    key: EncodingKey,
    prefix: String,
}

#[derive(Clone, Copy)]
pub enum Role {
    Patient,
    Practitioner,
}

/// Two who call each other, each at a device.
pub struct Pair {
    pub patient: Line,
    pub practitioner: Line,
    practitioner_id: String,
}

/// A call that was answered, and where it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    pub call_id: String,
    pub room_id: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    role: &'a str,
    name: String,
    exp: u64,
}

/// Longer than any run.
const TOKEN_LASTS_SECONDS: u64 = 24 * 3600;

impl Clinic {
    pub fn new(address: SocketAddr, secret: &str, prefix: &str) -> Self {
        Self { address, key: EncodingKey::from_secret(secret.as_bytes()), prefix: prefix.to_owned() }
    }

    /// The `n`th of them, connected and told how things stand.
    pub async fn arrive(&self, role: Role, n: usize) -> Result<Line, Failure> {
        let id = self.id(role, n);
        let mut line = Line::open(self.address, &self.token(role, &id)?, &id).await?;
        line.event("sync").await?;
        Ok(line)
    }

    pub async fn pair(&self, n: usize) -> Result<Pair, Failure> {
        Ok(Pair {
            patient: self.arrive(Role::Patient, n).await?,
            practitioner: self.arrive(Role::Practitioner, n).await?,
            practitioner_id: self.id(Role::Practitioner, n),
        })
    }

    fn id(&self, role: Role, n: usize) -> String {
        format!("{}{}-{n}", self.prefix, role.name())
    }

    #[expect(clippy::disallowed_methods, reason = "the clock of the server is not for its clients")]
    fn token(&self, role: Role, id: &str) -> Result<String, Failure> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let claims =
            Claims { sub: id, role: role.name(), name: format!("Somebody {id}"), exp: now + TOKEN_LASTS_SECONDS };
        Ok(encode(&Header::default(), &claims, &self.key)?)
    }
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Practitioner => "practitioner",
        }
    }
}

impl Pair {
    /// The two, and by which id the practitioner is rung.
    pub fn apart(self) -> (Line, Line, String) {
        (self.patient, self.practitioner, self.practitioner_id)
    }

    /// Rings, answers, and has both enter.
    pub async fn meet(&mut self) -> Result<Place, Failure> {
        let wish = format!(r#"{{"doctorId":"{}"}}"#, self.practitioner_id);
        let rung = self.patient.ask("request-video-call", &wish).await?;
        let place: Place = serde_json::from_str(&rung)?;
        let ring = self.practitioner.event("incoming-video-call").await?;
        if let Some(id) = ring.id() {
            self.practitioner.acknowledge(id).await?;
        }
        let call = format!(r#"{{"callId":"{}"}}"#, place.call_id);
        self.practitioner.ask("accept-video-call", &call).await?;
        self.patient.event("call-accepted").await?;
        for line in [&mut self.patient, &mut self.practitioner] {
            line.say("join-room", &format!(r#"{{"roomId":"{}"}}"#, place.room_id)).await?;
            line.event("joined-room").await?;
        }
        Ok(place)
    }

    /// Ends the call, and both go.
    pub async fn part(mut self, place: &Place) -> Result<(), Failure> {
        self.patient.ask("end-call", &format!(r#"{{"roomId":"{}"}}"#, place.room_id)).await?;
        self.patient.close().await?;
        self.practitioner.close().await
    }
}
