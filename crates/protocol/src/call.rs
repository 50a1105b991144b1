use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::person::PersonBrief;

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallView {
    pub id: String,
    /// The same as `id`.
    pub call_id: String,
    pub room_id: String,
    pub appointment_id: Option<String>,
    /// `video` or `audio`.
    pub call_type: String,
    /// `ringing`, `waiting`, `active` or `ended`.
    pub status: String,
    /// Once ended: `completed`, `declined`, `missed`, `cancelled` or `failed`.
    pub outcome: Option<String>,
    /// Whether it rang for whoever asks and nobody took it, also if its caller gave up.
    pub missed: bool,
    pub caller: PersonBrief,
    pub callee: PersonBrief,
    /// Who is in it now.
    pub participants: Vec<String>,
    /// Why the caller called.
    pub reason: Option<String>,
    /// What the callee said when declining.
    pub answer: Option<String>,
    #[schema(format = DateTime)]
    pub requested_at: String,
    #[schema(format = DateTime)]
    pub started_at: Option<String>,
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    pub ended_by: Option<String>,
    pub duration_seconds: Option<i64>,
    /// When the callee took note of a missed call.
    #[schema(format = DateTime)]
    pub seen_at: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Feedback {
    /// From 1 to 5.
    pub stars: Option<u8>,
    /// What went wrong: `sound`, `picture`, `connection`, `other`.
    pub problems: Option<Vec<String>>,
    pub comment: Option<String>,
}

/// Whom to ring, and how.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ring {
    #[serde(alias = "practitionerId", alias = "doctorId")]
    pub callee_id: String,
    /// `video` if left out, or `audio`.
    #[serde(alias = "type")]
    pub call_type: Option<String>,
    /// The appointment of the two, whose room is used then.
    pub appointment_id: Option<String>,
    pub reason: Option<String>,
    /// Which of one's devices would be in the call.
    pub device_id: Option<String>,
}

/// Which of one's devices would be in the call.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CallBack {
    pub device_id: Option<String>,
}
