//! What visitors type into the site's search: names of its pages, whole or in part, and what they get wrong.

use std::collections::HashSet;

use super::{Page, PageId, PageKind};
use crate::encode::Text;
use crate::random::{self, Stream, Weighted};

/// Something that is searched.
#[derive(Clone, Debug)]
pub struct Term {
    /// What is typed.
    pub text: Text,
    /// The same as search engines put it into addresses.
    pub query: String,
    /// Where it is searched: the section of what is meant.
    pub category: Option<Text>,
    /// What is meant; nothing is found where it is not there.
    pub page: Option<PageId>,
}

/// All of them, what is found first.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    terms: Vec<Term>,
    found: u32,
    weights: Weighted,
}

/// So many pages are searched for, the most popular ones.
const PAGES: usize = 300;

/// So many terms are typed wrong.
const WRONG: usize = 24;

impl Terms {
    pub(super) fn new(pages: &[Page], weights: &[f64]) -> Terms {
        let mut ranked: Vec<usize> = (0..pages.len()).filter(|&id| weights[id] > 0.0).collect();
        // What leads to much is searched for more than what lies at the end.
        let reach = |id: usize| if pages[id].kind == PageKind::Section { 4.0 } else { 1.0 };
        ranked.sort_by(|&a, &b| (weights[b] * reach(b)).total_cmp(&(weights[a] * reach(a))).then(a.cmp(&b)));
        let mut terms: Vec<Term> = Vec::new();
        let mut known = HashSet::new();
        for id in
            ranked.into_iter().filter(|&id| pages.len() == 1 || pages[id].kind != PageKind::Home).take(PAGES)
        {
            let page = &pages[id];
            let text = typed(page);
            if known.insert(text.clone()) {
                let category = page.sections().first().map(|name| Text::new(name));
                terms.push(term(&text, category, Some(id as PageId)));
            }
        }
        if terms.is_empty() {
            terms.push(term("contact", None, None));
        }
        let found = terms.len() as u32;
        let wrong: Vec<Term> = terms
            .iter()
            .filter_map(|found| {
                let text = mistyped(found.text.raw())?;
                known.insert(text.clone()).then(|| term(&text, found.category.clone(), None))
            })
            .take(WRONG)
            .collect();
        terms.extend(wrong);
        if terms.len() as u32 == found {
            terms.push(term("asdf", None, None));
        }
        let weights: Vec<f64> = (1..=found).map(|rank| 1.0 / f64::from(rank)).collect();
        Terms { terms, found, weights: Weighted::new(&weights) }
    }

    pub(super) fn get(&self, term: u32) -> &Term {
        &self.terms[term as usize]
    }

    pub(super) fn draw(&self, stream: &mut Stream) -> u32 {
        self.weights.draw(stream) as u32
    }

    pub(super) fn draw_missing(&self, stream: &mut Stream) -> u32 {
        self.found + stream.below(self.terms.len() as u32 - self.found)
    }
}

fn term(text: &str, category: Option<Text>, page: Option<PageId>) -> Term {
    Term { text: Text::new(text), query: Term::in_query(text), category, page }
}

/// What people type for a page: its name in small letters; of long names only the first or the last two words.
fn typed(page: &Page) -> String {
    let name: String = page.name().chars().flat_map(char::to_lowercase).collect();
    let words: Vec<&str> = name.split_whitespace().collect();
    let hash = random::hash_text(page.url.raw());
    match words.len() {
        0..=2 => words.join(" "),
        count if hash.is_multiple_of(2) => words[count - 2..].join(" "),
        _ => words[..2].join(" "),
    }
}

/// A slip of the finger: two neighbours swapped, or one letter missing.
fn mistyped(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let hash = random::hash_text(text);
    let at = 1 + (hash as usize % letters.len().checked_sub(2).filter(|room| *room > 1)?);
    let mut wrong = letters.clone();
    if hash >> 63 == 0 && letters[at] != letters[at + 1] {
        wrong.swap(at, at + 1);
    } else {
        wrong.remove(at);
    }
    Some(wrong.into_iter().collect::<String>().trim().to_owned())
}
