//! A line on standard error that says how far a scan is.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

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
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                let (stats, matches) = collector.so_far();
                // A terminal that is gone is no reason to stop.
                let _ = write!(
                    std::io::stderr(),
                    "\r\x1b[Kscanned {} files, {} blobs, {} MB; {matches} matches",
                    stats.files,
                    stats.blobs,
                    stats.bytes >> 20
                );
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

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
