//! A long body put aside, to be read in pieces later.
//!
//! What is short stays in memory; what is long goes to a temporary file without a name, which is
//! gone with the program. Helm indexes of a hundred megabytes are read this way: once through for
//! where things are, then the few kilobytes that are wanted.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use tempfile::SpooledTempFile;

/// Bytes put aside.
pub struct Spool {
    file: Mutex<SpooledTempFile>,
}

impl Spool {
    /// Makes an empty spool that keeps so many bytes in memory before it goes to disk.
    #[must_use]
    pub fn new(in_memory: usize) -> Self {
        Self { file: Mutex::new(SpooledTempFile::new(in_memory)) }
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// When the disk does not take them.
    pub fn push(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)
    }

    /// Reads a range; one that reaches beyond the end is read to the end.
    ///
    /// # Errors
    /// When the disk does not give them.
    pub fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(range.start))?;
        let mut bytes = Vec::new();
        let length = range.end.saturating_sub(range.start);
        (&mut *file).take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_was_put_aside() {
        for in_memory in [0, 4, 1000] {
            let spool = Spool::new(in_memory);
            spool.push(b"hello ").unwrap();
            assert_eq!(spool.read(0..5).unwrap(), b"hello");
            spool.push(b"world").unwrap();
            assert_eq!(spool.read(4..8).unwrap(), b"o wo");
            assert_eq!(spool.read(6..100).unwrap(), b"world");
            assert_eq!(spool.read(100..200).unwrap(), b"");
        }
    }
}
