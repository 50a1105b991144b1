//! Logs: readable alone, or as JSON, one event a line. No name, address or token is ever handed to them.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Settings};

/// What is logged unless `RUST_LOG` says otherwise. sqlx would log statements.
const FILTER: &str = "info,sqlx=warn";

pub fn init(settings: &Settings) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(FILTER));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let colours = std::io::stderr().is_terminal();
    match settings.log_format {
        LogFormat::Text => logs.with_ansi(colours).with_target(false).compact().init(),
        LogFormat::Json => logs.json().flatten_event(true).init(),
    }
}
