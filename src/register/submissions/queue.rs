//! The queue of submissions that are to be read: one thread works them off, oldest first, and goes on after a restart
//! where it was: a submission that was not done is begun anew, and what it had written was never there.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tracing::{error, info};

use super::run::Job;
use crate::db::{stored, submissions};
use crate::domain::submission::State;
use crate::domain::{Caller, Role};
use crate::error::{Error, Result};
use crate::register::{Change, Register};

/// How long the thread waits before it looks for submissions that another server left, or that failed for want of the
/// database.
const PATROL: Duration = Duration::from_secs(20);

/// The queue. Dropping it ends its thread after the submission that is under way.
pub struct Queue {
    sender: Sender<String>,
    jobs: Arc<Jobs>,
}

/// The submissions that are waiting or under way in this process.
#[derive(Default)]
struct Jobs {
    under_way: Mutex<HashMap<String, Arc<Job>>>,
    done: Condvar,
}

impl Jobs {
    fn begin(&self, id: &str) -> Arc<Job> {
        let mut jobs = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(jobs.entry(id.to_owned()).or_default())
    }

    fn end(&self, id: &str) {
        let mut jobs = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        jobs.remove(id);
        self.done.notify_all();
    }
}

impl Queue {
    /// Starts the thread over `register`.
    ///
    /// # Errors
    /// `Internal` when the system gives no thread.
    pub fn start(register: Arc<Register>, clock: fn() -> DateTime<Utc>) -> Result<Self> {
        let (sender, receiver) = channel();
        let jobs = Arc::new(Jobs::default());
        let worker = Worker {
            register,
            clock,
            jobs: Arc::clone(&jobs),
        };
        std::thread::Builder::new()
            .name("submissions".to_owned())
            .spawn(move || worker.work(&receiver))
            .map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(Self { sender, jobs })
    }

    /// Puts a submission into the queue.
    ///
    /// # Errors
    /// `Internal` when the thread has ended.
    pub fn add(&self, id: &str) -> Result<()> {
        self.jobs.begin(id);
        self.sender
            .send(id.to_owned())
            .map_err(|error| Error::Internal(Box::new(error)))
    }

    /// How far a submission is that waits or is under way here.
    #[must_use]
    pub fn job(&self, id: &str) -> Option<Arc<Job>> {
        let jobs = self.jobs.under_way.lock();
        jobs.unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .map(Arc::clone)
    }

    /// Waits until a submission is done, at most so long; for threads that may block.
    pub fn wait(&self, id: &str, patience: Duration) {
        let end = Instant::now() + patience;
        let mut jobs = self
            .jobs
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        while jobs.contains_key(id) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            jobs = self
                .jobs
                .done
                .wait_timeout(jobs, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

struct Worker {
    register: Arc<Register>,
    clock: fn() -> DateTime<Utc>,
    jobs: Arc<Jobs>,
}

impl Worker {
    fn work(&self, receiver: &Receiver<String>) {
        self.patrol();
        loop {
            match receiver.recv_timeout(PATROL) {
                Ok(id) => self.process(&id),
                Err(RecvTimeoutError::Timeout) => self.patrol(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Works off what no process has in hand: what a killed one left.
    fn patrol(&self) {
        let left = self
            .register
            .db
            .read_here(|conn| submissions::ids_in(conn, State::Draft));
        match left {
            Ok(ids) => ids.iter().for_each(|id| self.process(id)),
            Err(error) => error!(error = %error, "The queue of submissions cannot be read"),
        }
    }

    fn process(&self, id: &str) {
        let job = self.jobs.begin(id);
        let done = self
            .register
            .db
            .read_here(|conn| submissions::by_id(conn, id))
            .and_then(|record| record.ok_or(Error::Stale))
            .and_then(|record| {
                let caller = Caller::Key {
                    id: record.submitted_key.clone(),
                    name: record.submitted_by.clone(),
                    role: Role::Operator,
                    operator: record.operator.clone(),
                };
                let reason = super::asked(&record)?.plan.reason;
                let change: Change =
                    self.register
                        .change(caller, stored((self.clock)()).and_utc(), reason);
                self.register.process(id, &change, &job)
            });
        match done {
            Ok(record) => info!(
                submission.id = id,
                submission.state = record.state,
                "Worked off a submission"
            ),
            // Another server was faster.
            Err(Error::Stale) => {}
            Err(error) => {
                error!(submission.id = id, error = %error, "A submission waits: {error:?}");
            }
        }
        self.jobs.end(id);
    }
}
