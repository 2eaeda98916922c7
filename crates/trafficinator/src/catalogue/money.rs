//! Money as people write it, exact to the cent: nothing passes through binary fractions.

use traffic::ledger::Cents;

/// Reads an amount such as `19`, `19.9` or `19.90`. The message follows the name of what was read.
pub(crate) fn parse_money(text: &str) -> Result<Cents, String> {
    let text = text.trim();
    let refused = |why: &str| format!("{text:?} is not accepted: {why}; give an amount such as 19.90");
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if text.contains(',') {
        return Err(refused("decimals follow a point, and thousands have no sign"));
    }
    if whole.is_empty() || !is_number(whole) || !is_number(part) || text.ends_with('.') {
        return Err(refused("it is not a plain number"));
    }
    if part.len() > 2 {
        return Err(refused("money has two decimals at most"));
    }
    let cents = format!("{whole}{part:0<2}");
    let cents: Option<u64> = cents.parse().ok().filter(|cents| *cents <= 100_000_000_000);
    cents.map(Cents).ok_or_else(|| refused("it is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_amount_of_cents_is_read_exactly() {
        for cents in (0..30_000).chain(99_999_900..100_000_000) {
            let amount = Cents(cents);
            assert_eq!(parse_money(&amount.to_string()), Ok(amount));
        }
        assert_eq!(parse_money(" 19 "), Ok(Cents(1_900)));
        assert_eq!(parse_money("0.1"), Ok(Cents(10)));
    }

    #[test]
    fn what_is_no_amount_of_cents_is_refused() {
        for text in
            ["", ".5", "5.", "-1", "+1", "1e3", "1.234", "19,90", "1.000,00", "€ 5", "5 EUR", "NaN", "1.2.3"]
        {
            let message = parse_money(text).unwrap_err();
            assert!(message.contains("19.90"), "{message}");
        }
        assert!(parse_money("99999999999999999999").is_err());
    }
}
