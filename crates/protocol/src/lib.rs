//! What travels between Bedside and its clients. Every type here is in `/api/openapi.json` and in
//! `web/packages/protocol/src/generated.ts`, both made from these definitions.
//!
//! Times are RFC 3339 texts in UTC. An absent value and `null` mean the same.

pub mod account;
pub mod appointment;
pub mod call;
pub mod door;
pub mod notice;
pub mod person;
pub mod practice;
pub mod problem;
pub mod reach;
pub mod room;
pub mod typescript;

pub use bedside_domain::ids;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One page of a list; `nextCursor` brings the next one and is null on the last.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}
