//! The visits a report is about: of one site, in one period, in one segment.

use super::Refusal;
use super::period::{Period, Said, period};
use super::segment::Segment;
use crate::clock;
use crate::parameters::Parameters;
use crate::request::SITES;
use crate::server::Tracker;
use crate::visit::Visit;
use crate::visits::Visits;

/// What a report asks for.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) site: u32,
    /// `None`: of all time.
    pub(super) period: Option<Period>,
    pub(super) segment: Segment,
}

/// What a report over a period asks for.
pub(super) fn question(
    parameters: &Parameters<'_>,
    tracker: &Tracker,
) -> Result<(Question, Period), Refusal> {
    let site = site(parameters)?;
    let period = period(parameters, &tracker.options, clock::now())?;
    let segment = Segment::read(parameters.get("segment").unwrap_or(""))?;
    Ok((Question { site, period: Some(period), segment }, period))
}

/// What the log of visits is asked for: without a period, everything; `today` begins a day earlier there.
pub(super) fn log_question(
    parameters: &Parameters<'_>,
    tracker: &Tracker,
    now: i64,
) -> Result<Question, Refusal> {
    let site = site(parameters)?;
    let asked = parameters.filled("period").is_some() || parameters.filled("date").is_some();
    let period = if asked { Some(period(parameters, &tracker.options, now)?) } else { None };
    let period = period.map(|period| match period.said {
        Said::Today => Period { from: period.from - 86_400, ..period },
        Said::Explicitly => period,
    });
    let segment = Segment::read(parameters.get("segment").unwrap_or(""))?;
    Ok(Question { site, period, segment })
}

/// The site these parameters name.
pub(super) fn site(parameters: &Parameters<'_>) -> Result<u32, Refusal> {
    let Some(said) = parameters.filled("idSite") else {
        return Err(Refusal::BadArgument("Please specify a value for 'idSite'.".to_owned()));
    };
    match said.parse() {
        Ok(site) if (1..=SITES).contains(&site) => Ok(site),
        _ => Err(Refusal::BadArgument(format!(
            "An unexpected website was found in the request: website id was set to '{said}' ."
        ))),
    }
}

/// The visits that answer a question, each with its place among all, in the order in which they began to be recorded.
pub(super) fn select<'a>(visits: &'a Visits, question: &Question) -> Vec<(usize, &'a Visit)> {
    let within = |visit: &Visit| {
        question.period.is_none_or(|period| (period.from..period.until).contains(&visit.last))
    };
    let all = visits.all.iter().enumerate();
    all.filter(|(_, visit)| {
        visit.site == question.site && within(visit) && question.segment.holds(visit, &visits.names)
    })
    .collect()
}
