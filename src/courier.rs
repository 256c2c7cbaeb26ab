//! Takes changes to webhooks. Every second it asks the register what is due; each webhook with something due is served by
//! a thread of its own, so that a receiver that is slow or away holds up nobody else. Besides this room nothing asks the
//! network.

mod addresses;
mod sender;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use tracing::{error, info, warn};
use uuid::Uuid;

use crate::api::State;
use crate::api::events::Event;
use crate::config::Webhooks;
use crate::db::{Db, stored, webhooks};
use crate::error::{Error, Result};
use crate::register::delivery;
use crate::register::due::{Content, Message};
use crate::register::rounds::{Attempt, Round, Settled};
use sender::{Sender, Signed};

/// From one look at what is due to the next.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a round goes on to send. With the time-out of a request and the waits for the database it ends within
/// [`LEASE`].
const BUDGET: Duration = Duration::from_secs(5);

/// For how long a webhook is claimed: after a sudden end of the service nothing is delivered for so long.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// For how long it is tried to record what came of a round while the database is busy or away. It may outlast the lease:
/// whether another courier took the webhook is looked at when it is recorded.
const PATIENCE: Duration = Duration::from_mins(5);

/// Delivers what is due.
pub struct Courier {
    state: Arc<State>,
    source: String,
    sender: Sender,
    /// One connection at a time is enough, however many receivers there are: requests need the others.
    turn: Mutex<()>,
    in_hand: Mutex<HashSet<String>>,
    is_stopping: AtomicBool,
}

/// A courier at work.
pub struct Working {
    courier: Arc<Courier>,
    bell: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

impl Working {
    /// Lets it end what it has begun, which takes as long as the time-out of a request at the most.
    pub fn stop(self) {
        let Self {
            courier,
            bell,
            thread,
        } = self;
        courier.is_stopping.store(true, Ordering::SeqCst);
        drop(bell);
        if thread.join().is_err() {
            error!("The courier broke off");
        }
    }
}

impl Courier {
    /// A courier for the service of `state`.
    #[must_use]
    pub fn new(state: Arc<State>, settings: &Webhooks) -> Self {
        Self {
            state,
            source: settings.webhook_source.clone(),
            sender: Sender::new(settings),
            turn: Mutex::new(()),
            in_hand: Mutex::new(HashSet::new()),
            is_stopping: AtomicBool::new(false),
        }
    }

    /// Sets to work in threads of its own.
    ///
    /// # Errors
    /// `Internal` when no thread can be had.
    pub fn start(self) -> Result<Working> {
        let courier = Arc::new(self);
        let (bell, end) = mpsc::channel();
        let own = Arc::clone(&courier);
        let thread = thread::Builder::new()
            .name("courier".to_owned())
            .spawn(move || own.work(&end))
            .map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(Working {
            courier,
            bell,
            thread,
        })
    }

    fn work(&self, end: &mpsc::Receiver<()>) {
        thread::scope(|scope| {
            while end.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                let due = match self.due() {
                    Ok(due) => due,
                    Err(error) => {
                        warn!(cause = %told(&error), "What is due to webhooks cannot be found");
                        continue;
                    }
                };
                for id in due {
                    let hold = self.hold(id);
                    let serve = move || self.serve(&hold);
                    let thread = thread::Builder::new().name("courier-round".to_owned());
                    if let Err(error) = thread.spawn_scoped(scope, serve) {
                        warn!(%error, "No thread for a webhook");
                    }
                }
            }
        });
    }

    /// Serves a webhook until nothing is due to it.
    fn serve(&self, hold: &Hold) {
        loop {
            match self.visit(&hold.id) {
                Ok(true) if !self.is_stopping.load(Ordering::SeqCst) => {}
                Ok(_) => return,
                Err(error) => {
                    warn!(webhook.id = hold.id, cause = %told(&error), "A webhook cannot be served");
                    return;
                }
            }
        }
    }

    /// Webhooks to which something is due, but for those in hand. Goes past what a webhook does not want.
    ///
    /// # Errors
    /// Those of the database.
    pub fn due(&self) -> Result<Vec<String>> {
        let register = &self.state.register;
        let now = stored(self.now());
        let in_hand = locked(&self.in_hand).clone();
        let _turn = locked(&self.turn);
        let due = register
            .db
            .snapshot_here(|conn| register.due(conn, &in_hand, now))?;
        self.state.metrics.show_webhooks(due.states, due.behind);
        if !due.passed.is_empty() {
            register.db.write_here(|conn| {
                due.passed
                    .iter()
                    .try_for_each(|(id, from, to)| webhooks::pass(conn, id, *from, *to, now))
            })?;
        }
        Ok(due.webhooks)
    }

    /// Takes one round to a webhook; true where more may be due to it at once.
    ///
    /// # Errors
    /// Those of the database.
    pub fn visit(&self, id: &str) -> Result<bool> {
        let register = &self.state.register;
        let began = Instant::now();
        let now = stored(self.now());
        let lease = Uuid::now_v7().to_string();
        let is_claimed = self.with_turn(|db| {
            db.write_here(|conn| webhooks::claim(conn, id, &lease, now, now + LEASE))
        })?;
        if !is_claimed {
            return Ok(false);
        }
        let round =
            self.with_turn(|db| db.snapshot_here(|conn| register.round(conn, id, &lease, now)))?;
        let Some(round) = round else {
            return Ok(false);
        };
        let attempts = self.send(&round, began)?;
        let settled = self.settle(&round, &attempts)?;
        self.state.metrics.note_dead(settled.dead);
        if settled.dead > 0 {
            warn!(
                webhook.id = id,
                "A change was given up; see the webhook's dead deliveries"
            );
        }
        Ok(settled.has_more)
    }

    /// Sends the messages of a round, up to the first that fails.
    fn send(&self, round: &Round, began: Instant) -> Result<Vec<Attempt>> {
        let mut attempts = Vec::new();
        for message in &round.messages {
            if began.elapsed() >= BUDGET || self.is_stopping.load(Ordering::SeqCst) {
                break;
            }
            let attempt = self.attempt(round, message)?;
            let has_failed = attempt.error.is_some();
            attempts.push(attempt);
            if has_failed {
                break;
            }
        }
        Ok(attempts)
    }

    fn attempt(&self, round: &Round, message: &Message) -> Result<Attempt> {
        let (at, began) = (stored(self.now()), Instant::now());
        let now = at.and_utc();
        let id = message.id();
        let event = match &message.content {
            Content::Change(change) => Event::of_change(change.clone(), &self.source)?,
            Content::Ping => Event::of_ping(id.clone(), &round.webhook.id, &self.source, now)?,
        };
        let body = event.body()?;
        let signature = delivery::sign(&round.secret, &id, now, &body)?;
        let outcome = self.sender.send(&Signed {
            url: &round.webhook.url,
            id: &id,
            at: now,
            signature: &signature,
            body: &body,
        });
        let (status, error) = match outcome {
            Ok(status) if (200..300).contains(&status) => (Some(status), None),
            Ok(status) => (
                Some(status),
                Some(format!("the receiver answered {status}")),
            ),
            Err(why) => (None, Some(why)),
        };
        let seconds = began.elapsed().as_secs_f64();
        self.state.metrics.note_attempt(error.is_none(), seconds);
        if let Some(why) = &error {
            info!(
                webhook.id = round.webhook.id,
                delivery.id = id,
                duration_s = seconds,
                why,
                "A delivery failed"
            );
        }
        Ok(Attempt { at, status, error })
    }

    /// Records what came of a round, as soon as the database lets it.
    fn settle(&self, round: &Round, attempts: &[Attempt]) -> Result<Settled> {
        let register = &self.state.register;
        let jitter = delivery::jitter()?;
        let began = Instant::now();
        loop {
            let now = self.now();
            let settled = self.with_turn(|db| {
                db.write_here(|conn| register.settle(conn, round, attempts, jitter, now))
            });
            match settled {
                Err(Error::Unavailable(_))
                    if began.elapsed() < PATIENCE && !self.is_stopping.load(Ordering::SeqCst) =>
                {
                    thread::sleep(PAUSE);
                }
                settled => return settled,
            }
        }
    }

    fn with_turn<T>(&self, job: impl FnOnce(&Db) -> Result<T>) -> Result<T> {
        let _turn = locked(&self.turn);
        job(&self.state.register.db)
    }

    fn now(&self) -> DateTime<Utc> {
        (self.state.clock)()
    }

    fn hold(&self, id: String) -> Hold<'_> {
        locked(&self.in_hand).insert(id.clone());
        Hold {
            in_hand: &self.in_hand,
            id,
        }
    }
}

/// A webhook in the hand of a thread, until it is dropped.
struct Hold<'c> {
    in_hand: &'c Mutex<HashSet<String>>,
    id: String,
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        locked(self.in_hand).remove(&self.id);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The failure with its cause, for the log.
fn told(error: &Error) -> String {
    match error {
        Error::Internal(source) | Error::Unavailable(source) => source.to_string(),
        other => other.to_string(),
    }
}
