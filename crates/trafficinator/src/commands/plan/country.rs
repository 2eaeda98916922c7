//! English names of the countries that visitors come from.

/// Codes (ISO 3166-1, lower case) and names, in the order of the codes.
#[rustfmt::skip]
const NAMES: &[(&str, &str)] = &[
    ("ae", "United Arab Emirates"),
    ("ar", "Argentina"),
    ("at", "Austria"),
    ("au", "Australia"),
    ("bd", "Bangladesh"),
    ("be", "Belgium"),
    ("bg", "Bulgaria"),
    ("br", "Brazil"),
    ("ca", "Canada"),
    ("ch", "Switzerland"),
    ("cl", "Chile"),
    ("cn", "China"),
    ("co", "Colombia"),
    ("cr", "Costa Rica"),
    ("cz", "Czechia"),
    ("de", "Germany"),
    ("dk", "Denmark"),
    ("ec", "Ecuador"),
    ("ee", "Estonia"),
    ("eg", "Egypt"),
    ("es", "Spain"),
    ("fi", "Finland"),
    ("fr", "France"),
    ("gb", "United Kingdom"),
    ("gr", "Greece"),
    ("hr", "Croatia"),
    ("hu", "Hungary"),
    ("id", "Indonesia"),
    ("ie", "Ireland"),
    ("il", "Israel"),
    ("in", "India"),
    ("it", "Italy"),
    ("jp", "Japan"),
    ("ke", "Kenya"),
    ("kr", "South Korea"),
    ("lk", "Sri Lanka"),
    ("lt", "Lithuania"),
    ("lu", "Luxembourg"),
    ("lv", "Latvia"),
    ("ma", "Morocco"),
    ("mx", "Mexico"),
    ("my", "Malaysia"),
    ("ng", "Nigeria"),
    ("nl", "Netherlands"),
    ("no", "Norway"),
    ("nz", "New Zealand"),
    ("pe", "Peru"),
    ("ph", "Philippines"),
    ("pk", "Pakistan"),
    ("pl", "Poland"),
    ("pt", "Portugal"),
    ("ro", "Romania"),
    ("rs", "Serbia"),
    ("ru", "Russia"),
    ("sa", "Saudi Arabia"),
    ("se", "Sweden"),
    ("sg", "Singapore"),
    ("si", "Slovenia"),
    ("sk", "Slovakia"),
    ("th", "Thailand"),
    ("tr", "Türkiye"),
    ("tw", "Taiwan"),
    ("ua", "Ukraine"),
    ("us", "United States"),
    ("uy", "Uruguay"),
    ("vn", "Vietnam"),
    ("za", "South Africa"),
];

/// The name of a country; its code where it has none here.
pub(super) fn name(code: &str) -> &str {
    NAMES.binary_search_by_key(&code, |(known, _)| known).map_or(code, |place| NAMES[place].1)
}

#[cfg(test)]
mod tests {
    use traffic::visitor::country::Countries;

    use super::*;

    #[test]
    fn every_country_has_a_name() {
        assert!(NAMES.is_sorted_by_key(|(code, _)| *code));
        for country in Countries::new(1).iter() {
            assert_ne!(name(country.code), country.code);
        }
        assert_eq!((name("fr"), name("xx")), ("France", "xx"));
    }
}
