use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::person::PersonBrief;

/// By which ways one is told, and what one has chosen.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReachView {
    /// The ways that the operator has set up: `email`, `sms`, `push`.
    pub channels: Vec<String>,
    /// One entry for each topic and each way that it goes.
    pub choices: Vec<ChoiceView>,
    pub quiet_hours: Option<QuietView>,
    /// Neither e-mail nor SMS at all.
    pub stopped: bool,
    /// Where letters go; nothing if there is no address that may be used.
    pub email: Option<String>,
    /// Where SMS go, in E.164.
    pub phone: Option<String>,
    /// Addresses that wait for their code.
    pub unconfirmed: Vec<UnconfirmedView>,
    /// What a page subscribes to pushes with; nothing if there are none here.
    pub push_key: Option<String>,
}

/// Whether one is told of something by one way.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChoiceView {
    /// As in `GET /api/notifications`.
    pub topic: String,
    /// `email`, `sms` or `push`.
    pub channel: String,
    pub wanted: bool,
}

/// When one is not to be disturbed, where one lives. It may go over midnight.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuietView {
    #[schema(example = "22:00")]
    pub from: String,
    #[schema(example = "07:00")]
    pub to: String,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnconfirmedView {
    pub channel: String,
    pub address: String,
}

/// What one chooses, in place of what one chose before. What is not named is as by default.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PutReach {
    pub choices: Vec<ChoiceView>,
    pub quiet_hours: Option<QuietView>,
    pub stopped: bool,
}

/// An address of one's own, which gets a code.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct NewAddress {
    pub email: Option<String>,
    /// In E.164, such as +491711234567.
    pub phone: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmAddress {
    /// `email` or `sms`.
    pub channel: String,
    pub code: String,
}

/// What `PushSubscription.toJSON()` gives.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PushDevice {
    pub endpoint: String,
    pub keys: PushKeys,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PushKeys {
    pub p256dh: String,
    pub auth: String,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ForgetDevice {
    pub endpoint: String,
}

/// The private address of one's calendar. Shown this once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalendarAddress {
    pub url: String,
}

/// Something that is to be told, or could not be.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutboxEntry {
    pub id: String,
    /// `plan`, `email`, `sms`, `push` or `webhook`.
    pub lane: String,
    pub topic: String,
    /// Whom it is for; nobody if it is for a program.
    pub person: Option<PersonBrief>,
    pub webhook_id: Option<String>,
    #[schema(format = DateTime)]
    pub at: String,
    /// When it is tried next.
    #[schema(format = DateTime)]
    pub due_at: String,
    pub tries: i64,
    #[schema(format = DateTime)]
    pub failed_at: Option<String>,
    /// Why it failed the last time: `unreachable`, `timeout`, `refused`, `provider-failed`, `too-many`, `no-address`, …
    pub why: Option<String>,
    /// What the provider said later.
    pub receipt: Option<String>,
}

/// A program that is told what happens.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookView {
    pub id: String,
    pub url: String,
    #[schema(format = DateTime)]
    pub created_at: String,
    #[schema(format = DateTime)]
    pub disabled_at: Option<String>,
    /// `gone` if its server answered 410.
    pub why: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewWebhook {
    /// https, and not in a private network.
    pub url: String,
}

/// What its messages are signed with. Shown this once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookSecret {
    pub id: String,
    pub secret: String,
}

/// Whether a program took what it was sent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookTrial {
    pub took: bool,
    /// If it did not: as in an entry of the outbox.
    pub why: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Replay {
    /// What happened at this time or later.
    #[schema(format = DateTime)]
    pub from: String,
}
