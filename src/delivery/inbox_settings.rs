//! Which mailbox answers are read from, and how.

use std::sync::Arc;

use async_imap::{Client, Session};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;
use url::Url;

use super::error::{Error, Result, unreadable_mailbox};
use super::server_settings::{SettingsError, client_tls, credentials, host_and_locality, roots};
use crate::calendar::authentication::Trust;

/// The mailbox that answers come to.
#[derive(Clone)]
pub struct InboxSettings {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) password: String,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) trust: Trust,
}

impl std::fmt::Debug for InboxSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InboxSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl InboxSettings {
    /// The mailbox at `url` (`imaps://user:password@host:993`), its authority's certificate in PEM, the names by which that
    /// server and our own filters sign what they verified, with commas between, and whose word counts besides: `topmost`,
    /// what stands on top without a name.
    pub fn new(
        url: &Url,
        authority: Option<Vec<u8>>,
        server_ids: Option<&str>,
        trust: Option<&str>,
    ) -> std::result::Result<Self, SettingsError> {
        if url.scheme() != "imaps" {
            return Err(SettingsError::Scheme("imaps://"));
        }
        let (host, _) = host_and_locality(url)?;
        let (user, password) = credentials(url)?.ok_or(SettingsError::Credentials)?;
        let tls = client_tls(roots(authority)?)?;
        let topmost_without_id = match trust {
            None | Some("server-id") => false,
            Some("topmost") => true,
            Some(_) => return Err(SettingsError::Trust),
        };
        Ok(Self {
            host,
            port: url.port().unwrap_or(993),
            user,
            password,
            tls: Arc::new(tls),
            trust: Trust::new(server_ids.unwrap_or_default(), topmost_without_id),
        })
    }

    pub(super) async fn open(&self) -> Result<Session<TlsStream<TcpStream>>> {
        let name = ServerName::try_from(self.host.clone()).map_err(unreadable_mailbox)?;
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(unreadable_mailbox)?;
        let stream = TlsConnector::from(self.tls.clone())
            .connect(name, stream)
            .await
            .map_err(unreadable_mailbox)?;
        let mut client = Client::new(stream);
        client.read_response().await.map_err(unreadable_mailbox)?;
        // The server's words may name the user; what is logged does not.
        client
            .login(&self.user, &self.password)
            .await
            .map_err(|_| Error::Mailbox("the sign-in was refused".to_owned()))
    }
}
