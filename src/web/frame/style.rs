//! The style sheet of all pages: `templates/style.css`, and a class for each row and lane of a day, since pages carry no
//! other style.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine;
use sha2::Digest;

/// The most quarter hours that a day can have: the longest day, rounded up.
pub(in crate::web) const MOST_ROWS: usize = 100;
/// How many sessions of a column can be shown side by side.
pub(in crate::web) const MOST_LANES: usize = 12;

/// The least width of a lane, rem: a name and a button fit side by side.
const LANE: usize = 12;

pub(in crate::web) static STYLE: LazyLock<String> = LazyLock::new(|| {
    let mut style = include_str!("../templates/style.css").to_owned();
    for row in 1..=MOST_ROWS {
        // The first line of a column is its head.
        let _ = write!(
            style,
            ".r{row}{{grid-row-start:{}}}.n{row}{{grid-row-end:span {row}}}",
            row + 1
        );
    }
    for rows in (4..=MOST_ROWS).step_by(4) {
        let _ = write!(style, ".rows{rows}{{--rows:{rows}}}");
    }
    for lane in 1..=MOST_LANES {
        let least = lane * LANE;
        let _ = write!(
            style,
            ".l{lane}{{grid-column:{lane}}}.w{lane}{{grid-template-columns:repeat({lane},minmax(0,1fr));min-width:{least}rem}}"
        );
    }
    style
});

/// Its hash, by which the policy of a page names it.
pub(in crate::web) static HASH: LazyLock<String> = LazyLock::new(|| {
    base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(STYLE.as_bytes()))
});
