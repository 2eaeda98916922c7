//! What somebody did on a page, in words.

use traffic::hit::Kind;
use traffic::visit::Action;

use super::words::{count, harmless, money};

/// The parameters of a hit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a>(pub(super) &'a [(String, String)]);

impl Told<'_> {
    /// A parameter without what would move a cursor; nothing where it is not told.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| harmless(value))
    }

    /// The same, empty where it is not told.
    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default()
    }
}

/// What was done, as what somebody did: `downloaded catalogue.pdf`. Nothing for page views, for what only happens to
/// people, and for searches, carts and orders, which a story puts together.
pub(super) fn did(kind: Kind, told: Told<'_>) -> Option<String> {
    match kind {
        Kind::Event => Some(event(told)),
        Kind::Outlink => Some(format!("followed a link to {}", host(&told.text("link")))),
        Kind::Download => Some(format!("downloaded {}", file(&told.text("download")))),
        Kind::Interaction => Some(format!("used the {}", told.text("c_n").to_lowercase())),
        _ => None,
    }
}

/// The same beside the page on which it was done, with searches, carts and orders.
pub(super) fn note(action: &Action, told: Told<'_>, currency: Option<&str>) -> Option<String> {
    match action.kind() {
        Kind::Search => Some(format!("searched for {}", searched(told, Results::Counted))),
        Kind::Cart => {
            let items = units(&told.text("ec_items"));
            Some(format!("cart: {} for {}", count(items, "item"), money(action.revenue(), currency)))
        }
        Kind::Order => Some(ordered(action, told, currency)),
        kind => did(kind, told),
    }
}

/// `ordered 3 items for 84.90 EUR`.
pub(super) fn ordered(action: &Action, told: Told<'_>, currency: Option<&str>) -> String {
    let items = units(&told.text("ec_items"));
    format!("ordered {} for {}", count(items, "item"), money(action.revenue(), currency))
}

/// Whether a search is told with the number of its results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Results {
    Counted,
    /// Only that there were none.
    None,
}

/// `"boots" (12 results)`, `"botos" (nothing found)`.
pub(super) fn searched(told: Told<'_>, results: Results) -> String {
    let found = match (told.get("search_count").and_then(|count| count.parse::<u64>().ok()), results) {
        (Some(0), _) => " (nothing found)".to_owned(),
        (Some(results), Results::Counted) => format!(" ({})", count(results, "result")),
        _ => String::new(),
    };
    format!("\"{}\"{found}", told.text("search"))
}

fn event(told: Told<'_>) -> String {
    let [category, action, name] = ["e_c", "e_a", "e_n"].map(|name| told.text(name));
    let value = told.text("e_v");
    match (category.to_lowercase().as_str(), action.to_lowercase().as_str()) {
        ("video", "play") => format!("played the video \"{name}\""),
        ("video", "progress") if !value.is_empty() => format!("watched {value} % of a video"),
        ("audio", "play") => format!("listened to \"{name}\""),
        ("scroll", "depth") if value == "100" => "scrolled to the end of the page".to_owned(),
        ("scroll", "depth") if value == "50" => "scrolled halfway down the page".to_owned(),
        ("scroll", "depth") if !value.is_empty() => format!("scrolled down {value} % of the page"),
        ("form", "submit") if name == "Newsletter" => "signed up for the newsletter".to_owned(),
        ("form", "submit") => format!("sent the {} form", decapitalised(&name)),
        ("form", "error") => format!("mistyped a form field ({})", decapitalised(&name)),
        ("rating", "give") if !value.is_empty() => format!("rated \"{name}\" {value} of 5"),
        ("filter", "apply") => format!("filtered by {}", decapitalised(&name)),
        ("chat", "open") => "opened the chat".to_owned(),
        ("calculator", "change") => "tried the calculator".to_owned(),
        ("quiz", "start") => format!("started the quiz \"{name}\""),
        ("example", "run") => "ran an example".to_owned(),
        ("paywall", "show") => "met the paywall".to_owned(),
        ("comment", "write") => "wrote a comment".to_owned(),
        ("feedback", "helpful") => "found it helpful".to_owned(),
        ("audio", "progress") if !value.is_empty() => format!("heard {value} % of a recording"),
        ("poll", "vote") => "voted in a poll".to_owned(),
        ("image", "click") => "zoomed into a picture".to_owned(),
        ("tab", "click") => format!("opened the tab \"{name}\""),
        (_, "click") if !name.is_empty() => format!("clicked \"{name}\""),
        _ => {
            let parts = [category, action, name];
            let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
            format!("triggered the event {}", parts.join(" / "))
        }
    }
}

fn decapitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The host of an address, without `www.`.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    host.strip_prefix("www.").unwrap_or(host)
}

/// The last part of a path.
fn file(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

/// How many things are in `[["sku","name","category",price,quantity],…]`.
fn units(items: &str) -> u64 {
    let items: Vec<serde_json::Value> = serde_json::from_str(items).unwrap_or_default();
    items.iter().filter_map(|item| item.get(4).and_then(serde_json::Value::as_u64)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn event_of(category: &str, action: &str, name: &str, value: &str) -> String {
        did(
            Kind::Event,
            Told(&parameters(&[("e_c", category), ("e_a", action), ("e_n", name), ("e_v", value)])),
        )
        .unwrap()
    }

    #[test]
    fn events_are_told_as_what_people_do() {
        assert_eq!(event_of("Video", "play", "Hiking Boot", ""), "played the video \"Hiking Boot\"");
        assert_eq!(event_of("Scroll", "Depth", "End of the page", "100"), "scrolled to the end of the page");
        assert_eq!(event_of("Form", "Submit", "Newsletter", ""), "signed up for the newsletter");
        assert_eq!(event_of("Form", "Submit", "Contact", ""), "sent the contact form");
        assert_eq!(event_of("Navigation", "Click", "Main menu", ""), "clicked \"Main menu\"");
        assert_eq!(event_of("Rating", "Give", "Boot", "4"), "rated \"Boot\" 4 of 5");
        assert_eq!(event_of("Cart", "add", "SKU-1", "19.5"), "triggered the event Cart / add / SKU-1");
        assert_eq!(event_of("Cart", "add", "", ""), "triggered the event Cart / add");
    }

    #[test]
    fn links_and_files_are_told_by_their_names() {
        let link = parameters(&[("link", "https://www.instagram.com/shop.example/")]);
        assert_eq!(did(Kind::Outlink, Told(&link)).unwrap(), "followed a link to instagram.com");
        let file = parameters(&[("download", "https://shop.example.com/downloads/catalogue.pdf?v=2")]);
        assert_eq!(did(Kind::Download, Told(&file)).unwrap(), "downloaded catalogue.pdf");
    }

    #[test]
    fn searches_tell_what_they_found() {
        let told = |count: &str| parameters(&[("search", "boots"), ("search_count", count)]);
        assert_eq!(searched(Told(&told("0")), Results::None), "\"boots\" (nothing found)");
        assert_eq!(searched(Told(&told("1")), Results::Counted), "\"boots\" (1 result)");
        assert_eq!(searched(Told(&told("12")), Results::Counted), "\"boots\" (12 results)");
        assert_eq!(searched(Told(&told("12")), Results::None), "\"boots\"");
    }

    #[test]
    fn items_are_counted_with_their_quantities() {
        assert_eq!(units(r#"[["a","A","c",1.5,2],["b","B",["c","d"],3,1]]"#), 3);
        assert_eq!(units(""), 0);
    }
}
