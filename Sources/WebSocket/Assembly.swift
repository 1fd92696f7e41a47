// SPDX-License-Identifier: Apache-2.0
import Wire

/// What a peer did that RFC 6455 or our limits forbid, as the close code says it.
struct Violation: Error, Hashable {
    let code: CloseCode
    let reason: String

    static func protocolError(_ reason: String) -> Self { Self(code: .protocolError, reason: reason) }
}

/// Puts a client's frames together again, a byte at a time (RFC 6455 §5).
struct Assembly {
    /// A frame that ended.
    enum Complete: Hashable {
        /// Of a message that goes on.
        case fragment
        case text([UInt8])
        case binary([UInt8])
        case ping([UInt8])
        case pong
        case close(CloseCode)
    }

    private let limits: Limits
    /// The header that is being read; at most 14 bytes.
    private var header: [UInt8] = []
    /// The frame whose payload is being read, and how much of it came.
    private var frame: FrameHeader?
    private var received: UInt64 = 0
    /// The message that frames add to.
    private var kind: Limits.Kind?
    private var message: [UInt8] = []
    private var fragments = 0
    private var text = UTF8Validator()
    /// The payload of a control frame, which may come between a message's frames.
    private var control: [UInt8] = []

    init(limits: Limits) { self.limits = limits }

    /// Bytes of a message that is not complete.
    var held: Int { message.count }

    /// Takes the next byte; what it completed, if anything.
    mutating func take(_ byte: UInt8) throws(Violation) -> Complete? {
        guard let frame else {
            header.append(byte)
            guard header.count >= 2 else { return nil }
            guard FrameHeader.isAllowed(first: header[0], second: header[1]) else {
                throw .protocolError("no such frame")
            }
            guard header.count == FrameHeader.size(second: header[1]) else { return nil }
            guard let frame = FrameHeader(parsing: header.span) else { throw .protocolError("no such length") }
            header.removeAll(keepingCapacity: true)
            try begin(frame)
            self.frame = frame
            received = 0
            return frame.length == 0 ? try end(frame) : nil
        }
        let clear = byte ^ frame.maskByte(at: received)
        received += 1
        if frame.opcode.isControl {
            control.append(clear)
        } else {
            if kind == .text, !text.take(clear) { throw Violation(code: .notUTF8, reason: "not UTF-8") }
            message.append(clear)
        }
        return received == frame.length ? try end(frame) : nil
    }

    /// Takes what is there of a message's payload, all but the frame's last byte, which ``take(_:)`` ends it with.
    ///
    /// - Returns: How many bytes from `start` on it took.
    mutating func take(payloadOf bytes: Span<UInt8>, from start: Int) throws(Violation) -> Int {
        guard let frame, !frame.opcode.isControl, frame.length > received + 1 else { return 0 }
        let count = Int(min(frame.length - received - 1, UInt64(bytes.count - start)))
        let isText = kind == .text
        for index in start..<start + count {
            let clear = bytes[index] ^ frame.maskByte(at: received)
            received += 1
            if isText, !text.take(clear) { throw Violation(code: .notUTF8, reason: "not UTF-8") }
            message.append(clear)
        }
        return count
    }

    /// Refuses a frame by its header, before any of its payload is kept.
    private mutating func begin(_ frame: FrameHeader) throws(Violation) {
        switch frame.opcode {
        case .close, .ping, .pong: return
        case .text, .binary:
            guard kind == nil else { throw .protocolError("a message inside a message") }
            let kind: Limits.Kind = frame.opcode == .text ? .text : .binary
            guard kind == limits.kind else { throw Violation(code: .unacceptable, reason: "the other kind of message") }
            self.kind = kind
            fragments = 0
        case .continuation:
            guard kind != nil else { throw .protocolError("a continuation of nothing") }
        }
        fragments += 1
        guard fragments <= limits.fragments else { throw Violation(code: .tooBig, reason: "too many fragments") }
        guard frame.length <= UInt64(limits.message - message.count) else {
            throw Violation(code: .tooBig, reason: "message too long")
        }
    }

    private mutating func end(_ frame: FrameHeader) throws(Violation) -> Complete {
        self.frame = nil
        switch frame.opcode {
        case .continuation, .text, .binary:
            guard frame.isFinal, let kind else { return .fragment }
            guard text.isComplete else { throw Violation(code: .notUTF8, reason: "not UTF-8") }
            defer {
                self.kind = nil
                message = []
            }
            return kind == .text ? .text(message) : .binary(message)
        case .ping:
            defer { control = [] }
            return .ping(control)
        case .pong:
            control = []
            return .pong
        case .close:
            defer { control = [] }
            return .close(try Self.closeCode(control))
        }
    }

    /// No payload, or a code and a reason in UTF-8 (§5.5.1).
    private static func closeCode(_ payload: [UInt8]) throws(Violation) -> CloseCode {
        guard !payload.isEmpty else { return .none }
        guard let number = payload.span.integer(UInt16.self, at: 0), CloseCode(rawValue: number).isSendable else {
            throw .protocolError("no such close code")
        }
        var text = UTF8Validator()
        guard payload.dropFirst(2).allSatisfy({ text.take($0) }), text.isComplete else {
            throw Violation(code: .notUTF8, reason: "not UTF-8")
        }
        return CloseCode(rawValue: number)
    }
}
