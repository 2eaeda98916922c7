//! What is decoded is what was planned.

use proptest::option;
use proptest::prelude::*;
use traffic::encode::{List, Query};
use traffic::plan::{Scratch, Stamp};

use crate::scenarios::run;

fn stamp() -> impl Strategy<Value = Option<Stamp>> {
    let stamp = (option::of(0..4_000_000_000_i64), 0..86_400_u32)
        .prop_map(|(cdt, local_seconds)| Stamp { cdt, local_seconds });
    option::of(stamp)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(750))]

    #[test]
    fn a_hit_survives_encoding_and_decoding(run in run(), first in 0..1_000_000_000_u64, stamp in stamp()) {
        let plan = run.plan();
        let (mut scratch, mut bytes) = (Scratch::default(), Vec::new());
        for number in run.numbers(first, 6) {
            let visit = plan.visit(number);
            for index in 0..visit.actions.len() {
                let mut planned = List::default();
                plan.parameters(&visit, index, stamp, &mut scratch, &mut planned);
                // After the path, as the engine builds it, and into memory that was used before.
                bytes.clear();
                bytes.extend_from_slice(b"/matomo.php?");
                plan.parameters(&visit, index, stamp, &mut scratch, &mut Query(&mut bytes));
                prop_assert!(bytes.iter().all(u8::is_ascii_graphic));
                let query = &bytes[b"/matomo.php?".len()..];
                let decoded: Vec<(String, String)> = form_urlencoded::parse(query).into_owned().collect();
                prop_assert_eq!(&decoded, &planned.0);
                let mut names: Vec<&str> = decoded.iter().map(|(name, _)| name.as_str()).collect();
                names.sort_unstable();
                names.dedup();
                prop_assert_eq!(names.len(), decoded.len(), "a parameter is given twice");
                // Matomo takes what has an empty `search` or event action for a page view.
                for name in ["search", "e_c", "e_a", "link", "download"] {
                    let blank = decoded.iter().any(|(key, value)| key == name && value.trim().is_empty());
                    prop_assert!(!blank, "{} is blank", name);
                }
            }
        }
    }
}
