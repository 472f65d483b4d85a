//! One writer an upload within this process, and a way to wake one whose line has gone dead.
//!
//! A telephone that changes its network sends the next chunk while the server still waits for the
//! rest of the last one. The newcomer knocks; a writer that then hears nothing for a moment gives up.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::base::id::UploadId;

/// How long a newcomer waits for the writer before it.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long a writer waits for bytes when nobody else wants in.
const ALONE: Duration = Duration::from_mins(1);
/// How long a writer waits for bytes after a knock.
const KNOCKED: Duration = Duration::from_secs(2);

/// The uploads that this process is writing. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Holds(Arc<Mutex<HashMap<UploadId, Arc<Door>>>>);

#[derive(Debug, Default)]
struct Door {
    knocked: AtomicBool,
    knock: Notify,
}

/// The right to write one upload, until it is dropped.
#[derive(Debug)]
pub(super) struct Hold {
    holds: Holds,
    id: UploadId,
    door: Arc<Door>,
}

impl Holds {
    /// Takes the upload, waiting a little for a writer that may have lost its line.
    pub(super) async fn take(&self, id: UploadId) -> Option<Hold> {
        let end = tokio::time::Instant::now() + PATIENCE;
        loop {
            if let Some(hold) = self.take_now(id) {
                return Some(hold);
            }
            if tokio::time::Instant::now() >= end {
                return None;
            }
            self.knock(id);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Takes the upload if nobody has it.
    pub(super) fn take_now(&self, id: UploadId) -> Option<Hold> {
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if doors.contains_key(&id) {
            return None;
        }
        let door = Arc::new(Door::default());
        doors.insert(id, door.clone());
        Some(Hold { holds: self.clone(), id, door })
    }

    /// Tells the writer, if there is one, that somebody else asks for the upload.
    pub(super) fn knock(&self, id: UploadId) {
        let doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(door) = doors.get(&id) {
            door.knocked.store(true, Ordering::SeqCst);
            door.knock.notify_one();
        }
    }
}

impl Hold {
    /// Waits for `next` as long as its line may be alive; `None` means that it is taken for dead.
    pub(super) async fn patiently<T>(&self, next: impl Future<Output = T>) -> Option<T> {
        tokio::pin!(next);
        if !self.door.knocked.load(Ordering::SeqCst) {
            tokio::select! {
                biased;
                got = &mut next => return Some(got),
                () = self.door.knock.notified() => {}
                () = tokio::time::sleep(ALONE) => return None,
            }
        }
        tokio::time::timeout(KNOCKED, next).await.ok()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut doors = self.holds.0.lock().unwrap_or_else(PoisonError::into_inner);
        doors.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_writer_is_kept_out_while_bytes_arrive() {
        let (holds, id) = (Holds::default(), UploadId::new());
        let first = holds.take_now(id).unwrap();
        assert!(holds.take(id).await.is_none());
        // Knocked at, but the line is alive.
        let next = async { tokio::time::sleep(Duration::from_secs(1)).await };
        assert!(first.patiently(next).await.is_some());
        drop(first);
        assert!(holds.take(id).await.is_some());
    }

    #[tokio::test]
    async fn a_dead_line_gives_way_soon_after_a_knock() {
        let (holds, id) = (Holds::default(), UploadId::new());
        let first = holds.take_now(id).unwrap();
        let dead = tokio::spawn(async move {
            let begin = tokio::time::Instant::now();
            assert!(first.patiently(std::future::pending::<()>()).await.is_none());
            begin.elapsed()
        });
        assert!(holds.take(id).await.is_some());
        assert!(dead.await.unwrap() < ALONE);
    }
}
