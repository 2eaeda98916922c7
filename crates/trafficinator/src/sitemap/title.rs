//! Titles of pages that have none: made of the parts of their path, as "Section / Page".

use url::Url;

/// Parts of a title.
const MOST_PARTS: usize = 4;

/// File names that stand for the folder they are in.
const INDEX: [&str; 3] = ["index", "default", "home"];

/// The title of the page at an address.
pub(super) fn of(url: &str) -> String {
    let Ok(parsed) = Url::parse(url) else { return url.to_owned() };
    let segments: Vec<&str> = parsed.path().split('/').filter(|segment| !segment.is_empty()).collect();
    let mut parts: Vec<String> = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        let is_last = index + 1 == segments.len();
        let text = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
        let name = match text.rsplit_once('.') {
            Some((stem, ending)) if is_last && !stem.is_empty() && ending.len() <= 5 => stem,
            _ => &text,
        };
        let is_folder = is_last && index > 0 && INDEX.contains(&name);
        // Years and months tell when something was published, not where it stands.
        let is_date = !is_last && name.len() <= 4 && name.bytes().all(|byte| byte.is_ascii_digit());
        let words = words(name);
        if !is_folder && !is_date && !words.is_empty() {
            parts.push(words);
        }
    }
    if parts.len() > MOST_PARTS {
        parts.drain(1..=parts.len() - MOST_PARTS);
    }
    let mut title = if parts.is_empty() { "Home".to_owned() } else { parts.join(" / ") };
    if let Some(query) = parsed.query().filter(|query| !query.is_empty()) {
        let text = percent_encoding::percent_decode_str(query).decode_utf8_lossy();
        title = format!("{title} ({})", text.replace('/', " ").replace('&', ", "));
    }
    title
}

/// A part of a path as words, the first letter large.
fn words(part: &str) -> String {
    let spaced: String = part
        .chars()
        .map(|c| if matches!(c, '-' | '_' | '+' | '|' | '/') || c.is_control() { ' ' } else { c })
        .collect();
    let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut letters = joined.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_path_becomes_sections_and_a_name() {
        let cases = [
            ("https://a.example/", "Home"),
            ("https://a.example/women/", "Women"),
            ("https://a.example/women/trail-runner_2.html", "Women / Trail runner 2"),
            ("https://a.example/blog/2024/05/black-holes", "Blog / Black holes"),
            ("https://a.example/blog/2024", "Blog / 2024"),
            ("https://a.example/docs/index.php", "Docs"),
            ("https://a.example/index.html", "Index"),
            ("https://a.example/caf%C3%A9/%C3%A9clairs", "Café / Éclairs"),
            ("https://a.example/a/b/c/d/e/f", "A / D / E / F"),
            ("https://a.example/p?id=7&c=1/2", "P (id=7, c=1 2)"),
            ("https://a.example/---/", "Home"),
        ];
        for (url, title) in cases {
            assert_eq!(of(url), title, "{url}");
        }
    }
}
