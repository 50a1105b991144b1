//! Makes load: many people at one Socket.IO server, or packets through one relay, and what it costs that server. Each
//! subcommand prints one line of JSON for the scripts of `bench/`; those at Socket.IO fail if anything got lost.

mod allocations;
mod bare;
mod batch;
mod calls;
mod connect;
mod figures;
mod idle;
mod line;
mod people;
mod relayed;
mod server;
mod signal;
mod turn;

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;

use crate::people::Clinic;
use crate::server::Server;

#[derive(Parser)]
#[command(name = "bedside-load", about = "Makes load at one server and says what it cost.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// The Socket.IO server, which is on this machine.
#[derive(clap::Args)]
struct Clinical<T: clap::Args> {
    #[command(flatten)]
    what: T,
    #[arg(long)]
    address: SocketAddr,
    /// Process whose processor time and memory are measured.
    #[arg(long)]
    server_pid: u32,
    /// The HS256 secret of the host application.
    #[arg(long)]
    secret: String,
    /// Put before the names of all people, so that two runs know different ones.
    #[arg(long, default_value = "")]
    people: String,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Pairs in rooms send each other signals, and every one is acknowledged.
    Signal(Clinical<signal::Signals>),
    /// Set-ups of connections by people who have been here before.
    Connect(Clinical<connect::Connects>),
    /// Connections that are held and say nothing.
    Idle(Clinical<idle::Idles>),
    /// Whole calls in a closed loop: none lost, none doubled, none stuck.
    Calls(Clinical<calls::Calls>),
    /// Packets through a relay, both ways.
    Relayed(relayed::Packets),
    /// Allocations at a relay: how fast, and what each weighs.
    Allocations(allocations::Allocations),
    /// A relay that knows no protocol: what any relay costs at least.
    Bare(bare::Bare),
}

/// What ends a run.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // One thread: the server is to have the rest of the machine.
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::from)
        .and_then(|runtime| runtime.block_on(run(cli)));
    match outcome {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("bedside-load: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<serde_json::Value, Failure> {
    match cli.command {
        Command::Signal(at) => at.what.run(&at.clinic(), &at.server()).await,
        Command::Connect(at) => at.what.run(&at.clinic(), &at.server()).await,
        Command::Idle(at) => at.what.run(&at.clinic(), &at.server()).await,
        Command::Calls(at) => at.what.run(&at.clinic(), &at.server()).await,
        Command::Relayed(packets) => packets.run().await,
        Command::Allocations(allocations) => allocations.run().await,
        Command::Bare(bare) => bare.run(),
    }
}

impl<T: clap::Args> Clinical<T> {
    fn clinic(&self) -> Clinic {
        Clinic::new(self.address, &self.secret, &self.people)
    }

    fn server(&self) -> Server {
        Server::new(self.server_pid)
    }
}
