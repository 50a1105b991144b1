//! What people write to each other in a call: for those who are inside, and kept with it.

use bedside_domain::call::Call;
use bedside_domain::ids::PersonId;
use bedside_domain::notice;
use bedside_domain::policy;
pub use bedside_store::{ChatMessage, Kept};

use super::seats::{self, At};
use super::{App, Asker};
use crate::clock;
use crate::dispatch::{self, Error};

/// What whoever joins later is shown.
const SHOWN_AT_MOST: u16 = 200;

pub async fn say(app: &App, asker: &Asker, at: &At, text: String, request: Option<&str>) -> Result<Kept, Error> {
    let call = seats::inside(app, asker, at).await?;
    let id = clock::id();
    let request = request.unwrap_or(&id).to_owned();
    let owed = dispatch::with_ids(notice::owed_by_message(&call, &asker.viewer.id));
    let message = ChatMessage { id, call: call.id, person: asker.viewer.id.clone(), text, at: clock::now() };
    let at = message.at;
    let (kept, told) = app.store.keep_message(&message, &request, &owed).await?;
    dispatch::tell(app, at, &told);
    Ok(kept)
}

pub async fn read(app: &App, asker: &Asker, at: &At, up_to: &str) -> Result<(), Error> {
    let call = seats::inside(app, asker, at).await?;
    Ok(app.store.mark_messages_read(&call.id, &asker.viewer.id, up_to, clock::now()).await?)
}

/// What was written before somebody came, if it was meant for them too. Whoever is shown it needs no notice of it.
pub async fn before(app: &App, person: &PersonId, call: &Call) -> Result<Vec<ChatMessage>, Error> {
    let invitation = match call.party(person) {
        Some(_) => None,
        None => app.store.invitation_of(&call.room, person).await?,
    };
    match policy::may_read_chat(person, call, invitation.as_ref()) {
        Ok(since) => {
            app.store.see_messages(&call.id, person, clock::now()).await?;
            Ok(app.store.messages_of(&call.id, since, SHOWN_AT_MOST).await?)
        }
        Err(_) => Ok(Vec::new()),
    }
}
