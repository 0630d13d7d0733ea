//! Who may call.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::{Layer, Next};
use crate::call::Call;
use crate::handler::BoxFuture;

/// Runs only calls that come from certain addresses; others are closed.
///
/// FastAGI has no authentication: whoever reaches the port can pretend to be a call. Calls that came by
/// no network (a child process, Async AGI) pass.
#[derive(Debug, Clone)]
pub struct AllowPeers(Arc<[Network]>);

/// Addresses that have the first bits in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: u128,
    mask: u128,
}

impl AllowPeers {
    /// Addresses and networks: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`. An IPv4 address is the same
    /// whether or not it is written as one of IPv6 (`::ffff:10.0.0.1`).
    ///
    /// # Errors
    ///
    /// One of them is neither an address nor a network.
    pub fn parse(networks: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, PeerError> {
        let parse =
            |network: &str| Network::parse(network).ok_or_else(|| PeerError(network.into()));
        let networks = networks.into_iter().map(|network| parse(network.as_ref()));
        networks.collect::<Result<_, _>>().map(Self)
    }

    fn allows(&self, peer: IpAddr) -> bool {
        let peer = bits(peer);
        self.0.iter().any(|network| peer & network.mask == network.address)
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width: u32 = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Some(width), |length| length.parse().ok())?;
        let free = width.checked_sub(length)?;
        let mask = u128::MAX.checked_shl(free).unwrap_or(0);
        Some(Self { address: bits(address) & mask, mask })
    }
}

/// An address as one of IPv6.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl Layer for AllowPeers {
    fn handle(&self, call: Call, next: Next) -> BoxFuture<crate::Result> {
        match call.peer() {
            Some(peer) if !self.allows(peer.ip()) => {
                Box::pin(async move { Err(PeerRefused { peer }.into()) })
            }
            _ => next.run(call),
        }
    }
}

/// What was given is neither an address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an address nor a network")]
pub struct PeerError(String);

/// A call came from an address that may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{peer} may not call")]
#[non_exhaustive]
pub struct PeerRefused {
    /// Where it came from.
    pub peer: SocketAddr,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(networks: &[&str], peer: &str) -> bool {
        AllowPeers::parse(networks).unwrap().allows(peer.parse().unwrap())
    }

    #[test]
    fn networks_hold_their_addresses_and_no_others() {
        let networks = ["10.0.0.0/8", "192.168.7.9", "fd00::/9", "172.16.5.5/12"];
        for inside in
            ["10.255.0.1", "::ffff:10.1.2.3", "192.168.7.9", "fd7f:ffff::1", "172.31.255.255"]
        {
            assert!(allows(&networks, inside), "{inside}");
        }
        for outside in ["11.0.0.1", "192.168.7.8", "fd80::", "172.32.0.0", "::10.0.0.1", "::1"] {
            assert!(!allows(&networks, outside), "{outside}");
        }
        assert!(allows(&["0.0.0.0/0"], "1.2.3.4") && !allows(&["0.0.0.0/0"], "::1"));
        assert!(allows(&["::/0"], "1.2.3.4") && allows(&["::/0"], "::1"));
        assert!(!allows(&[], "127.0.0.1"));
    }

    #[test]
    fn what_is_no_network_is_named() {
        for text in ["", "localhost", "10.0.0.0/33", "::/129", "10.0.0/8", "1.2.3.4/", "1.2.3.4/-1"]
        {
            let error = AllowPeers::parse([text]).unwrap_err();
            assert_eq!(error, PeerError(text.into()));
        }
    }
}
