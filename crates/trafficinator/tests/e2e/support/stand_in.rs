//! The stand-in Matomo as a program of its own, and its reporting API.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::ledger::Ledger;
use super::program::{Running, trafficinator};
use super::{PATIENCE, TOKEN, eventually};

/// `trafficinator tracker` while it runs.
pub(crate) struct StandIn {
    _running: Running,
    address: String,
}

impl StandIn {
    /// Starts it with more arguments on a port that is free.
    pub(crate) fn start(args: &[&str]) -> StandIn {
        StandIn::start_at("127.0.0.1", args)
    }

    /// The same at an address of this machine.
    pub(crate) fn start_at(address: &str, args: &[&str]) -> StandIn {
        let listen = format!("{address}:0");
        let running = trafficinator(["tracker", "--listen", &listen]).args(args.iter().copied()).start();
        let address = eventually(PATIENCE, "the address of the stand-in", || {
            let said = running.stderr();
            let (_, rest) = said.split_once("listens on http://")?;
            rest.split_once("/matomo.php").map(|(address, _)| address.to_owned())
        });
        StandIn { _running: running, address }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What it recorded, as its reports have it.
    pub(crate) fn recorded(&self) -> Ledger {
        let visits = self.report("VisitsSummary.get", "");
        let actions = self.report("Actions.get", "");
        let events = self.report("Events.getCategory", "&filter_limit=-1");
        let frequency = self.report("VisitFrequency.get", "");
        let contents = self.report("Contents.getContentNames", "&filter_limit=-1");
        let orders = self.report("Goals.get", "&idGoal=ecommerceOrder");
        let carts = self.report("Goals.get", "&idGoal=ecommerceAbandonedCart");
        let number = |value: &Value| {
            value
                .as_f64()
                .or_else(|| value.as_str()?.parse().ok())
                .unwrap_or_else(|| panic!("{value} is no number"))
        };
        let count = |row: &Value, name: &str| number(&row[name]) as i64;
        let sum =
            |rows: &Value, name: &str| rows.as_array().unwrap().iter().map(|row| count(row, name)).sum();
        let cents = |row: &Value| (number(&row["revenue"]) * 100.0).round() as i64;
        Ledger {
            visits: count(&visits, "nb_visits"),
            actions: count(&visits, "nb_actions"),
            pageviews: count(&actions, "nb_pageviews"),
            returning: count(&frequency, "nb_visits_returning"),
            events: sum(&events, "nb_events"),
            impressions: sum(&contents, "nb_impressions"),
            interactions: sum(&contents, "nb_interactions"),
            carts: count(&carts, "nb_conversions"),
            cart_cents: cents(&carts),
            searches: count(&actions, "nb_searches"),
            outlinks: count(&actions, "nb_outlinks"),
            downloads: count(&actions, "nb_downloads"),
            orders: count(&orders, "nb_conversions"),
            revenue_cents: cents(&orders),
        }
    }

    /// A report of yesterday to tomorrow.
    pub(crate) fn report(&self, method: &str, more: &str) -> Value {
        let now = Timestamp::from_millisecond(engine::clock::Clock::start().unix_ms(0)).unwrap();
        let day = |hours| (now + SignedDuration::from_hours(hours)).strftime("%Y-%m-%d").to_string();
        let (first, last) = (day(-24), day(24));
        self.call(&format!("method={method}&idSite=1&period=range&date={first},{last}{more}"))
    }

    fn call(&self, query: &str) -> Value {
        let body = format!("module=API&format=JSON&token_auth={TOKEN}&{query}");
        let request = format!(
            "POST /index.php HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{query}: {error}: {answer}"))
    }
}
