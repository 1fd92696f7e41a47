// SPDX-License-Identifier: Apache-2.0
import Wire

extension Connection {
    /// Takes one byte of a request.
    mutating func take(_ byte: UInt8, now: Moment) throws(Refusal) {
        switch phase {
        case .idle(let first):
            phase = .head
            scanner = HeadScanner()
            // A fresh connection's ten seconds run since it was made, a kept one's since this byte.
            if !first { deadline = now.instant + limits.headTime }
            try take(byte, now: now)
        case .head:
            if try scanner.take(byte, limits: limits) { try endHead(now: now) }
        case .counted(let left):
            request?.body.append(byte)
            phase = .counted(left: left - 1)
            if left == 1 { endRequest() }
        case .chunked:
            guard var body = request?.body else { return }
            // Moved out and back, so that appending never copies it.
            request?.body = []
            defer { request?.body = body }
            if try chunks.take(byte, into: &body, limit: longest(request?.target)) {
                request?.body = body
                endRequest()
            }
        case .answering, .done: return
        }
    }

    /// The head is complete: decides how the body goes on.
    private mutating func endHead(now: Moment) throws(Refusal) {
        let request = try Request(parsing: scanner.bytes, lines: scanner.lines)
        self.request = request
        scanner = HeadScanner()
        let framing = try request.framing()
        let waits = try request.awaitsContinue()
        switch framing {
        case .counted(0): return endRequest()
        case .counted(let length):
            // Refused before a byte of it is read.
            guard length <= longest(request.target) else { throw .bodyTooLarge }
            phase = .counted(left: length)
        case .chunked:
            chunks = ChunkedBody()
            phase = .chunked
        }
        if waits { emit(.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))) }
        let isLong = limits.longBodies[request.target.rawPath] != nil
        deadline = now.instant + (isLong ? limits.longBodyTime : limits.bodyTime)
    }

    private func longest(_ target: Target?) -> Int {
        target.flatMap { limits.longBodies[$0.rawPath] } ?? limits.body
    }

    private mutating func endRequest() {
        guard let request else { return }
        phase = .answering
        deadline = nil
        emit(.request(request))
    }
}
