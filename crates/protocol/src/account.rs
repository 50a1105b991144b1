use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::person::{PersonBrief, PersonView};

/// What somebody signs in with who has an account here.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordSignIn {
    pub email: String,
    pub password: String,
}

/// Where a link goes that signs in once.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AskForLink {
    pub email: String,
}

/// A password to sign in with from now on, of at least 12 characters.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewPassword {
    pub password: String,
    /// The password so far, if there is one.
    pub current: Option<String>,
    /// The address to sign in with, for whoever has none here.
    pub email: Option<String>,
}

/// Where somebody is signed in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    pub id: String,
    /// What the browser called itself.
    pub agent: Option<String>,
    #[schema(format = DateTime)]
    pub begun_at: String,
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// A link that signs its person in once. Shown this once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInLink {
    pub link: String,
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// Oneself, as one's own pages need it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeView {
    pub person: PersonView,
    /// What one signs in with here; nothing for whoever signs in elsewhere.
    pub sign_in_email: Option<String>,
    pub has_password: bool,
    /// What the pages have kept, as they have kept it.
    pub settings: Value,
}

/// What one says of oneself. What is left out stays as it is, an empty text takes away what was there.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PutMe {
    /// For the people of the practice; a patient's name is the practice's to write.
    pub name: Option<String>,
    /// For the people of the practice.
    pub title: Option<String>,
    /// For the people of the practice.
    pub specialization: Option<String>,
    pub phone: Option<String>,
    pub languages: Option<Vec<String>>,
    pub picture: Option<String>,
    pub locale: Option<String>,
    pub zoneinfo: Option<String>,
}

/// What one's pages keep from one device to the next: an object of their own making, of at most 8 KiB.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct Preferences(pub Map<String, Value>);

/// Who did what to whose record, and when.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditView {
    #[schema(format = DateTime)]
    pub at: String,
    pub actor: PersonBrief,
    /// `read-person` or `write-settings`, for example.
    pub deed: String,
    /// If it was about a person who is still known.
    pub subject: Option<PersonBrief>,
    /// Of the person, appointment or call that it was about; nothing if it was about no one thing.
    pub subject_id: Option<String>,
}
