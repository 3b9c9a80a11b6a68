//! What the log says of clients that lack the next key.

use std::io::Write;
use std::sync::{Arc, Mutex};

use super::{Bureau, ES256, WAIT, rotate, settings};
use crate::support::House;

/// The lines of this thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn of_clients(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines()
            .filter(|line| line.contains("have not fetched"))
            .map(str::to_owned)
            .collect()
    }
}

async fn warned(on_unready: &str, days: u32) -> Vec<String> {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let keys = format!("[keys]\non_unready = \"{on_unready}\"\n");
    let plan = House::plan().more(super::WIKI).more(&keys);
    let bureau = Bureau::of(plan, settings()).await;
    bureau.wiki_fetches().await;
    bureau.done(rotate(ES256)).await;
    bureau.serve(WAIT - 3).await;
    assert_eq!(
        lines.of_clients(),
        Vec::<String>::new(),
        "not before its turn is near"
    );
    bureau.serve(6).await;
    for _ in 0..days {
        bureau.house.clock.advance_seconds(24 * 60 * 60);
        bureau.serve(2).await;
    }
    lines.of_clients()
}

/// One line for each next key and day, with the ids of who lacks it.
#[tokio::test]
async fn the_log_names_once_a_day_who_lacks_a_key_that_waits() {
    let lines = warned("wait", 2).await;
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(lines.iter().all(|line| line.contains("wiki")), "{lines:#?}");
}

/// A schedule that goes on says so once.
#[tokio::test]
async fn the_log_names_who_lacks_a_key_that_takes_over() {
    let lines = warned("warn", 1).await;
    assert_eq!(lines.len(), 1, "{lines:#?}");
}

/// One that does not look says nothing.
#[tokio::test]
async fn a_schedule_that_does_not_look_says_nothing() {
    assert_eq!(warned("go", 1).await, Vec::<String>::new());
}
