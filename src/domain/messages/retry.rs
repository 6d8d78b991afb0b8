//! When a message that could not be sent is tried again.

use chrono::Duration;

/// The pause after `attempts` tries that failed in passing: a minute, then twice as long each time, at most an hour.
#[must_use]
pub fn pause_after(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 7) - 1).unwrap_or(0);
    Duration::minutes((1 << doublings).min(60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour_and_no_further() {
        let minutes: Vec<_> = (1..10).map(|n| pause_after(n).num_minutes()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(pause_after(0), pause_after(1));
        assert_eq!(pause_after(i64::MAX), pause_after(9));
    }
}
