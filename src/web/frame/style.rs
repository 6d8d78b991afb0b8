//! The one style sheet: what stands in `templates/style.css`, and the rows and lanes of a day,
//! which are written out since a page may carry no style of its own beside it.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine;
use sha2::Digest;

/// How many quarter hours a day view can have: a whole day, the longest that there is.
pub(in crate::web) const MOST_ROWS: usize = 100;
/// How many sessions can stand beside each other in a column.
pub(in crate::web) const MOST_LANES: usize = 12;

/// How wide a lane is at least, rem: a name and a button fit beside each other.
const LANE: usize = 12;

/// The style sheet.
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
