// SPDX-License-Identifier: Apache-2.0
import Wire

extension Connection {
    /// Takes one byte of a request's head, or of what stands around the data of a chunked body.
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
        case .chunked:
            if try chunks.take(byte, longest: longestBody - body.count, limits: limits) { endRequest() }
        case .counted, .answering, .done: return
        }
    }

    /// The head is complete: decides how the body goes on.
    private mutating func endHead(now: Moment) throws(Refusal) {
        let request = try Request(parsing: scanner.bytes, lines: scanner.lines)
        self.request = request
        scanner = HeadScanner()
        let framing = try request.framing()
        let longBody = limits.longBodies[request.target.rawPath]
        longestBody = longBody ?? limits.body
        let waits = try request.awaitsContinue()
        switch framing {
        case .counted(0): return endRequest()
        case .counted(let length):
            // Refused before a byte of it is read.
            guard length <= longestBody else { throw .bodyTooLarge }
            guard takesLongBodies || length <= limits.body else { throw .noRoom }
            phase = .counted(left: length)
        case .chunked:
            guard takesLongBodies || longBody == nil else { throw .noRoom }
            chunks = ChunkedBody()
            phase = .chunked
        }
        if waits { emit(.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))) }
        deadline = now.instant + (longBody == nil ? limits.bodyTime : limits.longBodyTime)
    }

    mutating func endRequest() {
        request?.body = body
        body = []
        guard let request else { return }
        phase = .answering
        deadline = nil
        emit(.request(request))
    }
}
