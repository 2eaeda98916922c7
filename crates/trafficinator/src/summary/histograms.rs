//! Every time that was measured, as a result holds it.

use std::collections::BTreeMap;

use engine::recorder::statistics::{Class, Latency, Statistics};
use engine::recorder::times::Packed;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use traffic::hit::Kind;

/// Times in microseconds, from 1 us to 1 h with three significant digits, in the encoding of `HdrHistogram` (V2,
/// compressed, base64; it begins with `HISTFAAAA`). Empty where there are none.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
pub(crate) struct Encoded(#[schemars(with = "String")] pub(crate) Packed);

impl Encoded {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Encoded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_text())
    }
}

impl<'de> Deserialize<'de> for Encoded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Encoded, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Packed::from_text(&text).map(Encoded).map_err(serde::de::Error::custom)
    }
}

/// All times after the warm-up. Those of several runs add up without loss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct HistogramsPart {
    /// Due to done.
    pub(crate) response: Encoded,
    /// Sent to done.
    pub(crate) service: Encoded,
    /// Due to ready: the visit's previous answer or a free slot was awaited.
    pub(crate) wait: Encoded,
    /// Ready to sent: the generator's own lateness.
    pub(crate) lag: Encoded,
    /// Response and service time by kind of hit and by class of the answer.
    pub(crate) by_kind: Vec<KindPart>,
}

/// Hits of one kind to which there was one class of answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct KindPart {
    /// Such as `pageview`.
    pub(crate) kind: String,
    /// `2xx`, `3xx`, `4xx`, `5xx`, or `none` where no answer came.
    pub(crate) status: String,
    /// How many there are.
    pub(crate) count: u64,
    /// Due to done.
    pub(crate) response: Encoded,
    /// Sent to done.
    pub(crate) service: Encoded,
}

impl From<&Statistics> for HistogramsPart {
    fn from(statistics: &Statistics) -> HistogramsPart {
        // Some kinds share a name.
        let mut by_name: BTreeMap<(&str, Class), Latency> = BTreeMap::new();
        for ((kind, class), latency) in &statistics.by_kind {
            *by_name.entry((kind.name(), *class)).or_default() += latency;
        }
        let part = |((kind, class), latency): ((&str, Class), Latency)| KindPart {
            kind: kind.to_owned(),
            status: class.name().to_owned(),
            count: latency.service.count(),
            response: Encoded(latency.response.pack()),
            service: Encoded(latency.service.pack()),
        };
        HistogramsPart {
            response: Encoded(statistics.response.pack()),
            service: Encoded(statistics.service.pack()),
            wait: Encoded(statistics.wait.pack()),
            lag: Encoded(statistics.lag.pack()),
            by_kind: by_name.into_iter().map(part).collect(),
        }
    }
}

impl HistogramsPart {
    /// The statistics again, or what is wrong with them.
    pub(crate) fn statistics(&self) -> Result<Statistics, String> {
        let mut statistics = Statistics {
            response: self.response.0.unpack(),
            service: self.service.0.unpack(),
            wait: self.wait.0.unpack(),
            lag: self.lag.0.unpack(),
            ..Statistics::default()
        };
        for part in &self.by_kind {
            let kind = Kind::ALL.into_iter().find(|kind| kind.name() == part.kind);
            let class = Class::ALL.into_iter().find(|class| class.name() == part.status);
            let (Some(kind), Some(class)) = (kind, class) else {
                return Err(format!("histograms.by_kind has {:?} with {:?}", part.kind, part.status));
            };
            let latency = Latency { response: part.response.0.unpack(), service: part.service.0.unpack() };
            *statistics.by_kind.entry((kind, class)).or_default() += &latency;
        }
        Ok(statistics)
    }
}
