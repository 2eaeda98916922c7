//! `plan`: prints what would be sent, without sending.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write as _};

use serde::ser::{Serialize, SerializeMap, Serializer};
use traffic::curve::Nanos;
use traffic::encode::List;
use traffic::hit::Kind;
use traffic::ledger::Ledger;
use traffic::plan::{Plan, Planner, Scratch};
use traffic::visit::Visit;

use super::{Environment, Ready, begin, ready, seed};
use crate::cli::{PlanArgs, PlanFormat};
use crate::exit::Exit;
use crate::settings::layers::Purpose;

/// The `plan` command.
pub(super) fn plan(args: PlanArgs, environment: &Environment) -> anyhow::Result<Exit> {
    let Some(Ready { settings, scenario, warnings }) = ready(args.settings, Purpose::Plan, environment)
    else {
        return Ok(Exit::Usage);
    };
    begin(&settings, &warnings);
    let seed = seed(&settings)?;
    if settings.run.seed.is_none() {
        tracing::info!("seed {seed}");
    }
    let run_id = settings.run.id.as_deref().unwrap_or("plan");
    let plan = crate::scenario::plan(&settings, scenario, seed, run_id, None);
    match write(&plan, args.visits, args.format) {
        // Nobody reads on (`| head`): fine.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Ok),
        written => {
            written?;
            Ok(Exit::Ok)
        }
    }
}

fn write(plan: &Plan, visits: u64, format: PlanFormat) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut planner = Planner::default();
    let mut scratch = Scratch::default();
    let mut arrivals = plan.arrivals();
    let mut ledger = Ledger::default();
    let mut memory = Vec::new();
    for number in (0..visits).take_while(|number| plan.contains(*number)) {
        // In a closed model nothing is due: every visit is told from its own start.
        let Some(arrival) = arrivals.as_mut().map_or(Some(0), |arrivals| arrivals.due(number)) else { break };
        let visit = planner.visit(plan, number, std::mem::take(&mut memory));
        match format {
            PlanFormat::Jsonl => write_lines(plan, &visit, arrival, &mut scratch, &mut out)?,
            PlanFormat::Text => out.write_all(story(plan, &visit, arrival, &mut scratch).as_bytes())?,
        }
        ledger += visit.ledger(&plan.scenario().goals);
        memory = visit.actions;
    }
    if format == PlanFormat::Text {
        let Ledger {
            visits, actions, pageviews, events, searches, outlinks, downloads, orders, revenue, ..
        } = ledger;
        writeln!(
            out,
            "in all: {visits} visits, {actions} actions: {pageviews} page views, {events} events, {searches} \
             searches, {outlinks} outlinks, {downloads} downloads; {orders} orders, revenue {revenue}"
        )?;
        writeln!(
            out,
            "returning visitors: {:.1} % of these visits, {:.0} % in a long run (a run has no past: at first everybody \
             is new)",
            plan.expected_returning(visits) * 100.0,
            plan.scenario().profile.visitors.returning * 100.0
        )?;
    }
    out.flush()
}

/// One line of `--format jsonl`: one hit.
#[derive(serde::Serialize)]
struct Line<'a> {
    visit: u64,
    /// Milliseconds from the start of the plan.
    offset_ms: u64,
    method: &'static str,
    kind: &'static str,
    params: Parameters<'a>,
    user_agent: &'a str,
}

/// Parameters as a JSON object, in the order in which they are sent.
struct Parameters<'a>(&'a [(String, String)]);

impl Serialize for Parameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

fn write_lines(
    plan: &Plan,
    visit: &Visit,
    arrival: Nanos,
    scratch: &mut Scratch,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let is_authenticated = plan.tracking().authenticated;
    for (index, action) in visit.actions.iter().enumerate() {
        let mut list = List::default();
        plan.parameters(visit, index, None, scratch, &mut list);
        if is_authenticated {
            list.0.push(("token_auth".to_owned(), "***".to_owned()));
        }
        let line = Line {
            visit: visit.number,
            offset_ms: arrival / 1_000_000 + u64::from(action.due_ms),
            method: if is_authenticated { "POST" } else { "GET" },
            kind: action.kind().name(),
            params: Parameters(&list.0),
            user_agent: plan.visitors().user_agent(&visit.visitor).raw(),
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// A visit for people.
fn story(plan: &Plan, visit: &Visit, arrival: Nanos, scratch: &mut Scratch) -> String {
    let mut text = String::new();
    let _infallible = write_story(plan, visit, arrival, scratch, &mut text);
    text
}

fn write_story(
    plan: &Plan,
    visit: &Visit,
    arrival: Nanos,
    scratch: &mut Scratch,
    text: &mut String,
) -> std::fmt::Result {
    let visitor = &visit.visitor;
    let home = plan.visitors().countries.get(visitor.country);
    let device = plan.visitors().device(visitor).name;
    let known = if visit.earlier == 0 { "new".to_owned() } else { format!("visit {} of", visit.earlier + 1) };
    write!(
        text,
        "visit {} after {}: {known} visitor {:016x}, {device}",
        visit.number,
        clock(arrival / 1_000_000),
        visitor.id
    )?;
    if plan.tracking().countries {
        write!(text, ", from {} ({})", home.cities[usize::from(visitor.city)].name.raw(), home.code)?;
    }
    let place = plan.sources().place(visit.source).map_or("", |place| place.name.as_str());
    writeln!(text, ", {} {place}", visit.source.channel.name())?;
    for (index, action) in visit.actions.iter().enumerate() {
        let mut list = List::default();
        plan.parameters(visit, index, None, scratch, &mut list);
        let get = |name: &str| {
            list.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
        };
        let what = match action.kind() {
            Kind::Pageview => format!("{}  {}", get("action_name"), get("url")),
            Kind::Event => format!("{} / {} / {}", get("e_c"), get("e_a"), get("e_n")),
            Kind::Search => format!("\"{}\", {} results", get("search"), get("search_count")),
            Kind::Outlink => get("link").to_owned(),
            Kind::Download => get("download").to_owned(),
            Kind::Order => format!("{}, revenue {}", get("ec_id"), get("revenue")),
            _ => String::new(),
        };
        writeln!(text, "  {:>9}  {:<8}  {what}", clock(u64::from(action.offset_ms)), action.kind().name())?;
    }
    writeln!(text)
}

/// `1:02:03` or `2:03`, of milliseconds.
fn clock(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds / 3_600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}
