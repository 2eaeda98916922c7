//! Custom dimensions as they are set up in Matomo, and what goes into them.

use crate::encode::Text;
use crate::random::Weighted;

/// A custom dimension of the site.
#[derive(Clone, Debug)]
pub struct Dimension {
    /// Matomo's number of it: N of `dimensionN`.
    pub id: u32,
    /// What it describes, and with what.
    pub values: Values,
}

/// Values of a dimension.
#[derive(Clone, Debug)]
pub enum Values {
    /// Of a visit.
    Visit(VisitValues),
    /// Of an action.
    Action(ActionValues),
}

/// Values that describe a visit.
#[derive(Clone, Debug)]
pub enum VisitValues {
    /// `new` or `returning`, `member` where there is a user id.
    CustomerType,
    /// The kind of device.
    Device,
    /// Drawn once a visitor.
    Listed(Listed),
}

/// Values that describe an action.
#[derive(Clone, Debug)]
pub enum ActionValues {
    /// The section of the page.
    PageCategory,
    /// The kind of the page: home, section, product …
    PageType,
    /// Drawn once an action.
    Listed(Listed),
}

/// Values with weights.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The values.
    pub texts: Vec<Text>,
    /// How often each of them.
    pub weights: Weighted,
}

impl Listed {
    /// Values and their weights, of which at least one is above 0.
    pub fn new(values: &[(String, f64)]) -> Listed {
        Listed {
            texts: values.iter().map(|(text, _)| Text::new(text)).collect(),
            weights: Weighted::new(&values.iter().map(|(_, weight)| *weight).collect::<Vec<_>>()),
        }
    }
}
