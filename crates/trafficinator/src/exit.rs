//! Exit codes.

use std::process::ExitCode;

/// How the program ended, the first that applies. Also in the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 130: interrupted by Ctrl-C.
    Interrupted,
    /// 2: a setting, flag or file is wrong; nothing was sent.
    Usage,
    /// 1: it could not do its work, for example because not one hit was accepted.
    Runtime,
    /// 98: the generator was the bottleneck, so the numbers say nothing about the target.
    Void,
    /// 99: a threshold did not hold, a run is worse than the one it is compared with, or what was recorded differs from
    /// what was planned.
    Difference,
    /// 0: all well.
    Ok,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Interrupted => 130,
            Exit::Usage => 2,
            Exit::Runtime => 1,
            Exit::Void => 98,
            Exit::Difference => 99,
            Exit::Ok => 0,
        })
    }
}
