//! Makes load: many people at one Socket.IO server, and what it costs that server. Each subcommand prints one line of
//! JSON for the scripts of `bench/`, and fails if anything that was said got lost.

mod calls;
mod connect;
mod figures;
mod idle;
mod line;
mod people;
mod server;
mod signal;

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;

use crate::people::Clinic;
use crate::server::Server;

#[derive(Parser)]
#[command(name = "bedside-load", about = "Makes load at one Socket.IO server and says what it cost.")]
struct Cli {
    #[command(flatten)]
    at: At,
    #[command(subcommand)]
    command: Command,
}

/// The server, which is on this machine.
#[derive(clap::Args)]
struct At {
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
    Signal(signal::Signals),
    /// Set-ups of connections by people who have been here before.
    Connect(connect::Connects),
    /// Connections that are held and say nothing.
    Idle(idle::Idles),
    /// Whole calls in a closed loop: none lost, none doubled, none stuck.
    Calls(calls::Calls),
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
    let clinic = Clinic::new(cli.at.address, &cli.at.secret, &cli.at.people);
    let server = Server::new(cli.at.server_pid);
    match cli.command {
        Command::Signal(signals) => signals.run(&clinic, &server).await,
        Command::Connect(connects) => connects.run(&clinic, &server).await,
        Command::Idle(idles) => idles.run(&clinic, &server).await,
        Command::Calls(calls) => calls.run(&clinic, &server).await,
    }
}
