//! A story as it stands in its file; `stories/README.md` explains it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    pub name: String,
    pub about: String,
    pub people: Vec<Person>,
    pub appointment: Option<Appointment>,
    pub steps: Vec<Step>,
    pub outcome: Outcome,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub id: String,
    pub role: String,
    #[serde(default = "one_laptop")]
    pub devices: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Appointment {
    pub id: String,
    pub practitioner: String,
    pub patient: String,
    pub waiting_room: bool,
    pub start: i64,
    pub minutes: u16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub at: i64,
    pub who: String,
    pub on: Option<String>,
    pub does: Does,
    #[serde(default)]
    pub then: Vec<Value>,
    pub refused: Option<String>,
    #[serde(default)]
    pub sees: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
pub struct Does {
    #[serde(default = "first")]
    pub call: String,
    #[serde(flatten)]
    pub act: Act,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Act {
    RequestVideoCall { callee_id: String, call_type: Option<String>, appointment_id: Option<String> },
    DeviceRings,
    AcceptVideoCall,
    RejectVideoCall { reason: Option<String> },
    CancelVideoCall,
    JoinRoom,
    LeaveRoom,
    EndCall,
    AdmitParticipant { user_id: String },
    DenyParticipant { user_id: String },
    InviteParticipant { guest_id: String, role: String },
    ConnectionLost,
    ConnectionBack,
    TimePasses,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    pub calls: BTreeMap<String, CallOutcome>,
    pub room: Option<RoomOutcome>,
    #[serde(default)]
    pub missed: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CallOutcome {
    pub state: String,
    pub ending: Option<String>,
    pub duration_seconds: Option<i64>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RoomOutcome {
    pub status: String,
    pub practitioner_joined: bool,
    pub patient_joined: bool,
}

impl Person {
    /// Under which names a story may say what this person sees.
    pub fn addresses(&self) -> Vec<String> {
        let devices = self.devices.iter().map(|device| format!("{}/{device}", self.id));
        devices.chain([self.id.clone()]).collect()
    }
}

fn one_laptop() -> Vec<String> {
    vec!["laptop".to_owned()]
}

fn first() -> String {
    "first".to_owned()
}
