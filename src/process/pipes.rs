//! What goes into a program and what comes out, each on a thread of its own.
//!
//! A program that fills one pipe while another is waited for stands still for ever; therefore all
//! three are served at once. What is read can be looked at before the pipe is closed: a helper
//! that a program leaves behind (git's credential cache does) may hold it open for hours.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

/// What happened to a running program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// One of its two outputs was closed.
    Closed,
    /// One of its outputs exceeds the limit.
    Overflow,
    /// It has ended.
    Ended,
}

/// What has been read so far.
#[derive(Clone, Default)]
pub(super) struct Captured {
    bytes: Arc<Mutex<Vec<u8>>>,
    closed: Arc<AtomicBool>,
}

impl Captured {
    /// Reads a pipe to its end on a thread, at most so many bytes.
    pub(super) fn start(
        mut pipe: impl Read + Send + 'static,
        limit: usize,
        events: Sender<Event>,
    ) -> Self {
        let captured = Self::default();
        let shared = captured.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                let read = match pipe.read(&mut buffer) {
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    Ok(0) | Err(_) => break,
                    Ok(read) => read,
                };
                let mut bytes = shared.bytes.lock().unwrap_or_else(PoisonError::into_inner);
                if bytes.len() + read > limit {
                    let _ = events.send(Event::Overflow);
                    return;
                }
                bytes.extend_from_slice(buffer.get(..read).unwrap_or_default());
            }
            shared.closed.store(true, Ordering::Release);
            // Nobody listens any more when the program was given up.
            let _ = events.send(Event::Closed);
        });
        captured
    }

    /// Returns whether everything has been read.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Takes what has been read.
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Writes everything into a pipe on a thread, then closes it. A program need not read what it is
/// given, so a broken pipe is no error.
pub(super) fn feed(mut pipe: impl Write + Send + 'static, bytes: Vec<u8>) {
    std::thread::spawn(move || {
        let _ = pipe.write_all(&bytes);
    });
}
