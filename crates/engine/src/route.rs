//! Where visits go: a plan on its way to one target.

use std::sync::Arc;

use jiff::tz::TimeZone;
use traffic::plan::Plan;
use traffic::walk::Audience;

use crate::transport::Client;

/// A target, and which visits it gets. A run has one or several; they share neither connections nor open visits, so that
/// one of them which is slow holds up none of the others.
#[derive(Clone, Debug)]
pub struct Route {
    /// The plan, with what this target wants to be told of each hit.
    pub plan: Arc<Plan>,
    /// The way to the target.
    pub client: Client,
    /// Which visitors come here.
    pub audience: Audience,
    /// Most visits a day.
    pub most_a_day: Option<u64>,
    /// The time zone of the Matomo site: no visit crosses its midnight.
    pub site_time_zone: TimeZone,
    /// The `Date` header of an answer of the target and when it was read, in milliseconds of Unix time, where one is
    /// known.
    pub date: Option<(String, i64)>,
}

impl Route {
    /// The way of all visits to the only target, whose site is in UTC.
    pub fn only(plan: &Arc<Plan>, client: &Client) -> Route {
        Route {
            plan: Arc::clone(plan),
            client: client.clone(),
            audience: Audience::Everybody,
            most_a_day: None,
            site_time_zone: TimeZone::UTC,
            date: None,
        }
    }
}

/// Divides requests in flight among targets: one each, and the others by the visits they get.
pub fn slots(routes: &[Route], concurrency: usize) -> Vec<usize> {
    let whole: f64 = routes.iter().map(|route| route.audience.share()).sum();
    let others = concurrency.saturating_sub(routes.len());
    let (mut share, mut given) = (0.0, 0);
    routes
        .iter()
        .map(|route| {
            share += route.audience.share();
            // Rounded at the ends, so that the parts are the whole.
            let end = (others as f64 * share / whole).round() as usize;
            let slots = 1 + end - given;
            given = end;
            slots
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use traffic::plan::Tracking;
    use traffic::profile::Profile;
    use traffic::scenario::{Draft, Scenario};
    use traffic::site::Site;
    use url::Url;

    use super::*;
    use crate::target::{Target, Trust};

    #[test]
    fn requests_in_flight_are_divided_by_the_visits_and_every_target_has_one() {
        let site = Site::parse("https://shop.example.org/ Home").unwrap();
        let scenario = Scenario::new(Draft::new(Profile::built_in("classic").unwrap(), site)).unwrap();
        let tracking = Tracking { site: 1, authenticated: false, countries: false, tag_dimension: None };
        let plan = Arc::new(Plan::new(scenario, tracking, 1, "test"));
        let url = Url::parse("http://127.0.0.1:9/matomo.php").unwrap();
        let client = Client::new(Target::new(url, None, None, Trust::Roots, Duration::from_secs(1))).unwrap();
        let divided = |audiences: &[Audience], concurrency| {
            let only = Route::only(&plan, &client);
            let routes: Vec<Route> =
                audiences.iter().map(|audience| Route { audience: *audience, ..only.clone() }).collect();
            slots(&routes, concurrency)
        };
        assert_eq!(divided(&[Audience::Everybody], 50), [50]);
        assert_eq!(divided(&[Audience::Everybody; 3], 50).iter().sum::<usize>(), 50);
        let shares =
            [Audience::Share { from: 0.0, share: 0.75 }, Audience::Share { from: 0.75, share: 0.25 }];
        assert_eq!(divided(&shares, 8), [6, 2]);
        assert_eq!(divided(&shares, 1), [1, 1]);
        let (most, few) =
            (Audience::Share { from: 0.0, share: 0.99 }, Audience::Share { from: 0.99, share: 0.01 });
        assert_eq!(divided(&[most, few], 8), [7, 1]);
        assert_eq!(divided(&[few, most], 8), [1, 7]);
    }
}
