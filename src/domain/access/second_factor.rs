//! The second factor of a sign-in: a code of six digits that changes every half minute
//! (TOTP, RFC 6238), made of a secret that the user's telephone holds. Each code is good once.

use chrono::{DateTime, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use totp_rs::{Builder, Secret};

/// 160 bits, as RFC 4226 asks for.
const SECRET_BYTES: usize = 20;

/// A secret made of these random bytes, base32.
#[must_use]
pub fn secret_of(random: [u8; SECRET_BYTES]) -> String {
    Secret::from(random.to_vec()).to_base32()
}

/// The step of time whose code `code` is, if it is one of now and later than `last`, the last that was used.
/// Blanks within it are passed over.
#[must_use]
pub fn step_of(secret: &str, code: &str, now: DateTime<Utc>, last: Option<i64>) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).build().ok()?;
    let step = totp.check(&code, u64::try_from(now.timestamp()).ok()?)?;
    i64::try_from(step).ok().filter(|step| last.is_none_or(|last| *step > last))
}

/// The address that an authenticator reads from a QR code.
#[must_use]
pub fn address(secret: &str, issuer: &str, email: &str) -> String {
    let plain = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (issuer, email) = (plain(issuer), plain(email));
    format!("otpauth://totp/{issuer}:{email}?secret={secret}&issuer={issuer}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    /// The secret of RFC 6238, appendix B, whose code at 59 s ends in 287082.
    fn known() -> String {
        secret_of(*b"12345678901234567890")
    }

    #[test]
    fn a_code_is_good_for_its_half_minute_and_once() {
        let at = DateTime::UNIX_EPOCH + Duration::seconds(59);
        assert_eq!(step_of(&known(), "287 082", at, None), Some(1));
        assert_eq!(step_of(&known(), "287082", at, Some(1)), None, "used already");
        assert_eq!(
            step_of(&known(), "287082", at + Duration::seconds(30), None),
            Some(1),
            "a slow hand"
        );
        assert_eq!(step_of(&known(), "287082", at + Duration::minutes(5), None), None);
        for junk in ["", "28708", "287083", "２８７０８２", "abcdef"] {
            assert_eq!(step_of(&known(), junk, at, None), None, "{junk}");
        }
    }

    #[test]
    fn the_address_names_the_clinic_and_the_user() {
        let address = address("ABC", "Clinic & Co", "a@b.test");
        assert_eq!(
            address,
            "otpauth://totp/Clinic%20%26%20Co:a%40b%2Etest?secret=ABC&issuer=Clinic%20%26%20Co"
        );
    }
}
