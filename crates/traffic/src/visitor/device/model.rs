//! Models of devices: what people have, how often, with which systems, browsers and screens.
//!
//! Shares within a class follow the market (desktop: Chrome 70.3, Edge 11.8, Safari 6.3, Firefox 4.9, Opera 2.1 %,
//! Windows 71 and macOS 15 %; mobile: Chrome 69.2, Safari 20.3, Samsung Internet 3.3 %, Android 72 and iOS 27 %),
//! normalised; those of single models are estimates.

mod desktop;
mod living_room;
mod phone;
mod tablet;

use super::browser::Browser;
use super::system::{Platform, Systems};
use super::{Class, Screens};

/// A model.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) class: Class,
    /// What people call it.
    pub(super) name: &'static str,
    /// Who makes it.
    pub(super) brand: &'static str,
    /// What client hints call it.
    pub(super) code: &'static str,
    /// How often, relative to others of its class.
    pub(super) weight: u32,
    pub(super) software: Software,
    pub(super) screens: Screens,
}

/// What runs on a model.
#[derive(Clone, Copy, Debug)]
pub(super) enum Software {
    /// Any of these systems with any of these browsers.
    Chosen { platform: Platform, systems: Systems, browsers: Browsers },
    /// What its maker built in, which tells nothing but a user agent of its own.
    BuiltIn(&'static [BuiltIn]),
}

/// Browsers and how often, relative to each other.
pub(super) type Browsers = &'static [(Browser, u32)];

/// A browser that its maker built into a model.
#[derive(Debug)]
pub(super) struct BuiltIn {
    pub(super) weight: u32,
    pub(super) system: &'static str,
    pub(super) system_version: &'static str,
    pub(super) browser: &'static str,
    pub(super) browser_version: &'static str,
    pub(super) user_agent: &'static str,
}

/// All models.
pub(super) const MODELS: [&[Model]; 4] =
    [desktop::MODELS, phone::MODELS, tablet::MODELS, living_room::MODELS];
