//! The language of a page, from `ui_locales` (OIDC Core section 3.1.2.1) or from
//! `Accept-Language` (RFC 9110 section 12.5.4).

use serde::{Deserialize, Serialize};

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Locale {
    /// 简体中文
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English
    #[serde(rename = "en")]
    English,
}

impl Locale {
    /// Every language, in the order in which the metadata lists them.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The language of one BCP 47 tag, if it is one that we speak. Any Chinese is better
    /// served with Chinese than with English.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") {
            Some(Self::Chinese)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::English)
        } else {
            None
        }
    }

    /// The first language of a `ui_locales` list that we speak.
    #[must_use]
    pub fn of_ui_locales(list: &str) -> Option<Self> {
        list.split(' ').find_map(Self::of_tag)
    }

    /// The best language of an `Accept-Language` header: the highest weight wins, the first
    /// among equals. Weight 0 means "not this one".
    #[must_use]
    pub fn of_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for range in header.split(',').take(32) {
            let mut parts = range.split(';');
            let Some(locale) = parts.next().and_then(|tag| Self::of_tag(tag.trim())) else {
                continue;
            };
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |text| text.trim().parse::<f32>().unwrap_or(0.0));
            if weight > 0.0 && best.is_none_or(|(_, highest)| weight > highest) {
                best = Some((locale, weight));
            }
        }
        best.map(|(locale, _)| locale)
    }
}
