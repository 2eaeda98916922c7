//! Bounces by channel and by kind of device, and where visits begin by channel. All channels and all kinds of devices
//! are made equally frequent for that: otherwise the rare ones would take millions of visits.

use traffic::scenario::{Draft, Share};
use traffic::source::Channel;
use traffic::visitor::device::Class;

use crate::chi_square::{Mix, check, visits_for};
use crate::classic::plan_of;
use crate::expected::{Expected, normalised};
use crate::profiles::draft_of;
use crate::seen::{Happening, visits};

/// The profile with as many visits of each channel and of each kind of device.
fn evened_out(name: &str) -> Draft {
    let mut draft = draft_of(name);
    draft.shares.direct = Share::new(1.0 / 7.0).unwrap();
    let channels = &mut draft.profile.channels;
    channels.search.share = 1.0;
    channels.social.share = 1.0;
    channels.website.share = 1.0;
    channels.ai.share = 1.0;
    channels.campaign.share = 1.0;
    channels.email.share = 1.0;
    let devices = &mut draft.profile.devices;
    let all = [
        &mut devices.phone,
        &mut devices.desktop,
        &mut devices.tablet,
        &mut devices.tv,
        &mut devices.console,
    ];
    for device in all {
        device.share = 1.0;
    }
    draft
}

/// Home, section and page inside, by channel.
fn entries(draft: &Draft) -> [[f64; 3]; 7] {
    let from = &draft.profile.channels;
    let others = [from.search, from.social, from.website, from.ai, from.campaign, from.email];
    let mut all = [[from.direct.home, from.direct.section, from.direct.page]; 7];
    for (entry, other) in all[1..].iter_mut().zip(others) {
        *entry = [other.home, other.section, other.page];
    }
    all.map(normalised)
}

fn met(name: &str) -> Vec<Mix> {
    let draft = evened_out(name);
    let expected = Expected::of(&draft);
    let entries = entries(&draft);
    let rarest = entries.iter().flatten().copied().filter(|share| *share > 0.0).fold(1.0, f64::min);
    // A seventh for each channel, and some more: what was searched may decide where a visit begins, so may a purchase.
    let seen = visits(&plan_of(draft), visits_for(rarest / 7.0) * 5 / 4);
    let mut mixes = Vec::new();
    for channel in Channel::ALL {
        let own = || seen.iter().filter(move |seen| seen.source.channel == channel);
        let bounce = expected.bounce_of_channel(channel as usize);
        let what = format!("{name}: bounces of {}", channel.name());
        mixes.push(Mix::of(&what, bounce, own().map(|seen| !seen.is_engaged())));
        let free = own().filter(|seen| {
            seen.source.term.is_none() && !seen.has(Happening::Cart) && !seen.has(Happening::Order)
        });
        let what = format!("{name}: entries of {}", channel.name());
        mixes.push(Mix::new(&what, &entries[channel as usize], free.map(|seen| seen.entry)));
    }
    for class in Class::ALL {
        let own = seen.iter().filter(|seen| seen.class == class as usize);
        let bounce = expected.bounce_of_class(class as usize);
        let what = format!("{name}: bounces with {}", class.name());
        mixes.push(Mix::of(&what, bounce, own.map(|seen| !seen.is_engaged())));
    }
    mixes
}

#[test]
fn bounces_and_entries_of_content_depend_on_channel_and_device() {
    check("circumstances", &met("content"));
}

#[test]
fn bounces_and_entries_of_ecommerce_depend_on_channel_and_device() {
    check("circumstances", &met("ecommerce"));
}

#[test]
fn bounces_and_entries_of_saas_depend_on_channel_and_device() {
    check("circumstances", &met("saas"));
}

#[test]
fn entries_of_classic_depend_on_the_channel() {
    check("circumstances", &met("classic"));
}
