//! Query encoding: turns the parameters of a hit into the bytes of a query string or form.
//!
//! What is the same for many hits (addresses and titles of pages, user agents) is encoded once and copied.

/// A text and its percent-encoded form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    raw: Box<str>,
    encoded: Box<[u8]>,
}

impl Text {
    /// Encodes a text.
    pub fn new(raw: &str) -> Text {
        let mut encoded = Vec::with_capacity(raw.len() + raw.len() / 2);
        percent_encode(raw, &mut encoded);
        Text { raw: raw.into(), encoded: encoded.into() }
    }

    /// The text itself.
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

/// Somebody who takes the parameters of a hit, in the order in which they are sent.
pub trait Parameters {
    /// A value that was encoded before.
    fn text(&mut self, name: &str, value: &Text);
    /// Any value.
    fn value(&mut self, name: &str, value: &str);
    /// A value of letters, digits, `-`, `_` and `.` only, which needs no encoding.
    fn plain(&mut self, name: &str, value: &str);
    /// A whole number.
    fn number(&mut self, name: &str, value: i64) {
        self.plain(name, itoa::Buffer::new().format(value));
    }
    /// A value whose parts are given one after the other.
    fn joined(&mut self, name: &str, start: &Text, rest: &[&str]);
}

/// Appends `name=value&name=value…` to a buffer: a query string, or a form body.
#[derive(Debug)]
pub struct Query<'a>(pub &'a mut Vec<u8>);

impl Query<'_> {
    fn name(&mut self, name: &str) {
        if !matches!(self.0.last(), None | Some(b'?')) {
            self.0.push(b'&');
        }
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b'=');
    }
}

impl Parameters for Query<'_> {
    fn text(&mut self, name: &str, value: &Text) {
        self.name(name);
        self.0.extend_from_slice(&value.encoded);
    }

    fn value(&mut self, name: &str, value: &str) {
        self.name(name);
        percent_encode(value, self.0);
    }

    fn plain(&mut self, name: &str, value: &str) {
        debug_assert!(value.bytes().all(is_unreserved), "{name}={value}");
        self.name(name);
        self.0.extend_from_slice(value.as_bytes());
    }

    fn joined(&mut self, name: &str, start: &Text, rest: &[&str]) {
        self.text(name, start);
        for part in rest {
            percent_encode(part, self.0);
        }
    }
}

/// Collects names and values as they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct List(pub Vec<(String, String)>);

impl Parameters for List {
    fn text(&mut self, name: &str, value: &Text) {
        self.value(name, value.raw());
    }

    fn value(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    fn plain(&mut self, name: &str, value: &str) {
        self.value(name, value);
    }

    fn joined(&mut self, name: &str, start: &Text, rest: &[&str]) {
        self.0.push((name.to_owned(), format!("{}{}", start.raw(), rest.concat())));
    }
}

/// Appends `text`, with everything but unreserved characters (RFC 3986) percent-encoded.
pub fn percent_encode(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in text.as_bytes() {
        if is_unreserved(byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
}

const fn is_unreserved(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_survives_encoding_and_decoding(values in proptest::collection::vec(".*", 1..6)) {
            let mut bytes = Vec::new();
            let mut query = Query(&mut bytes);
            for (index, value) in values.iter().enumerate() {
                if index % 2 == 0 { query.value("v", value) } else { query.text("v", &Text::new(value)) }
            }
            let decoded: Vec<String> =
                form_urlencoded::parse(&bytes).map(|(_, value)| value.into_owned()).collect();
            prop_assert_eq!(decoded, values);
        }
    }
}
