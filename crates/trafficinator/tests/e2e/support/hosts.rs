//! Hosts apart: network namespaces, each with an address of its own and a cable to this machine.

use std::process::Command;

/// Addresses for measuring networks (RFC 2544): nobody else uses them.
const NETWORK: &str = "198.18";

/// Some hosts while they are needed.
pub(crate) struct Hosts {
    names: Vec<String>,
    /// The third part of the first address.
    first: u32,
}

impl Hosts {
    /// So many hosts; or why this machine has none to give.
    pub(crate) fn start(count: usize) -> Result<Hosts, String> {
        // Other tests, and other runs of this one, have processes of their own.
        let id = std::process::id();
        let mut hosts = Hosts { names: Vec::new(), first: id % 60 * 4 };
        for index in 0..count {
            let (name, near, far) =
                (format!("tf-{id}-{index}"), format!("tf{id}n{index}"), format!("tf{id}f{index}"));
            ip(&["netns", "add", &name])?;
            hosts.names.push(name.clone());
            let (here, there) = (hosts.gateway(index), hosts.address(index));
            ip(&["link", "add", &near, "type", "veth", "peer", "name", &far, "netns", &name])?;
            ip(&["address", "add", &format!("{here}/30"), "dev", &near])?;
            ip(&["link", "set", &near, "up"])?;
            ip(&["-n", &name, "address", "add", &format!("{there}/30"), "dev", &far])?;
            ip(&["-n", &name, "link", "set", &far, "up"])?;
            ip(&["-n", &name, "route", "add", "default", "via", &here])?;
        }
        Ok(hosts)
    }

    /// The name of a host.
    pub(crate) fn name(&self, index: usize) -> &str {
        &self.names[index]
    }

    /// The address of a host.
    pub(crate) fn address(&self, index: usize) -> String {
        format!("{NETWORK}.{}.2", self.first as usize + index)
    }

    /// This machine, as a host sees it; all of them reach it there.
    pub(crate) fn gateway(&self, index: usize) -> String {
        format!("{NETWORK}.{}.1", self.first as usize + index)
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        for name in &self.names {
            // Its cable goes with it.
            let _gone_already = ip(&["netns", "delete", name]);
        }
    }
}

fn ip(args: &[&str]) -> Result<(), String> {
    let line = || format!("ip {}", args.join(" "));
    match Command::new("ip").args(args).output() {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => Err(format!("{}: {}", line(), String::from_utf8_lossy(&done.stderr).trim())),
        Err(error) => {
            Err(format!("{}: {error}; install Debian's package `iproute2` (`make test` does)", line()))
        }
    }
}
