use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A refusal or a failure, as RFC 9457 has it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// For a sentence to the person; the words here are for developers.
    pub code: Code,
    pub detail: String,
    /// Whether asking again a little later may bring another answer.
    pub retryable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    Unauthorized,
    Forbidden,
    NotFound,
    Invalid,
    NotNow,
    Offline,
    Busy,
    Expired,
    RateLimited,
    TooLarge,
    Unavailable,
}

impl Code {
    pub fn name(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::Invalid => "invalid",
            Self::NotNow => "not-now",
            Self::Offline => "offline",
            Self::Busy => "busy",
            Self::Expired => "expired",
            Self::RateLimited => "rate-limited",
            Self::TooLarge => "too-large",
            Self::Unavailable => "unavailable",
        }
    }
}
