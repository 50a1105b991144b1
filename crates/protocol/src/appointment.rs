use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::person::PersonBrief;

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentView {
    pub id: String,
    /// `Pending`, `Accepted`, `Declined`, `Cancelled`, `Completed` or `NoShow`.
    pub status: String,
    /// `Remote` or `InPerson`.
    #[serde(rename = "type")]
    pub kind: String,
    #[schema(format = DateTime)]
    pub scheduled_date: String,
    pub duration_minutes: u16,
    /// Why the patient comes.
    pub reason: Option<String>,
    /// What was said when it was declined or cancelled.
    pub answer: Option<String>,
    pub practitioner: PersonBrief,
    pub patient: PersonBrief,
    pub waiting_room: bool,
    /// `built-in`, or `link` where the two meet at another provider.
    pub provider: String,
    /// For its two parties.
    pub room_id: Option<String>,
    /// The way in, personal to whoever asks; only on an accepted remote appointment, only for its two parties.
    pub video_call_link: Option<String>,
    /// From when until when the link lets in.
    #[schema(format = DateTime)]
    pub link_opens_at: Option<String>,
    #[schema(format = DateTime)]
    pub link_closes_at: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: String,
}

/// A patient requests, for nobody else; a practitioner or staff member settles.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewAppointment {
    #[serde(alias = "doctorId")]
    pub practitioner_id: String,
    pub patient_id: Option<String>,
    /// Instead of `patientId`, for somebody nobody has seen yet.
    pub patient: Option<NewPatient>,
    #[schema(format = DateTime)]
    pub scheduled_date: String,
    /// 30 if left out.
    pub duration_minutes: Option<u16>,
    /// `Remote` or `InPerson`.
    #[serde(rename = "type")]
    pub kind: String,
    pub reason: Option<String>,
    /// Whether the patient waits to be admitted; as the practice has it if left out.
    pub waiting_room: Option<bool>,
    /// A fixed https link of another meeting provider, instead of the call in here. For the practice alone.
    pub meeting_link: Option<String>,
    /// One of the practice's meeting places by its name, instead of a link. For the practice alone.
    pub meeting_place: Option<String>,
}

/// At least one of `email` and `phone`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewPatient {
    pub email: Option<String>,
    pub phone: Option<String>,
    pub name: String,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reschedule {
    #[schema(format = DateTime)]
    pub scheduled_date: String,
    pub duration_minutes: Option<u16>,
}

/// What is said with a decline or a cancellation.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Reason {
    pub reason: Option<String>,
}

/// The way into an appointment that begins.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallStart {
    pub appointment_id: String,
    pub room_id: Option<String>,
    pub video_call_link: String,
}
