// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The terminal while something is drawn on it: keys come unseen and one by one, and what was there comes back.
@safe final class Screen {
    private var before: termios?

    init() {
        var settings = termios()
        // Safe: the structure is filled by the call.
        guard isatty(STDOUT_FILENO) == 1, isatty(STDIN_FILENO) == 1, unsafe tcgetattr(STDIN_FILENO, &settings) == 0
        else { return }
        before = settings
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
        // Safe: the structure lives through the call.
        _ = unsafe tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        Terminal.emit("\u{1B}[?1049h\u{1B}[?25l")
    }

    deinit {
        guard var before else { return }
        Terminal.emit("\u{1B}[?25h\u{1B}[?1049l")
        // Safe: the structure lives through the call.
        _ = unsafe tcsetattr(STDIN_FILENO, TCSANOW, &before)
    }

    /// Rows and columns; nil where there is no terminal.
    var size: (rows: Int, columns: Int)? {
        guard before != nil else { return nil }
        var size = winsize()
        // Safe: the structure is filled by the call.
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return (24, 80) }
        return (Int(size.ws_row), Int(size.ws_col))
    }

    /// Draws lines from the top, over what was there.
    func draw(_ lines: [Terminal.Styled]) {
        let width = size?.columns ?? 80
        let text = lines.map { $0.cut(to: width) + "\u{1B}[K" }.joined(separator: "\r\n")
        Terminal.emit(TerminalText(own: "\u{1B}[H" + text + "\u{1B}[J"))
    }

    /// The next key that is pressed; nil when none is in time.
    func key(within patience: Duration) -> Character? {
        var poll = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        let milliseconds = Int32(clamping: patience.components.seconds * 1000)
        // Safe: one structure, and its count is one.
        guard unsafe Glibc.poll(&poll, 1, milliseconds) == 1 else { return nil }
        var byte: UInt8 = 0
        // Safe: one byte is asked for and there is room for one.
        guard unsafe Glibc.read(STDIN_FILENO, &byte, 1) == 1 else { return "q" }
        return Character(UnicodeScalar(byte))
    }
}
