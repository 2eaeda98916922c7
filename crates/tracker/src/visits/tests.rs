//! Visits under random hits: how many there are, and that nothing breaks.

use std::net::{IpAddr, Ipv4Addr};

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert_eq, proptest};

use super::*;
use crate::device::Devices;
use crate::parameters::Parameters;
use crate::request::{Reading, read};
use crate::sender::{Authority, Purpose as FetchedFor, Sender};

/// 2026-11-22 00:00:00 UTC.
const MIDNIGHT: i64 = 1_795_305_600;

fn send(visits: &mut Visits, query: &str, options: &Options) -> Result<(), Refusal> {
    let mut parameters = Parameters::default();
    parameters.add_encoded(query.as_bytes());
    let sender = Sender {
        ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        user_agent: String::new(),
        language: String::new(),
        purpose: FetchedFor::Visit,
    };
    let now = MIDNIGHT + 40 * 86_400;
    match read(&parameters, &sender, Authority::Superuser, options, &Devices::default(), now)? {
        Reading::Visit(hit) => visits.record(&hit, options),
        Reading::Chatbot(_) | Reading::Dropped => Ok(()),
    }
}

proptest! {
    #[test]
    fn hits_in_order_make_as_many_visits_as_there_are_long_pauses_and_midnights(
        pauses in vec((0_i64..4_000, 0_u8..4), 1..60)
    ) {
        let options = Options::default();
        let mut visits = Visits::new(1);
        let mut at = MIDNIGHT;
        let mut last = [i64::MIN / 2; 4];
        let mut expected = 0;
        for (pause, visitor) in pauses {
            at += pause;
            let before = &mut last[usize::from(visitor)];
            let same_day = before.div_euclid(86_400) == at.div_euclid(86_400);
            expected += usize::from(at - *before >= LONGEST_PAUSE || !same_day);
            *before = at;
            let sent = send(&mut visits, &format!("idsite=1&rec=1&cid=000000000000000{visitor}&cdt={at}"), &options);
            prop_assert_eq!(sent, Ok(()));
        }
        prop_assert_eq!(visits.all.len(), expected);
        prop_assert_eq!(visits.by_visitor.len(), expected);
        prop_assert_eq!(visits.by_fingerprint.len(), expected);
    }

    #[test]
    fn whatever_is_sent_nothing_breaks(
        hits in vec(vec((0_usize..NAMES.len(), any::<String>(), any::<i64>(), 0_u8..3), 0..8), 1..20)
    ) {
        let options = Options::default();
        let mut visits = Visits::new(1);
        for hit in hits {
            let mut query = form_urlencoded::Serializer::new("idsite=1&rec=1&".to_owned());
            for (name, text, number, kind) in hit {
                match kind {
                    0 => query.append_pair(NAMES[name], &text),
                    1 => query.append_pair(NAMES[name], &number.to_string()),
                    _ => query.append_pair(NAMES[name], &format!("https://{text}")),
                };
            }
            let _ = send(&mut visits, &query.finish(), &options);
        }
        let entered: usize = visits.all.iter().map(|visit| visit.entries.len()).sum();
        prop_assert_eq!(visits.by_visitor.len(), visits.all.len());
        prop_assert_eq!(visits.by_user.len(), visits.all.len());
        prop_assert_eq!(visits.all.iter().filter(|visit| visit.duration < 0).count(), 0);
        prop_assert_eq!(entered >= visits.orders.len(), true);
    }
}

/// Every parameter that means something.
const NAMES: [&str; 51] = [
    "idsite",
    "rec",
    "url",
    "urlref",
    "cdt",
    "cdo",
    "cid",
    "_id",
    "uid",
    "new_visit",
    "ping",
    "cip",
    "country",
    "region",
    "city",
    "lat",
    "long",
    "ua",
    "uadata",
    "lang",
    "res",
    "pv_id",
    "action_name",
    "search",
    "search_cat",
    "search_count",
    "e_c",
    "e_a",
    "e_n",
    "e_v",
    "c_n",
    "link",
    "download",
    "idgoal",
    "ec_id",
    "ec_items",
    "revenue",
    "ec_tx",
    "dimension1",
    "dimension2",
    "cvar",
    "_cvar",
    "_pks",
    "_pkc",
    "_pkp",
    "pf_net",
    "pf_srv",
    "bw_bytes",
    "h",
    "recMode",
    "ca",
];
