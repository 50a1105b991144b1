//! ★ The one place where the seams are chosen, from the settings alone.

use std::path::Path;
use std::sync::Arc;

use bedside_store::Store;

use crate::Failure;
use crate::app::App;
use crate::app::links::LinkKey;
use crate::bus::Bus;
use crate::clock;
use crate::config::Settings;

pub async fn compose(settings: Settings) -> Result<Arc<App>, Failure> {
    let store = open(&settings).await?;
    // Kept in the database, so that every node of the practice makes and reads the same links.
    let secret = store.secret("links", &clock::secret()).await?;
    Ok(Arc::new(App { store, bus: Bus::new(), link_key: LinkKey::new(&secret), settings }))
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
