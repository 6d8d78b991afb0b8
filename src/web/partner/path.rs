//! What the addresses of the shop's pages name, and the version that a form was made of.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;

use crate::actions::{Error, Expected};
use crate::domain::ids::{ReferralId, SessionId};
use crate::web::frame::form::sent::Form;

/// The referral that an address names, as far as that can be read.
pub(super) type Which = Result<Path<String>, PathRejection>;

/// The referral that an address names. What cannot be read names none that is there.
pub(super) fn which(which: Which) -> Result<ReferralId, Error> {
    let text = which.map(|Path(text)| text).unwrap_or_default();
    text.parse().map_err(|_| Error::NotThere("referral"))
}

/// A referral and a visit that an address names.
pub(super) type WhichVisit = Result<Path<(String, String)>, PathRejection>;

/// The referral and the visit that an address names.
pub(super) fn which_visit(which: WhichVisit) -> Result<(ReferralId, SessionId), Error> {
    let Path((referral, visit)) = which.map_err(|_| Error::NotThere("visit"))?;
    let referral = referral.parse().map_err(|_| Error::NotThere("referral"))?;
    Ok((referral, visit.parse().map_err(|_| Error::NotThere("visit"))?))
}

/// The version that a form was made of. A form without one is as good as an old one.
pub(super) fn expected(form: &Form) -> Expected {
    Expected::Versions(form.read("version").into_iter().collect())
}
