//! The whole catalogue at once, and its stamp: the database gives it another one with
//! each change (migration 0007), so that what was read can be kept while it is the same.

pub mod closures;
pub mod devices;
pub mod partners;
pub mod practitioners;
pub mod rooms;
pub mod services;
pub mod sites;

use uuid::Uuid;

use crate::domain::catalogue::device::Device;
use crate::domain::catalogue::partner::Partner;
use crate::domain::catalogue::practitioner::Practitioner;
use crate::domain::catalogue::room::Room;
use crate::domain::catalogue::service::Service;
use crate::domain::catalogue::site::Site;
use crate::domain::ids::{DeviceId, PartnerId, PractitionerId, RoomId, ServiceId, SiteId};
use crate::storage::engine::stmt;
use crate::storage::{Result, Tx};

/// Every partner, site, person, room, device and service, those out of use included.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Its stamp when it was read.
    pub stamp: i64,
    /// Partners, oldest first.
    pub partners: Vec<Partner>,
    /// Sites, oldest first.
    pub sites: Vec<Site>,
    /// People, by name.
    pub practitioners: Vec<Practitioner>,
    /// Rooms, by name.
    pub rooms: Vec<Room>,
    /// Devices, owned before rented, since a rented day costs money.
    pub devices: Vec<Device>,
    /// Services, oldest first.
    pub services: Vec<Service>,
}

impl Catalogue {
    /// The partner with this id.
    #[must_use]
    pub fn partner(&self, id: PartnerId) -> Option<&Partner> {
        self.partners.iter().find(|partner| partner.id == id)
    }

    /// The service with this id.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    /// The site with this id.
    #[must_use]
    pub fn site(&self, id: SiteId) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == id)
    }
}

/// The stamp of the catalogue as it is.
pub async fn stamp(tx: &mut Tx) -> Result<i64> {
    tx.query(stmt!("SELECT stamp FROM catalogue_stamp")).value().await
}

/// The catalogue as it is. The stamp is read first: what is newer than it is read again next time.
pub async fn read(tx: &mut Tx) -> Result<Catalogue> {
    let stamp = stamp(tx).await?;
    let (nil, all) = (Uuid::nil(), i64::MAX);
    let mut practitioners = practitioners::page(tx, PractitionerId(nil), all).await?;
    practitioners.sort_by(|a, b| (&a.details.name, a.id).cmp(&(&b.details.name, b.id)));
    let mut rooms = rooms::page(tx, RoomId(nil), all).await?;
    rooms.sort_by(|a, b| (&a.details.name, a.id).cmp(&(&b.details.name, b.id)));
    let mut devices = devices::page(tx, DeviceId(nil), all).await?;
    devices.sort_by(|a, b| (a.is_rented(), &a.details.code).cmp(&(b.is_rented(), &b.details.code)));
    Ok(Catalogue {
        stamp,
        partners: partners::page(tx, None, PartnerId(nil), all).await?,
        sites: sites::page(tx, SiteId(nil), all).await?,
        practitioners,
        rooms,
        devices,
        services: services::page(tx, ServiceId(nil), all).await?,
    })
}
