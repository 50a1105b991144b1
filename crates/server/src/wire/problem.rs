//! What a client is told when something is not done. One place turns refusals and failures into codes and statuses.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bedside_domain::refusal::Refusal;
use bedside_protocol::problem::{Code, Problem};

use serde_json::{Value, json};

use crate::dispatch::{Answer, Error};

/// An answer that says no.
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    code: Code,
    detail: String,
    retryable: bool,
    retry_after_seconds: Option<u64>,
}

impl Refused {
    pub fn new(status: StatusCode, code: Code, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), retryable: false, retry_after_seconds: None }
    }

    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::Invalid, detail)
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, Code::Forbidden, detail)
    }

    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, "a payload may have 64 KiB")
    }

    pub fn code(&self) -> Code {
        self.code
    }

    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// As an acknowledgement or an `error` event has it.
    pub fn brief(&self) -> Value {
        json!({ "code": self.code.name(), "message": self.detail, "retryable": self.retryable })
    }

    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, Code::Unauthorized, detail)
    }

    pub fn retryable(self) -> Self {
        Self { retryable: true, ..self }
    }

    pub fn not_found() -> Self {
        Refusal::NotFound.into()
    }

    pub fn rate_limited(wait_seconds: u64) -> Self {
        Self {
            retryable: true,
            retry_after_seconds: Some(wait_seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, "too many requests; wait and try again")
        }
    }

    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self {
            retryable: true,
            retry_after_seconds: Some(5),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, detail)
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match refusal {
            Refusal::NotFound => (StatusCode::NOT_FOUND, Code::NotFound),
            Refusal::Forbidden(_) => (StatusCode::FORBIDDEN, Code::Forbidden),
            Refusal::Invalid(_) => (StatusCode::BAD_REQUEST, Code::Invalid),
            Refusal::NotNow(_) => (StatusCode::CONFLICT, Code::NotNow),
            Refusal::Busy(_) => (StatusCode::CONFLICT, Code::Busy),
            Refusal::Offline => (StatusCode::CONFLICT, Code::Offline),
            Refusal::Unproven => (StatusCode::UNAUTHORIZED, Code::Unauthorized),
            Refusal::Expired(_) => (StatusCode::GONE, Code::Expired),
        };
        Self { retryable: refusal.retryable(), ..Self::new(status, code, refusal.why()) }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Failed(failure) => {
                // The operator reads why; the client, who can do nothing about it, does not.
                tracing::error!(%failure, "the database failed");
                Self::unavailable(
                    "the server cannot do this right now; with the same Idempotency-Key it is safe to ask again",
                )
            }
            Error::Contended => {
                tracing::warn!("a change lost against others every time");
                Self::unavailable("too many are changing this at once; nothing was changed, ask again")
            }
        }
    }
}

impl Refused {
    /// For a refusal that is kept, because something was changed all the same.
    pub fn answer(&self) -> Answer {
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail.clone(),
            retryable: self.retryable,
        };
        let body = serde_json::to_string(&problem).expect("a problem is plain JSON");
        Answer { status: self.status.as_u16(), body }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.answer().body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
