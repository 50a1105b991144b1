//! Bedside: video calling for clinics in one binary. `bedside --help` says what it can do.

mod app;
mod bus;
mod check;
mod clock;
mod compose;
mod config;
mod demo;
mod dispatch;
mod lan;
mod listen;
mod outbox;
mod pages;
mod relay;
mod serve;
mod telemetry;
mod timers;
mod tls;
mod users;
mod wire;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bedside_store::{CopyError, Instead};
use clap::Parser;

use crate::config::{Given, Place, Settings};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "bedside", version, about = "Self-hosted video calling for clinics, in one binary.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Run the server.
    Serve(Given),
    /// Run the server on a throw-away database with demo people, and print a sign-in link for each.
    Demo(Given),
    /// Say in words what works with these settings, what does not, and what to do about it.
    Check(Given),
    /// Bring the database up to this version and stop.
    Migrate(Given),
    /// Copy a SQLite database into a new file, while the server runs.
    Backup {
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Put a backup in the place of the database, while no server runs.
    Restore {
        file: PathBuf,
        /// Lose the database that is there.
        #[arg(long)]
        replace: bool,
        #[command(flatten)]
        place: Place,
    },
    /// The people who sign in here.
    #[command(subcommand)]
    User(users::Wish),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bedside: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .map_err(|_| "another crypto provider was installed first")?;
    let settings = match &command {
        Command::Serve(given) | Command::Check(given) | Command::Migrate(given) => Settings::resolve(given.clone())?,
        Command::Demo(given) => Settings::resolve_for_demo(given.clone())?,
        Command::Backup { place, .. } | Command::Restore { place, .. } => Settings::resolve(place.given())?,
        Command::User(wish) => Settings::resolve(wish.place().given())?,
    };
    telemetry::init(&settings);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers()).enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve(_) => serve::serve(settings).await,
            Command::Demo(_) => demo::demo(settings).await,
            Command::Check(_) => check::check(settings).await,
            Command::Migrate(_) => compose::migrate(&settings).await,
            Command::Backup { file, .. } => back_up(&settings, &file).await,
            Command::Restore { file, replace, .. } => restore(&settings, &file, replace).await,
            Command::User(wish) => users::run(&*compose::beside(settings).await?, &wish).await,
        }
    })
}

/// For every other core: what people say to each other is so little work that waking another thread for it costs more
/// than doing it. The disk, passwords and the network have the other cores.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2))
}

async fn back_up(settings: &Settings, file: &Path) -> Result<(), Failure> {
    bedside_store::back_up(&settings.database, file).await?;
    println!("The backup is in {}. It holds health data: keep it as you keep the database.", file.display());
    Ok(())
}

async fn restore(settings: &Settings, file: &Path, replace: bool) -> Result<(), Failure> {
    let instead = if replace { Instead::OfWhatIsThere } else { Instead::Nothing };
    match bedside_store::restore(&settings.database, file, instead).await {
        Err(error @ CopyError::Exists(_)) => Err(format!("{error}; --replace loses it for the backup").into()),
        outcome => {
            outcome?;
            println!("The backup is in place. Everybody signs in anew.");
            Ok(())
        }
    }
}

/// What stops the program, in words for the operator.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
