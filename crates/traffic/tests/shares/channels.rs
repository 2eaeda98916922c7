//! The places that visits come from, within each channel. They are drawn by themselves: a rare place of a rare channel
//! would take tens of millions of visits.

use traffic::random::{Domain, Stream};
use traffic::scenario::Share;
use traffic::site::Site;
use traffic::source::{Channel, Sources};

use crate::chi_square::{Mix, check, visits_for};
use crate::profiles::draft_of;

/// The mix of places of a channel, in a profile in which everybody comes that way.
fn places(name: &str, channel: Channel, site: &Site) -> Mix {
    let mut profile = draft_of(name).profile;
    let channels = &mut profile.channels;
    let all = [
        &mut channels.search,
        &mut channels.social,
        &mut channels.website,
        &mut channels.ai,
        &mut channels.campaign,
        &mut channels.email,
    ];
    for (other, own) in all.into_iter().zip(&Channel::ALL[1..]) {
        other.share = f64::from(u8::from(*own == channel));
    }
    let sources = Sources::new(Share::default(), &profile);
    let weights: Vec<f64> = sources.places(channel).map(|(_, weight)| weight).collect();
    let rarest = weights.iter().copied().fold(f64::MAX, f64::min) / weights.iter().sum::<f64>();
    let drawn = (0..visits_for(rarest)).map(|number| {
        let source = sources.draw(site, &mut Stream::new(42, Domain::Visit, number));
        assert_eq!(source.channel, channel);
        let place = sources.place(source).unwrap();
        sources.places(channel).position(|(other, _)| std::ptr::eq(place, other)).unwrap()
    });
    Mix::new(&format!("{name}: places of {}", channel.name()), &weights, drawn)
}

#[test]
fn the_places_of_each_channel_have_their_shares() {
    let site = draft_of("classic").site;
    // Search engines, social networks and AI assistants are the same for all profiles.
    let mut mixes: Vec<Mix> = [Channel::Search, Channel::Social, Channel::Ai]
        .map(|channel| places("ecommerce", channel, &site))
        .into();
    for name in ["content", "ecommerce", "saas", "classic"] {
        for channel in [Channel::Website, Channel::Campaign, Channel::Email] {
            mixes.push(places(name, channel, &site));
        }
    }
    check("places", &mixes);
}
