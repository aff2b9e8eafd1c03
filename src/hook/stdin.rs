//! Standard input of a hook, read without waiting for a sender that never speaks.

use std::io::{self, IsTerminal, Read};
use std::sync::mpsc;
use std::time::Duration;

/// How long an open, silent standard input is waited for where nobody said that something would come.
const PATIENCE: Duration = Duration::from_secs(1);
/// Longest list of refs that is read, bytes: some hundred thousand refs.
const MOST: u64 = 64 << 20;

/// What standard input held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    /// It was not asked for, or it is a terminal.
    Nothing,
    /// It was open, and nothing came in time.
    Silent,
    /// What came; may be empty.
    Text(Vec<u8>),
}

impl Given {
    /// The bytes; none for silence.
    pub(super) fn text(&self) -> &[u8] {
        match self {
            Self::Text(text) => text,
            Self::Nothing | Self::Silent => &[],
        }
    }
}

/// Reads standard input to its end. `wait`: the caller knows that something must come, and waits as long as it takes.
pub(super) fn read(wait: bool) -> io::Result<Given> {
    if io::stdin().is_terminal() {
        return Ok(Given::Nothing);
    }
    let all = || {
        let mut text = Vec::new();
        io::stdin().lock().take(MOST + 1).read_to_end(&mut text)?;
        if text.len() as u64 > MOST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "more than 64 MiB: no list of refs"));
        }
        Ok(Given::Text(text))
    };
    if wait {
        return all();
    }
    let (sender, receiver) = mpsc::channel();
    // The thread ends with its input, or with the process. If nobody listens any more, nothing is lost.
    std::thread::spawn(move || drop(sender.send(all())));
    receiver.recv_timeout(PATIENCE).unwrap_or(Ok(Given::Silent))
}
