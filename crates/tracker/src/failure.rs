//! Remembers why hits were refused, for the one API call that tells.

use std::collections::BTreeMap;

use crate::parameters::Parameters;
use crate::request::Refusal;

/// The first refused hit of every site and reason.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    first: BTreeMap<(i64, Reason), Failure>,
}

/// Why, by Matomo's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    NoSuchSite = 1,
    NotAuthenticated = 2,
}

/// One refused hit.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Unix seconds.
    pub(crate) at: i64,
    pub(crate) page: String,
    /// Its parameters, without the token.
    pub(crate) request: String,
}

impl Failures {
    /// Remembers a hit that was refused, if it is the first of its kind and Matomo would.
    pub(crate) fn remember(&mut self, refusal: Refusal, parameters: &Parameters<'_>, now: i64) {
        let reason = match refusal {
            Refusal::NoSuchSite => Reason::NoSuchSite,
            Refusal::NotAuthenticated => Reason::NotAuthenticated,
            _ => return,
        };
        let site = parameters.integer("idsite").unwrap_or(0);
        // Anybody can make sites up: remember only so many.
        if self.first.len() < 1000 {
            self.first.entry((site, reason)).or_insert_with(|| Failure {
                at: now,
                page: parameters.get("url").unwrap_or("").to_owned(),
                request: form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(parameters.iter().filter(|(name, _)| *name != "token_auth"))
                    .finish(),
            });
        }
    }

    /// All of them, with their site and reason.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, Reason, &Failure)> {
        self.first.iter().map(|((site, reason), failure)| (*site, *reason, failure))
    }
}
