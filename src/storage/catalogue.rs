//! The whole catalogue at once, and its stamp: the database gives it another one with
//! each change (migration 0007), so that what was read can be kept while it is the same.

use uuid::Uuid;

use super::engine::stmt;
use super::{Result, Tx, devices, practitioners, rooms, services, sites};
use crate::domain::device::Device;
use crate::domain::ids::{DeviceId, PractitionerId, RoomId, ServiceId, SiteId};
use crate::domain::practitioner::Practitioner;
use crate::domain::room::Room;
use crate::domain::service::Service;
use crate::domain::site::Site;

/// Every site, person, room, device and service, those out of use included.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// Its stamp when it was read.
    pub stamp: i64,
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

/// The stamp of the catalogue as it is.
pub async fn stamp(tx: &mut Tx) -> Result<i64> {
    let (stamp,): (i64,) = tx.query(stmt!("SELECT stamp FROM catalogue_stamp")).one().await?;
    Ok(stamp)
}

/// The catalogue as it is. The stamp is read first: what is newer than it is read anew next time.
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
        sites: sites::page(tx, SiteId(nil), all).await?,
        practitioners,
        rooms,
        devices,
        services: services::page(tx, ServiceId(nil), all).await?,
    })
}
