use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whom a sign-in link signs in. Reading it spends nothing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInView {
    pub name: String,
    pub role: String,
}

/// What a personal link leads to. Reading it spends nothing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JoinView {
    /// Whose link it is.
    pub name: String,
    /// As what they come: `patient`, `practitioner`, or what a guest is, `interpreter` for example.
    pub role: String,
    pub practitioner: JoinPractitioner,
    /// Of the appointment; nothing if the link is for a call without one.
    #[schema(format = DateTime)]
    pub scheduled_date: Option<String>,
    pub duration_minutes: Option<u16>,
    #[schema(format = DateTime)]
    pub opens_at: Option<String>,
    #[schema(format = DateTime)]
    pub closes_at: String,
    /// `open`, `early`, `over`, `pending` while it waits for the practice, or `void` if it does not take place.
    pub state: String,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JoinPractitioner {
    pub name: String,
    pub specialization: Option<String>,
}

/// A token that opens this one room.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JoinPass {
    pub token: String,
    #[schema(format = DateTime)]
    pub expires_at: String,
    pub user_id: String,
    pub room_id: String,
    /// Nothing if the link is for a call without an appointment.
    pub appointment_id: Option<String>,
}
