//! Segments: which visits a report is about, such as `visitorId==…;dimension1==…`.

use std::borrow::Cow;

use super::Refusal;
use crate::action::Deed;
use crate::names::{Name, Names};
use crate::referrer::Channel;
use crate::visit::Visit;

/// All of these must hold; of each, one of its alternatives.
#[derive(Debug, Default)]
pub(super) struct Segment {
    conditions: Vec<Vec<Condition>>,
}

#[derive(Debug)]
struct Condition {
    field: Field,
    operator: Operator,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    VisitorId,
    UserId,
    VisitIp,
    Dimension(u8),
    ReferrerName,
    ReferrerType,
    EventCategory,
    EventAction,
    CountryCode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Is,
    IsNot,
    StartsWith,
    Contains,
}

impl Segment {
    /// Reads `field==value`, joined by `;` (and) and `,` (or).
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let conditions = text.split(';').filter(|part| !part.is_empty());
        let conditions = conditions.map(|part| part.split(',').map(condition).collect::<Result<Vec<_>, _>>());
        Ok(Self { conditions: conditions.collect::<Result<_, _>>()? })
    }

    pub(super) fn holds(&self, visit: &Visit, names: &Names) -> bool {
        self.conditions.iter().all(|any| any.iter().any(|condition| condition.holds(visit, names)))
    }
}

impl Condition {
    fn holds(&self, visit: &Visit, names: &Names) -> bool {
        let values = self.field.values(visit, names);
        match self.operator {
            Operator::Is if self.value.is_empty() => values.iter().all(|value| value.is_empty()),
            Operator::Is => values.iter().any(|value| *value == self.value),
            Operator::IsNot => values.iter().all(|value| *value != self.value),
            Operator::StartsWith => values.iter().any(|value| value.starts_with(&self.value)),
            Operator::Contains => values.iter().any(|value| value.contains(&self.value)),
        }
    }
}

impl Field {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "visitorId" => Self::VisitorId,
            "userId" => Self::UserId,
            "visitIp" => Self::VisitIp,
            "referrerName" => Self::ReferrerName,
            "referrerType" => Self::ReferrerType,
            "eventCategory" => Self::EventCategory,
            "eventAction" => Self::EventAction,
            "countryCode" => Self::CountryCode,
            _ => Self::Dimension(name.strip_prefix("dimension")?.parse().ok()?),
        })
    }

    /// All values a visit has of this field.
    fn values<'a>(self, visit: &'a Visit, names: &'a Names) -> Vec<Cow<'a, str>> {
        let text = |name: Name| Cow::Borrowed(names.text(name));
        let one = |name: Option<Name>| name.map(text).into_iter().collect();
        match self {
            Self::VisitorId => vec![format!("{:016x}", visit.visitor).into()],
            Self::UserId => one(visit.user),
            Self::VisitIp => vec![visit.ip.to_string().into()],
            Self::ReferrerName => one(visit.origin.name),
            Self::ReferrerType => vec![channel(visit.origin.channel).into()],
            Self::CountryCode => one(visit.place.country),
            Self::Dimension(number) => {
                let of_actions = visit.entries.iter().flat_map(|entry| entry.dimensions.iter());
                let all = visit.dimensions.iter().chain(of_actions);
                all.filter(|(known, _)| *known == number).map(|(_, value)| text(*value)).collect()
            }
            Self::EventCategory | Self::EventAction => {
                let events = visit.entries.iter().filter_map(|entry| match entry.deed {
                    Deed::Event { category, action, .. } => Some((category, action)),
                    _ => None,
                });
                let part = |(category, action)| if self == Self::EventCategory { category } else { action };
                events.map(part).map(text).collect()
            }
        }
    }
}

/// What the API calls a channel.
pub(super) fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Direct => "direct",
        Channel::Search => "search",
        Channel::Website => "website",
        Channel::Campaign => "campaign",
        Channel::Social => "social",
    }
}

fn condition(text: &str) -> Result<Condition, Refusal> {
    let operators = [
        ("==", Operator::Is),
        ("!=", Operator::IsNot),
        ("=^", Operator::StartsWith),
        ("=@", Operator::Contains),
    ];
    let found = operators.iter().filter_map(|(sign, operator)| Some((text.find(sign)?, sign, *operator)));
    let Some((at, sign, operator)) = found.min_by_key(|(at, ..)| *at) else {
        return Err(Refusal::BadArgument(format!("The segment condition '{text}' is not valid.")));
    };
    let (name, value) = (&text[..at], &text[at + sign.len()..]);
    let field = Field::read(name)
        .ok_or_else(|| Refusal::BadArgument(format!("Segment '{name}' is not a supported segment.")))?;
    // Values may be encoded once more than the parameter they stand in.
    let value = form_urlencoded::parse(value.replace('+', "%2B").replace(['&', '='], "").as_bytes())
        .next()
        .map_or_else(String::new, |(value, _)| value.into_owned());
    Ok(Condition { field, operator, value })
}
