//! `[lifetimes]`

use std::time::Duration;

use super::reader::{Found, Section};
use crate::domain::lifetimes::Lifetimes;

/// RFC 6749 section 4.1.2: a code lives ten minutes at most.
const LONGEST_CODE: Duration = Duration::from_secs(600);

pub(super) fn read(section: &mut Section<'_>) -> Lifetimes {
    let default = Lifetimes::default();
    let session_idle = section.duration("session_idle");
    let session_absolute = section.duration("session_absolute");
    let refresh_idle = section.duration("refresh_idle");
    let refresh_absolute = section.duration("refresh_absolute");
    let code = section.duration("code");
    let or =
        |found: &Option<Found<Duration>>, default| found.as_ref().map_or(default, |it| it.value);

    if let Some(found) = &code
        && found.value > LONGEST_CODE
    {
        section.fault(
            &found.at,
            "`code` must be at most 10m (RFC 6749 section 4.1.2)",
        );
    }
    let lifetimes = Lifetimes {
        session_idle: or(&session_idle, default.session_idle),
        session_absolute: or(&session_absolute, default.session_absolute),
        code: or(&code, default.code),
        access_token: or(&section.duration("access_token"), default.access_token),
        id_token: or(&section.duration("id_token"), default.id_token),
        refresh_idle: or(&refresh_idle, default.refresh_idle),
        refresh_absolute: or(&refresh_absolute, default.refresh_absolute),
        refresh_grace: or(&section.duration("refresh_grace"), default.refresh_grace),
    };
    if lifetimes.session_idle > lifetimes.session_absolute {
        outlived(
            section,
            session_idle.or(session_absolute),
            "session_idle",
            "session_absolute",
        );
    }
    if lifetimes.refresh_idle > lifetimes.refresh_absolute {
        outlived(
            section,
            refresh_idle.or(refresh_absolute),
            "refresh_idle",
            "refresh_absolute",
        );
    }
    lifetimes
}

fn outlived(section: &mut Section<'_>, found: Option<Found<Duration>>, idle: &str, absolute: &str) {
    let at = found.map_or_else(|| section.header(), |found| found.at);
    section.warn(
        &at,
        format!("`{idle}` is longer than `{absolute}`, so it never matters"),
    );
}
