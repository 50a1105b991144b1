//! Ways in: sessions, sign-in links, and the secrets that all nodes share. Tokens are kept as hashes alone.

use bedside_domain::ids::{PersonId, RoomId};
use bedside_domain::time::Millis;

use crate::Store;
use crate::error::Result;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub token_hash: String,
    pub person: PersonId,
    /// The one room that the session opens; everything the person may do if there is none.
    pub scope_room: Option<RoomId>,
    pub created_at: Millis,
    pub expires_at: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInLink {
    pub token_hash: String,
    pub person: PersonId,
    pub uses: Use,
    pub expires_at: Millis,
    pub spent_at: Option<Millis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Once,
    Again,
}

impl Store {
    pub async fn put_session(&self, session: &Session) -> Result<()> {
        let _ = session;
        todo!()
    }

    /// As it was put; whether it has expired is for whoever knows the time.
    pub async fn session(&self, token_hash: &str) -> Result<Option<Session>> {
        let _ = token_hash;
        todo!()
    }

    pub async fn end_session(&self, token_hash: &str) -> Result<()> {
        let _ = token_hash;
        todo!()
    }

    pub async fn put_sign_in_link(&self, link: &SignInLink) -> Result<()> {
        let _ = link;
        todo!()
    }

    pub async fn sign_in_link(&self, token_hash: &str) -> Result<Option<SignInLink>> {
        let _ = token_hash;
        todo!()
    }

    /// Whether the link lets somebody in at `at`. One that works once does so for the first who asks.
    pub async fn spend_sign_in_link(&self, token_hash: &str, at: Millis) -> Result<bool> {
        let _ = (token_hash, at);
        todo!()
    }

    /// The secret of this name: `fresh` if there was none, else the one that all nodes have.
    pub async fn secret(&self, name: &str, fresh: &[u8; 32]) -> Result<[u8; 32]> {
        let _ = (name, fresh);
        todo!()
    }
}
