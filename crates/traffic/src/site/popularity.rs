//! How often pages are visited, and drawing them by that.

use super::landmark::is_paid;
use super::{Page, PageId, PageKind};
use crate::random::{self, Stream};

/// Popularity of the page of rank r is r to the power of minus this (Breslau et al., Infocom 1999: 0.64 to 0.83).
const ZIPF: f64 = 0.8;

/// How often the page of a rank, counted from 0, is visited, relative to the first: Zipf's law.
pub fn popularity_of_rank(rank: usize) -> f64 {
    libm::pow(rank as f64 + 1.0, -ZIPF)
}

/// Popularity of the pages: what is given, and elsewhere by Zipf's law over ranks that nobody chose, of pages that
/// lead to others and of the rest. Nobody strolls into a cart or a checkout.
pub(super) fn weights(pages: &[Page], given: &[Option<f64>]) -> Vec<f64> {
    let mut ranked: Vec<usize> = (0..pages.len()).collect();
    ranked.sort_by_key(|&id| (random::hash_text(pages[id].url.raw()), id));
    let mut weights = vec![0.0; pages.len()];
    // Few pages lead to others: among the ranks of all pages, the first of them could be ten times the second.
    let (mut section, mut other) = (0, 0);
    for id in ranked {
        let is_strolled = pages[id].kind.is_strolled() || thanks_for_something_else(pages, &pages[id]);
        weights[id] = match (is_strolled, given[id]) {
            (false, _) => 0.0,
            (true, Some(weight)) => weight,
            (true, None) => {
                let rank = if pages[id].kind == PageKind::Section { &mut section } else { &mut other };
                *rank += 1;
                popularity_of_rank(*rank - 1)
            }
        };
    }
    if weights.iter().all(|weight| *weight <= 0.0) {
        weights.fill(1.0);
    }
    weights
}

/// Whether a page says thank you for something that is no order: a newsletter, a demonstration.
fn thanks_for_something_else(pages: &[Page], page: &Page) -> bool {
    let reads = |kind| matches!(kind, PageKind::Section | PageKind::Article);
    page.kind == PageKind::Confirmation
        && page.parent.is_some_and(|parent| reads(pages[parent as usize].kind))
        && !is_paid(pages, page)
}

/// Pages with the sums of their weights.
#[derive(Clone, Debug, Default)]
pub(super) struct Drawer {
    pages: Vec<PageId>,
    sums: Vec<f64>,
}

impl Drawer {
    pub(super) fn new(pages: impl Iterator<Item = (PageId, f64)>) -> Drawer {
        let mut drawer = Drawer { pages: Vec::new(), sums: vec![0.0] };
        let mut sum = 0.0;
        for (page, weight) in pages.filter(|(_, weight)| *weight > 0.0) {
            sum += weight;
            drawer.pages.push(page);
            drawer.sums.push(sum);
        }
        drawer
    }

    pub(super) fn draw(&self, stream: &mut Stream) -> Option<PageId> {
        pick(&self.sums, stream).map(|index| self.pages[index])
    }
}

/// Draws an index by weight, given the sums of the weights before each and of all; nothing where all weights are 0.
pub(super) fn pick(sums: &[f64], stream: &mut Stream) -> Option<usize> {
    let (first, last) = (sums.first()?, sums.last()?);
    let target = stream.range(*first, *last);
    let index = sums.partition_point(|sum| *sum <= target);
    (last > first).then(|| index.clamp(1, sums.len() - 1) - 1)
}
