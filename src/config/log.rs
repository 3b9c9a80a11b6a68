//! `[log]`

use tracing_subscriber::filter::EnvFilter;

use super::nearest::nearest;
use super::reader::Section;
use super::{Log, LogFormat};

const DEFAULT_FILTER: &str = "info";
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

pub(super) fn read(section: &mut Section<'_>) -> Log {
    let format = section.choice(
        "format",
        &[("text", LogFormat::Text), ("json", LogFormat::Json)],
    );
    Log {
        format: format.map_or(LogFormat::Text, |format| format.value),
        filter: filter(section),
    }
}

fn filter(section: &mut Section<'_>) -> String {
    let Some(text) = section.text("filter") else {
        return DEFAULT_FILTER.to_owned();
    };
    if EnvFilter::builder().parse(&text.value).is_err() {
        section.fault(
            &text.at,
            "`filter` must be a level like \"info\", or levels per module like \"info,dingpass=debug\"",
        );
    }
    // A misspelt level passes for the name of a module, and then shows nothing else.
    for word in text.value.split(',').map(str::trim) {
        let lower = word.to_ascii_lowercase();
        let level = LEVELS.contains(&lower.as_str());
        if let (false, Some(meant)) = (level, nearest(&lower, LEVELS)) {
            section.warn(
                &text.at,
                format!("`filter` takes \"{word}\" for a module; did you mean \"{meant}\"?"),
            );
        }
    }
    text.value
}
