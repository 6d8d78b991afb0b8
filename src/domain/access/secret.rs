//! A secret that opens something without a password: a token, a cookie, an address. It is shown
//! once, to the caller that asked for it; only its hash is kept.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A secret of 256 random bits. It is neither `Debug` nor `Display`, so it reaches no log.
pub struct Secret(String);

impl Secret {
    /// The secret made of these random bytes.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// The same with a prefix by which scanners of leaked secrets know it.
    #[must_use]
    pub fn token(random: [u8; 32]) -> Self {
        Self(format!("fadeline_{}", Self::new(random).0))
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> String {
        hash_of(&self.0)
    }

    /// Its text.
    #[must_use]
    pub fn show(&self) -> &str {
        &self.0
    }
}

/// What is kept of the secret that a caller gave: its SHA-256, hexadecimal.
#[must_use]
pub fn hash_of(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}
