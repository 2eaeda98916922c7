//! `tracker`: the stand-in Matomo on a port of its own.

use anyhow::Context as _;
use jiff::tz::TimeZone;

use super::run::Signals;
use super::{complain, runtime};
use crate::cli::TrackerArgs;
use crate::exit::Exit;
use crate::summary::text::grouped;

/// The `tracker` command. A signal is how one ends it, so it ends well.
#[expect(clippy::print_stderr, reason = "a server says where it listens")]
pub(super) fn tracker(args: TrackerArgs) -> anyhow::Result<Exit> {
    let Ok(time_zone) = TimeZone::get(&args.site_timezone) else {
        complain([format!(
            "--site-timezone: {:?} is not accepted; give an IANA name such as Europe/Berlin",
            args.site_timezone
        )]);
        return Ok(Exit::Usage);
    };
    let TrackerArgs { listen, delay, fail, drop, .. } = args;
    // The goals of the site on which Matomo was measured, and more that are converted by hand.
    let mut goals = tracker::Options::measured_site().goals;
    goals.extend((4..=10).map(tracker::Goal::manual));
    let options = tracker::Options {
        delay,
        fail,
        drop,
        time_zone,
        goals,
        tell: Some(tell),
        ..tracker::Options::default()
    };
    runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| {
            format!("cannot listen on {listen}; is the port taken? --listen gives another")
        })?;
        let address = listener.local_addr()?;
        let mut signals = Signals::listen()?;
        eprintln!("a stand-in Matomo listens on http://{address}/matomo.php");
        eprintln!("it knows the sites 1 to 100 and takes any token of 32 hexadecimal digits");
        eprintln!("try: MATOMO_URL=http://{address}/ trafficinator run --rate 5/s");
        tracker::serve(listener, options, async move {
            signals.next().await;
        })
        .await?;
        Ok(Exit::Ok)
    })
}

#[expect(clippy::print_stderr, reason = "a server says what it does")]
fn tell(visits: usize) {
    eprintln!("{} visits recorded", grouped(visits as u64));
}
