//! Words for an operator: durations as they are written in the configuration.

use std::time::Duration;

/// `90d`, `1h 30m`: rounded up to whole seconds, so that what remains is never told too short.
pub(super) fn spell(duration: Duration) -> String {
    let mut seconds = duration
        .as_secs()
        .saturating_add(u64::from(duration.subsec_nanos() > 0));
    let mut parts = Vec::new();
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if seconds >= length {
            parts.push(format!("{}{unit}", seconds / length));
            seconds %= length;
        }
    }
    if parts.is_empty() {
        "0s".to_owned()
    } else {
        parts.join(" ")
    }
}
