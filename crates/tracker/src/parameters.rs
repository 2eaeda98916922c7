//! The parameters of a request, wherever they stood: in the query, in a form, in a JSON object.

use std::borrow::Cow;

/// Names and values in the order in which they count: a later one wins, as in PHP.
#[derive(Debug, Default)]
pub(crate) struct Parameters<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Parameters<'a> {
    /// Adds those of a query or a form.
    pub(crate) fn add_encoded(&mut self, encoded: &'a [u8]) {
        self.pairs.extend(form_urlencoded::parse(encoded));
    }

    /// Adds those of a JSON object, as PHP would turn them into text.
    pub(crate) fn add_object(&mut self, object: &'a serde_json::Map<String, serde_json::Value>) {
        use serde_json::Value;
        for (name, value) in object {
            let value = match value {
                Value::String(text) => Cow::Borrowed(text.as_str()),
                Value::Number(number) => Cow::Owned(number.to_string()),
                Value::Bool(true) => Cow::Borrowed("1"),
                Value::Bool(false) => Cow::Borrowed(""),
                Value::Null | Value::Array(_) | Value::Object(_) => continue,
            };
            self.pairs.push((Cow::Borrowed(name), value));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The value of this name, empty or not.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_ref())
    }

    /// The value of this name, unless it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// The whole number at the start of this value, as PHP reads it.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.filled(name).map(|text| leading_number(text) as i64)
    }

    /// All pairs, the ones that win last.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}

/// The number at the start of a text, as PHP reads it: `19,99` is 19, `abc` is 0.
pub(crate) fn leading_number(text: &str) -> f64 {
    let text = text.trim_start();
    let mut end = 0;
    let mut digits = false;
    let mut point = false;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'0'..=b'9' => digits = true,
            b'+' | b'-' if end == 0 => {}
            b'.' if !point => point = true,
            b'e' | b'E' if digits => {
                end = exponent_end(bytes, end);
                break;
            }
            _ => break,
        }
        end += 1;
    }
    if digits { text[..end].parse().unwrap_or(0.0) } else { 0.0 }
}

/// Whether the whole text is a number.
pub(crate) fn is_number(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '.' | '-' | '+'))
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn exponent_end(bytes: &[u8], at: usize) -> usize {
    let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
    let digits =
        bytes[(at + 1 + sign).min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 { at } else { at + 1 + sign + digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_ends_where_php_ends_it() {
        for (text, number) in [
            ("19,99", 19.0),
            ("19.99", 19.99),
            ("-5", -5.0),
            ("abc", 0.0),
            ("1e30", 1e30),
            ("2e", 2.0),
            (".5x", 0.5),
        ] {
            assert!((leading_number(text) - number).abs() < 1e-9, "{text}");
        }
    }

    #[test]
    fn the_last_of_a_name_wins() {
        let mut parameters = Parameters::default();
        parameters.add_encoded(b"a=1&b=x+y%2B&a=2");
        assert_eq!(parameters.get("a"), Some("2"));
        assert_eq!(parameters.get("b"), Some("x y+"));
        assert_eq!(parameters.get("c"), None);
    }
}
