use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::person::PersonBrief;

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeView {
    pub id: String,
    /// `missed-call`, `message`, `appointment-requested`, `appointment-accepted`, `appointment-declined`,
    /// `appointment-cancelled`, `appointment-rescheduled`, `reminder-day`, `reminder-hour` or `call-starting`.
    pub topic: String,
    pub call_id: Option<String>,
    pub appointment_id: Option<String>,
    pub by: Option<PersonBrief>,
    #[schema(format = DateTime)]
    pub at: String,
    #[schema(format = DateTime)]
    pub read_at: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UnreadCount {
    pub count: i64,
}
