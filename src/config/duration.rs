//! Durations as people write them: `"60s"`, `"10m"`, `"12h"`, `"7d"`, `"1h30m"`.

use std::time::Duration;

/// How to write one; ends a fault's message.
pub(super) const FORM: &str = "a duration like \"60s\", \"10m\", \"1h30m\" or \"7d\"";

/// Units in the order in which they are written.
const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Longer ones are slips; and adding one to any date of this age stays a date.
const LONGEST: Duration = Duration::from_secs(3_650 * 86_400);

/// Why a text is not a duration that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DurationError {
    /// Another form.
    Form,
    /// Less than a second, or more than ten years.
    Range,
}

/// Parses a duration: whole numbers with their units, the greater unit first, none twice.
pub(super) fn parse(text: &str) -> Result<Duration, DurationError> {
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut seconds = 0_u64;
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .ok_or(DurationError::Form)?;
        let (digits, tail) = rest.split_at_checked(end).ok_or(DurationError::Form)?;
        let mut letters = tail.chars();
        let unit = letters.next();
        // `find` on the same iterator refuses a unit that is repeated or out of order.
        let (_, scale) = units
            .find(|(letter, _)| Some(*letter) == unit)
            .ok_or(DurationError::Form)?;
        if digits.is_empty() {
            return Err(DurationError::Form);
        }
        let count: u64 = digits.parse().map_err(|_| DurationError::Range)?;
        seconds = count
            .checked_mul(*scale)
            .and_then(|more| seconds.checked_add(more))
            .ok_or(DurationError::Range)?;
        rest = letters.as_str();
    }
    let duration = Duration::from_secs(seconds);
    match text {
        "" => Err(DurationError::Form),
        _ if duration.is_zero() || duration > LONGEST => Err(DurationError::Range),
        _ => Ok(duration),
    }
}
