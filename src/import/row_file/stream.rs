//! Records through a thread of their own: it takes the file apart while the caller's threads interpret.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::failure::{contained, gave_up};
use super::{Record, Source};
use crate::error::{Error, Result};

/// About how many bytes of records are handed over at once: enough that the handing over costs nothing.
const BATCH_BYTES: usize = 128 * 1024;
/// Batches that wait at most.
const WAITING: usize = 4;

/// The records of a source, in their order. A failure ends them.
pub struct Records {
    batch: std::vec::IntoIter<Record>,
    batches: Receiver<Vec<Record>>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Records {
    /// Begins to read `source`.
    ///
    /// # Errors
    /// `Internal` when the system gives no thread.
    pub fn of(source: Arc<Source>) -> Result<Self> {
        let (sender, batches) = sync_channel(WAITING);
        let read = move || {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            let ended = source.each(&mut |record| {
                bytes += size_of::<Record>() + record.content.bytes();
                batch.push(record);
                if bytes < BATCH_BYTES {
                    return ControlFlow::Continue(());
                }
                bytes = 0;
                match sender.send(std::mem::take(&mut batch)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            });
            // Nobody may be listening any more, which is no failure.
            let _ = sender.send(batch);
            ended
        };
        let thread = Builder::new()
            .name("records".to_owned())
            .spawn(|| contained(read))
            .map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(Self {
            batch: Vec::new().into_iter(),
            batches,
            thread: Some(thread),
        })
    }
}

impl Iterator for Records {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.batch.next() {
                return Some(Ok(record));
            }
            if let Ok(batch) = self.batches.recv() {
                self.batch = batch.into_iter();
                continue;
            }
            let ended = self.thread.take()?.join();
            return ended.unwrap_or_else(|_| Err(gave_up())).err().map(Err);
        }
    }
}
