use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody as the other party of something sees them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonBrief {
    pub id: String,
    pub name: String,
    pub first_name: String,
    pub last_name: String,
}

/// Somebody as they see themselves, or as those see them who may find them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonView {
    pub id: String,
    #[schema(example = "practitioner")]
    pub role: String,
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    pub initials: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub title: Option<String>,
    pub specialization: Option<String>,
    pub languages: Vec<String>,
    pub picture: Option<String>,
    pub locale: Option<String>,
    pub zoneinfo: Option<String>,
}

/// Somebody as the register of the practice has them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RegisterEntry {
    pub id: String,
    #[schema(example = "practitioner")]
    pub role: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub specialization: Option<String>,
    /// Whether patients find them in the directory.
    pub listed: bool,
    #[schema(format = DateTime)]
    pub disabled_at: Option<String>,
}

/// A practitioner in the directory.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PractitionerCard {
    pub id: String,
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    pub initials: String,
    pub title: Option<String>,
    pub specialization: Option<String>,
    pub languages: Vec<String>,
    pub picture: Option<String>,
    /// `online`, `busy`, `away` or `offline`.
    pub presence: String,
}

/// What staff write of a person. What is left out of an existing person stays as it is.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PutPerson {
    #[schema(example = "patient")]
    pub role: Option<String>,
    pub name: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub title: Option<String>,
    pub specialization: Option<String>,
    pub languages: Option<Vec<String>>,
    pub picture: Option<String>,
    pub locale: Option<String>,
    pub zoneinfo: Option<String>,
    /// Whether a practitioner stands in the directory.
    pub listed: Option<bool>,
}
