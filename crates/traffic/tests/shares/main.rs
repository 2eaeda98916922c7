//! Every share of every profile is met over 100,000 planned visits, or as many more as it takes to notice that a share
//! is off by a tenth: Pearson's chi-square test, corrected for the number of shares, and shown to notice.

#[path = "../classic/mod.rs"]
mod classic;

mod channels;
mod chi_square;
mod circumstances;
mod expected;
mod gaps;
mod origins;
mod profiles;
mod purchases;
mod seen;
mod sundries;
