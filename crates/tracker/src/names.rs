//! Keeps every text once: addresses, titles and products repeat far more often than they differ.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

/// A text that is kept in [`Names`]. An `Option` of it takes no more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name(NonZeroU32);

/// All texts, each once.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: HashMap<Arc<str>, Name>,
    texts: Vec<Arc<str>>,
}

impl Names {
    /// The name of this text, new or known.
    pub(crate) fn keep(&mut self, text: &str) -> Name {
        if let Some(name) = self.known.get(text) {
            return *name;
        }
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        let name = Name(NonZeroU32::try_from(self.texts.len() as u32).unwrap_or(NonZeroU32::MAX));
        self.known.insert(text, name);
        name
    }

    /// The name of this text, if it was ever kept.
    pub(crate) fn find(&self, text: &str) -> Option<Name> {
        self.known.get(text).copied()
    }

    pub(crate) fn text(&self, name: Name) -> &str {
        &self.texts[name.0.get() as usize - 1]
    }
}
