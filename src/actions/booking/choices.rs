//! Where, with whom, in which room and with which device a caller insists on: the four choices
//! that every request for a time may make, and leaves open otherwise.

use crate::domain::booking::diary::Wanted;
use crate::domain::ids::{DeviceId, PractitionerId, RoomId, SiteId};

/// What the caller insists on; what is left out is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Choices {
    /// Only at this site; at the clinic unless set.
    pub site_id: Option<SiteId>,
    /// Only with this practitioner.
    pub practitioner_id: Option<PractitionerId>,
    /// Only in this room.
    pub room_id: Option<RoomId>,
    /// Only with this device.
    pub device_id: Option<DeviceId>,
}

impl Choices {
    /// Only at a site.
    #[must_use]
    pub fn at(site: SiteId) -> Self {
        Self { site_id: Some(site), ..Self::default() }
    }

    /// The people and things among them.
    #[must_use]
    pub fn wanted(self) -> Wanted {
        Wanted { practitioner: self.practitioner_id, room: self.room_id, device: self.device_id }
    }
}

/// A request with the four choices beside its own fields. They are not flattened into it, since an
/// unknown field is refused by name, and what is wrong is shown where it stands.
macro_rules! with_choices {
    ($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* }) => {
        $(#[$meta])*
        pub struct $name {
            $($body)*
            /// Where; the clinic unless set, or the same site for what is moved.
            #[serde(default)]
            pub site_id: Option<$crate::domain::ids::SiteId>,
            /// With whom; chosen unless set, the same where possible for what is moved.
            #[serde(default)]
            pub practitioner_id: Option<$crate::domain::ids::PractitionerId>,
            /// In which room; chosen unless set, the same where possible for what is moved.
            #[serde(default)]
            pub room_id: Option<$crate::domain::ids::RoomId>,
            /// With which device; chosen unless set, the same where possible for what is moved.
            #[serde(default)]
            pub device_id: Option<$crate::domain::ids::DeviceId>,
        }

        impl $name {
            /// What the caller insists on.
            pub(super) fn choices(&self) -> $crate::actions::booking::choices::Choices {
                let Self { site_id, practitioner_id, room_id, device_id, .. } = *self;
                $crate::actions::booking::choices::Choices {
                    site_id,
                    practitioner_id,
                    room_id,
                    device_id,
                }
            }
        }
    };
}
pub(in crate::actions) use with_choices;
