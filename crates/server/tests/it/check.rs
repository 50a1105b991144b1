//! `bedside check` says in words what works and what does not.

use std::net::UdpSocket;
use std::process::{Command, Output};

use crate::support::{Folder, Server};

fn check(folder: &Folder, more: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bedside"));
    command.args(["check", "--database", &folder.sqlite()]).args(more);
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

fn must_say(said: &str, all: &[&str]) {
    for one in all {
        assert!(said.contains(one), "“{one}” is not in:\n{said}");
    }
}

#[test]
fn before_the_first_start_it_tells_what_is_free_and_makes_nothing() {
    let folder = Folder::new();
    let (code, said) = check(&folder, &["--listen", "127.0.0.1:0"]);
    must_say(&said, &["there is no database yet", "the ports of the relay are free", "start Bedside"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);

    let taken = UdpSocket::bind("127.0.0.1:0").expect("some port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    let (code, said) = check(&folder, &["--listen", "127.0.0.1:0", "--turn-listen", &address]);
    must_say(&said, &[&format!("WRONG  cannot relay on {address}"), "one thing needs to be mended"]);
    assert_eq!(code, Some(1));
}

#[test]
fn a_running_server_is_tried_from_its_pages_to_its_relay() {
    let folder = Folder::new();
    let port = free_port();
    let relay = format!("127.0.0.1:{port}");
    let server = Server::start(&folder.sqlite(), &["--turn-listen", &relay]);
    let listen = server.address.trim_start_matches("http://");
    let good = ["--listen", listen, "--turn-listen", &relay];
    let (code, said) = check(&folder, &good);
    assert_eq!(code, Some(0), "{said}");
    must_say(
        &said,
        &[
            "the database answers and is up to date",
            "leads to Bedside",
            &format!("ok     stun:{relay}: this machine is seen as 127.0.0.1"),
            &format!("ok     turn:{relay}?transport=udp: relays at 127.0.0.1, and from relay to relay"),
            &format!("ok     turn:{relay}?transport=tcp: relays at 127.0.0.1, and from relay to relay"),
        ],
    );

    let (code, said) = check(&folder, &[&good[..], &["--turn-secret", "not the one it has"]].concat());
    assert_eq!(code, Some(1));
    must_say(&said, &["the password is not taken", "--turn-secret must be the same on both"]);

    let nowhere = format!("turn:127.0.0.1:{}?transport=tcp", free_port());
    let url = ["--turn-url", &nowhere, "--turn-secret", "not the one it has"];
    let (_, said) = check(&folder, &[&good[..], &url].concat());
    must_say(&said, &[&format!("WRONG  {nowhere}: it cannot be reached"), "Open TCP port"]);
    drop(server);
}

/// For UDP and TCP alike, most likely.
fn free_port() -> u16 {
    let streams = std::net::TcpListener::bind("127.0.0.1:0").expect("some port is free");
    streams.local_addr().expect("it is bound").port()
}
