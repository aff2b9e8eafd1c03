//! A stream that may wait for ever, as standard input at a terminal does: reading it ends when the scan is cancelled.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use crate::collect::Collector;

/// Bytes of one read.
const CHUNK: usize = 64 << 10;
/// Chunks that may wait to be taken.
const AHEAD: usize = 4;
/// How often it is asked whether the scan is cancelled.
const INTERVAL: Duration = Duration::from_millis(50);

/// A reader whose input a thread of its own waits for. After [`Collector::cancel`] what came until then is its end.
pub struct Interruptible<'c> {
    collector: &'c Collector,
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    /// How much of `chunk` was taken.
    taken: usize,
}

impl<'c> Interruptible<'c> {
    /// Of `input`, for the scan that `collector` is of. The thread ends with the input, with its reader or with the process.
    pub fn new(input: impl Read + Send + 'static, collector: &'c Collector) -> Self {
        let (sender, chunks) = mpsc::sync_channel(AHEAD);
        std::thread::spawn(move || send_all(input, &sender));
        Self { collector, chunks, chunk: Vec::new(), taken: 0 }
    }
}

/// Hands all of `input` over, until nobody listens any more.
fn send_all(mut input: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut chunk = vec![0; CHUNK];
        let read = match input.read(&mut chunk) {
            Ok(0) => return,
            Ok(n) => {
                chunk.truncate(n);
                Ok(chunk)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = read.is_err();
        if sender.send(read).is_err() || is_last {
            return;
        }
    }
}

impl Read for Interruptible<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.chunk.len() {
            match self.chunks.recv_timeout(INTERVAL) {
                Ok(chunk) => (self.chunk, self.taken) = (chunk?, 0),
                Err(RecvTimeoutError::Timeout) if !self.collector.is_cancelled() => {}
                Err(_) => return Ok(0),
            }
        }
        let mut rest = &self.chunk[self.taken..];
        let n = rest.read(buffer)?;
        self.taken += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives some bytes, then an error, or waits for ever.
    struct Source(Vec<u8>, Option<io::ErrorKind>);

    impl Read for Source {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                match self.1 {
                    Some(kind) => return Err(kind.into()),
                    None => std::thread::park(),
                }
            }
            let n = buffer.len().min(self.0.len()).min(7);
            self.0.drain(..n).zip(buffer).for_each(|(byte, to)| *to = byte);
            Ok(n)
        }
    }

    #[test]
    fn everything_comes_in_order() -> io::Result<()> {
        let bytes: Vec<u8> = (0..1_000_000).map(|n: u32| n.to_le_bytes()[n as usize % 3]).collect();
        let (collector, mut read) = (Collector::default(), Vec::new());
        Interruptible::new(io::Cursor::new(bytes.clone()), &collector).read_to_end(&mut read)?;
        assert!(read == bytes);
        Ok(())
    }

    #[test]
    fn an_error_is_handed_on() {
        let (collector, mut read) = (Collector::default(), Vec::new());
        let source = Source(b"some bytes".to_vec(), Some(io::ErrorKind::BrokenPipe));
        let outcome = Interruptible::new(source, &collector).read_to_end(&mut read);
        assert_eq!(outcome.map_err(|error| error.kind()), Err(io::ErrorKind::BrokenPipe));
        assert_eq!(read, b"some bytes");
    }

    #[test]
    fn a_cancelled_scan_waits_no_longer() -> io::Result<()> {
        let (collector, mut read) = (Collector::default(), vec![0; 10]);
        let mut input = Interruptible::new(Source(b"some bytes".to_vec(), None), &collector);
        input.read_exact(&mut read)?;
        collector.cancel();
        assert_eq!((input.read(&mut read)?, &read[..]), (0, &b"some bytes"[..]));
        Ok(())
    }
}
