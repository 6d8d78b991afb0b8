//! An email address that our mail server can deliver to: one idea of it for every door. It is kept and shown as it was typed;
//! mail goes to, and addresses are compared by, the form that servers know, in which the domain is ASCII (IDNA).

use lettre::Address;
use thiserror::Error;

use crate::domain::text::{checked_text, is_hidden};

checked_text! {
    /// An email address that our mailer can send to.
    #[schema(value_type = String, format = "email", max_length = 254)]
    Email, EmailError, |text| {
        let text: String = text.trim().chars().filter(|c| !is_hidden(*c)).collect();
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError::NotAnAddress)?;
        // Quoted names and addresses of machines are delivered by few servers, and mostly are slips.
        if local.contains(['"', '\\', '(', ')']) || domain.starts_with('[') {
            return Err(EmailError::Unusual);
        }
        let ascii = ascii_domain(domain).ok_or(EmailError::NotAnAddress)?;
        let delivered = format!("{local}@{ascii}");
        // What is longer cannot be delivered (RFC 5321), and control characters have no place in a header.
        let fits = local.len() <= 64
            && delivered.len() <= 254
            && !local.chars().any(|c| c.is_control() || c.is_whitespace());
        let reaches = fits && delivered.parse::<Address>().is_ok();
        reaches.then(|| text.to_owned()).ok_or(EmailError::NotAnAddress)
    }
}

/// Why a text is no address that mail can go to.
#[derive(Debug, Clone, Copy, Error, PartialEq, Eq)]
pub enum EmailError {
    /// It is none.
    #[error("not an email address")]
    NotAnAddress,
    /// It is quoted, or names a machine by its number.
    #[error(
        "not an email address that mail can be sent to: no quotation marks, and a domain such as example.ca"
    )]
    Unusual,
    /// Our mail server does not take what stands before its @.
    #[error(
        "has an accent or another letter beyond a to z before the @, which our mail server cannot send to: ask for another address"
    )]
    NeedsSmtputf8,
}

/// A domain as servers know it: ASCII, in lower case. None where there is no such domain.
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_strict(domain).ok()?;
    let last = ascii.rsplit('.').next()?;
    // A number at the end is the address of a machine.
    let named = !last.is_empty() && !last.bytes().all(|b| b.is_ascii_digit());
    named.then_some(ascii)
}

/// What `text` is compared by, whether it is an address or not: both spellings of a domain are one, and case counts nowhere.
#[must_use]
pub fn address_key(text: &str) -> String {
    let text = text.trim();
    let Some((local, domain)) = text.rsplit_once('@') else {
        return text.to_lowercase();
    };
    let domain = ascii_domain(domain).unwrap_or_else(|| domain.to_lowercase());
    format!("{}@{domain}", local.to_lowercase())
}

impl Email {
    /// An address that was checked when it came in, as the store has it; what is written there is never refused afterwards.
    #[must_use]
    pub(super) fn as_kept(text: String) -> Self {
        Self(text)
    }

    /// The address as it is compared: by sign-ins, opt-outs and answers.
    #[must_use]
    pub fn lowered(&self) -> String {
        address_key(&self.0)
    }

    /// The address as mail goes to it: its domain in ASCII.
    #[must_use]
    pub fn delivered(&self) -> String {
        match self.0.rsplit_once('@').filter(|_| !self.0.is_ascii()) {
            Some((local, domain)) => {
                let ascii = ascii_domain(domain).unwrap_or_else(|| domain.to_owned());
                format!("{local}@{ascii}")
            }
            None => self.0.clone(),
        }
    }

    /// Whether only a server with SMTPUTF8 (RFC 6531) takes mail for it.
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        self.0.rsplit_once('@').is_some_and(|(local, _)| !local.is_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_cannot_carry_a_header() {
        let read = |text: &str| Email::try_from(text.to_owned()).is_ok();
        assert!(read("ada@example.test"));
        for junk in [
            "ada",
            "ada@",
            "@example.test",
            "ada@example.test\r\nBcc: x@example.test",
            "a b@example.test",
        ] {
            assert!(!read(junk), "{junk}");
        }
    }

    #[test]
    fn a_domain_beyond_ascii_is_kept_as_typed_and_written_to_as_servers_know_it() {
        let email = Email::try_from("Ada@Exämple.test").unwrap();
        assert_eq!(email.as_str(), "Ada@Exämple.test");
        assert_eq!(email.delivered(), "Ada@xn--exmple-cua.test");
        assert_eq!(email.lowered(), "ada@xn--exmple-cua.test");
        assert_eq!(address_key("ADA@XN--EXMPLE-CUA.test "), email.lowered());
        assert!(!email.needs_smtputf8());
        assert!(Email::try_from("adä@example.test").unwrap().needs_smtputf8());
        assert_eq!(
            Email::try_from("\u{200b}ada@example.test\u{feff}").unwrap().as_str(),
            "ada@example.test"
        );
    }

    #[test]
    fn quoted_names_and_addresses_of_machines_are_refused() {
        for (text, error) in [
            ("\"a b\"@example.test", EmailError::Unusual),
            ("\"ada\"@example.test", EmailError::Unusual),
            ("ada@[127.0.0.1]", EmailError::Unusual),
            ("ada@127.0.0.1", EmailError::NotAnAddress),
            ("ada@ex ample.test", EmailError::NotAnAddress),
            ("ada@-example.test", EmailError::NotAnAddress),
            ("ada@example..test", EmailError::NotAnAddress),
            ("ada@ex_ample.test", EmailError::NotAnAddress),
        ] {
            assert_eq!(Email::try_from(text), Err(error), "{text}");
        }
    }
}
