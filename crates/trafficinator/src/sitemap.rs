//! Reads the pages of a site from its sitemap: a file or URL, gzipped or not, or an index of several.

mod document;
mod source;
mod title;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use traffic::random;
use traffic::site::{LONGEST_URL, PageDraft, popularity_of_rank};
use url::Url;

use document::{Document, Entry};
pub(crate) use source::Place;
use source::{Reader, Whole};

/// The protocol's limit for one sitemap (sitemaps.org), and ours for everything an index names.
const MOST_URLS_A_FILE: usize = 50_000;
const MOST_URLS: usize = 200_000;

/// So many sitemaps are read, an index in an index being the deepest.
const MOST_SITEMAPS: usize = 200;
const DEEPEST: usize = 2;

/// The priority of a page that has none, by the protocol.
const USUAL_PRIORITY: f64 = 0.5;

/// How sitemaps are fetched.
#[derive(Clone, Debug)]
pub(crate) struct Fetching {
    /// The longest wait for one.
    pub(crate) timeout: Duration,
    /// Certificates to trust besides the built-in ones.
    pub(crate) ca_file: Option<PathBuf>,
}

/// The pages that were found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) pages: Vec<PageDraft>,
    /// What was left out, for people.
    pub(crate) notes: Vec<String>,
}

/// Why there are none. Names the sitemap, without credentials.
#[derive(Debug)]
pub(crate) struct Refused {
    place: String,
    line: Option<usize>,
    message: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Reads a sitemap with everything that it names.
///
/// All pages are of one host, that of the first: what else is named is left out and told, as are addresses that no
/// page can have. A priority orders the pages by popularity; where all are alike it says nothing.
pub(crate) fn read(place: &Place, fetching: &Fetching) -> Result<Found, Refused> {
    let mut reading =
        Reading { reader: Reader::new(fetching), left: Whole::default(), entries: Vec::new(), sitemaps: 0 };
    reading.follow(place, 0)?;
    let found = collect(reading.entries);
    if found.pages.is_empty() {
        let left_out = found.notes.join("; ");
        return Err(Refused {
            place: place.to_string(),
            line: None,
            message: format!(
                "it names no page that can be visited ({left_out}); give the sitemap of a website"
            ),
        });
    }
    Ok(found)
}

/// Whether the content of a file is an index of sitemaps rather than one itself.
pub(crate) fn is_index(bytes: &[u8]) -> bool {
    let text = source::opened(bytes).unwrap_or_default();
    matches!(document::parse(&text, MOST_URLS_A_FILE), Ok(Document::Index(_)))
}

/// A sitemap and those that it names, while they are read.
struct Reading<'a> {
    reader: Reader<'a>,
    left: Whole,
    /// With the sitemap each stands in.
    entries: Vec<(String, Entry)>,
    sitemaps: usize,
}

impl Reading<'_> {
    fn follow(&mut self, place: &Place, depth: usize) -> Result<(), Refused> {
        let refused = |line, message| Refused { place: place.to_string(), line, message };
        self.sitemaps += 1;
        if self.sitemaps > MOST_SITEMAPS {
            let message =
                format!("it is the {}th sitemap; give an index of at most {MOST_SITEMAPS}", self.sitemaps);
            return Err(refused(None, message));
        }
        let text = self.reader.text(place, &mut self.left).map_err(|message| refused(None, message))?;
        match document::parse(&text, MOST_URLS_A_FILE).map_err(|(line, message)| refused(line, message))? {
            Document::Pages(entries) => {
                if self.entries.len() + entries.len() > MOST_URLS {
                    let message = format!(
                        "with it there are more than {MOST_URLS} URLs; give one of the sitemaps of the index"
                    );
                    return Err(refused(None, message));
                }
                let name = place.to_string();
                self.entries.extend(entries.into_iter().map(|entry| (name.clone(), entry)));
            }
            Document::Index(_) if depth == DEEPEST => {
                let message =
                    "it is an index in an index in an index; give a sitemap further down".to_owned();
                return Err(refused(None, message));
            }
            Document::Index(sitemaps) => {
                for entry in sitemaps {
                    let next =
                        place.named(&entry.loc).map_err(|message| refused(Some(entry.line), message))?;
                    self.follow(&next, depth + 1)?;
                }
            }
        }
        Ok(())
    }
}

/// Makes pages of entries.
fn collect(entries: Vec<(String, Entry)>) -> Found {
    let mut host: Option<String> = None;
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut kept: Vec<(String, Option<f64>)> = Vec::new();
    let mut others: BTreeSet<String> = BTreeSet::new();
    let (mut foreign, mut repeated) = (0, 0);
    let mut unusable: Option<(usize, String)> = None;
    for (sitemap, entry) in entries {
        let (url, own) = match page(&entry.loc) {
            Ok(page) => page,
            Err(why) => {
                let first = || format!("{sitemap}, line {}: {why}", entry.line);
                let (count, _) = unusable.get_or_insert_with(|| (0, first()));
                *count += 1;
                continue;
            }
        };
        if *host.get_or_insert_with(|| own.clone()) != own {
            foreign += 1;
            others.insert(own);
        } else if known.insert(url.clone()) {
            kept.push((url, entry.priority));
        } else {
            repeated += 1;
        }
    }
    let mut notes = Vec::new();
    if foreign > 0 {
        let some: Vec<&str> = others.iter().take(3).map(String::as_str).collect();
        let are = if foreign == 1 {
            "1 URL is of another host".to_owned()
        } else {
            format!("{foreign} URLs are of other hosts")
        };
        notes.push(format!(
            "{are} than the first, {}, and left out: {}{}",
            host.unwrap_or_default(),
            some.join(", "),
            if others.len() > some.len() { " …" } else { "" }
        ));
    }
    if repeated > 0 {
        notes.push(match repeated {
            1 => "1 URL is named more than once".to_owned(),
            more => format!("{more} URLs are named more than once"),
        });
    }
    if let Some((count, first)) = unusable {
        notes.push(match count {
            1 => format!("1 URL cannot be used and is left out, in {first}"),
            more => format!("{more} URLs cannot be used and are left out, the first in {first}"),
        });
    }
    let weights = weights(&kept);
    let pages = kept.into_iter().zip(weights).map(|((url, _), weight)| PageDraft {
        title: Some(title::of(&url)),
        url,
        weight,
        ..PageDraft::default()
    });
    Found { pages: pages.collect(), notes }
}

/// The address of a page as it is visited, and its host.
fn page(loc: &str) -> Result<(String, String), String> {
    let url = Url::parse(loc).map_err(|error| format!("{loc:?} is not an absolute URL ({error})"))?;
    let host = url.host_str().unwrap_or_default();
    if !matches!(url.scheme(), "http" | "https") || host.is_empty() {
        return Err(format!("{loc:?} is not an http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL holds a user name or password".to_owned());
    }
    let text = url.to_string();
    if text.len() > LONGEST_URL {
        return Err(format!("a URL has {} characters, {LONGEST_URL} are accepted", text.len()));
    }
    Ok((text, host.trim_start_matches("www.").to_owned()))
}

/// Zipf's popularity in the order of the priorities; nothing where there are none, or all are alike.
fn weights(pages: &[(String, Option<f64>)]) -> Vec<Option<f64>> {
    let priority = |page: &(String, Option<f64>)| page.1.unwrap_or(USUAL_PRIORITY);
    let Some(first) = pages.first().map(priority) else { return Vec::new() };
    if pages.iter().all(|page| (priority(page) - first).abs() < 1e-9) {
        return vec![None; pages.len()];
    }
    let mut order: Vec<usize> = (0..pages.len()).collect();
    order.sort_by(|&a, &b| {
        let by_priority = priority(&pages[b]).total_cmp(&priority(&pages[a]));
        let by_chance = || random::hash_text(&pages[a].0).cmp(&random::hash_text(&pages[b].0));
        by_priority.then_with(by_chance)
    });
    let mut weights = vec![None; pages.len()];
    for (rank, page) in order.into_iter().enumerate() {
        weights[page] = Some(popularity_of_rank(rank));
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(loc: &str, priority: Option<f64>) -> (String, Entry) {
        ("map.xml".to_owned(), Entry { loc: loc.to_owned(), priority, line: 7 })
    }

    #[test]
    fn pages_are_of_one_host_once_each_and_what_is_left_out_is_told() {
        let found = collect(vec![
            entry("https://www.a.example/", None),
            entry("https://a.example/b", None),
            entry("https://cdn.example/c", None),
            entry("https://a.example/b", None),
            entry("/relative", None),
            entry("https://me:secret@a.example/", None),
        ]);
        let urls: Vec<&str> = found.pages.iter().map(|page| page.url.as_str()).collect();
        assert_eq!(urls, ["https://www.a.example/", "https://a.example/b"]);
        let notes = found.notes.join("\n");
        for word in ["1 URL is of another host than the first, a.example", "cdn.example", "more than once"] {
            assert!(notes.contains(word), "{word}: {notes}");
        }
        assert!(notes.contains("2 URLs cannot be used") && notes.contains("map.xml, line 7"), "{notes}");
        assert!(!notes.contains("secret"), "{notes}");
    }

    #[test]
    fn a_higher_priority_makes_a_page_more_popular_and_the_same_for_all_says_nothing() {
        let some = |priorities: [Option<f64>; 3]| {
            let entries = ["a", "b", "c"].iter().zip(priorities);
            collect(
                entries
                    .map(|(path, priority)| entry(&format!("https://a.example/{path}"), priority))
                    .collect(),
            )
        };
        let weights = |found: Found| found.pages.iter().map(|page| page.weight).collect::<Vec<_>>();
        let ranked = weights(some([Some(0.1), Some(0.9), None]));
        assert!(ranked[1] > ranked[2] && ranked[2] > ranked[0], "{ranked:?}");
        assert_eq!(ranked[1], Some(1.0));
        assert_eq!(weights(some([Some(0.5), None, Some(0.5)])), [None; 3]);
        assert_eq!(weights(some([None; 3])), [None; 3]);
    }
}
