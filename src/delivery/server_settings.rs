//! What the settings of all servers share, of mail, of the mailbox and of text messages: addresses with
//! user and password, the authority that certificates are checked against, and what can be wrong.

use std::io::Cursor;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use thiserror::Error;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

/// Why the settings of a server make no sense.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The address begins with another scheme than this.
    #[error("the address begins with {0}")]
    Scheme(&'static str),
    /// The address names no host.
    #[error("the address names no server")]
    Host,
    /// `tls` has an unknown value.
    #[error("tls is required, opportunistic or none")]
    Tls,
    /// A password must not go over a network in the clear.
    #[error("in the clear only a server on this machine is spoken to")]
    Clear,
    /// No user and password, or one that is no text.
    #[error("the address holds user and password, percent-encoded UTF-8")]
    Credentials,
    /// The authority's file holds no certificate that can be read.
    #[error("the authority's certificate cannot be read")]
    Authority,
    /// The DKIM key is of no known kind.
    #[error("the DKIM key is neither RSA (PKCS#1 PEM) nor Ed25519 (32 bytes in base64)")]
    Dkim,
    /// Nobody's word is named whose it is.
    #[error(
        "imap_trust is server-id, or topmost where the server signs without a name, as Microsoft 365 does"
    )]
    Trust,
    /// Text messages come from what is no sender.
    #[error("text messages come from a number in E.164, or from a messaging service (MG…)")]
    Sender,
    /// TLS itself refuses.
    #[error("TLS: {0}")]
    TlsParameters(String),
}

/// The server that an address names, and whether it is this machine.
pub(super) fn host_and_locality(url: &Url) -> Result<(String, bool), SettingsError> {
    // Schemes that the URL standard does not know keep hosts as they were written.
    let host =
        url.host_str().filter(|host| !host.is_empty()).ok_or(SettingsError::Host)?.to_owned();
    let here = match Host::parse(&host) {
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Ok(Host::Domain(name)) => name == "localhost",
        Err(_) => return Err(SettingsError::Host),
    };
    Ok((host.trim_matches(['[', ']']).to_owned(), here))
}

/// User and password of an address.
pub(super) fn credentials(url: &Url) -> Result<Option<(String, String)>, SettingsError> {
    if url.username().is_empty() {
        return Ok(None);
    }
    let plain = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(String::from)
            .map_err(|_| SettingsError::Credentials)
    };
    Ok(Some((plain(url.username())?, plain(url.password().unwrap_or_default())?)))
}

/// The certificates of `authority` in PEM; those of the web where there is none.
pub(super) fn roots(authority: Option<Vec<u8>>) -> Result<RootCertStore, SettingsError> {
    let mut roots = RootCertStore::empty();
    match authority {
        Some(pem) => {
            for certificate in CertificateDer::pem_reader_iter(Cursor::new(pem)) {
                let certificate = certificate.map_err(|_| SettingsError::Authority)?;
                roots.add(certificate).map_err(|_| SettingsError::Authority)?;
            }
        }
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    Ok(roots)
}

/// TLS with a server whose certificate `roots` answer for.
pub(super) fn client_tls(roots: RootCertStore) -> Result<ClientConfig, SettingsError> {
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| SettingsError::TlsParameters(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
