//! Where a visitor is, as a hit says it or as its language lets one guess.

use crate::parameters::{Parameters, is_number};
use crate::request::Refusal;
use crate::web_address::cut;

/// What a hit says of where its visitor is. `T` is the text as it came, or the name it is kept under.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place<T> {
    pub(crate) country: Option<T>,
    pub(crate) region: Option<T>,
    pub(crate) city: Option<T>,
    pub(crate) latitude: Option<T>,
    pub(crate) longitude: Option<T>,
}

impl<T> Place<T> {
    /// The same place with every text turned into something else.
    pub(crate) fn map<U>(&self, mut turn: impl FnMut(&T) -> U) -> Place<U> {
        Place {
            country: self.country.as_ref().map(&mut turn),
            region: self.region.as_ref().map(&mut turn),
            city: self.city.as_ref().map(&mut turn),
            latitude: self.latitude.as_ref().map(&mut turn),
            longitude: self.longitude.as_ref().map(&mut turn),
        }
    }
}

/// The place these parameters name: cut, never checked, but for coordinates that are no numbers.
pub(crate) fn place(parameters: &Parameters<'_>) -> Result<Place<String>, Refusal> {
    let text = |name: &str, longest| parameters.filled(name).map(|text| cut(text.to_owned(), longest));
    let degrees = |name: &str| match parameters.filled(name) {
        None => Ok(None),
        Some(number) if is_number(number) => {
            Ok(number.parse::<f64>().ok().map(|degrees| format!("{degrees:.6}")))
        }
        Some(_) => Err(Refusal::Broken),
    };
    Ok(Place {
        country: text("country", 3),
        region: text("region", 3),
        city: text("city", 255),
        latitude: degrees("lat")?,
        longitude: degrees("long")?,
    })
}

/// The first language of `en-US,en;q=0.9`, in lower case.
pub(crate) fn language(accepted: &str) -> Option<String> {
    let first = accepted.split([',', ';']).next().unwrap_or("").trim().to_ascii_lowercase();
    if first.is_empty() { None } else { Some(cut(first, 20)) }
}

/// The country a language points to when nothing else does: `en-us` to `us`, `de` to `de`.
pub(crate) fn assumed_country(language: Option<&str>) -> String {
    let Some(language) = language else {
        return "xx".to_owned();
    };
    let (tongue, country) = language.split_once(['-', '_']).unwrap_or((language, ""));
    match (tongue, country) {
        (_, country) if country.len() == 2 => country,
        ("en", _) => "us",
        ("ja", _) => "jp",
        ("sv", _) => "se",
        ("da", _) => "dk",
        ("cs", _) => "cz",
        ("uk", _) => "ua",
        ("ko", _) => "kr",
        ("zh", _) => "cn",
        ("el", _) => "gr",
        (tongue, _) if tongue.len() == 2 => tongue,
        _ => "xx",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_points_to_a_country() {
        for (accepted, tag, country) in [
            ("en-US,en;q=0.9", Some("en-us"), "us"),
            ("de", Some("de"), "de"),
            ("de-AT", Some("de-at"), "at"),
            ("", None, "xx"),
        ] {
            assert_eq!(language(accepted).as_deref(), tag);
            assert_eq!(assumed_country(language(accepted).as_deref()), country);
        }
    }
}
