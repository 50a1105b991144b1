use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody signs in with who has an account here.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PasswordSignIn {
    pub email: String,
    pub password: String,
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
