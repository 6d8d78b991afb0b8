//! The machine's zone data: a folder of `TZif` files, whose `tzdata.zi` says their version.
//! Where they are newer than those that the program carries they are put in force at start,
//! so that an update of the machine's `tzdata` and a restart are all that a new law takes.

use std::fs::File;
use std::io;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::domain::time::time_zone::Tz;
use crate::domain::time::time_zone_data::{Version, ZoneData};

/// Where systems keep their zone data.
const USUAL: &str = "/usr/share/zoneinfo";
/// More than any zone's file has.
const LONGEST: u64 = 64 * 1024;
/// More than the first line of `tzdata.zi` has.
const FIRST_LINE: u64 = 64;

/// Why the carried data hold for some zones, or for all, though the machine has its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The folder does not say which version it has.
    NoVersion(String),
    /// The folder is newer, but has no file of these zones that can be read.
    Unread { folder: String, zones: Vec<&'static str> },
}

impl Doubt {
    /// Says so in the log.
    pub(super) fn warn(&self, clinics_own: Tz) {
        match self {
            Self::NoVersion(folder) => tracing::warn!(
                folder,
                "the machine's zone data do not say their version: those that the program carries hold"
            ),
            Self::Unread { folder, zones } => tracing::warn!(
                folder,
                zones = zones.len(),
                first = zones.first(),
                clinics_own = zones.contains(&clinics_own.name()),
                "files of the machine's zone data are missing or broken: for their zones those that the program carries hold"
            ),
        }
    }
}

/// Puts the newest zone data that there are in force. To be called before a zone is named.
pub(super) fn put_newest_in_force() -> anyhow::Result<Option<Doubt>> {
    let named = std::env::var_os("TZDIR").filter(|folder| !folder.is_empty());
    let is_named = named.is_some();
    let folder = named.map_or_else(|| PathBuf::from(USUAL), PathBuf::from);
    // A machine may well have no zone data; a folder that was named should be there.
    let (data, doubt) =
        if is_named || folder.is_dir() { newest(&folder) } else { (ZoneData::carried(), None) };
    data.put_in_force().map_err(|_| anyhow!("zone data were in force before they were chosen"))?;
    Ok(doubt)
}

/// The newer of the folder's data and of those that the program carries.
fn newest(folder: &Path) -> (ZoneData, Option<Doubt>) {
    let carried = ZoneData::carried();
    let shown = folder.display().to_string();
    let Some(version) = version_of(folder) else {
        return (carried, Some(Doubt::NoVersion(shown)));
    };
    if !carried.is_older_than(&version) {
        return (carried, None);
    }
    // The names are of a list in the program, so that none leads out of the folder.
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for zone in Tz::names() {
        match read(&folder.join(zone)) {
            Ok(file) => files.push((zone, file)),
            Err(_) => unread.push(zone),
        }
    }
    let (data, broken) = ZoneData::newer_of(&version, &shown, files);
    unread.extend(broken);
    let doubt = (!unread.is_empty()).then_some(Doubt::Unread { folder: shown, zones: unread });
    (data, doubt)
}

fn version_of(folder: &Path) -> Option<Version> {
    let path = folder.join("tzdata.zi");
    let mut start = Vec::new();
    regular(&path).ok()?.take(FIRST_LINE).read_to_end(&mut start).ok()?;
    Version::of_tzdata(&String::from_utf8_lossy(&start))
}

/// A whole file, unless it is longer than any zone's.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = Vec::new();
    regular(path)?.take(LONGEST + 1).read_to_end(&mut file)?;
    if file.len() as u64 > LONGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(file)
}

/// Opens a file, but nothing that would keep its reader waiting, as a pipe does.
fn regular(path: &Path) -> io::Result<File> {
    if !path.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    File::open(path)
}
