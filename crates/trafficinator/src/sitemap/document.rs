//! Reads the XML of a sitemap or of an index of sitemaps (sitemaps.org/protocol.html).

use quick_xml::NsReader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};
use quick_xml::name::ResolveResult;

/// What a file is.
#[derive(Debug)]
pub(super) enum Document {
    /// Pages.
    Pages(Vec<Entry>),
    /// Other sitemaps.
    Index(Vec<Entry>),
}

/// A page, or a sitemap of an index.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) loc: String,
    pub(super) priority: Option<f64>,
    /// Where its `<loc>` ends.
    pub(super) line: usize,
}

/// What is wrong, and on which line where that helps.
type Problem = (Option<usize>, String);

/// Reads a document. Elements of other namespaces (images, news, languages) say nothing about pages.
pub(super) fn parse(text: &str, most: usize) -> Result<Document, Problem> {
    let text = text.trim_start_matches('\u{feff}');
    let start = text.trim_start().get(..64).unwrap_or(text.trim_start()).to_ascii_lowercase();
    if start.is_empty() {
        return Err((None, "it is empty; give a sitemap".to_owned()));
    }
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Err((
            None,
            "it is an HTML page and no sitemap; give the address of the XML itself".to_owned(),
        ));
    }
    if !start.starts_with('<') {
        let message = "it is not XML; give a sitemap, or a list of URLs as URLS_FILE";
        return Err((None, message.to_owned()));
    }
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut lines = Lines { text, at: 0, line: 1 };
    let mut open = Open::default();
    let mut entries: Vec<Entry> = Vec::new();
    let mut is_index = None;
    loop {
        let event = reader.read_event();
        let position = reader.buffer_position() as usize;
        let wrong = |lines: &mut Lines<'_>, message: String| (Some(lines.until(position)), message);
        match event {
            Err(error) => {
                let position = reader.error_position() as usize;
                return Err((Some(lines.until(position)), format!("it is not XML as it should be: {error}")));
            }
            Ok(Event::Start(element)) => {
                let (namespace, name) = reader.resolver().resolve_element(element.name());
                let namespace = match namespace {
                    ResolveResult::Bound(namespace) => Some(namespace.as_ref().to_owned()),
                    _ => None,
                };
                let name = name.as_ref();
                match open.path.len() {
                    0 => {
                        is_index = Some(match name {
                            "urlset" => false,
                            "sitemapindex" => true,
                            "html" => {
                                let message =
                                    "it is an HTML page and no sitemap; give the address of the XML itself";
                                return Err((None, message.to_owned()));
                            }
                            other => {
                                let message = format!(
                                    "it begins with <{other}>; a sitemap has <urlset> or <sitemapindex>"
                                );
                                return Err(wrong(&mut lines, message));
                            }
                        });
                        open.namespace = namespace;
                        open.path.push(Part::Root);
                    }
                    _ => open.enter(name, namespace.as_deref()),
                }
            }
            Ok(Event::Text(part)) => open.add(&part.xml10_content()),
            Ok(Event::CData(part)) => open.add(&part.xml10_content()),
            Ok(Event::GeneralRef(reference)) => match meaning(&reference) {
                Some(meaning) => open.add(&meaning),
                None if open.is_reading() => {
                    let message = format!("&{}; means nothing in XML; write & as &amp;", &*reference);
                    return Err(wrong(&mut lines, message));
                }
                None => {}
            },
            Ok(Event::End(_)) => {
                if let Some(entry) =
                    open.leave(|| lines.until(position)).map_err(|message| wrong(&mut lines, message))?
                {
                    if entries.len() == most {
                        let message =
                            format!("it has more than {most} entries, the most a sitemap may have; split it");
                        return Err(wrong(&mut lines, message));
                    }
                    entries.push(entry);
                }
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
        }
    }
    if !open.path.is_empty() {
        return Err((
            Some(lines.until(text.len())),
            "it ends before its last element does; is it whole?".to_owned(),
        ));
    }
    match is_index {
        None => Err((None, "it has no element; give a sitemap".to_owned())),
        Some(_) if entries.is_empty() => {
            Err((None, "it has no <loc>; give a sitemap that names pages, or an index of such".to_owned()))
        }
        Some(true) => Ok(Document::Index(entries)),
        Some(false) => Ok(Document::Pages(entries)),
    }
}

/// What a reference such as `&amp;` or `&#38;` stands for.
fn meaning(reference: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return Some(letter.to_string());
    }
    resolve_predefined_entity(reference).map(str::to_owned)
}

/// An element that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Root,
    /// `<url>` or `<sitemap>`.
    Entry,
    Loc,
    Priority,
    Other,
}

/// The elements around the place that is read, and what is known of the entry there.
#[derive(Debug, Default)]
struct Open {
    path: Vec<Part>,
    /// Of the root: what is in others is not about pages.
    namespace: Option<String>,
    text: String,
    loc: Option<(String, usize)>,
    priority: Option<f64>,
}

impl Open {
    fn enter(&mut self, name: &str, namespace: Option<&str>) {
        let is_own = namespace == self.namespace.as_deref();
        let part = match (self.path.last(), name) {
            (Some(Part::Root), "url" | "sitemap") if is_own => Part::Entry,
            (Some(Part::Entry), "loc") if is_own => Part::Loc,
            (Some(Part::Entry), "priority") if is_own => Part::Priority,
            _ => Part::Other,
        };
        self.text.clear();
        self.path.push(part);
    }

    fn is_reading(&self) -> bool {
        matches!(self.path.last(), Some(Part::Loc | Part::Priority))
    }

    fn add(&mut self, text: &str) {
        if self.is_reading() {
            self.text.push_str(text);
        }
    }

    /// Ends an element; an entry with a `<loc>` is whole then.
    fn leave(&mut self, line: impl FnOnce() -> usize) -> Result<Option<Entry>, String> {
        match self.path.pop() {
            Some(Part::Loc) => {
                let loc = self.text.trim();
                if !loc.is_empty() {
                    self.loc = Some((loc.to_owned(), line()));
                }
            }
            Some(Part::Priority) => {
                let text = self.text.trim();
                let priority = text.parse().ok().filter(|priority| (0.0..=1.0).contains(priority));
                if priority.is_none() && !text.is_empty() {
                    return Err(format!("priority {text:?} is not accepted; give 0.0 to 1.0"));
                }
                self.priority = priority;
            }
            Some(Part::Entry) => {
                let priority = self.priority.take();
                return Ok(self.loc.take().map(|(loc, line)| Entry { loc, priority, line }));
            }
            Some(Part::Root | Part::Other) | None => {}
        }
        Ok(None)
    }
}

/// Counts lines as it goes along.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of a position that is not before the last one.
    fn until(&mut self, position: usize) -> usize {
        let position = position.min(self.text.len());
        if position > self.at {
            let passed = &self.text.as_bytes()[self.at..position];
            self.line += passed.split(|byte| *byte == b'\n').count() - 1;
            self.at = position;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url>
    <loc> https://a.example/?a=1&amp;b=2 </loc>
    <lastmod>2026-01-01</lastmod><priority>0.8</priority>
    <image:image><image:loc>https://a.example/i.jpg</image:loc></image:image>
  </url>
  <url><loc><![CDATA[https://a.example/c&d]]></loc></url>
  <url><lastmod>2026-01-01</lastmod></url>
</urlset>"#;

    fn pages(text: &str) -> Vec<Entry> {
        match parse(text, 9) {
            Ok(Document::Pages(entries)) => entries,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pages_are_read_with_their_priorities_and_images_are_not() {
        let entry = |loc: &str, priority, line| Entry { loc: loc.to_owned(), priority, line };
        let expected =
            [entry("https://a.example/?a=1&b=2", Some(0.8), 5), entry("https://a.example/c&d", None, 9)];
        assert_eq!(pages(MAP), expected);
        let prefixed = MAP.replace("xmlns=", "xmlns:s=").replace('<', "<s:").replace("<s:/", "</s:");
        let prefixed = prefixed.replace("s:image:", "image:").replace("<s:?", "<?").replace("<s:!", "<!");
        assert_eq!(pages(&prefixed), expected);
        assert_eq!(
            pages("<urlset><url><loc>https://a.example/&#233;</loc></url></urlset>")[0].loc,
            "https://a.example/é"
        );
    }

    #[test]
    fn an_index_is_told_from_pages() {
        let text = "<sitemapindex><sitemap><loc>https://a.example/1.xml</loc></sitemap></sitemapindex>";
        assert!(matches!(parse(text, 9), Ok(Document::Index(entries)) if entries.len() == 1));
    }

    #[test]
    fn what_is_no_sitemap_is_told_with_its_line() {
        let cases = [
            ("", None, "empty"),
            ("hello", None, "not XML"),
            ("<!DOCTYPE html>\n<html>", None, "HTML page"),
            ("<?xml version='1.0'?>\n<html xmlns='x'>", None, "HTML page"),
            ("<?xml version='1.0'?>\n<rss>", Some(2), "<rss>"),
            ("<urlset></urlset>", None, "no <loc>"),
            ("<urlset>\n<url><loc>x</loc></url>", Some(2), "is it whole"),
            ("<urlset>\n<url>\n</loc></url></urlset>", Some(3), "not XML"),
            ("<urlset>\n<url><loc>a&nbsp;b</loc></url></urlset>", Some(2), "&nbsp;"),
            ("<urlset><url>\n<priority>9</priority></url></urlset>", Some(2), "0.0 to 1.0"),
        ];
        for (text, line, word) in cases {
            let (found, message) = parse(text, 9).unwrap_err();
            assert_eq!(found, line, "{text:?}: {message}");
            assert!(message.contains(word), "{text:?}: {message}");
        }
        let many = format!("<urlset>{}</urlset>", "\n<url><loc>https://a.example/</loc></url>".repeat(10));
        assert_eq!(parse(&many, 9).unwrap_err().0, Some(11));
    }
}
