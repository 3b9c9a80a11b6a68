//! CPU time of this thread, and how much of it something takes.

use std::fs::read_to_string;
use std::time::Duration;

use anyhow::{Context as _, Error};

/// Of so many runs the median counts.
const RUNS: usize = 5;
/// A run takes so long at least.
const RUN: Duration = Duration::from_millis(400);

/// The CPU time that this thread has had.
fn time() -> Result<Duration, Error> {
    let text = read_to_string("/proc/thread-self/schedstat")?;
    let spent = text.split(' ').next().context("no CPU time")?;
    Ok(Duration::from_nanos(spent.parse()?))
}

/// The CPU time of one call of `what`, in nanoseconds: the median of some runs, each of which
/// is long enough for the clock.
pub(crate) fn each(mut what: impl FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    let mut times: u32 = 1;
    let mut figures = Vec::new();
    while figures.len() < RUNS {
        let began = time()?;
        for _ in 0..times {
            what()?;
        }
        let spent = time()?.saturating_sub(began);
        if spent >= RUN {
            figures.push(spent.as_secs_f64() * 1e9 / f64::from(times));
        } else {
            times = times.saturating_mul(2);
        }
    }
    median(figures)
}

/// The CPU time of one call of something that takes long, in milliseconds: the median of
/// some calls.
pub(crate) fn once(mut what: impl FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    let mut figures = Vec::new();
    for _ in 0..RUNS {
        let began = time()?;
        what()?;
        figures.push(time()?.saturating_sub(began).as_secs_f64() * 1e3);
    }
    median(figures)
}

fn median(mut figures: Vec<f64>) -> Result<f64, Error> {
    figures.sort_by(f64::total_cmp);
    let middle = figures.get(figures.len() / 2).copied();
    middle.context("nothing was measured")
}

/// What the machine is.
pub(crate) fn name() -> String {
    let info = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split_once(": "));
    name.map_or_else(|| "some CPU".to_owned(), |(_, name)| name.to_owned())
}
