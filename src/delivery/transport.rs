//! Sending mail: a mail server over SMTP, with one connection kept for a burst. What became of a
//! mail is answered by what to do next.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::address::Envelope;
use lettre::message::Message;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm,
    DkimSigningKey, dkim_sign,
};
use lettre::message::header::HeaderName;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use thiserror::Error;
use tokio::sync::Mutex;
use url::Url;

use super::server_settings::{SettingsError, credentials, host_and_locality};

/// How long the server may take for one step.
const STEP: Duration = Duration::from_secs(20);
/// How long a mail may take from the first word to the last. Shorter than a claim lasts.
pub(super) const LONGEST: Duration = Duration::from_mins(2);
/// The headers that a DKIM signature covers.
const SIGNED: [&str; 10] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

/// A key that mail is signed with.
#[derive(Debug, Clone)]
pub struct DkimSettings {
    /// RSA in PKCS#1 PEM, or the 32 bytes of an Ed25519 key in base64.
    pub key: String,
    /// What it is published under.
    pub selector: String,
    /// The domain of the address that mail comes from.
    pub domain: String,
}

impl DkimSettings {
    fn config(&self) -> Result<DkimConfig, SettingsError> {
        let text = self.key.trim();
        let algorithm = if text.starts_with("-----BEGIN") {
            DkimSigningAlgorithm::Rsa
        } else {
            STANDARD
                .decode(text)
                .ok()
                .filter(|bytes| bytes.len() == 32)
                .ok_or(SettingsError::Dkim)?;
            DkimSigningAlgorithm::Ed25519
        };
        let key = DkimSigningKey::new(text, algorithm).map_err(|_| SettingsError::Dkim)?;
        let headers = SIGNED.iter().copied().map(HeaderName::new_from_ascii_str).collect();
        let relaxed = DkimCanonicalization {
            header: DkimCanonicalizationType::Relaxed,
            body: DkimCanonicalizationType::Relaxed,
        };
        Ok(DkimConfig::new(self.selector.clone(), self.domain.clone(), key, headers, relaxed))
    }
}

/// How a connection to the mail server is kept from others' eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    /// TLS from the first byte.
    Wrapped,
    /// STARTTLS, or nothing is said.
    Required,
    /// STARTTLS where the server offers it.
    Opportunistic,
    /// In the clear: on this machine alone.
    Clear,
}

/// Where mail goes.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    host: String,
    port: u16,
    secrecy: Secrecy,
    credentials: Option<(String, String)>,
    authority: Option<Vec<u8>>,
    dkim: Option<DkimSettings>,
}

impl SmtpSettings {
    /// The server at `url` (`smtp://user:password@host:587?tls=required`, `smtps://…`), its authority's certificate in PEM.
    pub fn new(
        url: &Url,
        authority: Option<Vec<u8>>,
        dkim: Option<DkimSettings>,
    ) -> Result<Self, SettingsError> {
        let wrapped = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(SettingsError::Scheme("smtp:// or smtps://")),
        };
        let (host, here) = host_and_locality(url)?;
        let tls =
            url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let secrecy = match tls.as_deref() {
            _ if wrapped => Secrecy::Wrapped,
            Some("required") => Secrecy::Required,
            Some("opportunistic") => Secrecy::Opportunistic,
            Some("none") if here => Secrecy::Clear,
            Some("none") => return Err(SettingsError::Clear),
            Some(_) => return Err(SettingsError::Tls),
            None if here && authority.is_none() => Secrecy::Clear,
            None => Secrecy::Required,
        };
        let settings = Self {
            port: url.port().unwrap_or(if wrapped { 465 } else { 587 }),
            host,
            secrecy,
            credentials: credentials(url)?,
            authority,
            dkim,
        };
        // Settings that are wrong are refused at start, not at the first mail.
        settings.tls()?;
        settings.dkim.as_ref().map(DkimSettings::config).transpose()?;
        Ok(settings)
    }

    fn tls(&self) -> Result<Tls, SettingsError> {
        let mut tls = TlsParameters::builder(self.host.clone());
        if let Some(pem) = &self.authority {
            tls = tls.add_root_certificate(
                Certificate::from_pem(pem).map_err(|_| SettingsError::Authority)?,
            );
        }
        let tls =
            tls.build_rustls().map_err(|error| SettingsError::TlsParameters(error.to_string()))?;
        Ok(match self.secrecy {
            Secrecy::Wrapped => Tls::Wrapper(tls),
            Secrecy::Required => Tls::Required(tls),
            Secrecy::Opportunistic => Tls::Opportunistic(tls),
            Secrecy::Clear => Tls::None,
        })
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, SettingsError> {
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(self.host.clone())
                .port(self.port)
                .tls(self.tls()?)
                .timeout(Some(STEP))
                .pool_config(PoolConfig::new().max_size(1).idle_timeout(Duration::from_secs(30)));
        if let Some((user, password)) = self.credentials.clone() {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(builder.build())
    }
}

/// What became of a mail that was not taken.
#[derive(Debug, Error)]
pub enum SendError {
    /// The server was not reached; nothing was said, and there is no use in trying the next one now.
    #[error("not to be reached: {0}")]
    Unreachable(String),
    /// The server said: not now.
    #[error("{0}")]
    NotNow(String),
    /// The server said: never.
    #[error("{0}")]
    Never(String),
    /// Nothing arrives at this address or number, now or later.
    #[error("{0}")]
    Dead(String),
    /// The recipient wants no text messages, as the provider knows.
    #[error("{0}")]
    OptedOut(String),
    /// The connection ended without word: it may have arrived.
    #[error("no word of it: {0}")]
    Unknown(String),
}

/// What an error says and what lies behind it, in `most` characters at most.
pub(super) fn error_chain(error: &dyn std::error::Error, most: usize) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    let chain: Vec<String> = chain.map(ToString::to_string).collect();
    chain.join(": ").chars().take(most).collect()
}

impl From<lettre::transport::smtp::Error> for SendError {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        let text = error_chain(&error, 500);
        // The server refuses the clinic, or the way it connected, and so every other mail too.
        let refuses_us =
            error.status().is_some_and(|code| [530, 534, 535, 538].contains(&u16::from(code)));
        if refuses_us || error.is_client() {
            Self::Unreachable(text)
        } else if error.is_permanent() {
            let code = error.status().map(u16::from).unwrap_or_default();
            // 5.7 is about us or what we say, not about the address.
            let is_address = [550, 551, 553].contains(&code) && !text.contains("5.7.");
            if is_address { Self::Dead(text) } else { Self::Never(text) }
        } else if error.is_transient() {
            Self::NotNow(text)
        } else if error.is_tls() || text.starts_with("Connection error") {
            Self::Unreachable(text)
        } else {
            Self::Unknown(text)
        }
    }
}

/// A mail server.
#[derive(Debug)]
pub struct Smtp {
    settings: SmtpSettings,
    /// Keeps one connection; replaced when a mail was left in the middle of it.
    transport: Mutex<AsyncSmtpTransport<Tokio1Executor>>,
    dkim: Option<DkimConfig>,
}

impl Smtp {
    /// The server of `settings`; nothing is said to it yet.
    pub fn new(settings: &SmtpSettings) -> Result<Self, SettingsError> {
        Ok(Self {
            settings: settings.clone(),
            transport: Mutex::new(settings.transport()?),
            dkim: settings.dkim.as_ref().map(DkimSettings::config).transpose()?,
        })
    }

    /// Sends a mail, signed where there is a key.
    pub async fn send(&self, mut mail: Message) -> Result<(), SendError> {
        if let Some(dkim) = &self.dkim {
            dkim_sign(&mut mail, dkim);
        }
        let envelope: Envelope = mail.envelope().clone();
        let transport = self.transport.lock().await.clone();
        let sent =
            tokio::time::timeout(LONGEST, transport.send_raw(&envelope, &mail.formatted())).await;
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => {
                // The library keeps a connection that was left in the middle: the next mail would wait on it as long again, or
                // take a late answer to this one for its own.
                if let Ok(fresh) = self.settings.transport() {
                    *self.transport.lock().await = fresh;
                }
                Err(SendError::Unknown("the server took too long".to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> Result<SmtpSettings, SettingsError> {
        SmtpSettings::new(&Url::parse(url).unwrap(), None, None)
    }

    #[test]
    fn a_password_goes_over_no_network_in_the_clear() {
        let secrecy = |url: &str| settings(url).map(|settings| settings.secrecy).ok();
        assert_eq!(secrecy("smtp://u:p@mail.example.ca"), Some(Secrecy::Required));
        assert_eq!(secrecy("smtps://u:p@mail.example.ca"), Some(Secrecy::Wrapped));
        assert_eq!(secrecy("smtp://127.0.0.1:2525"), Some(Secrecy::Clear));
        assert_eq!(secrecy("smtp://[::1]:2525"), Some(Secrecy::Clear));
        assert_eq!(secrecy("smtp://localhost:2525?tls=required"), Some(Secrecy::Required));
        for junk in ["smtp://mail.example.ca?tls=none", "smtp://x?tls=maybe", "http://x", "smtp:"] {
            assert!(settings(junk).is_err(), "{junk}");
        }
    }

    #[test]
    fn users_and_passwords_are_percent_encoded() {
        let settings =
            settings("smtp://appointments%40clinic.test:p%2Fw@mail.example.ca:2587").unwrap();
        assert_eq!(
            settings.credentials,
            Some(("appointments@clinic.test".to_owned(), "p/w".to_owned()))
        );
        assert_eq!((settings.port, settings.host.as_str()), (2587, "mail.example.ca"));
    }

    #[test]
    fn mail_is_signed_for_the_domain_that_it_comes_from() {
        let settings = |key: &str| DkimSettings {
            key: key.to_owned(),
            selector: "fadeline".to_owned(),
            domain: "clinic.test".to_owned(),
        };
        let key = STANDARD.encode([7; 32]);
        let mut mail = Message::builder()
            .from("a@clinic.test".parse().unwrap())
            .to("b@example.test".parse().unwrap())
            .subject("x")
            .body("x".to_owned())
            .unwrap();
        dkim_sign(&mut mail, &settings(&key).config().unwrap());
        let mail = String::from_utf8(mail.formatted()).unwrap().replace("\r\n ", "");
        for said in [
            "DKIM-Signature:",
            "a=ed25519-sha256",
            "d=clinic.test",
            "s=fadeline",
            "c=relaxed/relaxed",
            "h=from:to:subject:date:message-id",
        ] {
            assert!(mail.contains(said), "{said} in {mail}");
        }
        for junk in [
            "",
            "short",
            "-----BEGIN RSA PRIVATE KEY-----\nnonsense\n-----END RSA PRIVATE KEY-----",
        ] {
            assert!(matches!(settings(junk).config(), Err(SettingsError::Dkim)), "{junk}");
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_told_from_one_that_refuses() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let smtp = Smtp::new(&settings(&format!("smtp://127.0.0.1:{port}")).unwrap()).unwrap();
        let mail = Message::builder()
            .from("a@clinic.test".parse().unwrap())
            .to("b@example.test".parse().unwrap())
            .body("x".to_owned())
            .unwrap();
        assert!(matches!(smtp.send(mail).await, Err(SendError::Unreachable(_))));
    }
}
