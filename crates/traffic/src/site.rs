//! The site that is visited: pages with addresses and titles, and the hierarchy a visitor walks along.

use std::collections::HashMap;

use url::Url;

use crate::encode::Text;
use crate::random::{Stream, Weighted};

/// The URL list that is used where none is given.
pub const DEFAULT_LIST: &str = include_str!("../../../config/urls.txt");

/// The longest URL Matomo stores whole, with room for campaign parameters.
pub(crate) const LONGEST_URL: usize = 1_000;

/// Index of a page of the site.
pub type PageId = u32;

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its absolute address.
    pub url: Text,
    /// Its title, as the list gives it.
    pub title: Text,
    /// The nearest page above it.
    parent: Option<PageId>,
    /// Pages right below it: a range of [`Site::order`].
    children: (u32, u32),
    /// Where the page itself stands in [`Site::order`].
    place: u32,
}

impl Page {
    /// The last part of the title: the name of the page without its sections.
    pub fn name(&self) -> &str {
        let title = self.title.raw();
        title.rsplit_once(" / ").or_else(|| title.rsplit_once(" | ")).map_or(title, |(_, name)| name).trim()
    }

    /// Scheme and host, without a slash at the end.
    pub fn origin(&self) -> &str {
        let url = self.url.raw();
        let host = url.find("://").map_or(0, |at| at + 3);
        url[host..].find(['/', '?', '#']).map_or(url, |end| &url[..host + end])
    }
}

/// A line of a URL list that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct BadLine {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong and what is accepted.
    pub message: String,
}

/// The pages of a site and the ways between them.
#[derive(Clone, Debug)]
pub struct Site {
    pages: Vec<Page>,
    /// Pages grouped by parent, so that siblings stand together.
    order: Vec<PageId>,
    /// Chance of a page to be the first of a visit.
    entries: Weighted,
}

impl Site {
    /// Reads a URL list: one `URL<whitespace>Title` a line, `#` comments, blank lines. All bad lines are reported.
    pub fn parse(list: &str) -> Result<Site, Vec<BadLine>> {
        let mut problems = Vec::new();
        let mut pages: Vec<Page> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (index, line) in list.trim_start_matches('\u{feff}').lines().enumerate() {
            let line_number = index + 1;
            let text = line.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let (url, title) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            if let Err(message) = check_url(url) {
                problems.push(BadLine { line: line_number, message });
                continue;
            }
            if let Some(first) = known.insert(url, line_number) {
                let message = format!("{url} is already on line {first}; give each URL once");
                problems.push(BadLine { line: line_number, message });
                continue;
            }
            let title = title.trim();
            let title = if title.is_empty() { title_of(url) } else { title.to_owned() };
            pages.push(Page {
                url: Text::new(url),
                title: Text::new(&title),
                parent: None,
                children: (0, 0),
                place: 0,
            });
        }
        if pages.is_empty() && problems.is_empty() {
            problems.push(BadLine {
                line: 1,
                message: "the list has no URL; give one `https://host/path    Title` a line".to_owned(),
            });
        }
        if problems.is_empty() { Ok(Site::link(pages)) } else { Err(problems) }
    }

    fn link(mut pages: Vec<Page>) -> Site {
        let by_path: HashMap<Box<str>, PageId> = pages
            .iter()
            .enumerate()
            .map(|(id, page)| (page.url.raw().trim_end_matches('/').into(), id as PageId))
            .collect();
        let parents: Vec<Option<PageId>> = pages
            .iter()
            .map(|page| above(page.url.raw()).find_map(|path| by_path.get(path).copied()))
            .collect();
        let mut order: Vec<PageId> = (0..pages.len() as PageId).collect();
        order.sort_by_key(|&id| parents[id as usize].map_or(0, |parent| u64::from(parent) + 1));
        for (place, &id) in order.iter().enumerate() {
            let place = place as u32;
            pages[id as usize].place = place;
            pages[id as usize].parent = parents[id as usize];
            if let Some(parent) = parents[id as usize] {
                let children = &mut pages[parent as usize].children;
                if children.0 == children.1 {
                    *children = (place, place);
                }
                children.1 = place + 1;
            }
        }
        let weights: Vec<f64> = pages.iter().enumerate().map(|(id, page)| entry_weight(id, page)).collect();
        Site { entries: Weighted::new(&weights), pages, order }
    }

    /// How many pages it has: at least one.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Never true: a site has a page.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// A page by its index.
    pub fn page(&self, id: PageId) -> &Page {
        &self.pages[id as usize]
    }

    /// All pages, in the order of the list.
    pub fn pages(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter()
    }

    /// A page for a visit to begin with: home and sections more often than what is deep inside.
    pub fn entry(&self, stream: &mut Stream) -> PageId {
        self.entries.draw(stream) as PageId
    }

    /// Any page, all alike.
    pub fn any(&self, stream: &mut Stream) -> PageId {
        stream.below(self.pages.len() as u32)
    }

    /// The page that a visitor of `from` opens next: below it, beside it, above it, or found by the menu. Never the
    /// same page again, unless the site has no other.
    pub fn next(&self, from: PageId, stream: &mut Stream) -> PageId {
        let page = &self.pages[from as usize];
        let draw = stream.unit();
        let below = page.children;
        let beside = match page.parent {
            Some(parent) => self.pages[parent as usize].children,
            None => (0, 0),
        };
        let found = if below.0 < below.1 && draw < 0.65 {
            self.order[stream.between(below.0, below.1 - 1) as usize]
        } else if beside.1 - beside.0 > 1 && draw < 0.80 {
            let other = stream.between(beside.0, beside.1 - 2);
            self.order[(if other >= page.place { other + 1 } else { other }) as usize]
        } else if let Some(parent) = page.parent
            && draw < 0.92
        {
            parent
        } else {
            self.entry(stream)
        };
        if found == from { (from + 1) % self.pages.len() as u32 } else { found }
    }
}

/// Shallow pages are entered more often, and early ones of the list more than late ones.
fn entry_weight(index: usize, page: &Page) -> f64 {
    let depth = page.url.raw().trim_end_matches('/').matches('/').count().saturating_sub(2) as f64;
    libm::pow(0.25, depth.min(3.0)) * libm::pow(index as f64 + 1.0, -0.5)
}

fn check_url(text: &str) -> Result<(), String> {
    let expected = "give an absolute URL such as https://shop.example.com/page";
    let url = Url::parse(text).map_err(|error| format!("{text:?} is not a URL ({error}); {expected}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(format!("{text:?} is not an http or https URL with a host; {expected}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the URL holds a user name or password, which would be recorded; leave it out".to_owned());
    }
    if text.len() > LONGEST_URL {
        let length = text.len();
        return Err(format!(
            "the URL has {length} characters; Matomo cuts at 1,024, give at most {LONGEST_URL}"
        ));
    }
    Ok(())
}

/// The addresses above a URL, nearest first, without a slash at the end, down to scheme and host.
fn above(url: &str) -> impl Iterator<Item = &str> {
    let host = url.find("://").map_or(0, |at| at + 3);
    let path = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
    let own = path.len() < url.trim_end_matches('/').len();
    own.then_some(path).into_iter().chain(
        std::iter::successors(Some(path), move |path| {
            path.rfind('/').filter(|&at| at >= host).map(|at| &path[..at])
        })
        .skip(1),
    )
}

/// A title for a page that has none: the last part of its path, or its host; never blank, or Matomo would take a
/// search for it for a page view.
pub(crate) fn title_of(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or(path);
    let last = last.rsplit_once('.').filter(|_| path.matches('/').count() > 2).map_or(last, |(stem, _)| stem);
    let mut words = last.replace(['-', '_'], " ");
    if words.trim().is_empty() {
        return url.to_owned();
    }
    if let Some(first) = words.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Domain;

    const LIST: &str = "\u{feff}# a comment\n\
        https://a.example/    Home\n\
        https://a.example/shoes/\tShoes\n\
        https://a.example/shoes/boots    Shoes / Boots\n\
        https://a.example/shoes/sandals?size=42    Shoes | Sandals\r\n\
        \n\
        https://a.example/about-us.html\n";

    #[test]
    fn a_list_becomes_a_hierarchy() {
        let site = Site::parse(LIST).unwrap();
        let parents: Vec<_> = site.pages().map(|page| page.parent).collect();
        assert_eq!(parents, [None, Some(0), Some(1), Some(1), Some(0)]);
        let names: Vec<_> = site.pages().map(Page::name).collect();
        assert_eq!(names, ["Home", "Shoes", "Boots", "Sandals", "About us"]);
        assert_eq!(site.page(3).origin(), "https://a.example");
    }

    #[test]
    fn every_bad_line_is_reported_with_its_number() {
        let problems =
            Site::parse("https://a.example/\nnonsense\nftp://a.example/\nhttps://a.example/ Again\n")
                .unwrap_err();
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [2, 3, 4]);
        assert!(problems[2].to_string().contains("already on line 1"));
        assert!(Site::parse("# nothing\n").unwrap_err()[0].message.contains("no URL"));
    }

    #[test]
    fn a_walk_goes_to_relatives_and_never_stays() {
        let site = Site::parse(DEFAULT_LIST).unwrap();
        let mut stream = Stream::new(1, Domain::Visit, 1);
        let (mut relatives, mut steps) = (0, 0);
        let mut page = site.entry(&mut stream);
        for _ in 0..10_000 {
            let next = site.next(page, &mut stream);
            assert_ne!(next, page);
            let (here, there) = (site.page(page), site.page(next));
            relatives += u32::from(
                there.parent == Some(page) || here.parent == Some(next) || here.parent == there.parent,
            );
            steps += 1;
            page = next;
        }
        assert!(f64::from(relatives) / f64::from(steps) > 0.8, "{relatives} of {steps}");
    }

    #[test]
    fn a_site_of_one_page_can_be_walked() {
        let site = Site::parse("https://a.example/").unwrap();
        let mut stream = Stream::new(1, Domain::Visit, 1);
        assert_eq!(site.next(0, &mut stream), 0);
    }

    #[test]
    fn the_default_list_has_two_thousand_pages_in_ten_sections_three_levels_deep() {
        let site = Site::parse(DEFAULT_LIST).unwrap();
        assert!((1_900..=2_200).contains(&site.len()), "{}", site.len());
        let sections: std::collections::BTreeSet<&str> = site
            .pages()
            .filter_map(|page| page.title.raw().split_once(" / ").map(|(section, _)| section))
            .collect();
        assert_eq!(sections.len(), 10, "{sections:?}");
        assert!(site.pages().any(|page| page.title.raw().matches(" / ").count() == 2));
    }
}
