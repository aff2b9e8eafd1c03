//! A line on standard error that says how far a scan is.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::cli::When;
use crate::collect::Collector;

/// Shows progress until it is dropped.
pub(super) struct Progress {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Scans shorter than this show nothing.
const DELAY: Duration = Duration::from_millis(500);
const INTERVAL: Duration = Duration::from_millis(200);

impl Progress {
    /// Starts, if progress is wanted.
    pub(super) fn start(when: When, quiet: bool, collector: &Arc<Collector>) -> Self {
        let wanted = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => !quiet && std::io::stderr().is_terminal(),
        };
        if !wanted {
            return Self { stop: None, thread: None };
        }
        let (stop, stopped) = mpsc::channel();
        let collector = Arc::clone(collector);
        let thread = std::thread::spawn(move || {
            let mut wait = DELAY;
            let mut shown = false;
            let mut history = None;
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                // A terminal that is gone is no reason to stop.
                let _ = write!(std::io::stderr(), "\r\x1b[K{}", line(&collector, &mut history));
                shown = true;
                wait = INTERVAL;
            }
            if shown {
                let _ = write!(std::io::stderr(), "\r\x1b[K");
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

/// What is shown. `history` holds when the first objects had been looked at.
fn line(collector: &Collector, history: &mut Option<Instant>) -> String {
    let (stats, pace) = (collector.stats(), collector.pace());
    if pace.objects == 0 {
        let (files, blobs, megabytes) = (stats.files, stats.blobs, stats.bytes >> 20);
        return format!("scanned {files} files, {blobs} blobs, {megabytes} MB; {} possible findings", pace.held);
    }
    if pace.passed > 0 {
        history.get_or_insert_with(Instant::now);
    }
    let since = history.map_or(Duration::ZERO, |began| began.elapsed());
    let left = match time_left(since, pace.passed, pace.objects) {
        Some(left) => format!("; about {} left", duration(left)),
        None => String::new(),
    };
    format!(
        "scanned {} files, {} of {} objects, {} MB; {} possible findings{left}",
        stats.files,
        pace.passed,
        pace.objects,
        stats.bytes.max(pace.bytes) >> 20,
        pace.held
    )
}

/// Time that the rest will take if it goes on as before; nothing in the first second, when that is a guess.
fn time_left(since: Duration, passed: u64, all: u64) -> Option<Duration> {
    let left = all.checked_sub(passed).filter(|n| *n > 0 && passed > 0)?;
    (since >= Duration::from_secs(1)).then(|| since.mul_f64(left as f64 / passed as f64))
}

/// `42 s`, `7 min` or `2 h 5 min`.
fn duration(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..100 => format!("{seconds} s"),
        seconds @ 100..6000 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_follows_the_pace() {
        let seconds = Duration::from_secs;
        assert_eq!(time_left(seconds(10), 100, 400), Some(seconds(30)));
        assert_eq!(time_left(seconds(10), 400, 400), None);
        assert_eq!(time_left(Duration::from_millis(900), 100, 400), None);
        assert_eq!(time_left(seconds(10), 0, 400), None);
    }

    #[test]
    fn durations_are_short() {
        let shown = [0, 99, 100, 5999, 7500].map(|s| duration(Duration::from_secs(s)));
        assert_eq!(shown, ["0 s", "99 s", "2 min", "100 min", "2 h 5 min"]);
    }
}
