//! The signature under what the provider of text messages calls us back with
//! (`X-Twilio-Signature`): HMAC-SHA1 over the address and the parameters of the POST, by the
//! account's token. Which address was called, and what is done about it, is not here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// What the provider writes under a POST of `params` to `url`, the address as the provider was told it.
#[must_use]
pub fn signed(token: &str, url: &str, params: &[(String, String)]) -> String {
    mac(token, url, params)
        .map_or_else(String::new, |mac| STANDARD.encode(mac.finalize().into_bytes()))
}

/// Whether `signature` is the provider's. Takes as long for one that is nearly right as for one that is not.
#[must_use]
pub fn verified(token: &str, url: &str, params: &[(String, String)], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else {
        return false;
    };
    // Any program can sign with an empty token.
    !token.is_empty()
        && mac(token, url, params).is_some_and(|mac| mac.verify_slice(&signature).is_ok())
}

/// A key of any length is taken, so there is always one.
fn mac(token: &str, url: &str, params: &[(String, String)]) -> Option<Hmac<Sha1>> {
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).ok()?;
    mac.update(url.as_bytes());
    let mut params: Vec<&(String, String)> = params.iter().collect();
    params.sort_unstable();
    // What is said twice over is signed once.
    params.dedup();
    for (name, value) in params {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";

    fn params(params: &[(&str, &str)]) -> Vec<(String, String)> {
        params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// The example of the provider's documentation.
    fn call() -> Vec<(String, String)> {
        params(&[
            ("Digits", "1234"),
            ("To", "+18005551212"),
            ("From", "+14158675309"),
            ("Caller", "+14158675309"),
            ("CallSid", "CA1234567890ABCDE"),
        ])
    }

    #[test]
    fn a_signature_is_the_one_that_the_provider_documents() {
        let signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
        assert_eq!(signed("12345", URL, &call()), signature);
        assert!(verified("12345", URL, &call(), signature));
        // From the tests of the provider's own libraries.
        let several = params(&[
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ]);
        assert_eq!(signed("12345", URL, &several), "IK+Dwps556ElfBT0I3Rgjkr1wJU=");
    }

    #[test]
    fn whatever_is_changed_breaks_it() {
        let signature = signed("12345", URL, &call());
        let mut more = call();
        more.push(("Body".to_owned(), "STOP".to_owned()));
        let mut other = call();
        for (_, value) in &mut other {
            value.push('0');
        }
        let mut reversed = call();
        reversed.reverse();
        assert!(verified("12345", URL, &reversed, &signature), "the order does not matter");
        assert!(!verified("12346", URL, &call(), &signature));
        assert!(!verified(
            "12345",
            "http://mycompany.com/myapp.php?foo=1&bar=2",
            &call(),
            &signature
        ));
        for params in [more, other, Vec::new()] {
            assert!(!verified("12345", URL, &params, &signature));
        }
    }

    #[test]
    fn what_is_no_signature_is_refused() {
        let whole = signed("12345", URL, &call());
        for junk in [
            "",
            "=",
            "x",
            "é",
            "AAAA",
            whole.trim_end_matches('='),
            &whole[..24],
            &format!("{whole} "),
        ] {
            assert!(!verified("12345", URL, &call(), junk), "{junk}");
        }
        assert!(!verified("", URL, &call(), &signed("", URL, &call())));
    }
}
