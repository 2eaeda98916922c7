//! What keys mean.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What somebody at the keyboard wants of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Pause, or go on.
    TogglePause,
    /// A higher rate.
    Faster,
    /// A lower rate.
    Slower,
    /// Stop as after the first SIGTERM: open visits may finish.
    Stop,
    /// Ctrl-C: the terminal hands it over as a key and not as a signal.
    Interrupt,
}

/// What a key press is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    /// Something about the run.
    Run(Command),
    /// Shows the help, or takes it away.
    Help,
    /// Takes away what lies over the view.
    Escape,
    /// Paints everything anew.
    Repaint,
}

/// Reads a key; nothing where it has no meaning.
pub(crate) fn press(key: KeyEvent) -> Option<Press> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c' | 'C') => Some(Press::Run(Command::Interrupt)),
            KeyCode::Char('l' | 'L') => Some(Press::Repaint),
            _ => None,
        };
    }
    match key.code {
        KeyCode::Char('p' | 'P' | ' ') => Some(Press::Run(Command::TogglePause)),
        KeyCode::Char('+' | '=') => Some(Press::Run(Command::Faster)),
        KeyCode::Char('-' | '_') => Some(Press::Run(Command::Slower)),
        KeyCode::Char('q' | 'Q') => Some(Press::Run(Command::Stop)),
        KeyCode::Char('?' | 'h' | 'H') => Some(Press::Help),
        KeyCode::Esc => Some(Press::Escape),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: char, modifiers: KeyModifiers) -> Option<Press> {
        press(KeyEvent::new(KeyCode::Char(code), modifiers))
    }

    #[test]
    fn every_key_of_the_help_does_what_it_says() {
        let run = |command| Some(Press::Run(command));
        let expected = [
            ('p', run(Command::TogglePause)),
            (' ', run(Command::TogglePause)),
            ('+', run(Command::Faster)),
            ('=', run(Command::Faster)),
            ('-', run(Command::Slower)),
            ('q', run(Command::Stop)),
            ('?', Some(Press::Help)),
            ('x', None),
        ];
        for (code, meant) in expected {
            assert_eq!(key(code, KeyModifiers::NONE), meant, "{code}");
        }
        assert_eq!(key('P', KeyModifiers::SHIFT), run(Command::TogglePause));
    }

    #[test]
    fn control_c_interrupts_and_other_control_keys_do_not_stop_a_run() {
        assert_eq!(key('c', KeyModifiers::CONTROL), Some(Press::Run(Command::Interrupt)));
        assert_eq!(key('l', KeyModifiers::CONTROL), Some(Press::Repaint));
        for code in ['q', 'p', 'z', 'd'] {
            assert_eq!(key(code, KeyModifiers::CONTROL), None, "{code}");
        }
    }

    #[test]
    fn letting_go_of_a_key_is_no_press() {
        let mut event = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
        event.kind = KeyEventKind::Release;
        assert_eq!(press(event), None);
    }
}
