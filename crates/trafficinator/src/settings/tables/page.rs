//! `[site]` and `[[site.page]]`: the pages of a site and the ways between them.

use toml::de::{DeTable, DeValue};
use traffic::site::{PageDraft, PageKind, Site};
use url::Url;

use super::{Once, Tables, each};
use crate::lines::Lines;
use crate::settings::fields::Fields;
use crate::settings::scenario_file::Entry;

pub(super) fn read<'a>(
    table: &'a DeTable<'a>,
    lines: Lines<'a>,
    problems: &mut Vec<Entry<String>>,
    tables: &mut Tables,
) {
    let Some((key, value)) = table.get_key_value("site") else { return };
    let line = lines.of(key.span().start);
    let DeValue::Table(site) = value.get_ref() else {
        let message = "is not accepted; give pages, each under a line [[site.page]]".to_owned();
        problems.push(Entry { line, key: "site".to_owned(), value: message });
        return;
    };
    let mut fields = Fields::new("site", line, lines, site, problems);
    let _pages_follow = fields.value("page");
    let base = base(&mut fields);
    if !fields.has("page") {
        fields.complain_of_all("has no pages; give them, each under a line [[site.page]]".to_owned());
    }
    fields.finish();

    let mut known = Once::default();
    let pages = each((site, "page", "site.page"), lines, problems, |fields| {
        let draft = page(fields, base.as_ref())?;
        let (line, _) = fields.value("url")?;
        if let Some(first) = known.again(draft.url.clone(), line) {
            let message = format!("{} is already on line {first}; give each URL once", draft.url);
            fields.complain("url", line, message);
            return None;
        }
        Some(draft)
    });
    tables.pages = pages.iter().map(|(line, _)| *line).collect();
    // Of half of the pages no site can be made: links would seem to lead nowhere.
    let drafts: Option<Vec<PageDraft>> = pages.into_iter().map(|(_, page)| page).collect();
    let Some(drafts) = drafts.filter(|drafts| !drafts.is_empty()) else { return };
    match Site::new(drafts) {
        Ok(site) => tables.site = Some(site),
        Err(wrong) => problems.extend(wrong.into_iter().map(|wrong| Entry {
            line: tables.pages.get(wrong.line - 1).copied().unwrap_or(line),
            key: "site.page".to_owned(),
            value: wrong.message,
        })),
    }
}

/// What relative addresses are relative to. Where it is wrong something stands for it, so that pages are judged too.
fn base(fields: &mut Fields<'_, '_>) -> Option<Url> {
    let text = fields.text("url")?;
    let found =
        Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if found.is_none() {
        let (line, value) = fields.value("url")?;
        fields.refuse::<()>("url", line, value, "give an absolute URL such as https://shop.example.com");
        return Url::parse("https://shop.example.com").ok();
    }
    found
}

fn page(fields: &mut Fields<'_, '_>, base: Option<&Url>) -> Option<PageDraft> {
    fields.need("url", "url = \"/shoes/boots\"");
    let url = fields.text("url");
    let title = fields.text("title");
    let kind = fields.choice("kind", &PageKind::ALL);
    let is_search = fields.switch("search").unwrap_or(false);
    if is_search && kind.is_some_and(|kind| kind != PageKind::Search) {
        fields.complain_of_all("has search = true and another kind; give one of them".to_owned());
    }
    let weight = fields.number("weight", 0.0..=1e9, "a number");
    let links = fields.texts("links");
    let products = fields.texts("products");
    let downloads = fields.texts("downloads");
    let outlinks = fields.texts("outlinks");
    Some(PageDraft {
        url: absolute(fields, base, "url", url?)?,
        title,
        kind: kind.or(is_search.then_some(PageKind::Search)),
        weight,
        links: all(fields, base, "links", links),
        products,
        downloads: all(fields, base, "downloads", downloads),
        outlinks,
    })
}

fn all(
    fields: &mut Fields<'_, '_>,
    base: Option<&Url>,
    key: &'static str,
    texts: Vec<String>,
) -> Vec<String> {
    texts.into_iter().filter_map(|text| absolute(fields, base, key, text)).collect()
}

/// An address as hits name it.
fn absolute(
    fields: &mut Fields<'_, '_>,
    base: Option<&Url>,
    key: &'static str,
    text: String,
) -> Option<String> {
    let message = match base {
        Some(base) => match base.join(&text) {
            Ok(url) => return Some(url.into()),
            Err(error) => format!("{text:?} is not a URL ({error}); give one such as /page"),
        },
        None if text.contains("://") => return Some(text),
        None => format!(
            "{text:?} is relative and it is not said to what; give `url = \"https://host\"` under [site], or an \
             absolute URL"
        ),
    };
    let (line, _) = fields.value(key)?;
    fields.complain(key, line, message);
    None
}
