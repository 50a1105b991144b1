use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The room of an appointment, for its two parties.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomView {
    pub id: String,
    /// The same as `id`.
    pub room_id: String,
    pub appointment_id: String,
    /// `Waiting`, `InProgress` or `Ended`.
    pub status: String,
    pub practitioner_joined: bool,
    pub patient_joined: bool,
    #[schema(format = DateTime)]
    pub started_at: Option<String>,
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    pub appointment: RoomAppointment,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomAppointment {
    pub id: String,
    #[schema(format = DateTime)]
    pub scheduled_date: String,
    pub patient: RoomPerson,
    pub practitioner: RoomPerson,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomPerson {
    pub id: String,
    pub first_name: String,
    pub last_name: String,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomCreated {
    pub room_id: String,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IceServers {
    pub ice_servers: Vec<IceServer>,
}

/// As the browser's `RTCPeerConnection` takes it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IceServer {
    pub urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}
