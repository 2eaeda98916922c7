//! `plan`: prints what would be sent, without sending: a few visits as stories and a table of shares for people, or
//! every hit for programs.

mod clause;
mod country;
mod deed;
mod lines;
mod paper;
mod robot;
mod sample;
mod shares;
mod story;
mod words;

use std::io::{self, BufWriter, Write};

use traffic::plan::{Plan, Planner};
use traffic::walk::Part;

use super::{Environment, Ready, begin, ready, seed};
use crate::cli::{PlanArgs, PlanFormat};
use crate::exit::Exit;
use crate::settings::Settings;
use crate::settings::layers::Purpose;
use lines::Aimed;
use paper::Paper;
use sample::Sample;
use story::Teller;

/// Visits that are planned to see what the shares of the plan come to.
const SAMPLE: u64 = 10_000;

/// Visits whose hits are printed unless told otherwise.
const LINES: u64 = 10;

/// Visits that are told unless told otherwise.
const STORIES: usize = 5;

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
    let plans = crate::scenario::plans(&settings, scenario, seed, run_id, settings.run.start.at_ms());
    let mut out = BufWriter::new(io::stdout().lock());
    let written = match args.format {
        PlanFormat::Jsonl => {
            let several = plans.len() > 1;
            let aimed = settings.targets.iter().zip(&plans).map(|(target, plan)| Aimed {
                plan,
                part: Part {
                    shard: settings.run.part(),
                    audience: target.audience,
                    most_a_day: target.max_visits_per_day,
                    ..Part::WHOLE
                },
                target: several.then_some(target.name.as_str()),
            });
            lines::write(&aimed.collect::<Vec<_>>(), args.visits.unwrap_or(LINES), &mut out)
        }
        PlanFormat::Text => tell(&plans[0], &settings, args.visits, &Paper::of_stdout(environment), &mut out),
    };
    match written.and_then(|()| out.flush()) {
        // Nobody reads on (`| head`): fine.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Ok),
        written => {
            written?;
            Ok(Exit::Ok)
        }
    }
}

/// Stories, then the table: the first `visits` visits, or a few that differ from each other.
fn tell(
    plan: &Plan,
    settings: &Settings,
    visits: Option<u64>,
    paper: &Paper,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut sample = Sample::of(plan, SAMPLE);
    let part = settings.run.part();
    sample.pick_from(|number| part.sends(plan, number));
    let planned = sample.ledger.visits;
    let (heading, numbers): (String, Box<dyn Iterator<Item = u64>>) = if let Some(visits) = visits {
        let first = visits.min(plan.scenario().most_visits.unwrap_or(u64::MAX));
        (heading(first), Box::new((0..first).filter(|number| part.sends(plan, *number))))
    } else {
        let picked = sample.different(STORIES);
        let heading = format!(
            "{} of the first {}, chosen to differ from each other (--visits N prints the first N)",
            picked.len(),
            words::count(planned, "visit"),
        );
        (heading, Box::new(picked.into_iter()))
    };
    let heading = match settings.run.shard {
        Some(shard) => format!("{heading}; only those of shard {}/{}", shard.index(), shard.of()),
        None => heading,
    };
    let heading = match settings.targets.len() {
        1 => heading,
        several => format!(
            "{heading}; {several} targets get them ({}), and this is how the first of them does",
            settings.sending.distribution.name()
        ),
    };
    writeln!(out, "{}\n", paper.strong(paper.paragraph("", "", &heading).trim_end()))?;
    let currency = settings.shop.currency.as_deref();
    let mut teller = Teller::new(plan, currency);
    let mut planner = Planner::default();
    let mut arrivals = plan.arrivals();
    for number in numbers {
        // In a closed model nothing is due.
        let arrival = arrivals.as_mut().map(|arrivals| arrivals.due(number));
        if arrival == Some(None) {
            break;
        }
        let visit = planner.visit(plan, number, Vec::new());
        writeln!(out, "{}", teller.story(&visit, arrival.flatten()).text(paper))?;
        for nth in 0..plan.robots(number) {
            let robot = planner.robot(plan, number, nth, Vec::new());
            writeln!(out, "{}", paper.paragraph("", "", &robot::story(plan, &robot)))?;
        }
    }
    out.write_all(shares::table(plan, settings, &sample, paper).as_bytes())
}

fn heading(first: u64) -> String {
    match first {
        1 => "The first visit".to_owned(),
        first => format!("The first {}", words::count(first, "visit")),
    }
}
