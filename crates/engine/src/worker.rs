//! A worker plans its share of the visits of one target, sends their hits when they are due, and records what happens.
//! Everything in it is single-threaded; connections are its only tasks. Workers for several targets share a thread.

mod state;
mod timetable;

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::{DATE, HeaderMap};
use jiff::tz::TimeZone;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::Sleep;
use traffic::curve::{Nanos, SECOND};
use traffic::plan::Plan;
use traffic::walk::Part;

use crate::agenda::Slot;
use crate::clock::Clock;
use crate::collector::{Origin, Portion};
use crate::observation::{Failure, Outcome};
use crate::run::{Control, Options};
use crate::skew::Skew;
use crate::transport::{Answer, Client, Connection, NotSent};
use state::{Again, Flight, State};

/// An idle connection older than this is not used again: many servers close theirs after 5 s, and a hit sent into a
/// closing connection is lost without anybody knowing whether it arrived.
const IDLE_LIMIT: Nanos = 4 * SECOND;

/// What a worker is given.
pub(crate) struct Assignment {
    pub(crate) plan: Arc<Plan>,
    pub(crate) client: Client,
    pub(crate) clock: Clock,
    pub(crate) options: Options,
    pub(crate) site_time_zone: TimeZone,
    /// Whose visits it sends.
    pub(crate) part: Part,
    /// Who it is.
    pub(crate) origin: Origin,
    /// Its part of the requests in flight.
    pub(crate) slots: usize,
    pub(crate) skew: Skew,
    pub(crate) control: watch::Receiver<Control>,
    pub(crate) portions: Sender<Portion>,
}

/// Works until its visits are over or the run is stopped.
pub(crate) async fn work(assignment: Assignment) {
    let mut control = assignment.control.clone();
    let worker = Rc::new(Worker {
        clock: assignment.clock,
        client: assignment.client.clone(),
        wake: Notify::new(),
        state: RefCell::new(State::new(assignment)),
    });
    // They end with this function, before any of them can look at what has ended.
    let mut connections = JoinSet::new();
    let mut sleep = pin!(tokio::time::sleep(Duration::ZERO));
    loop {
        let now = worker.clock.now();
        let requested = *control.borrow_and_update();
        let wake_at = {
            let mut state = worker.state.borrow_mut();
            state.obey(requested, now);
            state.admit(now);
            let spawn = state.dispatch(now);
            for id in spawn {
                connections.spawn_local(serve(Rc::clone(&worker), id));
            }
            if now >= state.publish_at {
                state.publish(now);
            }
            if state.is_over(now) {
                break;
            }
            state.wake_at()
        };
        sleep.as_mut().reset(worker.clock.instant(wake_at));
        tokio::select! {
            () = &mut sleep => {}
            () = worker.wake.notified() => {}
            changed = control.changed() => if changed.is_err() { break },
        }
    }
    let mut state = worker.state.borrow_mut();
    let now = worker.clock.now();
    state.end(now);
}

struct Worker {
    clock: Clock,
    client: Client,
    /// Wakes the loop above: there is something new to wait for, or nothing any more.
    wake: Notify,
    state: RefCell<State>,
}

/// The task of one connection: sends what it is given, then what is due next, then waits.
async fn serve(worker: Rc<Worker>, seat: usize) {
    let mut connection: Option<Connection> = None;
    let mut used_at = 0;
    let mut guard = Box::pin(tokio::time::sleep(Duration::ZERO));
    let mut headers = HeaderMap::with_capacity(8);
    loop {
        let slot = next_job(&worker, seat, &mut connection).await;
        let (flight, request) = {
            let now = worker.clock.now();
            worker.state.borrow_mut().begin(slot, now, std::mem::take(&mut headers))
        };
        if flight.sent.saturating_sub(used_at) > IDLE_LIMIT {
            connection = None;
        }
        let (outcome, again) =
            exchange(&worker, &mut connection, request, flight, &mut guard, &mut headers).await;
        if matches!(outcome, Outcome::Failed(_)) {
            connection = None;
        }
        let now = worker.clock.now();
        used_at = now;
        let mut state = worker.state.borrow_mut();
        state.seats[seat].is_connected = connection.is_some();
        state.finish(flight, outcome, again, now);
        if state.is_over(now) || state.agenda.next_at().is_some_and(|at| at < state.asleep_until) {
            worker.wake.notify_one();
        }
    }
}

/// What this connection sends next. While it waits it notices when the target closes it.
async fn next_job(worker: &Worker, seat: usize, connection: &mut Option<Connection>) -> Slot {
    {
        let mut state = worker.state.borrow_mut();
        if let Some(slot) = state.seats[seat].job.take() {
            return slot;
        }
        let now = worker.clock.now();
        state.admit(now);
        if let Some(slot) = state.take(now) {
            return slot;
        }
        state.idle.push(seat);
    }
    poll_fn(|cx| {
        let mut state = worker.state.borrow_mut();
        let place = &mut state.seats[seat];
        if let Some(slot) = place.job.take() {
            return Poll::Ready(slot);
        }
        if !place.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            place.waker = Some(cx.waker().clone());
        }
        if connection.as_mut().is_some_and(|open| open.poll_closed(cx).is_ready()) {
            *connection = None;
            place.is_connected = false;
        }
        Poll::Pending
    })
    .await
}

/// Sends one request and waits for its answer, on a new connection where there is none.
async fn exchange(
    worker: &Worker,
    connection: &mut Option<Connection>,
    mut request: Request<Full<Bytes>>,
    flight: Flight,
    guard: &mut Pin<Box<Sleep>>,
    headers: &mut HeaderMap,
) -> (Outcome, Again) {
    let limit = worker.client.target().timeout;
    let deadline = flight.sent + limit.as_nanos() as Nanos;
    loop {
        let fresh = connection.is_none();
        let open = match connection {
            Some(open) => open,
            None => match within(worker, guard, deadline, Connection::open(&worker.client)).await {
                Some(Ok(open)) => connection.insert(open),
                Some(Err(failure)) => return (Outcome::Failed(failure), Again::MayTry),
                None => return (Outcome::Failed(Failure::Connect), Again::Never),
            },
        };
        match within(worker, guard, deadline, open.send(request)).await {
            None => return (Outcome::Failed(Failure::Timeout), Again::Never),
            Some(Ok(Ok(Answer { status, headers: answered }))) => {
                if let Some(date) = answered.get(DATE) {
                    let unix_ms = worker.clock.unix_ms(worker.clock.now());
                    worker.state.borrow_mut().skew.observe(date.as_bytes(), unix_ms);
                }
                *headers = answered;
                return (Outcome::Answered(status), Again::Never);
            }
            Some(Ok(Err(failure))) => return (Outcome::Failed(failure), Again::Never),
            // Closed before anything left: nothing happened yet, unless the target closes whatever is opened.
            Some(Err(NotSent(_))) if fresh => return (Outcome::Failed(Failure::Reset), Again::MayTry),
            Some(Err(NotSent(unsent))) => {
                request = unsent;
                *connection = None;
            }
        }
    }
}

/// Waits for a future until a deadline. The timer is set only when the one before has run out, so a hit that is
/// answered in time costs none.
async fn within<T>(
    worker: &Worker,
    guard: &mut Pin<Box<Sleep>>,
    deadline: Nanos,
    future: impl Future<Output = T>,
) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        if let Poll::Ready(value) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(value));
        }
        while guard.as_mut().poll(cx).is_ready() {
            if worker.clock.now() >= deadline {
                return Poll::Ready(None);
            }
            guard.as_mut().reset(worker.clock.instant(deadline));
        }
        Poll::Pending
    })
    .await
}
