//! Systems that lack what makes relaying fast relay the same, only slower. A filter of system calls stands in for them.

use std::collections::BTreeMap;
use std::io::IoSliceMut;
use std::net::UdpSocket;
use std::thread;

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, setsockopt, sockopt};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};
use std::os::fd::AsRawFd;

use crate::{Family, PEER, bursts, serve_udp, started, stream_client, talk, udp_client};

/// From now on this thread, and those that it begins, get `error` where one of the rules holds.
fn refuse(call: i64, rules: Vec<SeccompRule>, error: Errno) {
    let architecture = std::env::consts::ARCH.try_into().expect("a processor that filters are written for");
    let (others, these) = (SeccompAction::Allow, SeccompAction::Errno(error as u32));
    let filter =
        SeccompFilter::new(BTreeMap::from([(call, rules)]), others, these, architecture).expect("a sound filter");
    let program: BpfProgram = filter.try_into().expect("a short filter");
    apply_filter(&program).expect("the system filters");
}

fn refuse_to_take_several() {
    refuse(libc::SYS_recvmmsg, Vec::new(), Errno::ENOSYS);
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let mut headers = MultiHeaders::<SockaddrIn>::preallocate(1, None);
    let mut buffer = [0; 8];
    let mut slices = [[IoSliceMut::new(&mut buffer)]];
    let taken = recvmmsg(socket.as_raw_fd(), &mut headers, slices.iter_mut(), MsgFlags::MSG_DONTWAIT, None);
    assert_eq!(taken.err(), Some(Errno::ENOSYS));
}

/// Neither on the way in nor on the way out.
fn refuse_runs() {
    let is = |argument: u8, value: i32| {
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value as u64)
            .expect("it is one of six")
    };
    let rules = [libc::UDP_SEGMENT, libc::UDP_GRO]
        .map(|option| SeccompRule::new(vec![is(1, libc::SOL_UDP), is(2, option)]).expect("a rule"));
    refuse(libc::SYS_setsockopt, rules.into(), Errno::ENOPROTOOPT);
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    assert_eq!(setsockopt(&socket, sockopt::UdpGroSegment, &true), Err(Errno::ENOPROTOOPT));
    assert_eq!(setsockopt(&socket, sockopt::UdpGsoSegment, &1200), Err(Errno::ENOPROTOOPT));
}

/// Every way of relaying, on a system that refuses this.
fn all_is_relayed_although(refused: fn()) {
    let everything = async {
        let relay = started();
        let (server, _) = serve_udp(&relay, PEER).await;
        bursts(&relay, udp_client(server, "p1.c1").await).await;
        bursts(&relay, stream_client(&relay, "p1.c1")).await;
        talk(udp_client(server, "p1.c1").await, udp_client(server, "p2.c1").await, Family::V4).await;
        talk(stream_client(&relay, "p1.c1"), udp_client(server, "p2.c1").await, Family::V6).await;
    };
    // A thread of its own, since nothing takes a filter back.
    let alone = move || {
        refused();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(everything);
    };
    thread::spawn(alone).join().expect("it was all relayed");
}

#[test]
fn where_datagrams_are_taken_one_by_one_all_is_relayed() {
    all_is_relayed_although(refuse_to_take_several);
}

#[test]
fn where_datagrams_are_not_put_together_all_is_relayed() {
    all_is_relayed_although(refuse_runs);
}

#[test]
fn where_there_is_nothing_of_it_all_is_relayed() {
    all_is_relayed_although(|| {
        refuse_to_take_several();
        refuse_runs();
    });
}
