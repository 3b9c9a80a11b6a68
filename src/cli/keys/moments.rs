//! Moments and spans for people: the clock at the wall with its distance from UTC, and how far
//! away. And the other way: what a person writes for a moment that lies ahead.

use std::str::FromStr;
use std::time::Duration;

use jiff::civil;
use jiff::tz::TimeZone;

use crate::clock::Timestamp;
use crate::config;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The units of a span, the largest first. No months: they are of several lengths.
const UNITS: [(u64, &str); 4] = [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s")];

/// The clock at the wall where the reader is.
pub(super) struct Wall {
    zone: TimeZone,
    now: i64,
}

impl Wall {
    /// The reader's own zone; `now` is the moment of the answer, by the clock of who gave it.
    pub(super) fn at(now: i64) -> Self {
        Self {
            zone: TimeZone::system(),
            now,
        }
    }

    /// A moment: `2026-12-02 09:00 +08:00`.
    pub(super) fn local(&self, moment: i64) -> String {
        jiff::Timestamp::from_millisecond(moment).map_or_else(
            |_| "never".to_owned(),
            |moment| {
                let here = moment.to_zoned(self.zone.clone());
                here.strftime("%Y-%m-%d %H:%M %:z").to_string()
            },
        )
    }

    /// The day so many days from now.
    pub(super) fn day_in(&self, days: i64) -> String {
        let then = self
            .now
            .saturating_add(days.saturating_mul(DAY.cast_signed()));
        let local = self.local(then);
        local.get(.."2026-12-02".len()).unwrap_or(&local).to_owned()
    }

    /// How far away a moment is: `in 6d 23h`, `2h 5m ago`.
    pub(super) fn away(&self, moment: i64) -> String {
        let distance = moment.abs_diff(self.now);
        if distance < SECOND {
            "now".to_owned()
        } else if moment > self.now {
            format!("in {}", span(distance))
        } else {
            format!("{} ago", span(distance))
        }
    }

    /// Both: `2026-12-02 09:00 +08:00 (in 6d 23h)`.
    pub(super) fn when(&self, moment: i64) -> String {
        format!("{} ({})", self.local(moment), self.away(moment))
    }
}

/// A span by its two largest units: `6d 23h`, `45s`.
pub(super) fn span(milliseconds: u64) -> String {
    let Some(first) = UNITS.iter().position(|(unit, _)| milliseconds >= *unit) else {
        return "0s".to_owned();
    };
    let mut rest = milliseconds;
    let mut words = Vec::new();
    for (unit, name) in UNITS.iter().skip(first).take(2) {
        let number = rest / unit;
        rest %= unit;
        if number > 0 {
            words.push(format!("{number}{name}"));
        }
    }
    words.join(" ")
}

/// A moment by RFC 3339, in UTC.
pub(super) fn written(moment: i64) -> Option<String> {
    let moment = jiff::Timestamp::from_millisecond(moment).ok()?;
    Some(moment.to_string())
}

/// The end of something, as a person writes it: a day, which ends at midnight on the clock at
/// the wall; a moment; or so long from now.
#[derive(Clone, Copy, Debug)]
pub(super) enum Until {
    In(Duration),
    At(i64),
}

impl FromStr for Until {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(duration) = config::duration(text) {
            return Ok(Self::In(duration));
        }
        moment(text).map(Self::At).ok_or(
            "write a day like 2027-01-31, a moment like 2027-01-31T18:00, or a duration like 30d",
        )
    }
}

impl Until {
    pub(super) fn from(self, now: Timestamp) -> i64 {
        match self {
            Self::In(duration) => now.plus(duration).as_millis(),
            Self::At(moment) => moment,
        }
    }
}

fn moment(text: &str) -> Option<i64> {
    // With a distance from UTC it is the same everywhere.
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_millisecond());
    }
    let is_day = text.len() == "2027-01-31".len();
    let here = if is_day {
        let day = text.parse::<civil::Date>().ok()?;
        // The whole of that day: to the first moment of the next one.
        day.tomorrow().ok()?.to_zoned(TimeZone::system())
    } else {
        let moment = text.parse::<civil::DateTime>().ok()?;
        moment.to_zoned(TimeZone::system())
    };
    Some(here.ok()?.timestamp().as_millisecond())
}
