//! Settings of mail: the clinic's name to patients, the server that mail goes to, the
//! key that signs it, and the mailbox that answers come to. Checked at start.

use std::path::Path;

use anyhow::{Context, bail};
use url::Url;

use super::args::MailOptions;
use super::file::File;
use crate::delivery::inbox_settings::InboxSettings;
use crate::delivery::sms::SmsSettings;
use crate::delivery::transport::{DkimSettings, SmtpSettings};
use crate::domain::clinic::policy::Policy;
use crate::domain::clinic::profile::{ClinicProfile, Texts};
use crate::domain::messages::text_wording;
use crate::domain::messages::text_wording::Sender;
use crate::domain::patient::Email;
use crate::domain::text::Line;
use crate::domain::time::time_zone::Tz;

/// All settings of mail, sound.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// What the clinic calls itself to patients.
    pub profile: ClinicProfile,
    /// Whether the address of this service was named, or is the one that it listens on.
    pub public_url_named: bool,
    /// Whether the address that mail comes from was named; the demo has one of its own.
    pub from_named: bool,
    /// The server that mail goes to.
    pub smtp: Option<SmtpSettings>,
    /// The provider of text messages.
    pub sms: Option<SmsSettings>,
    /// The mailbox that answers come to.
    pub inbox: Option<InboxSettings>,
}

impl MailSettings {
    /// What the options say, over what the file says.
    pub(super) fn read(
        options: &MailOptions,
        file: &File,
        listen: &str,
        zone: Tz,
    ) -> anyhow::Result<Self> {
        macro_rules! said {
            ($name:ident) => {
                options.$name.clone().or_else(|| file.$name.clone()).filter(|text| !text.is_empty())
            };
        }
        let mut profile = ClinicProfile::standard()?;
        if let Some(label) = said!(clinic_label) {
            profile.label = Line::try_from(label).context("clinic_label")?;
        }
        if let Some(phone) = said!(clinic_phone) {
            profile.phone = Line::try_from(phone).context("clinic_phone")?;
        }
        profile.smtputf8 = options.smtp_utf8.or(file.smtp_utf8).unwrap_or_default();
        let (public_url, from) = (said!(public_url), said!(mail_from));
        let (public_url_named, from_named) = (public_url.is_some(), from.is_some());
        let public_url = public_url.unwrap_or_else(|| format!("http://{listen}"));
        profile.public_url = public_url.parse().context("public_url")?;
        if let Some(from) = from {
            profile.mail_from = Email::try_from(from).context("mail_from")?;
        }
        let dkim = dkim(said!(dkim_key), said!(dkim_selector), &profile.mail_from)?;
        let smtp = match said!(smtp_url) {
            Some(url) => {
                let url = address("smtp_url", &url, "smtp://user:password@mail.example.ca:587")?;
                let ca = authority("smtp_ca", said!(smtp_ca))?;
                Some(SmtpSettings::new(&url, ca, dkim).context("smtp_url")?)
            }
            None => None,
        };
        let inbox = match said!(imap_url) {
            Some(url) => {
                let url = address("imap_url", &url, "imaps://user:password@mail.example.ca")?;
                let ca = authority("imap_ca", said!(imap_ca))?;
                let (ids, trust) = (said!(imap_server_id), said!(imap_trust));
                let settings = InboxSettings::new(&url, ca, ids.as_deref(), trust.as_deref());
                Some(settings.context("imap_url")?)
            }
            None => None,
        };
        let sms = match said!(sms_url) {
            Some(url) => {
                let url = address("sms_url", &url, "https://ACCOUNT:TOKEN@api.twilio.com")?;
                let ca = authority("sms_ca", said!(sms_ca))?;
                Some(SmsSettings::new(&url, said!(sms_from), ca).context("sms_url")?)
            }
            None => None,
        };
        if let Some(sms) = &sms {
            profile.texts = Some(Texts { secret: sms.token().to_owned() });
            texts_fit(&profile, &file.policy, zone)?;
        }
        Ok(Self { profile, public_url_named, from_named, smtp, sms, inbox })
    }
}

/// The address of a server. What is wrong is said without it, since it holds a password.
fn address(name: &str, url: &str, example: &str) -> anyhow::Result<Url> {
    Url::parse(url).ok().with_context(|| format!("{name}: not an address such as {example}"))
}

/// The certificate of a server's own authority.
fn authority(name: &str, path: Option<String>) -> anyhow::Result<Option<Vec<u8>>> {
    path.map(|path| file(name, &path)).transpose()
}

/// A text that does not fit one segment costs two and may arrive in pieces: that is said at start, not by the first bill.
pub(super) fn texts_fit(profile: &ClinicProfile, policy: &Policy, zone: Tz) -> anyhow::Result<()> {
    let link = profile.public_url.to("/a/AbCdEfGhIjKlMnOp");
    let from = Sender::clinic(profile, policy);
    let longest = text_wording::longest(from, &link, zone);
    if longest > from.segment {
        bail!(
            "clinic_label, clinic_phone and public_url are too long together: a text would take {longest} of {} characters",
            from.segment
        );
    }
    Ok(())
}

fn dkim(
    key: Option<String>,
    selector: Option<String>,
    from: &Email,
) -> anyhow::Result<Option<DkimSettings>> {
    match (key, selector) {
        (None, None) => Ok(None),
        (Some(key), Some(selector)) => {
            let address = from.delivered();
            let domain =
                address.rsplit_once('@').map_or_else(String::new, |(_, domain)| domain.to_owned());
            Ok(Some(DkimSettings {
                key: String::from_utf8(file("dkim_key", &key)?).context("dkim_key: not text")?,
                selector,
                domain,
            }))
        }
        _ => bail!("dkim_key and dkim_selector go together"),
    }
}

fn file(name: &str, path: &str) -> anyhow::Result<Vec<u8>> {
    std::fs::read(Path::new(path)).with_context(|| format!("{name}: cannot read {path}"))
}
