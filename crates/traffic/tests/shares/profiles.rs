//! The shares of all visits of each profile.

use traffic::goal::Trigger;
use traffic::plan::Plan;
use traffic::scenario::Draft;
use traffic::source::Channel;

use crate::chi_square::{Mix, check, independence, visits_for};
use crate::classic::{classic, plan_of, profiled};
use crate::expected::Expected;
use crate::seen::{Happening, Seen, repeated, visits};

/// A profile with its settings, by name.
pub(crate) fn draft_of(name: &str) -> Draft {
    if name == "classic" { classic() } else { profiled(name) }
}

/// A name, the share of all visits, and whether a visit is one of them.
type Shared = (&'static str, f64, fn(&Seen) -> bool);

/// What happens in so many of all visits.
fn happenings(draft: &Draft) -> Vec<Shared> {
    let shares = &draft.shares;
    let carts = shares.order.get() / (1.0 - draft.profile.shop.abandonment);
    // Where none is left a cart is not worth a hit.
    let carts = if draft.profile.shop.abandonment > 0.0 { carts } else { 0.0 };
    vec![
        ("search", shares.search.get(), |seen| seen.searches > 0),
        ("outlink", shares.outlink.get(), |seen| seen.has(Happening::Outlink)),
        ("download", shares.download.get(), |seen| seen.has(Happening::Download)),
        ("click", shares.click.get(), |seen| seen.has(Happening::Click)),
        ("event", shares.event.get(), |seen| seen.has(Happening::Event)),
        ("cart", carts, |seen| seen.has(Happening::Cart)),
        ("order", shares.order.get(), |seen| seen.has(Happening::Order)),
        ("bounce", draft.profile.pages.map_or(0.0, |pages| pages.bounce), |seen| !seen.is_engaged()),
        ("returning", draft.profile.visitors.returning, |seen| seen.is_known),
    ]
}

/// Visits that the rarest share takes.
fn needed(draft: &Draft, expected: &Expected) -> u64 {
    let search = draft.shares.search.get() * draft.profile.search.no_results;
    let manual = draft.goals.iter().filter_map(|goal| match goal.trigger {
        Trigger::Manual(share) => Some(share.get()),
        _ => None,
    });
    let all = happenings(draft).into_iter().map(|(_, share, _)| share);
    let all = all.chain(expected.channels).chain([search]).chain(manual);
    visits_for(all.filter(|share| *share > 0.0).fold(1.0, f64::min))
}

fn mixes(name: &str, draft: &Draft, seen: &[Seen]) -> Vec<Mix> {
    let name = |what: &str| format!("{name}: {what}");
    let profile = &draft.profile;
    let mut mixes: Vec<Mix> = happenings(draft)
        .into_iter()
        .map(|(what, share, happens)| Mix::of(&name(what), share, seen.iter().map(happens)))
        .collect();
    let expected = Expected::of(draft);
    let channel = |seen: &Seen| seen.source.channel as usize;
    mixes.push(Mix::new(&name("channels"), &expected.channels, seen.iter().map(channel)));
    let direct = seen.iter().map(|seen| seen.source.channel == Channel::Direct);
    mixes.push(Mix::of(&name("direct"), draft.shares.direct.get(), direct));
    let failed = repeated(seen.iter().map(|seen| (seen.failed, seen.searches)));
    mixes.push(Mix::of(&name("searches without results"), profile.search.no_results, failed));
    let refined = repeated(seen.iter().map(|seen| (seen.refined, seen.could_refine)));
    mixes.push(Mix::of(&name("refined searches"), profile.search.refined, refined));
    let shown = repeated(seen.iter().map(|seen| (seen.impressions, seen.with_blocks)));
    mixes.push(Mix::of(&name("impressions"), profile.content.impressions, shown));
    let used = repeated(seen.iter().map(|seen| (seen.interactions, seen.impressions)));
    mixes.push(Mix::of(&name("interactions"), profile.content.interactions, used));
    for (index, goal) in draft.goals.iter().enumerate() {
        if let Trigger::Manual(share) = goal.trigger {
            let converts = seen.iter().map(|seen| seen.goals >> index & 1 == 1);
            mixes.push(Mix::of(&name("goal"), share.get(), converts));
        }
    }
    if profile.shop.abandonment > 0.0 && draft.shares.order.get() > 0.0 {
        let carts = seen.iter().filter(|seen| seen.has(Happening::Cart));
        mixes.push(Mix::of(
            &name("left carts"),
            profile.shop.abandonment,
            carts.map(|seen| !seen.has(Happening::Order)),
        ));
    }
    if profile.pages.is_none() {
        let (low, high) = draft.page_range();
        let alike = vec![1.0; (high - low + 1) as usize];
        let views = seen.iter().map(|seen| usize::from(seen.pageviews) - low as usize);
        mixes.push(Mix::new(&name("page views"), &alike, views));
    }
    mixes
}

/// A profile, planned: as many visits as its rarest share takes.
fn met(name: &str) -> Vec<Mix> {
    let draft = draft_of(name);
    let seen = visits(&plan_of(draft.clone()), needed(&draft, &Expected::of(&draft)));
    mixes(name, &draft, &seen)
}

#[test]
fn the_shares_of_content_are_met() {
    check("profile", &met("content"));
}

#[test]
fn the_shares_of_ecommerce_are_met() {
    check("profile", &met("ecommerce"));
}

#[test]
fn the_shares_of_saas_are_met() {
    check("profile", &met("saas"));
}

#[test]
fn the_shares_of_classic_are_met() {
    check("profile", &met("classic"));
}

#[test]
fn what_happens_in_a_visit_is_independent_of_what_else_happens() {
    for name in ["classic", "ecommerce"] {
        let draft = draft_of(name);
        let plan: Plan = plan_of(draft.clone());
        let engaged: Vec<Seen> = visits(&plan, 500_000).into_iter().filter(Seen::is_engaged).collect();
        let all = happenings(&draft);
        let columns: Vec<(&str, Vec<bool>)> = all
            .iter()
            .filter(|(name, ..)| !["bounce", "cart", "returning"].contains(name))
            .map(|(name, _, happens)| (*name, engaged.iter().map(happens).collect()))
            .collect();
        // Six things are fifteen pairs, of two profiles.
        let limit = 1e-4 / 30.0;
        for (index, (first_name, first)) in columns.iter().enumerate() {
            for (second_name, second) in &columns[index + 1..] {
                let p = independence(first, second);
                assert!(p > limit, "{name}: {first_name} and {second_name}: p = {p:e}");
                // One in ten of those who did the first doing the second because of it would be noticed.
                let pairs = first.iter().zip(second).enumerate();
                let led: Vec<bool> = pairs.map(|(visit, (&a, &b))| b || (a && visit % 10 == 0)).collect();
                let p = independence(first, &led);
                assert!(p < limit, "{name}: {first_name} leads to {second_name}: p = {p:e}");
            }
        }
    }
}
