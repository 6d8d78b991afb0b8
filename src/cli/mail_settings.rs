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
use crate::domain::clinic::profile::{ClinicProfile, Texts};
use crate::domain::messages::text_wording::Sender;
use crate::domain::messages::{gsm7, text_wording};
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
        let of = |option: &Option<String>, key: &Option<String>| {
            option.clone().or_else(|| key.clone()).filter(|text| !text.is_empty())
        };
        let mut profile = ClinicProfile::standard()?;
        if let Some(label) = of(&options.clinic_label, &file.clinic_label) {
            profile.label = Line::try_from(label).context("clinic_label")?;
        }
        if let Some(phone) = of(&options.clinic_phone, &file.clinic_phone) {
            profile.phone = Line::try_from(phone).context("clinic_phone")?;
        }
        let public_url = of(&options.public_url, &file.public_url);
        let public_url_named = public_url.is_some();
        profile.public_url = public_url
            .unwrap_or_else(|| format!("http://{listen}"))
            .parse()
            .context("public_url")?;
        let smtp_url = of(&options.smtp_url, &file.smtp_url);
        let from = of(&options.mail_from, &file.mail_from);
        let from_named = from.is_some();
        if let Some(from) = from {
            profile.mail_from = Email::try_from(from).context("mail_from")?;
        }
        let dkim = dkim(
            of(&options.dkim_key, &file.dkim_key),
            of(&options.dkim_selector, &file.dkim_selector),
            &profile.mail_from,
        )?;
        let smtp = smtp_url
            .map(|url| smtp(&url, of(&options.smtp_ca, &file.smtp_ca), dkim))
            .transpose()?;
        let inbox = of(&options.imap_url, &file.imap_url)
            .map(|url| {
                inbox(
                    &url,
                    of(&options.imap_ca, &file.imap_ca),
                    of(&options.imap_server_id, &file.imap_server_id),
                )
            })
            .transpose()?;
        let sms = of(&options.sms_url, &file.sms_url)
            .map(|url| {
                sms(&url, of(&options.sms_from, &file.sms_from), of(&options.sms_ca, &file.sms_ca))
            })
            .transpose()?;
        if let Some(sms) = &sms {
            profile.texts = Some(Texts { secret: sms.token().to_owned() });
            texts_fit(&profile, zone)?;
        }
        Ok(Self { profile, public_url_named, from_named, smtp, sms, inbox })
    }
}

fn smtp(url: &str, ca: Option<String>, dkim: Option<DkimSettings>) -> anyhow::Result<SmtpSettings> {
    // What is wrong is said without the address, which holds a password.
    let url = Url::parse(url)
        .ok()
        .context("smtp_url: not an address such as smtp://user:password@mail.example.ca:587")?;
    let authority = ca.map(|path| file("smtp_ca", &path)).transpose()?;
    SmtpSettings::new(&url, authority, dkim).context("smtp_url")
}

fn sms(url: &str, from: Option<String>, ca: Option<String>) -> anyhow::Result<SmsSettings> {
    let url = Url::parse(url)
        .ok()
        .context("sms_url: not an address such as https://ACCOUNT:TOKEN@api.twilio.com")?;
    let authority = ca.map(|path| file("sms_ca", &path)).transpose()?;
    SmsSettings::new(&url, from, authority).context("sms_url")
}

/// A text that does not fit one segment costs two and may arrive in pieces: that is said at start, not by the first bill.
pub(super) fn texts_fit(profile: &ClinicProfile, zone: Tz) -> anyhow::Result<()> {
    let link = profile.public_url.to("/a/AbCdEfGhIjKlMnOp");
    let longest = text_wording::longest(Sender::clinic(profile), &link, zone);
    if longest > gsm7::SEGMENT {
        bail!(
            "clinic_label, clinic_phone and public_url are too long together: a text would take {longest} of {} characters",
            gsm7::SEGMENT
        );
    }
    Ok(())
}

fn inbox(
    url: &str,
    ca: Option<String>,
    server_id: Option<String>,
) -> anyhow::Result<InboxSettings> {
    let url = Url::parse(url)
        .ok()
        .context("imap_url: not an address such as imaps://user:password@mail.example.ca")?;
    let authority = ca.map(|path| file("imap_ca", &path)).transpose()?;
    InboxSettings::new(&url, authority, server_id).context("imap_url")
}

fn dkim(
    key: Option<String>,
    selector: Option<String>,
    from: &Email,
) -> anyhow::Result<Option<DkimSettings>> {
    match (key, selector) {
        (None, None) => Ok(None),
        (Some(key), Some(selector)) => {
            let domain = from
                .as_str()
                .rsplit_once('@')
                .map_or_else(String::new, |(_, domain)| domain.to_owned());
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
