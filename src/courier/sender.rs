//! Sends one signed request: no redirect is followed, no proxy is asked, and of the answer only the status is kept.

use std::io::Read;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use super::addresses::is_public;
use crate::api::events::MEDIA_TYPE;
use crate::config::Webhooks;

/// For a request in all, from the name's look-up to the end of the answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// For the connection, TLS included.
const TIMEOUT_CONNECT: Duration = Duration::from_secs(5);

/// Bytes of an answer that are read, to be thrown away: a connection is used again only where the answer has ended.
const ANSWER_MAX_BYTES: u64 = 1_024;

/// Longest word on what went wrong, in characters.
const WHY_MAX: usize = 300;

/// A request that is ready to be sent.
pub struct Signed<'r> {
    /// Where to.
    pub url: &'r str,
    /// `webhook-id`.
    pub id: &'r str,
    /// `webhook-timestamp`.
    pub at: DateTime<Utc>,
    /// `webhook-signature`.
    pub signature: &'r str,
    /// The event.
    pub body: &'r [u8],
}

/// Sends requests.
pub struct Sender {
    agent: Agent,
}

impl Sender {
    /// A sender that goes where `settings` allow it.
    pub fn new(settings: &Webhooks) -> Self {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::NativeTls)
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .https_only(!settings.webhook_http)
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .timeout_connect(Some(TIMEOUT_CONNECT))
            .user_agent(concat!("telecom-inventory/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver = Guarded {
            allows_private: settings.webhook_private_addresses,
            names: DefaultResolver::default(),
        };
        Self {
            agent: Agent::with_parts(config, DefaultConnector::default(), resolver),
        }
    }

    /// Sends a request and gives the status of the answer, or in words why there is none.
    pub fn send(&self, signed: &Signed) -> Result<u16, String> {
        let response = self
            .agent
            .post(signed.url)
            .header("content-type", MEDIA_TYPE)
            .header("webhook-id", signed.id)
            .header("webhook-timestamp", signed.at.timestamp().to_string())
            .header("webhook-signature", signed.signature)
            .send(signed.body)
            .map_err(|error| shortened(&error.to_string()))?;
        let status = response.status().as_u16();
        let answer = response.into_body().into_reader().take(ANSWER_MAX_BYTES);
        // The receiver has said what it had to say with the status.
        let _ = std::io::copy(&mut { answer }, &mut std::io::sink());
        Ok(status)
    }
}

fn shortened(why: &str) -> String {
    let visible = why.chars().filter(|c| !c.is_control());
    visible.take(WHY_MAX).collect()
}

/// Looks names up, and gives only addresses that may be reached. These very addresses are then connected to: a name that
/// resolves otherwise a moment later gains nothing.
#[derive(Debug)]
struct Guarded {
    allows_private: bool,
    names: DefaultResolver,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        if self.allows_private {
            return Ok(found);
        }
        let mut allowed = self.empty();
        for address in found.iter().filter(|address| is_public(address.ip())) {
            allowed.push(*address);
        }
        if allowed.is_empty() {
            let why = "the address is not public; see --webhook-private-addresses";
            return Err(ureq::Error::Other(why.into()));
        }
        Ok(allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn sender(webhook_http: bool, webhook_private_addresses: bool) -> Sender {
        Sender::new(&Webhooks {
            webhook_http,
            webhook_private_addresses,
            webhook_source: "/".to_owned(),
        })
    }

    fn send(sender: &Sender, url: &str) -> Result<u16, String> {
        sender.send(&Signed {
            url,
            id: "1",
            at: DateTime::UNIX_EPOCH,
            signature: "v1,",
            body: b"{}",
        })
    }

    #[test]
    fn addresses_that_are_not_public_are_never_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let sender = sender(true, false);
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"] {
            let why = send(&sender, &format!("http://{host}:{port}/")).unwrap_err();
            assert!(why.contains("not public"), "{host}: {why}");
        }
        let connected = listener.accept();
        assert!(connected.is_err(), "{connected:?}");
    }

    #[test]
    fn without_the_setting_nothing_is_sent_without_tls() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        assert!(send(&sender(false, true), &url).is_err());
        assert!(listener.accept().is_err());
    }

    #[test]
    fn words_on_what_went_wrong_are_short_and_can_be_stored() {
        assert_eq!(shortened("a\0b\nc"), "abc");
        assert_eq!(shortened(&"ă".repeat(1_000)).chars().count(), WHY_MAX);
    }
}
