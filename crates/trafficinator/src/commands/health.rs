//! `health`: asks the run of this machine how it is, for container engines and whoever else looks now and then.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use engine::target::{Target, Trust};
use engine::transport::Client;
use serde::Deserialize;
use url::Url;

use super::{Environment, complain, print, runtime};
use crate::exit::Exit;

/// The setting that says where a run answers.
const LISTEN: &str = "TRAFFICINATOR_LISTEN";

/// Where the image, and whoever follows the documents, lets it.
const USUAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// Shorter than what engines give a health check.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is read of `/healthz`.
#[derive(Debug, Deserialize)]
struct Health {
    healthy: bool,
    sentence: String,
}

/// The `health` command.
pub(super) fn health(listen: Option<SocketAddr>, environment: &Environment) -> anyhow::Result<Exit> {
    let address = match address(listen, environment) {
        Ok(address) => address,
        Err(problem) => {
            complain([problem]);
            return Ok(Exit::Usage);
        }
    };
    let (exit, sentence) = match ask(address)? {
        Ok(Health { healthy: true, sentence }) => (Exit::Ok, sentence),
        Ok(Health { healthy: false, sentence }) | Err(sentence) => (Exit::Runtime, sentence),
    };
    print(&format!("{sentence}\n"))?;
    Ok(exit)
}

/// Where the run answers: of what was given, what can be asked from here.
fn address(listen: Option<SocketAddr>, environment: &Environment) -> Result<SocketAddr, String> {
    let variable = || match environment.get(LISTEN).map(|text| text.trim()) {
        None | Some("") => Ok(USUAL),
        Some(text) => text.parse().map_err(|_| {
            format!("{LISTEN}: {text:?} is not accepted; give an IP address and a port such as {USUAL}")
        }),
    };
    let mut address = listen.map_or_else(variable, Ok)?;
    if address.port() == 0 {
        return Err(format!(
            "{LISTEN}: port 0 is any that is free; give the one that the run names in its log as --listen"
        ));
    }
    match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    Ok(address)
}

/// What the run says, or why it says nothing.
fn ask(address: SocketAddr) -> anyhow::Result<Result<Health, String>> {
    let url = Url::parse(&format!("http://{address}/healthz"))?;
    let client = Client::new(Target::new(url, None, None, Trust::Roots, PATIENCE))?;
    let answer = match runtime()?.block_on(client.fetch(client.target().path(), None, PATIENCE)) {
        Ok(answer) => answer,
        Err(error) => {
            return Ok(Err(format!("no run answers on {address} (--listen, {LISTEN}): {error}")));
        }
    };
    let health = serde_json::from_slice(&answer.body);
    Ok(health.map_err(|_| format!("what answers on {address} is not a run of Trafficinator")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(listen: Option<&str>, variable: &str) -> Result<String, String> {
        let environment = Environment::from([(LISTEN.to_owned(), variable.to_owned())]);
        let listen = listen.map(|text| text.parse().unwrap());
        address(listen, &environment).map(|address| address.to_string())
    }

    #[test]
    fn a_flag_goes_before_the_variable_and_that_before_the_usual_address() {
        assert_eq!(asked(Some("127.0.0.3:1"), "127.0.0.2:2").unwrap(), "127.0.0.3:1");
        assert_eq!(asked(None, "127.0.0.2:2").unwrap(), "127.0.0.2:2");
        assert_eq!(asked(None, "").unwrap(), "127.0.0.1:9464");
        assert_eq!(address(None, &Environment::new()).unwrap(), USUAL);
    }

    #[test]
    fn a_run_that_listens_on_all_addresses_is_asked_on_loopback() {
        assert_eq!(asked(None, "0.0.0.0:9464").unwrap(), "127.0.0.1:9464");
        assert_eq!(asked(None, "[::]:9464").unwrap(), "[::1]:9464");
        assert_eq!(asked(None, "192.0.2.7:1").unwrap(), "192.0.2.7:1");
    }

    #[test]
    fn an_address_that_cannot_be_asked_is_named() {
        assert!(asked(None, "localhost").unwrap_err().contains("\"localhost\" is not accepted"));
        assert!(asked(None, "127.0.0.1:0").unwrap_err().contains("port 0"));
    }
}
