//! Reading the mailbox that answers come to, over IMAP with TLS: what is unseen is filed,
//! then marked as seen, so what was filed twice over is filed once. A mail that is too large
//! is filed by its size alone. What is made of a mail stands in `filing`.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use async_imap::types::Fetch;
use async_imap::{Client, Session};
use futures_util::TryStreamExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::Url;

use super::transport::{SettingsError, credentials_of, host_of};
use super::{Error, Post, Result, filing};
use crate::calendar::reply::MOST_BYTES;

/// How long a reading of the mailbox may take.
const LONGEST: Duration = Duration::from_mins(1);
/// How many mails one reading takes at most; the next one takes the rest.
const AT_ONCE: usize = 50;

/// The mailbox that answers come to.
#[derive(Clone)]
pub struct InboxSettings {
    host: String,
    port: u16,
    user: String,
    password: String,
    tls: Arc<ClientConfig>,
    server_id: Option<String>,
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
    /// The mailbox at `url` (`imaps://user:password@host:993`), its authority's certificate in PEM, and the name by which
    /// that server signs what it verified.
    pub fn new(
        url: &Url,
        authority: Option<Vec<u8>>,
        server_id: Option<String>,
    ) -> std::result::Result<Self, SettingsError> {
        if url.scheme() != "imaps" {
            return Err(SettingsError::Scheme("imaps://"));
        }
        let (host, _) = host_of(url)?;
        let (user, password) = credentials_of(url)?.ok_or(SettingsError::Credentials)?;
        let mut roots = RootCertStore::empty();
        match authority {
            Some(pem) => {
                for certificate in CertificateDer::pem_reader_iter(Cursor::new(pem)) {
                    let certificate = certificate.map_err(|_| SettingsError::Authority)?;
                    roots
                        .add(certificate)
                        .map_err(|_| SettingsError::Authority)?;
                }
            }
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| SettingsError::TlsParameters(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            host,
            port: url.port().unwrap_or(993),
            user,
            password,
            tls: Arc::new(tls),
            server_id,
        })
    }

    async fn open(&self) -> Result<Session<TlsStream<TcpStream>>> {
        let name = ServerName::try_from(self.host.clone()).map_err(mailbox)?;
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(mailbox)?;
        let stream = TlsConnector::from(self.tls.clone())
            .connect(name, stream)
            .await
            .map_err(mailbox)?;
        let mut client = Client::new(stream);
        client.read_response().await.map_err(mailbox)?;
        // The server's words may name the user; what is logged does not.
        client
            .login(&self.user, &self.password)
            .await
            .map_err(|_| Error::Mailbox("the sign-in was refused".to_owned()))
    }
}

/// Reads what is unseen. How many mails were filed.
pub async fn read(post: &Post) -> Result<usize> {
    let Some(settings) = &post.inbox else {
        return Ok(0);
    };
    match tokio::time::timeout(LONGEST, read_all(post, settings)).await {
        Ok(read) => read,
        Err(_) => Err(Error::Mailbox("it took too long".to_owned())),
    }
}

async fn read_all(post: &Post, settings: &InboxSettings) -> Result<usize> {
    let mut session = settings.open().await?;
    let mailbox_state = session.select("INBOX").await.map_err(mailbox)?;
    let validity = mailbox_state.uid_validity.unwrap_or(0);
    let mut unseen: Vec<u32> = session
        .uid_search("UNSEEN")
        .await
        .map_err(mailbox)?
        .into_iter()
        .collect();
    unseen.sort_unstable();
    let mut filed = 0;
    for uid in unseen.into_iter().take(AT_ONCE) {
        if post.is_stopping() {
            break;
        }
        let Some(raw) = one(&mut session, uid).await? else {
            // Somebody took it away meanwhile.
            continue;
        };
        let key = format!("{}@{}:{validity}:{uid}", settings.user, settings.host);
        filed += usize::from(
            filing::file(post, &key, raw.as_deref(), settings.server_id.as_deref()).await?,
        );
        let marked = session
            .uid_store(uid.to_string(), "+FLAGS.SILENT (\\Seen)")
            .await
            .map_err(mailbox)?;
        marked.try_collect::<Vec<_>>().await.map_err(mailbox)?;
    }
    // Whether the good-bye is heard does not matter.
    let _ = session.logout().await;
    Ok(filed)
}

/// The whole of a mail, unless it is too large; nothing when it is gone.
async fn one(
    session: &mut Session<TlsStream<TcpStream>>,
    uid: u32,
) -> Result<Option<Option<Vec<u8>>>> {
    let Some(size) = fetched(session, uid, "RFC822.SIZE")
        .await?
        .and_then(|fetch| fetch.size)
    else {
        return Ok(None);
    };
    if usize::try_from(size).is_ok_and(|size| size > MOST_BYTES) {
        return Ok(Some(None));
    }
    let fetch = fetched(session, uid, "BODY.PEEK[]").await?;
    Ok(fetch
        .and_then(|fetch| fetch.body().map(<[u8]>::to_vec))
        .map(Some))
}

async fn fetched(
    session: &mut Session<TlsStream<TcpStream>>,
    uid: u32,
    what: &str,
) -> Result<Option<Fetch>> {
    let fetches = session
        .uid_fetch(uid.to_string(), what)
        .await
        .map_err(mailbox)?;
    let fetches: Vec<Fetch> = fetches.try_collect().await.map_err(mailbox)?;
    Ok(fetches
        .into_iter()
        .find(|fetch| fetch.uid.is_none_or(|found| found == uid)))
}

fn mailbox(error: impl std::fmt::Display) -> Error {
    Error::Mailbox(error.to_string().chars().take(300).collect())
}
