//! Reading back what the database strings together where a row for each thing would take
//! too long: thousands of claims in a search, of visits in a feed.

use chrono::{DateTime, NaiveDate, Utc};

/// An instant as either engine strings it: `2027-01-05T14:00:00`, perhaps a fraction, perhaps `+00:00`.
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let date =
        NaiveDate::from_ymd_opt(text.get(0..4)?.parse().ok()?, number(5..7)?, number(8..10)?)?;
    let rest = text.get(19..)?;
    let rest = rest.strip_suffix("+00:00").unwrap_or(rest);
    let fraction = rest.strip_prefix('.').unwrap_or(rest);
    let nanos =
        if fraction.is_empty() { 0 } else { format!("{fraction:0<9}").get(0..9)?.parse().ok()? };
    let time = date.and_hms_nano_opt(number(11..13)?, number(14..16)?, number(17..19)?, nanos)?;
    Some(time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_as_either_engine_writes_it() {
        let plain: DateTime<Utc> = "2027-01-05T14:00:00Z".parse().unwrap();
        let precise: DateTime<Utc> = "2027-01-05T14:00:00.012345Z".parse().unwrap();
        for (text, at) in [
            ("2027-01-05T14:00:00+00:00", Some(plain)),
            ("2027-01-05T14:00:00.000000", Some(plain)),
            ("2027-01-05T14:00:00.012345+00:00", Some(precise)),
            ("2027-01-05T14:00:00.012345", Some(precise)),
            ("2027-13-05T14:00:00", None),
            ("2027-01-05", None),
        ] {
            assert_eq!(instant(text), at, "{text}");
        }
    }
}
