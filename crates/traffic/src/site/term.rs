//! What visitors type into the site's search: what its pages are about, more of the same when they search again, and
//! what they get wrong.

use std::collections::{BTreeMap, BTreeSet};

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
    /// How many pages are found: those that are named so.
    pub results: u16,
    /// What is searched next by those who search again.
    refined: Vec<u32>,
}

/// All of them: what is found, then what is not, then what is only searched after something else.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    all: Vec<Term>,
    found: u32,
    missing: u32,
    weights: Weighted,
}

/// So many terms are searched for, the most popular ones.
const TERMS: usize = 300;

/// So many of them are also typed wrong.
const WRONG: usize = 24;

/// So many pages are read for terms, the most popular ones.
const PAGES: usize = 20_000;

/// Words of a term.
const LONGEST: usize = 3;

/// So many ways to go on from a term.
const WAYS: usize = 3;

/// What people look for and sites do not have, and how they ask again.
const NOT_HERE: [(&str, &str); 5] = [
    ("phone number", "customer service phone number"),
    ("opening hours", "opening hours saturday"),
    ("student discount", "student discount code"),
    ("catalogue 2019", "catalogue 2019 pdf"),
    ("reviews", "reviews and ratings"),
];

/// Nobody searches for these alone, nor begins or ends with them.
const STOP_WORDS: [&str; 58] = [
    "a", "about", "after", "against", "all", "an", "and", "are", "as", "at", "be", "behind", "by", "das",
    "de", "der", "die", "for", "from", "how", "i", "in", "into", "is", "it", "its", "la", "le", "mit", "my",
    "new", "not", "of", "off", "on", "or", "our", "out", "still", "than", "that", "the", "this", "to", "und",
    "under", "up", "us", "was", "we", "what", "when", "which", "who", "why", "with", "without", "your",
];

impl Terms {
    pub(super) fn new(pages: &[Page], weights: &[f64]) -> Terms {
        let mut ranked: Vec<usize> =
            (0..pages.len()).filter(|&id| weights[id] > 0.0 && is_searched(pages, id)).collect();
        ranked.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
        ranked.truncate(PAGES);
        let index = Index::new(pages, &ranked);
        let mut made = Made::default();
        for (text, page) in popular(pages, weights, &ranked, &index) {
            if made.terms.len() == TERMS {
                break;
            }
            made.add(&index, pages, &text, Some(page));
        }
        if made.terms.is_empty() {
            made.add(&index, pages, "contact", None);
        }
        let found = made.terms.len();
        for right in 0..found {
            if made.terms.len() == found + WRONG {
                break;
            }
            let wrong = mistyped(made.terms[right].text.raw());
            if let Some(wrong) = wrong.filter(|wrong| index.pages(wrong).is_empty())
                && let Some(added) = made.add(&index, pages, &wrong, None)
            {
                let category = made.terms[right].category.clone();
                made.terms[added].category = category;
                made.terms[added].refined.push(right as u32);
            }
        }
        for (text, _) in NOT_HERE {
            if index.pages(text).is_empty() {
                made.add(&index, pages, text, None);
            }
        }
        let missing = made.terms.len();
        for (text, longer) in NOT_HERE {
            if let Some(&first) = made.known.get(text)
                && made.terms[first].page.is_none()
                && let Some(added) = made.add(&index, pages, longer, None)
            {
                made.terms[first].refined.push(added as u32);
                made.terms[added].refined.push(first as u32);
            }
        }
        for term in 0..found {
            made.refine(&index, pages, term);
        }
        let weights: Vec<f64> = (1..=found).map(|rank| 1.0 / rank as f64).collect();
        Terms {
            all: made.terms,
            found: found as u32,
            missing: missing as u32,
            weights: Weighted::new(&weights),
        }
    }

    pub(super) fn get(&self, term: u32) -> &Term {
        &self.all[term as usize]
    }

    pub(super) fn draw(&self, stream: &mut Stream) -> u32 {
        self.weights.draw(stream) as u32
    }

    pub(super) fn draw_missing(&self, stream: &mut Stream) -> u32 {
        self.found + stream.below(self.missing - self.found)
    }

    pub(super) fn refined(&self, term: u32, stream: &mut Stream) -> u32 {
        let ways = &self.get(term).refined;
        if ways.is_empty() { term } else { *stream.pick(ways) }
    }
}

/// Whether people search for what a page is about.
fn is_searched(pages: &[Page], id: usize) -> bool {
    matches!(pages[id].kind, PageKind::Section | PageKind::Item | PageKind::Article)
        || (pages.len() == 1 && pages[id].kind == PageKind::Home)
}

/// Which pages are named with a word.
struct Index {
    /// Places among the pages, ascending.
    words: BTreeMap<String, Vec<u32>>,
    pages: Vec<PageId>,
}

impl Index {
    fn new(pages: &[Page], ids: &[usize]) -> Index {
        let mut words: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (place, &id) in (0..).zip(ids) {
            for word in runs(pages[id].name()).into_iter().flatten() {
                let places = words.entry(word).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        Index { words, pages: ids.iter().map(|&id| id as PageId).collect() }
    }

    /// Pages whose names have all words of a text, in the order they were given in.
    fn pages(&self, text: &str) -> Vec<PageId> {
        let lists: Option<Vec<&Vec<u32>>> = text.split(' ').map(|word| self.words.get(word)).collect();
        let mut lists = lists.unwrap_or_default();
        // A rare word first: common ones stand on every page of a shop.
        lists.sort_by_key(|list| list.len());
        let Some((first, rest)) = lists.split_first() else { return Vec::new() };
        let is_everywhere = |place: &&u32| rest.iter().all(|list| list.binary_search(place).is_ok());
        first.iter().filter(is_everywhere).map(|&place| self.pages[place as usize]).collect()
    }
}

/// Terms while they are collected.
#[derive(Default)]
struct Made {
    terms: Vec<Term>,
    known: BTreeMap<String, usize>,
}

impl Made {
    /// Adds a term that is not there yet.
    fn add(&mut self, index: &Index, pages: &[Page], text: &str, page: Option<PageId>) -> Option<usize> {
        if self.known.contains_key(text) {
            return None;
        }
        let results = page.map_or(0, |_| index.pages(text).len().clamp(1, 999) as u16);
        let category =
            page.and_then(|page| pages[page as usize].sections().first().map(|name| Text::new(name)));
        let query = Term::in_query(text);
        self.known.insert(text.to_owned(), self.terms.len());
        self.terms.push(Term { text: Text::new(text), query, category, page, results, refined: Vec::new() });
        Some(self.terms.len() - 1)
    }

    /// Finds longer terms for a term: with more words of the names it stands in, or of what it belongs to.
    fn refine(&mut self, index: &Index, pages: &[Page], term: usize) {
        let text = self.terms[term].text.raw().to_owned();
        let Some(meant) = self.terms[term].page else { return };
        let mut longer: Vec<(String, PageId)> = Vec::new();
        let mut offer = |text: String, page: PageId| {
            if longer.len() < WAYS && longer.iter().all(|(known, _)| *known != text) {
                longer.push((text, page));
            }
        };
        for page in index.pages(&text).into_iter().take(8 * WAYS) {
            if let Some(longer) = lengthened(pages[page as usize].name(), &text) {
                offer(longer, page);
            }
        }
        let own = &pages[meant as usize];
        if let Some(parent) = own.parent.map(|id| &pages[id as usize])
            && parent.kind == PageKind::Section
        {
            let name = runs(parent.name()).concat().join(" ");
            if !name.is_empty() && !text.contains(&name) {
                offer(format!("{name} {text}"), meant);
            }
        }
        for (id, below) in pages.iter().enumerate().filter(|(_, page)| page.parent == Some(meant)).take(WAYS)
        {
            let name = runs(below.name()).concat();
            if name.len() <= LONGEST && !name.is_empty() {
                offer(format!("{text} {}", name.join(" ")), id as PageId);
            }
        }
        let section = own
            .sections()
            .iter()
            .rev()
            .map(|name| runs(name).concat().join(" "))
            .find(|name| !name.is_empty() && !text.contains(name.as_str()));
        if let Some(section) = section.filter(|_| longer.is_empty()) {
            longer.push((format!("{text} {section}"), meant));
        }
        let added = self.terms.len();
        let mut ways: Vec<usize> = Vec::new();
        for (text, page) in longer {
            let known = self.known.get(&text).copied();
            ways.extend(known.or_else(|| self.add(index, pages, &text, Some(page))));
        }
        for &way in &ways {
            // Who searches a third time tries another way, or goes back.
            if way >= added {
                let others: Vec<u32> =
                    ways.iter().filter(|other| **other != way).map(|other| *other as u32).collect();
                self.terms[way].refined = if others.is_empty() { vec![term as u32] } else { others };
            }
        }
        self.terms[term].refined = ways.into_iter().map(|way| way as u32).collect();
    }
}

/// What people search for, the most popular first, with the page they mean: names of sections, what several pages of
/// a section have in common in their names ("ankle boot", "night trains"), and where there is no such thing the heart
/// of a name.
fn popular(pages: &[Page], weights: &[f64], ranked: &[usize], index: &Index) -> Vec<(String, PageId)> {
    let mut grams: BTreeMap<String, Gram> = BTreeMap::new();
    for &id in ranked {
        let page = &pages[id];
        let mut seen = BTreeSet::new();
        for run in runs(page.name()) {
            for from in 0..run.len() {
                for to in from + 1..=run.len().min(from + LONGEST) {
                    let text = run[from..to].join(" ");
                    if seen.insert(text.clone()) {
                        let gram = grams.entry(text).or_default();
                        gram.count(id as PageId, page.parent, breadth(weights[id]));
                        gram.stands |= from > 0 || to == run.len();
                    }
                }
            }
        }
    }
    // What stands in the same names as something longer is a part of it.
    let parts: BTreeSet<String> = grams
        .iter()
        .filter(|(text, _)| text.contains(' '))
        .flat_map(|(text, gram)| {
            let ends =
                [text.split_once(' ').map(|(_, end)| end), text.rsplit_once(' ').map(|(start, _)| start)];
            ends.into_iter().flatten().filter(|part| grams[*part].pages == gram.pages).map(str::to_owned)
        })
        .collect();
    let mut scores: BTreeMap<String, (f64, PageId)> = BTreeMap::new();
    let mut is_told = vec![false; pages.len()];
    for (text, gram) in grams.iter().filter(|(text, gram)| gram.is_typical() && is_term(text)) {
        // "Suede" and "indigo" are found all over a shop: the one before other words, the other behind them.
        let ends_well = text.rsplit_once(' ').is_none_or(|(_, last)| grams[last].is_typical());
        let is_word = gram.stands || text.contains(' ');
        if ends_well && is_word && !parts.contains(text) {
            scores.insert(text.clone(), (gram.weight, gram.best));
            for page in index.pages(text) {
                is_told[page as usize] = true;
            }
        }
    }
    for &id in ranked {
        let page = &pages[id];
        let name = runs(page.name()).concat();
        let (text, factor) = match page.kind {
            // What leads to much is searched for more than what lies at the end.
            PageKind::Section if name.len() <= LONGEST => (name.join(" "), 6.0),
            _ if name.len() <= 2 => (name.join(" "), 1.0),
            _ if is_told[id] => continue,
            _ => (heart(page.name()), 1.0),
        };
        let score = scores.entry(text).or_insert((0.0, id as PageId));
        if page.kind == PageKind::Section && pages[score.1 as usize].kind != PageKind::Section {
            score.1 = id as PageId;
        }
        score.0 += breadth(weights[id]) * factor;
    }
    let mut terms: Vec<(String, (f64, PageId))> =
        scores.into_iter().filter(|(text, _)| is_term(text)).collect();
    terms.sort_by(|(a, (one, _)), (b, (other, _))| other.total_cmp(one).then_with(|| a.cmp(b)));
    terms.into_iter().map(|(text, (_, page))| (text, page)).collect()
}

/// How much a page counts: many pages make a term popular, rather than a popular one.
fn breadth(weight: f64) -> f64 {
    weight.sqrt()
}

/// Words that stand together in several names.
#[derive(Default)]
struct Gram {
    pages: u32,
    weight: f64,
    /// The most popular page.
    best: PageId,
    /// How many of the pages lie below each page.
    parents: Vec<(Option<PageId>, u32)>,
    /// Whether it is ever more than what goes before something else.
    stands: bool,
}

impl Gram {
    /// Counts a page; the most popular one comes first.
    fn count(&mut self, page: PageId, parent: Option<PageId>, weight: f64) {
        if self.pages == 0 {
            self.best = page;
        }
        self.pages += 1;
        self.weight += weight;
        match self.parents.iter_mut().find(|(known, _)| *known == parent) {
            Some((_, count)) => *count += 1,
            None => self.parents.push((parent, 1)),
        }
    }

    /// Whether it is what a part of the site is about, and not a phrase that is found all over it.
    fn is_typical(&self) -> bool {
        let most = self.parents.iter().map(|(_, count)| *count).max().unwrap_or(0);
        self.pages >= 2 && 5 * most >= 2 * self.pages
    }
}

/// The words of a name in small letters, apart where a sign stands between them.
fn runs(name: &str) -> Vec<Vec<String>> {
    let mut runs = vec![Vec::new()];
    for part in name.split_whitespace() {
        let word = part.trim_matches(|c: char| !c.is_alphanumeric());
        if !word.is_empty()
            && let Some(run) = runs.last_mut()
        {
            run.push(word.to_lowercase());
        }
        if part.ends_with([':', ',', ';', '.', '?', '!', ')', '-', '\u{2013}', '|', '/']) {
            runs.push(Vec::new());
        }
    }
    runs
}

fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// Whether somebody would type it.
fn is_term(text: &str) -> bool {
    let has_letters = text.chars().filter(|c| c.is_alphabetic()).count() > 2;
    let mut words = text.split(' ');
    let (first, last) = (words.next().unwrap_or_default(), words.next_back());
    has_letters && !is_stop_word(first) && !last.is_some_and(is_stop_word)
}

/// The longest stretch of a name without stop words, of long ones the end.
fn heart(name: &str) -> String {
    let runs = runs(name);
    let stretches = runs.iter().flat_map(|run| run.split(|word| is_stop_word(word)));
    let longest = stretches.max_by_key(|words| words.len()).unwrap_or_default();
    longest[longest.len().saturating_sub(LONGEST)..].join(" ")
}

/// The term with the word before it in a name, or else the one behind it; stop words take one more along.
fn lengthened(name: &str, term: &str) -> Option<String> {
    let own: Vec<&str> = term.split(' ').collect();
    runs(name).iter().find_map(|run| {
        let at = (0..=run.len().checked_sub(own.len())?).find(|&at| run[at..at + own.len()] == own)?;
        let before = (0..at).rev().find(|&from| !is_stop_word(&run[from]));
        let behind = (at + own.len()..run.len()).find(|&to| !is_stop_word(&run[to]));
        match (before, behind) {
            (Some(from), _) => Some(run[from..at + own.len()].join(" ")),
            (None, Some(to)) => Some(run[at..=to].join(" ")),
            (None, None) => None,
        }
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::BuiltInSite;
    use crate::random::Domain;
    use crate::site::Site;

    fn texts(site: &Site, count: u32) -> Vec<&str> {
        (0..count).map(|term| site.searched(term).text.raw()).collect()
    }

    #[test]
    fn people_search_for_what_the_pages_of_a_section_have_in_common() {
        let known = [
            (BuiltInSite::Shop, ["trench coat", "running shoe", "jackets"]),
            (BuiltInSite::Magazine, ["night trains", "sourdough", "science"]),
            (BuiltInSite::Software, ["webhooks", "remote teams", "pricing"]),
        ];
        for (of, expected) in known {
            let site = Site::built_in(of);
            let all = texts(&site, site.terms.found);
            for text in expected {
                assert!(all.contains(&text), "{text} is none of {all:?}");
            }
            for phrase in ["why we", "we love", "about", "boot olive", "field guide"] {
                assert!(!all.contains(&phrase), "{phrase}");
            }
        }
    }

    #[test]
    fn a_term_finds_as_many_pages_as_are_named_so() {
        let site = Site::built_in(BuiltInSite::Shop);
        for term in 0..site.terms.found {
            let Term { text, results, page, .. } = site.searched(term);
            let has = |page: &Page| {
                let name = runs(page.name()).concat();
                text.raw().split(' ').all(|word| name.iter().any(|own| own == word))
            };
            let named = site.pages().filter(|page| page.kind != PageKind::Search && has(page)).count();
            assert!((1..=named.max(1)).contains(&usize::from(*results)), "{}: {results}", text.raw());
            assert!(page.is_some());
        }
    }

    #[test]
    fn who_searches_again_types_more_or_corrects_what_was_wrong() {
        for of in [BuiltInSite::Shop, BuiltInSite::Magazine, BuiltInSite::Software] {
            let site = Site::built_in(of);
            let mut stream = Stream::new(1, Domain::Visit, 1);
            for term in 0..site.terms.found {
                let next = site.searched(site.refined(term, &mut stream)).text.raw();
                let first = site.searched(term).text.raw();
                assert!(next.len() > first.len() && next.contains(first), "{first} becomes {next}");
            }
            for term in site.terms.found..site.terms.missing {
                let missing = site.searched(term);
                let next = site.searched(site.refined(term, &mut stream));
                assert_eq!((missing.page, missing.results), (None, 0));
                let (first, next) = (missing.text.raw(), next.text.raw());
                assert!(
                    next.contains(first) || next.len().abs_diff(first.len()) <= 2,
                    "{first} becomes {next}"
                );
                assert_ne!(first, next);
            }
        }
    }

    #[test]
    fn small_sites_have_terms_too() {
        for list in ["https://a.example/", "https://a.example/ \u{2014}\nhttps://a.example/b The\n"] {
            let site = Site::parse(list).unwrap();
            let mut stream = Stream::new(1, Domain::Visit, 1);
            for term in [site.term(&mut stream), site.missing_term(&mut stream)] {
                assert!(!site.searched(term).text.raw().is_empty());
                assert!(!site.searched(site.refined(term, &mut stream)).text.raw().is_empty());
            }
        }
        let list = "https://a.example/ Home\nhttps://a.example/x How to Bake Sourdough Bread at Home\n";
        let site = Site::parse(list).unwrap();
        assert_eq!(texts(&site, 1), ["bake sourdough bread"]);
    }

    #[test]
    fn stop_words_are_in_order() {
        assert!(STOP_WORDS.is_sorted());
    }
}
