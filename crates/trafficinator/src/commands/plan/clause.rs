//! How somebody came, in words.

use percent_encoding::percent_decode_str;
use traffic::plan::Plan;
use traffic::source::{Channel, Source};

use super::words::harmless;

/// What a visitor did to get here: `came from Google looking for "rain jacket"`.
pub(super) fn came(plan: &Plan, source: Source) -> String {
    let Some(place) = plan.sources().place(source) else { return "came directly".to_owned() };
    let name = harmless(&place.name);
    match source.channel {
        Channel::Direct => "came directly".to_owned(),
        Channel::Search => match source.term {
            Some(term) => {
                let term = harmless(plan.scenario().site.searched(term).text.raw());
                format!("came from {name} looking for \"{term}\"")
            }
            None => format!("came from {name}"),
        },
        Channel::Social => format!("came from {name}"),
        Channel::Website => format!("followed a link on {name}"),
        Channel::Ai => format!("came from a chat with {name}"),
        Channel::Campaign | Channel::Email => campaign(&name, place.parameters.as_deref().unwrap_or("")),
    }
}

/// The same of an advertisement or a newsletter, given the parameters of its links.
fn campaign(name: &str, parameters: &str) -> String {
    let get = |names: &[&str]| {
        let pairs = parameters.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.into_iter().find(|(key, _)| names.contains(key))?;
        let value = harmless(&percent_decode_str(value).decode_utf8_lossy());
        Some(value).filter(|value| !value.is_empty())
    };
    let medium = get(&["mtm_medium", "utm_medium"]).unwrap_or_default().to_lowercase();
    let on = get(&["mtm_source", "utm_source"])
        .map(|source| format!(" on {}", brand(&source)))
        .unwrap_or_default();
    let keyword = get(&["mtm_kwd", "utm_term"]).map(|word| format!(" for \"{word}\"")).unwrap_or_default();
    match medium.as_str() {
        "email" | "newsletter" | "e-mail" => format!("came from a newsletter (campaign {name})"),
        "cpc" | "ppc" | "sea" | "paidsearch" | "paid-search" => {
            format!("clicked a search ad{on}{keyword} (campaign {name})")
        }
        "paid-social" | "paidsocial" | "paid_social" | "social" => {
            format!("clicked a paid social ad{on} (campaign {name})")
        }
        "qr-code" | "qr" => format!("scanned a QR code (campaign {name})"),
        "audio" => format!("heard an ad{on} (campaign {name})"),
        "referral" | "affiliate" | "partner" | "partnership" => {
            format!("followed a partner's link (campaign {name})")
        }
        "display" | "banner" | "cpm" => format!("clicked a banner{on} (campaign {name})"),
        _ => format!("clicked an ad{on}{keyword} (campaign {name})"),
    }
}

/// A source as its owner writes it.
fn brand(source: &str) -> String {
    match source {
        "linkedin" => "LinkedIn".to_owned(),
        "youtube" => "YouTube".to_owned(),
        "tiktok" => "TikTok".to_owned(),
        other => {
            let mut letters = other.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn campaigns_are_told_by_their_medium() {
        let told = |parameters: &str| campaign("Sale", parameters);
        assert_eq!(
            told("mtm_campaign=Sale&mtm_source=google&mtm_medium=cpc&mtm_kwd=rain%20jackets"),
            "clicked a search ad on Google for \"rain jackets\" (campaign Sale)"
        );
        assert_eq!(
            told("utm_campaign=Sale&utm_source=instagram&utm_medium=paid-social&utm_content=story"),
            "clicked a paid social ad on Instagram (campaign Sale)"
        );
        assert_eq!(told("mtm_campaign=Sale&mtm_medium=email"), "came from a newsletter (campaign Sale)");
        assert_eq!(told("utm_campaign=Sale&utm_medium=display"), "clicked a banner (campaign Sale)");
        assert_eq!(
            told("mtm_campaign=Sale&mtm_medium=referral"),
            "followed a partner's link (campaign Sale)"
        );
        assert_eq!(told("mtm_campaign=Sale&mtm_medium=qr-code"), "scanned a QR code (campaign Sale)");
        assert_eq!(told("mtm_campaign=Sale"), "clicked an ad (campaign Sale)");
    }
}
