//! Comparisons of simulated runs, whose truth is known.

mod output;
mod simulation;
