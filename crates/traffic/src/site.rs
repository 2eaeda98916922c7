//! The site that is visited: a graph of pages, found in the hierarchy of their addresses or given as it is.

mod landmark;
mod popularity;
mod term;

use std::collections::HashMap;

use url::Url;

pub(crate) use landmark::is_only_a_page;
pub use landmark::{Landmarks, PageKind};
pub use popularity::popularity_of_rank;
pub use term::Term;

use crate::encode::Text;
use crate::profile::BuiltInSite;
use crate::random::{self, Stream};
use popularity::{Drawer, pick};

/// The URL list that is used where none is given: that of the built-in shop.
pub const DEFAULT_LIST: &str = include_str!("../../../config/urls.txt");
const MAGAZINE_LIST: &str = include_str!("../../../config/magazine.txt");
const SOFTWARE_LIST: &str = include_str!("../../../config/software.txt");

/// The longest URL Matomo stores whole, with room for campaign parameters.
pub const LONGEST_URL: usize = 1_000;

/// Index of a page of the site.
pub type PageId = u32;

/// A page as somebody wrote it down.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageDraft {
    /// Its absolute address.
    pub url: String,
    /// Its title; without one it is made of the address.
    pub title: Option<String>,
    /// What kind of page it is; found in the address where it is not given.
    pub kind: Option<PageKind>,
    /// How often it is visited, relative to other pages; by rank where it is not given.
    pub weight: Option<f64>,
    /// Addresses of the pages it leads to; those around it where none are given.
    pub links: Vec<String>,
    /// Numbers (SKU) of the products it shows.
    pub products: Vec<String>,
    /// Addresses of files that are offered on it.
    pub downloads: Vec<String>,
    /// Addresses of other sites that it leads to.
    pub outlinks: Vec<String>,
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its absolute address.
    pub url: Text,
    /// Its title, as the list gives it.
    pub title: Text,
    /// What kind of page it is.
    pub kind: PageKind,
    /// Numbers (SKU) of the products it shows, where somebody said so.
    pub products: Vec<String>,
    /// Files that are offered on it, where somebody said so.
    pub downloads: Vec<Text>,
    /// Other sites it leads to, where somebody said so.
    pub outlinks: Vec<Text>,
    /// The pages it leads to, where somebody said so.
    links: Vec<PageId>,
    /// Index of its section.
    section: u32,
    /// The nearest page above it.
    parent: Option<PageId>,
    /// Pages right below it: a range of [`Site::order`].
    children: (u32, u32),
}

impl Page {
    /// The last part of the title: the name of the page without its sections.
    pub fn name(&self) -> &str {
        let title = self.title.raw();
        title.rsplit_once(" / ").or_else(|| title.rsplit_once(" | ")).map_or(title, |(_, name)| name).trim()
    }

    /// The parts of the title before its name, the widest first.
    pub fn sections(&self) -> Vec<&str> {
        let title = self.title.raw();
        let separator = if title.contains(" / ") { " / " } else { " | " };
        let mut parts: Vec<&str> =
            title.split(separator).map(str::trim).filter(|part| !part.is_empty()).collect();
        parts.pop();
        parts
    }

    /// The nearest page above it.
    pub fn parent(&self) -> Option<PageId> {
        self.parent
    }

    /// Scheme and host, without a slash at the end.
    pub fn origin(&self) -> &str {
        let url = self.url.raw();
        let host = url.find("://").map_or(0, |at| at + 3);
        url[host..].find(['/', '?', '#']).map_or(url, |end| &url[..host + end])
    }
}

/// A line of a URL list, or a page, that cannot be used.
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
    /// Sums of the weights of the pages before each place of [`Site::order`], and of all.
    sums: Vec<f64>,
    home: PageId,
    /// Pages that lead to others, and all other pages that people come to from outside.
    hubs: Drawer,
    leaves: Drawer,
    sections: Vec<Text>,
    landmarks: Landmarks,
    left_out: Vec<String>,
    terms: term::Terms,
}

impl Site {
    /// A site that comes with the program.
    pub fn built_in(site: BuiltInSite) -> Site {
        let list = match site {
            BuiltInSite::Shop => DEFAULT_LIST,
            BuiltInSite::Magazine => MAGAZINE_LIST,
            BuiltInSite::Software => SOFTWARE_LIST,
        };
        Site::parse(list).unwrap_or_else(|problems| panic!("the built-in list: {problems:?}"))
    }

    /// Reads a URL list: one `URL<whitespace>Title` a line, `#` comments, blank lines. All bad lines are reported.
    pub fn parse(list: &str) -> Result<Site, Vec<BadLine>> {
        let lines = list.trim_start_matches('\u{feff}').lines().enumerate();
        let drafts = lines.filter_map(|(index, line)| {
            let text = line.trim();
            if text.is_empty() || text.starts_with('#') {
                return None;
            }
            let (url, title) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
            let title = Some(title.trim().to_owned()).filter(|title| !title.is_empty());
            Some((index + 1, PageDraft { url: url.to_owned(), title, ..PageDraft::default() }))
        });
        let site = Site::checked(drafts.collect());
        site.map_err(|mut problems| {
            if problems.is_empty() {
                let message = "the list has no URL; give one `https://host/path    Title` a line".to_owned();
                problems.push(BadLine { line: 1, message });
            }
            problems
        })
    }

    /// The site of these pages. Problems name the place of a page, counted from 1, as their line.
    pub fn new(pages: Vec<PageDraft>) -> Result<Site, Vec<BadLine>> {
        Site::checked((1..).zip(pages).collect()).map_err(|mut problems| {
            if problems.is_empty() {
                problems
                    .push(BadLine { line: 1, message: "the site has no page; give at least one".to_owned() });
            }
            problems
        })
    }

    /// Pages with their lines. No page at all is an error without a problem.
    fn checked(drafts: Vec<(usize, PageDraft)>) -> Result<Site, Vec<BadLine>> {
        let mut problems = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for (line, draft) in &drafts {
            let mut problem = |message| problems.push(BadLine { line: *line, message });
            if let Err(message) = check_url(&draft.url) {
                problem(message);
                continue;
            }
            if let Some(first) = known.get(&draft.url) {
                problem(format!("{} is already on line {first}; give each URL once", draft.url));
                continue;
            }
            known.insert(draft.url.clone(), *line);
            if let Some(weight) = draft.weight.filter(|weight| !(0.0..=1e9).contains(weight)) {
                problem(format!("weight {weight} is not accepted; give 0 to 1e9"));
            }
            for url in draft.downloads.iter().chain(&draft.outlinks) {
                if let Err(message) = check_url(url) {
                    problem(message);
                }
            }
        }
        for (line, draft) in &drafts {
            for link in draft.links.iter().filter(|link| !known.contains_key(*link)) {
                let message =
                    format!("links: {link:?} is not the URL of a page of this site; give one that is");
                problems.push(BadLine { line: *line, message });
            }
        }
        if !problems.is_empty() || drafts.is_empty() {
            return Err(problems);
        }
        let (drafts, left_out): (Vec<_>, Vec<_>) =
            drafts.into_iter().partition(|(_, draft)| landmark::is_only_a_page(&draft.url));
        if drafts.is_empty() {
            let message = format!(
                "every address names a campaign or a search, as {} does: Matomo counts more than a page view of it; give \
                 the addresses of pages",
                left_out[0].1.url
            );
            return Err(vec![BadLine { line: left_out[0].0, message }]);
        }
        let ids: HashMap<String, PageId> =
            drafts.iter().zip(0..).map(|((_, draft), id)| (draft.url.clone(), id)).collect();
        let weights: Vec<Option<f64>> = drafts.iter().map(|(_, draft)| draft.weight).collect();
        let given: Vec<Option<PageKind>> = drafts.iter().map(|(_, draft)| draft.kind).collect();
        let page = |draft: PageDraft| {
            let texts = |list: &[String]| list.iter().map(|text| Text::new(text)).collect();
            let title =
                draft.title.filter(|title| !title.trim().is_empty()).unwrap_or_else(|| title_of(&draft.url));
            Page {
                url: Text::new(&draft.url),
                title: Text::new(&title),
                kind: draft.kind.unwrap_or(PageKind::Item),
                downloads: texts(&draft.downloads),
                outlinks: texts(&draft.outlinks),
                links: draft.links.iter().filter_map(|link| ids.get(link).copied()).collect(),
                products: draft.products,
                section: 0,
                parent: None,
                children: (0, 0),
            }
        };
        let pages = drafts.into_iter().map(|(_, draft)| page(draft)).collect();
        let left_out = left_out.into_iter().map(|(_, draft)| draft.url).collect();
        Ok(Site { left_out, ..Site::link(pages, &given, &weights) })
    }

    fn link(mut pages: Vec<Page>, given: &[Option<PageKind>], weights: &[Option<f64>]) -> Site {
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
            pages[id as usize].parent = parents[id as usize];
            if let Some(parent) = parents[id as usize] {
                let children = &mut pages[parent as usize].children;
                if children.0 == children.1 {
                    *children = (place, place);
                }
                children.1 = place + 1;
            }
        }
        for (page, given) in pages.iter_mut().zip(given) {
            let leads_on = page.children.0 < page.children.1 || page.links.len() > 1;
            page.kind = given.unwrap_or_else(|| landmark::kind_of(page.url.raw(), leads_on));
        }
        let weights = popularity::weights(&pages, weights);
        let sums = std::iter::once(0.0)
            .chain(order.iter().scan(0.0, |sum, &id| {
                *sum += weights[id as usize];
                Some(*sum)
            }))
            .collect();
        let of = |wanted: fn(PageKind) -> bool| {
            Drawer::new(
                (0..)
                    .zip(&pages)
                    .filter(|(_, page)| wanted(page.kind))
                    .map(|(id, _)| (id, weights[id as usize])),
            )
        };
        let hubs = of(|kind| kind == PageKind::Section);
        let leaves = of(|kind| matches!(kind, PageKind::Item | PageKind::Article));
        let home = (0..).zip(&pages).find(|(_, page)| page.kind == PageKind::Home).map_or(0, |(id, _)| id);
        let sections = name_sections(&mut pages);
        let landmarks = Landmarks::of(&pages);
        let terms = term::Terms::new(&pages, &weights);
        let left_out = Vec::new();
        Site { pages, order, sums, home, hubs, leaves, sections, landmarks, left_out, terms }
    }

    /// How many pages it has: at least one.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Never true: a site has a page.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Addresses that name a campaign or a search: Matomo counts more than a page view of them, so nobody goes there.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// A page by its index.
    pub fn page(&self, id: PageId) -> &Page {
        &self.pages[id as usize]
    }

    /// A hash of everything that visits depend on.
    pub(crate) fn fingerprint(&self) -> u64 {
        let hash = |hash: u64, text: &str| random::mix(hash ^ random::hash_text(text));
        let pages = self.pages.iter().fold(0, |before, page| {
            let own = [page.url.raw(), page.title.raw(), page.kind.name()];
            let files = page.downloads.iter().chain(&page.outlinks).map(Text::raw);
            let texts = own.into_iter().chain(page.products.iter().map(String::as_str)).chain(files);
            let counts = [page.products.len(), page.downloads.len()].map(|count| count as u64);
            let numbers = counts.into_iter().chain(page.links.iter().map(|link| u64::from(*link)));
            numbers.fold(texts.fold(before, hash), |hash, number| random::mix(hash.rotate_left(1) ^ number))
        });
        self.sums.iter().fold(pages, |hash, sum| random::mix(hash ^ sum.to_bits()))
    }

    /// All pages, in the order of the list.
    pub fn pages(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter()
    }

    /// The home page, or what comes closest.
    pub fn home(&self) -> PageId {
        self.home
    }

    /// The section of a page.
    pub fn section(&self, id: PageId) -> &Text {
        &self.sections[self.page(id).section as usize]
    }

    /// Pages with a meaning of their own.
    pub fn landmarks(&self) -> &Landmarks {
        &self.landmarks
    }

    /// A page that leads to others, by its popularity.
    pub fn hub(&self, stream: &mut Stream) -> PageId {
        self.hubs.draw(stream).unwrap_or_else(|| self.leaf(stream))
    }

    /// A page inside the site, by its popularity.
    pub fn leaf(&self, stream: &mut Stream) -> PageId {
        self.leaves.draw(stream).unwrap_or(self.home)
    }

    /// What somebody searches for, the popular more often.
    pub fn term(&self, stream: &mut Stream) -> u32 {
        self.terms.draw(stream)
    }

    /// What somebody searches for and does not find.
    pub fn missing_term(&self, stream: &mut Stream) -> u32 {
        self.terms.draw_missing(stream)
    }

    /// What somebody searches for after a term: more of the same, or the term as it should have been typed.
    pub fn refined(&self, term: u32, stream: &mut Stream) -> u32 {
        self.terms.refined(term, stream)
    }

    /// A searched term by its number.
    pub fn searched(&self, term: u32) -> &Term {
        self.terms.get(term)
    }

    /// The page that a visitor of `from` opens next: one it leads to, or below it, beside it, above it, or found by
    /// the menu. Never the same page again, unless the site has no other.
    pub fn next(&self, from: PageId, stream: &mut Stream) -> PageId {
        let page = self.page(from);
        let draw = stream.unit();
        let found = if page.links.is_empty() {
            self.around(page, draw, stream)
        } else {
            Some(*stream.pick(&page.links)).filter(|_| draw < 0.90)
        };
        let found = found.unwrap_or_else(|| if stream.chance(0.4) { self.home } else { self.hub(stream) });
        if found != from {
            return found;
        }
        let other = [self.hub(stream), self.leaf(stream), self.home, self.leaf(stream)];
        other.into_iter().find(|other| *other != from).unwrap_or((from + 1) % self.pages.len() as u32)
    }

    fn around(&self, page: &Page, draw: f64, stream: &mut Stream) -> Option<PageId> {
        let below = self.among(page.children, stream);
        if below.is_some() && draw < 0.68 {
            return below;
        }
        let beside = page.parent.and_then(|parent| self.among(self.page(parent).children, stream));
        if beside.is_some() && draw < 0.82 {
            return beside;
        }
        page.parent.filter(|_| draw < 0.93)
    }

    /// One of a range of [`Site::order`], by popularity.
    fn among(&self, (from, to): (u32, u32), stream: &mut Stream) -> Option<PageId> {
        let index = pick(&self.sums[from as usize..=to as usize], stream)?;
        Some(self.order[from as usize + index])
    }
}

/// Gives every page the index of its section: the first part of its title, or that of the page at the top of its
/// branch.
fn name_sections(pages: &mut [Page]) -> Vec<Text> {
    let mut names: Vec<String> = Vec::new();
    let mut known: HashMap<String, u32> = HashMap::new();
    for id in 0..pages.len() {
        let page = &pages[id];
        let name = page.sections().first().map_or_else(
            || {
                let mut top = page;
                while let Some(parent) = top.parent.filter(|parent| pages[*parent as usize].parent.is_some())
                {
                    top = &pages[parent as usize];
                }
                top.name().to_owned()
            },
            |name| (*name).to_owned(),
        );
        let next = names.len() as u32;
        pages[id].section = *known.entry(name.clone()).or_insert_with(|| {
            names.push(name);
            next
        });
    }
    names.iter().map(|name| Text::new(name)).collect()
}

pub(crate) fn check_url(text: &str) -> Result<(), String> {
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
        let mut page = site.leaf(&mut stream);
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
    fn addresses_that_matomo_takes_for_more_than_a_page_are_left_out() {
        let plain =
            ["https://a.example/", "https://a.example/b?size=42&q=", "https://a.example/c?mtm_kwd=x#top"];
        let others = [
            "https://a.example/d?utm_campaign=x",
            "https://a.example/e#mtm_campaign=x",
            "https://a.example/f?size=42&q=boots",
            "https://a.example/g?PK_CAMPAIGN=x",
        ];
        let site = Site::parse(&[&plain[..], &others[..]].concat().join("\n")).unwrap();
        assert_eq!(site.pages().map(|page| page.url.raw()).collect::<Vec<_>>(), plain);
        assert_eq!(site.left_out(), others);
        let message = &Site::parse(&others.join("\n")).unwrap_err()[0].message;
        assert!(message.contains("https://a.example/d?utm_campaign=x"), "{message}");
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

    #[test]
    fn sites_that_are_visited_otherwise_have_other_fingerprints() {
        let url = |path: &str| format!("https://a.example/{path}");
        let site = |change: fn(&mut PageDraft)| {
            let mut pages =
                ["", "one", "two"].map(|path| PageDraft { url: url(path), ..PageDraft::default() });
            change(&mut pages[1]);
            Site::new(pages.to_vec()).unwrap().fingerprint()
        };
        let changes: [fn(&mut PageDraft); 9] = [
            |_| {},
            |page| page.url.push('s'),
            |page| page.title = Some("First".to_owned()),
            |page| page.kind = Some(PageKind::Article),
            |page| page.weight = Some(7.0),
            |page| page.links = vec!["https://a.example/two".to_owned()],
            |page| page.products = vec!["https://b.example/".to_owned()],
            |page| page.downloads = vec!["https://b.example/".to_owned()],
            |page| page.outlinks = vec!["https://b.example/".to_owned()],
        ];
        let found: std::collections::BTreeSet<u64> = changes.into_iter().map(site).collect();
        assert_eq!(found.len(), changes.len());
        assert_eq!(site(|_| {}), site(|_| {}));
    }
}
