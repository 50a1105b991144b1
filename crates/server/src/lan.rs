//! What this machine is called in its network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

/// The address by which others reach a server that listens on `listen`.
pub fn address_for_others(listen: IpAddr) -> IpAddr {
    if !listen.is_unspecified() {
        return listen;
    }
    let addresses = addresses();
    outward().or_else(|| addresses.into_iter().find(IpAddr::is_ipv4)).unwrap_or(Ipv4Addr::LOCALHOST.into())
}

/// Every name and address by which a browser may come to a server that listens on `listen`, as certificates have them.
pub fn names(listen: IpAddr) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    if let Some(host) = host_name() {
        names.extend([format!("{host}.local"), host]);
    }
    if listen.is_unspecified() {
        // IPv6 addresses come and go by the day: only where they can be reached.
        let reachable = addresses().into_iter().filter(|address| address.is_ipv4() || listen.is_ipv6());
        names.extend(reachable.map(|address| address.to_string()));
    } else {
        names.push(listen.to_string());
    }
    names
}

/// The address that the way out of this network begins with. Nothing is sent: to connect a datagram socket only asks
/// the machine for the way.
fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

/// An address of this machine in the IPv6 world, or in its own network at least.
pub fn ipv6() -> Option<Ipv6Addr> {
    addresses().into_iter().find_map(|address| match address {
        IpAddr::V6(address) => Some(address),
        IpAddr::V4(_) => None,
    })
}

fn addresses() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    interfaces.iter().filter(|one| !one.is_loopback() && !one.is_link_local()).map(if_addrs::Interface::ip).collect()
}

fn host_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?.trim().to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    (!name.is_empty() && name != "localhost" && name.chars().all(plain)).then_some(name)
}
