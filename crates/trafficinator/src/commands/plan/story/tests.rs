//! Sentences of made-up visits.
