//! Client hints: what a browser says of itself in `uadata`, since its user agent says less and less.

use serde_json::Value;

/// What `uadata` says; nothing where it says nothing or cannot be read.
#[derive(Debug, Default)]
pub(super) struct Hints {
    pub(super) platform: String,
    pub(super) platform_version: String,
    pub(super) model: String,
    pub(super) brands: Vec<Brand>,
}

/// One name of a browser.
#[derive(Debug)]
pub(super) struct Brand {
    pub(super) name: String,
    pub(super) version: String,
}

impl Hints {
    pub(super) fn read(text: &str) -> Self {
        let Ok(said) = serde_json::from_str::<Value>(text) else {
            return Self::default();
        };
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or("").trim().to_owned();
        let brands = said["fullVersionList"].as_array().or_else(|| said["brands"].as_array());
        let brand = |brand: &Value| Brand { name: text(brand, "brand"), version: text(brand, "version") };
        Self {
            platform: text(&said, "platform"),
            platform_version: text(&said, "platformVersion"),
            model: text(&said, "model"),
            brands: brands.into_iter().flatten().map(brand).collect(),
        }
    }
}
