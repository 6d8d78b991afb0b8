//! Charts of horizontal bars, drawn by the server. A table below each has the same numbers.

/// The longest bar.
const LONGEST: i64 = 360;
/// Where bars begin; their labels are left of it.
const LEFT: i64 = 210;
/// The least width of a drawing.
const WIDTH: i64 = 700;
/// The width of a character, on average at most.
const CHARACTER: i64 = 8;
/// The height of a bar with the gap below it.
const STEP: i64 = 26;

pub(super) struct Bar {
    pub(super) label: String,
    pub(super) words: String,
    pub(super) y: i64,
    pub(super) text_y: i64,
    pub(super) width: i64,
    pub(super) words_x: i64,
}

pub(super) struct Chart {
    pub(super) title: String,
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) left: i64,
    pub(super) label_x: i64,
    pub(super) bars: Vec<Bar>,
}

/// The most characters of a label. A longer name is cut; the table shows it whole.
const LABEL: usize = 28;

fn shortened(label: &str) -> String {
    if label.chars().count() <= LABEL {
        return label.to_owned();
    }
    label.chars().take(LABEL - 1).chain(['…']).collect()
}

/// A chart of `all`: label, length, and the length in words. The whole width is `most`, or the longest bar where that is longer.
pub(super) fn bar_chart(
    title: impl Into<String>,
    all: Vec<(String, i64, String)>,
    most: i64,
) -> Chart {
    let longest = all.iter().map(|(_, length, _)| *length).max().unwrap_or(0).max(most).max(1);
    let bar = |(at, (label, length, words)): (i64, (String, i64, String))| {
        let width = length.max(0) * LONGEST / longest;
        Bar {
            label: shortened(&label),
            words,
            y: at * STEP + 4,
            text_y: at * STEP + 17,
            width,
            words_x: LEFT + width + 6,
        }
    };
    let bars: Vec<_> = (0..).zip(all).map(bar).collect();
    let ends =
        |bar: &Bar| bar.words_x + CHARACTER * i64::try_from(bar.words.chars().count()).unwrap_or(0);
    Chart {
        title: title.into(),
        width: bars.iter().map(ends).max().unwrap_or(0).max(WIDTH),
        height: i64::try_from(bars.len()).unwrap_or(0) * STEP + 4,
        left: LEFT,
        label_x: LEFT - 8,
        bars,
    }
}
