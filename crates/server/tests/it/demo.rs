//! `bedside demo` as a newcomer starts it.

use std::path::Path;
use std::process::Command;

use crate::support::Server;

pub struct Demo {
    pub server: Server,
    /// Who, and the address that signs them in.
    pub links: Vec<(String, String)>,
}

impl Demo {
    /// On a free port, with its throw-away database somewhere in `temporary`.
    pub fn start(temporary: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bedside"));
        command.args(["demo", "--listen", "127.0.0.1:0"]).env("TMPDIR", temporary);
        let server = Server::run_until(command, |said| {
            let links = links_in(said);
            let (_, link) = links.get(4)?;
            link.split_once("/sign-in/").map(|(address, _)| address.to_owned())
        });
        let links = links_in(&server.log());
        Self { server, links }
    }

    pub fn link_of(&self, who: &str) -> &str {
        let found = self.links.iter().find(|(name, _)| name.contains(who));
        &found.unwrap_or_else(|| panic!("no link for {who}: {:?}", self.links)).1
    }

    /// What stands behind `/sign-in/` in somebody's link.
    pub fn token_of(&self, who: &str) -> &str {
        self.link_of(who).rsplit('/').next().expect("a link has a token")
    }
}

fn links_in(said: &str) -> Vec<(String, String)> {
    let link = |line: &str| {
        let at = line.find("http://").filter(|_| line.contains("/sign-in/"))?;
        Some((line[..at].trim().to_owned(), line[at..].trim().to_owned()))
    };
    said.lines().filter_map(link).collect()
}
