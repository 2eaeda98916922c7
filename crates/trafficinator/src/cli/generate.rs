//! What shells and `man` are told about the command line: made of it, so that nothing can be missing. No value of the
//! environment is in it.

use std::io;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Arg, Command, value_parser};

use super::command;

/// Shells that complete what is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Power,
    Elvish,
}

/// A page of the manual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    /// The name of its file, such as `trafficinator-run.1`.
    pub(crate) file: String,
    pub(crate) text: Vec<u8>,
}

/// The script that makes a shell complete commands and flags.
pub(crate) fn completions(shell: Shell) -> Vec<u8> {
    use clap_complete::aot;

    let shell = match shell {
        Shell::Bash => aot::Shell::Bash,
        Shell::Zsh => aot::Shell::Zsh,
        Shell::Fish => aot::Shell::Fish,
        Shell::Power => aot::Shell::PowerShell,
        Shell::Elvish => aot::Shell::Elvish,
    };
    let mut script = Vec::new();
    aot::generate(shell, &mut command(), "trafficinator", &mut script);
    script
}

/// The manual, that of the program itself first.
pub(crate) fn pages() -> io::Result<Vec<Page>> {
    let mut root = command();
    root.build();
    let mut pages = Vec::new();
    add(&root, "trafficinator", &mut pages)?;
    Ok(pages)
}

fn add(command: &Command, name: &str, pages: &mut Vec<Page>) -> io::Result<()> {
    let mut text = Vec::new();
    let examples = command.get_after_help().map(ToString::to_string);
    // All flags are listed below: naming them before as well would fill a screen.
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim_start().to_owned();
    // The name of a page is that of its command with dashes, as in git-log(1).
    let page = command.clone().name(name.to_owned()).display_name(name.to_owned()).override_usage(usage);
    let has_subcommands = page.has_subcommands();
    let man = clap_mangen::Man::new(page)
        .title(name.to_uppercase())
        .section("1")
        .date(" ") // an empty one is left out, and what follows moves up
        .source(concat!("trafficinator ", env!("CARGO_PKG_VERSION")))
        .manual("Trafficinator");
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if has_subcommands {
        man.render_subcommands_section(&mut text)?;
    }
    if let Some(examples) = examples {
        text.extend(examples_section(&examples).into_bytes());
    }
    pages.push(Page { file: format!("{name}.1"), text });
    for subcommand in command.get_subcommands() {
        add(subcommand, &format!("{name}-{}", subcommand.get_name()), pages)?;
    }
    Ok(())
}

/// What follows the flags, line by line: commands that are broken somewhere else cannot be copied.
fn examples_section(text: &str) -> String {
    let text = text.trim_start_matches("Examples:\n").trim_start_matches("Example:");
    let line = |line: &str| {
        let line = line.trim().replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
        // Else it would be taken for an instruction.
        let guard = if line.starts_with('.') { "\\&" } else { "" };
        format!("{guard}{line}\n")
    };
    format!(".SH EXAMPLES\n.nf\n{}.fi\n", text.lines().map(line).collect::<String>())
}

/// `completions`
pub(super) fn completions_command() -> Command {
    let shell = Arg::new("shell")
        .value_name("SHELL")
        .required(true)
        .value_parser(PossibleValuesParser::new(["bash", "zsh", "fish", "powershell", "elvish"]).map(
            |name| match name.as_str() {
                "bash" => Shell::Bash,
                "zsh" => Shell::Zsh,
                "fish" => Shell::Fish,
                "powershell" => Shell::Power,
                _ => Shell::Elvish,
            },
        ))
        .help("For which shell");
    Command::new("completions")
        .about("Print a script that makes a shell complete commands and flags")
        .arg(shell)
        .after_help(
            "Examples:\n  \
             trafficinator completions bash > ~/.local/share/bash-completion/completions/trafficinator\n  \
             trafficinator completions fish > ~/.config/fish/completions/trafficinator.fish",
        )
}

/// `man`
pub(super) fn man_command() -> Command {
    let dir = Arg::new("dir")
        .value_name("DIR")
        .value_parser(value_parser!(PathBuf))
        .help("Write a page for every command into this folder [default: print that of the program]");
    Command::new("man")
        .about("Print the manual page")
        .arg(dir)
        .after_help("Examples:\n  trafficinator man | man -l -\n  trafficinator man ~/.local/share/man/man1")
}
