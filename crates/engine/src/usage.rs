//! What the process has used: processor time, memory, and how many files it may open.

use std::time::Duration;

/// What the process has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processor time of all threads since it started, in user and system mode.
    pub cpu: Duration,
    /// The most memory it held at once, in bytes.
    pub max_rss_bytes: u64,
}

/// Reads what the process has used; zeroes where the system does not tell.
#[cfg(unix)]
pub fn usage() -> Usage {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeVal;

    let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return Usage::default() };
    let time = |value: TimeVal| {
        Duration::from_secs(value.tv_sec() as u64) + Duration::from_micros(value.tv_usec() as u64)
    };
    // Linux counts kibibytes, macOS bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1_024 };
    Usage {
        cpu: time(usage.user_time()) + time(usage.system_time()),
        max_rss_bytes: most_resident().unwrap_or(usage.max_rss() as u64 * unit),
    }
}

/// The most memory of this program alone, where Linux tells: the other figure also counts what started it in the same
/// process (`cargo run` does).
#[cfg(unix)]
fn most_resident() -> Option<u64> {
    status("VmHWM:")
}

/// The memory that the process holds, in bytes; 0 where the system does not tell.
pub fn resident_bytes() -> u64 {
    status("VmRSS:").unwrap_or(0)
}

/// A size from Linux's list of what a process is, in bytes.
fn status(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

/// Reads what the process has used; zeroes where the system does not tell.
#[cfg(not(unix))]
pub fn usage() -> Usage {
    Usage::default()
}

/// Makes room for so many open files, as far as the system allows; returns how many there may be.
#[cfg(unix)]
pub fn raise_open_files(wanted: u64) -> u64 {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return wanted };
    if soft >= wanted {
        return soft;
    }
    let raised = wanted.min(hard);
    match setrlimit(Resource::RLIMIT_NOFILE, raised, hard) {
        Ok(()) => raised,
        Err(_) => soft,
    }
}

/// Makes room for so many open files, as far as the system allows; returns how many there may be.
#[cfg(not(unix))]
pub fn raise_open_files(wanted: u64) -> u64 {
    wanted
}

/// Processor time of the thread that asks, since it started; nothing where the system does not tell.
#[cfg(target_os = "linux")]
pub fn thread_cpu() -> Duration {
    use nix::sys::resource::{UsageWho, getrusage};

    let Ok(usage) = getrusage(UsageWho::RUSAGE_THREAD) else { return Duration::ZERO };
    let micros = |value: nix::sys::time::TimeVal| value.tv_sec() as u64 * 1_000_000 + value.tv_usec() as u64;
    Duration::from_micros(micros(usage.user_time()) + micros(usage.system_time()))
}

/// Processor time of the thread that asks, since it started; nothing where the system does not tell.
#[cfg(not(target_os = "linux"))]
pub fn thread_cpu() -> Duration {
    Duration::ZERO
}

/// How many files the process has open; 0 where the system does not tell.
pub fn open_files() -> u64 {
    // One of them is the folder itself.
    std::fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count().saturating_sub(1) as u64)
}

/// How many files the process may have open; 0 where the system does not tell.
#[cfg(unix)]
pub fn most_open_files() -> u64 {
    use nix::sys::resource::{Resource, getrlimit};
    getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft)
}

/// How many files the process may have open; 0 where the system does not tell.
#[cfg(not(unix))]
pub fn most_open_files() -> u64 {
    0
}
