//! `[keys]`

use std::time::Duration;

use super::Keys;
use super::reader::Section;

const DEFAULT_DIRECTORY: &str = "keys";
const DEFAULT_JWKS_MAX_AGE: Duration = Duration::from_secs(3_600);

pub(super) fn read(section: &mut Section<'_>) -> Keys {
    let directory = section.text("directory");
    let written = directory
        .as_ref()
        .map_or(DEFAULT_DIRECTORY, |text| text.value.as_str());
    Keys {
        directory: section.path(written),
        jwks_max_age: section
            .duration("jwks_max_age")
            .map_or(DEFAULT_JWKS_MAX_AGE, |age| age.value),
    }
}
