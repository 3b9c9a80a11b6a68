//! `[pages]`

use super::Pages;
use super::reader::Section;

pub(super) fn read(section: &mut Section<'_>) -> Pages {
    Pages {
        contact: section.text("contact").map(|text| text.value),
    }
}
