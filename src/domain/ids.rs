//! Identifiers, one type for each kind of thing, so that a room can never be
//! passed where a patient is meant. All are UUID version 7, made in `clock`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, ToSchema)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

id! {
    /// A person who asks for or receives a service.
    PatientId,
    /// A recorded permission of one kind.
    ConsentId,
    /// All care toward one goal for one set of zones.
    CourseId,
    /// One treatment visit.
    SessionId,
    /// One change of the records by one caller at one time.
    DeedId,
    /// A slot kept for one caller for a few minutes.
    HoldId,
    /// The clinic, or a partner's shop.
    SiteId,
    /// A person authorised for a method.
    PractitionerId,
    /// A room of a site.
    RoomId,
    /// One physical laser.
    DeviceId,
    /// A period in which a rented device is on site.
    RentalWindowId,
    /// Something that can be booked, named by its code.
    ServiceId,
    /// Days on which a site, a person, a room or a device is not to be had.
    ClosureId,
    /// An outside shop.
    PartnerId,
    /// A person who signs in.
    UserId,
    /// An API token.
    TokenId,
    /// Anything that can be claimed for a time: practitioner, room, device or patient.
    ResourceId,
    /// One line of the audit.
    AuditId,
    /// One claim of a resource.
    ClaimId,
    /// One message of the ledger.
    MessageId,
    /// A mail that came back.
    ReplyId,
    /// Something that a person has to do.
    TaskId,
    /// A calendar to subscribe to.
    FeedId,
    /// A request that a shop treats a patient.
    ReferralId,
    /// Another time that a shop proposes.
    ProposalId,
    /// What a patient forbids to tell.
    LockId,
    /// The address at which a shop finds its list.
    ShopLinkId,
    /// A browser that is signed in.
    SignInId,
}

macro_rules! resource {
    ($($name:ident),+) => {$(
        impl From<$name> for ResourceId {
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        }
    )+};
}
resource!(PatientId, PractitionerId, RoomId, DeviceId);
