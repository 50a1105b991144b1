//! ★ The one place where the seams are chosen, from the settings alone.

use std::path::Path;
use std::sync::Arc;

use bedside_store::Store;

use crate::Failure;
use crate::app::App;
use crate::app::ice::Ice;
use crate::app::links::LinkKey;
use crate::app::passwords::Passwords;
use crate::bus::Bus;
use crate::clock;
use crate::config::Settings;
use crate::outbox::{Outbox, is_key};
use crate::relay::RelayPorts;

/// The ports are open already, and the settings know them.
pub async fn compose(settings: Settings, relay: &RelayPorts) -> Result<Arc<App>, Failure> {
    let store = open(&settings).await?;
    // Kept in the database, so that every node of the practice makes and reads the same links.
    let secret = store.secret("links", &clock::secret()).await?;
    let turn_secrets = match settings.turn.secrets.as_slice() {
        // Kept for the same reason: a browser may come to the relay of another node.
        [] => vec![store.secret("turn", &clock::secret()).await?.to_vec()],
        said => said.iter().map(|secret| secret.clone().into_bytes()).collect(),
    };
    let (stun, mut turn) = relay.urls(&settings)?;
    turn.extend(settings.turn.urls.iter().cloned());
    let ice = (!turn.is_empty()).then(|| Ice::new(stun, turn, turn_secrets[0].clone()));
    let (link_key, passwords) = (LinkKey::new(&secret), Passwords::new());
    let outbox = Outbox::new(&settings, &push_key(&store).await?)?;
    Ok(Arc::new(App { store, bus: Bus::new(), link_key, passwords, ice, turn_secrets, outbox, settings }))
}

/// Made at the first start. Browsers have subscribed to this very key, so it stays.
async fn push_key(store: &Store) -> Result<[u8; 32], Failure> {
    let key = std::iter::repeat_with(clock::secret).find(is_key).expect("all but a few are keys");
    Ok(store.secret("push", &key).await?)
}

/// For a command that works beside the server, and opens no ports.
pub async fn beside(settings: Settings) -> Result<Arc<App>, Failure> {
    compose(settings, &RelayPorts::default()).await
}

/// Brings the database up to this version and stops.
pub async fn migrate(settings: &Settings) -> Result<(), Failure> {
    let store = open(settings).await?;
    println!("The {} database is up to date.", store.engine());
    store.close().await;
    Ok(())
}

async fn open(settings: &Settings) -> Result<Store, Failure> {
    if let Some(path) = settings.database.strip_prefix("sqlite://") {
        make_folder_of(Path::new(path))?;
    }
    Ok(Store::open(&settings.database).await?)
}

fn make_folder_of(file: &Path) -> Result<(), Failure> {
    match file.parent() {
        Some(folder) => std::fs::create_dir_all(folder)
            .map_err(|e| format!("the data folder {} cannot be made: {e}", folder.display()).into()),
        None => Ok(()),
    }
}
