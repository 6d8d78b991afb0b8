//! The secret in the link to a patient's page about one visit. It is made of the visit,
//! the address it goes to and the clinic's own key, so that each mail about a visit carries
//! the same link, and a link that went to an old address can be told from that of a new one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::ids::{PatientId, SessionId};
use crate::domain::patient::recipient::Recipient;

/// The clinic's key: 256 random bits.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

impl LinkKey {
    /// The key made of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key as it was written by [`LinkKey::to_text`].
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The key as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The secret of the link that goes to `recipient` about `session`: characters that need no escaping. 24 of them, 144
    /// bits, in a mail; 16, 96 bits, in a text message, which has no room for more.
    #[must_use]
    pub fn secret(&self, session: SessionId, recipient: &Recipient) -> String {
        let bytes = if recipient.phone().is_some() { 12 } else { 18 };
        self.tag(&[b"visit\0", session.0.as_bytes(), recipient.key().as_bytes()], bytes)
    }

    /// The secret of the feed of a patient's own sessions that a list of dates leads to.
    #[must_use]
    pub fn feed_secret(&self, patient: PatientId) -> String {
        self.tag(&[b"feed\0", patient.0.as_bytes()], 24)
    }

    /// The clinic's signature under `what`, for `purpose` alone: characters that need no escaping.
    #[must_use]
    pub fn signed(&self, purpose: &str, what: &str) -> String {
        self.tag(&[purpose.as_bytes(), b"\0", what.as_bytes()], 18)
    }

    /// The first `bytes` of the tag of `parts`.
    fn tag(&self, parts: &[&[u8]], bytes: usize) -> String {
        // A key of any length is taken, so there is nothing to fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        for part in parts {
            mac.update(part);
        }
        let tag = mac.finalize().into_bytes();
        URL_SAFE_NO_PAD.encode(tag.get(..bytes).unwrap_or_default())
    }
}

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_link_is_the_same_for_life_and_another_for_each_visit_and_address() {
        let key = LinkKey::new([7; 32]);
        let [ada, eve] = ["Ada@example.test", "eve@example.test"]
            .map(|text| Recipient::try_from(text.to_owned()).unwrap());
        let [one, two] = [1, 2].map(|n| SessionId(Uuid::from_u128(n)));
        let secret = key.secret(one, &ada);
        assert_eq!(secret.len(), 24);
        assert_eq!(
            key.secret(one, &Recipient::try_from("+14165550123".to_owned()).unwrap()).len(),
            16
        );
        assert_eq!(
            secret,
            key.secret(one, &Recipient::try_from("ada@EXAMPLE.test".to_owned()).unwrap())
        );
        assert_ne!(secret, key.secret(two, &ada));
        assert_ne!(secret, key.secret(one, &eve));
        assert_ne!(secret, LinkKey::new([8; 32]).secret(one, &ada));
        assert_eq!(LinkKey::read(&key.to_text()).unwrap().secret(one, &ada), secret);
        assert!(LinkKey::read("short").is_none());
    }
}
