//! Shows a run to others while it goes on, over HTTP: metrics for Prometheus, and whether the program is alive and
//! ready. It has a thread of its own and only ever reads, so that nobody who looks can slow a worker.

mod brief;
pub(crate) mod figures;
mod health;
mod metrics;
mod pages;
pub(crate) mod state;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use brief::{Brief, Limits};
use state::State;

/// How long answers that are on their way have when the program ends.
const FAREWELL: Duration = Duration::from_millis(500);

/// How long a connection lives at most, and how many there are at once.
const LONGEST: Duration = Duration::from_secs(5);
const MOST: usize = 32;

/// An address that is ours.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

/// Takes an address, before anything is sent; the message names the setting and the cure.
pub(crate) fn bind(address: SocketAddr) -> Result<Listener, String> {
    let bound = TcpListener::bind(address).and_then(|socket| {
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        Ok(Listener { socket, address })
    });
    bound.map_err(|error| format!("TRAFFICINATOR_LISTEN: {address} cannot be listened on: {}", cure(&error)))
}

fn cure(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program has the port; give another one, or 0 for any that is free".to_owned()
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have that address; give 127.0.0.1, or 0.0.0.0 for all it has".to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "ports below 1024 are for root; give one from 1024 to 65535".to_owned()
        }
        _ => error.to_string(),
    }
}

/// What is shown, for as long as it is kept.
#[derive(Debug)]
pub(crate) struct Serving {
    stop: Option<watch::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    state: Arc<State>,
}

/// Begins to answer, and says where.
pub(crate) fn serve(listener: Listener, state: Arc<State>) -> io::Result<Serving> {
    serve_within(listener, state, Limits { longest: LONGEST, most: MOST })
}

fn serve_within(listener: Listener, state: Arc<State>, limits: Limits) -> io::Result<Serving> {
    let Listener { socket, address } = listener;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let socket = {
        let _inside = runtime.enter();
        Brief::new(tokio::net::TcpListener::from_std(socket)?, limits)
    };
    let (stop, stopped) = watch::channel(());
    let pages = pages::router(Arc::clone(&state));
    let thread = std::thread::Builder::new().name("listen".to_owned()).spawn(move || {
        let told = |mut stopped: watch::Receiver<()>| async move { while stopped.changed().await.is_ok() {} };
        let late = told(stopped.clone());
        let serving = axum::serve(socket, pages).with_graceful_shutdown(told(stopped));
        runtime.block_on(async {
            tokio::select! {
                served = serving => if let Err(error) = served {
                    tracing::warn!("nothing is shown any more: {error}");
                },
                () = async { late.await; tokio::time::sleep(FAREWELL).await } => {}
            }
        });
        runtime.shutdown_background();
    })?;
    tracing::info!("metrics on http://{address}/metrics");
    if let Some(warning) = warning(address) {
        tracing::warn!("{warning}");
    }
    Ok(Serving { stop: Some(stop), thread: Some(thread), state })
}

/// What there is to say about an address that others reach.
fn warning(address: SocketAddr) -> Option<String> {
    let told = || {
        format!(
            "whoever reaches {address} can read what this run does and to which address; \
             give --listen 127.0.0.1:{} to keep it on this machine",
            address.port()
        )
    };
    (!address.ip().is_loopback()).then(told)
}

impl Serving {
    /// Waits until somebody who reads the metrics again and again has read the last ones, once the run is over. Nobody
    /// is waited for who has stopped reading, or is due too late. To be called after [`state::Phase::Over`].
    pub(crate) async fn last_look(&self) {
        let Some(patience) = self.state.looks().patience(self.state.now()) else { return };
        tracing::info!(
            "waiting up to {:.0} s until the last metrics are read",
            patience.as_secs_f64().ceil()
        );
        tokio::select! {
            () = self.state.looks().last() => {}
            () = tokio::time::sleep(patience) => {}
        }
    }
}

impl Drop for Serving {
    /// Answers what was asked, and no more.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there was printed, and says nothing about the run.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
