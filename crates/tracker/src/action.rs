//! What was done in a hit, told apart by Matomo's rules.

use crate::ecommerce::{Basket, Cents, basket, cents};
use crate::parameters::{Parameters, is_number};
use crate::referrer::in_query;
use crate::request::Refusal;
use crate::web_address::{WebAddress, cut, link};

/// What was done. `T` is the text as it came, or the name it is kept under.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Deed<T> {
    /// Stays as long as the visitor looked; never an action of its own.
    Ping,
    PageView {
        url: Option<T>,
        title: Option<T>,
    },
    Event {
        url: Option<T>,
        category: T,
        action: T,
        name: Option<T>,
        value: Option<f64>,
    },
    Search {
        keyword: T,
        category: Option<T>,
        count: Option<i64>,
    },
    Outlink {
        url: Option<T>,
    },
    Download {
        url: Option<T>,
    },
    Content {
        name: T,
        piece: Option<T>,
        target: Option<T>,
        interaction: Option<T>,
    },
    Goal {
        id: u32,
        revenue: Option<Cents>,
        url: Option<T>,
        /// What tells conversions of one goal within one second apart.
        buster: u8,
    },
    Order {
        id: T,
        basket: Box<Basket<T>>,
    },
    Cart {
        basket: Box<Basket<T>>,
    },
}

/// Longer names break Matomo's database.
const LONGEST_NAME: usize = 4096;
const LONGEST_TITLE: usize = 1024;
/// Order ids are cut here.
pub(crate) const LONGEST_ORDER: usize = 100;

/// Query parameters of a page that make it a search, unless the hit says otherwise.
const SEARCH_PARAMETERS: [&str; 8] = ["q", "query", "s", "search", "searchword", "k", "keyword", "keywords"];

impl<T> Deed<T> {
    /// Whether it counts in a visit's number of actions.
    pub(crate) fn is_action(&self) -> bool {
        matches!(
            self,
            Self::PageView { .. }
                | Self::Event { .. }
                | Self::Search { .. }
                | Self::Outlink { .. }
                | Self::Download { .. }
        )
    }

    /// The same deed with every text turned into something else.
    pub(crate) fn map<U>(&self, mut turn: impl FnMut(&T) -> U) -> Deed<U> {
        let mut turn = |text: &T| turn(text);
        match self {
            Self::Ping => Deed::Ping,
            Self::PageView { url, title } => {
                Deed::PageView { url: url.as_ref().map(&mut turn), title: title.as_ref().map(&mut turn) }
            }
            Self::Event { url, category, action, name, value } => Deed::Event {
                url: url.as_ref().map(&mut turn),
                category: turn(category),
                action: turn(action),
                name: name.as_ref().map(&mut turn),
                value: *value,
            },
            Self::Search { keyword, category, count } => Deed::Search {
                keyword: turn(keyword),
                category: category.as_ref().map(&mut turn),
                count: *count,
            },
            Self::Outlink { url } => Deed::Outlink { url: url.as_ref().map(&mut turn) },
            Self::Download { url } => Deed::Download { url: url.as_ref().map(&mut turn) },
            Self::Content { name, piece, target, interaction } => Deed::Content {
                name: turn(name),
                piece: piece.as_ref().map(&mut turn),
                target: target.as_ref().map(&mut turn),
                interaction: interaction.as_ref().map(&mut turn),
            },
            Self::Goal { id, revenue, url, buster } => {
                Deed::Goal { id: *id, revenue: *revenue, url: url.as_ref().map(&mut turn), buster: *buster }
            }
            Self::Order { id, basket } => Deed::Order { id: turn(id), basket: Box::new(basket.map(turn)) },
            Self::Cart { basket } => Deed::Cart { basket: Box::new(basket.map(turn)) },
        }
    }
}

/// What a hit with these parameters did on this page; `url` is its address as Matomo keeps it.
pub(crate) fn deed(
    parameters: &Parameters<'_>,
    address: Option<&WebAddress<'_>>,
    url: &impl Fn() -> Option<String>,
) -> Result<Deed<String>, Refusal> {
    check_custom_action(parameters, address)?;
    if parameters.integer("ping") == Some(1) {
        return Ok(Deed::Ping);
    }
    match parameters.filled("idgoal").map(|_| parameters.integer("idgoal").unwrap_or(-1)) {
        Some(id) if id > 0 => {
            let revenue = parameters.filled("revenue").map(cents);
            let id = u32::try_from(id).unwrap_or(u32::MAX);
            return Ok(Deed::Goal { id, revenue, url: url(), buster: 0 });
        }
        Some(0) => return Ok(ecommerce(parameters)),
        _ => {}
    }
    // What is more than one thing is the first of these, as in the source.
    if let Some(target) = parameters.filled("download") {
        return Ok(Deed::Download { url: link(target) });
    }
    if let Some(target) = parameters.filled("link") {
        return Ok(Deed::Outlink { url: link(target) });
    }
    let text = |name: &str| trimmed(parameters, name);
    if let (Some(category), Some(action)) = (text("e_c"), text("e_a")) {
        let name = text("e_n");
        for text in [Some(&category), Some(&action), name.as_ref()].into_iter().flatten() {
            check_length(text)?;
        }
        let value =
            parameters.filled("e_v").filter(|value| is_number(value)).and_then(|value| value.parse().ok());
        return Ok(Deed::Event { url: url(), category, action, name, value });
    }
    if let Some(name) = text("c_n") {
        let (piece, target, interaction) = (text("c_p"), text("c_t"), text("c_i"));
        for text in [Some(&name), piece.as_ref(), target.as_ref(), interaction.as_ref()].into_iter().flatten()
        {
            check_length(text)?;
        }
        return Ok(Deed::Content { name, piece, target, interaction });
    }
    if let Some(search) = search(parameters, address) {
        return Ok(search);
    }
    let title = text("action_name").map(|title| cut(title, LONGEST_TITLE));
    Ok(Deed::PageView { url: url(), title })
}

/// A hit that says `ca=1` must be a download, an outlink, an event, a content or a search, even where it would not
/// count as one: a goal, an order, a cart and a ping are none of these. Measured is a plain page; the others follow from
/// the source, which asks before it looks for goals.
fn check_custom_action(parameters: &Parameters<'_>, address: Option<&WebAddress<'_>>) -> Result<(), Refusal> {
    if parameters.integer("ca").unwrap_or(0) == 0 {
        return Ok(());
    }
    let has = |name: &str| trimmed(parameters, name).is_some();
    let is_handled = (has("e_c") && has("e_a"))
        || ["download", "link", "c_n"].into_iter().any(has)
        || search(parameters, address).is_some();
    if is_handled { Ok(()) } else { Err(Refusal::Broken) }
}

fn ecommerce(parameters: &Parameters<'_>) -> Deed<String> {
    let basket = Box::new(basket(parameters));
    match trimmed(parameters, "ec_id") {
        Some(id) => Deed::Order { id, basket },
        None => Deed::Cart { basket },
    }
}

/// A search the hit tells of, or one that the page's query gives away.
fn search(parameters: &Parameters<'_>, address: Option<&WebAddress<'_>>) -> Option<Deed<String>> {
    if let Some(keyword) = trimmed(parameters, "search") {
        let count =
            parameters.filled("search_count").map(|_| parameters.integer("search_count").unwrap_or(0).max(0));
        return Some(Deed::Search {
            keyword: cut(keyword, LONGEST_TITLE),
            category: trimmed(parameters, "search_cat").map(|category| cut(category, 200)),
            count,
        });
    }
    let query = address?.query;
    if query.is_empty() {
        return None;
    }
    let keyword = SEARCH_PARAMETERS.iter().find_map(|name| in_query(query, name))?;
    let keyword = Some(keyword.trim().to_owned()).filter(|keyword| !keyword.is_empty())?;
    Some(Deed::Search { keyword: cut(keyword, LONGEST_TITLE), category: in_query(query, "cat"), count: None })
}

fn trimmed(parameters: &Parameters<'_>, name: &str) -> Option<String> {
    let text = parameters.get(name)?.trim();
    if text.is_empty() { None } else { Some(text.to_owned()) }
}

fn check_length(text: &str) -> Result<(), Refusal> {
    if text.chars().count() > LONGEST_NAME { Err(Refusal::Broken) } else { Ok(()) }
}
