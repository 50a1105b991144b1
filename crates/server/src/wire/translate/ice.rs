//! The servers that help browsers to find each other, as `RTCPeerConnection` takes them.

use bedside_domain::refusal::Refusal;
use bedside_protocol::room::IceServer;

use super::Read;
use crate::app::ice::Purpose;
use crate::app::{App, Asker};
use crate::clock;

/// Those that the operator has named, and our own.
pub fn ice_servers(app: &App, asker: &Asker, purpose: Purpose<'_>) -> Vec<IceServer> {
    let mut servers = app.settings.ice_servers.clone();
    let Some(ice) = &app.ice else { return servers };
    if !ice.stun.is_empty() {
        servers.push(IceServer { urls: ice.stun.clone(), username: None, credential: None });
    }
    let pass = ice.pass(&app.link_key, clock::now(), &asker.viewer.id, asker.session.as_deref(), purpose);
    servers.push(IceServer { urls: ice.turn.clone(), username: Some(pass.username), credential: Some(pass.password) });
    servers
}

pub fn ice_purpose(wish: Option<&str>) -> Read<Purpose<'static>> {
    match wish {
        None | Some("call") => Ok(Purpose::Ring),
        Some("trial") => Ok(Purpose::Trial),
        Some(_) => Err(Refusal::Invalid("purpose must be call or trial")),
    }
}
