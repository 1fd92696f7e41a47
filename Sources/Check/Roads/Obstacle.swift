// SPDX-License-Identifier: Apache-2.0

internal import Engine
internal import Glibc
internal import TLS

/// Why nothing passes on a road.
enum Obstacle: Error, Hashable {
    /// The other machine, or a firewall before it, turned it away: usually nothing listens there.
    case refused
    case silence
    /// There is no way from here.
    case unreachable(Errno)
    /// The other end broke off what had begun.
    case closed
    case noSession(Failure)
    case notSTUN
    /// This machine could not even ask.
    case cannotAsk(String)

    init(_ errno: Errno) {
        self =
            switch errno.code {
            case ECONNREFUSED: .refused
            case ETIMEDOUT: .silence
            case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL, EACCES, EPERM, EAFNOSUPPORT: .unreachable(errno)
            case ECONNRESET, EPIPE, ECONNABORTED: .closed
            default: .cannotAsk("\(errno)")
            }
    }

    init(_ end: Engine.Stream.End) {
        self =
            switch end {
            case .finished: .closed
            case .timedOut: .silence
            case .failed(let errno): Self(errno)
            }
    }

    /// What is so.
    var words: String {
        switch self {
        case .refused: "refused"
        case .silence: "no answer"
        case .unreachable(let errno): "no way there from here (\(errno))"
        case .closed: "the connection is closed from there"
        case .noSession(let failure): "no session: \(failure)"
        case .notSTUN: "what answers does not speak STUN"
        case .cannotAsk(let reason): "this machine cannot ask: \(reason)"
        }
    }

    /// What that means at a target.
    ///
    /// - Parameter listens: Whether the server is known to listen there: then it is something in between that refuses.
    func cause(at target: Target, listens: Bool) -> Cause {
        let port = Port(of: target)
        return switch self {
        case .refused: listens ? .turnedAway(port) : .nothingListens
        case .silence: .noAnswer(port)
        case .unreachable: .unreachable
        case .closed: .connectionClosed(port)
        case .noSession: .noSession(isDTLS: target.transport == .dtls)
        case .notSTUN: .notSTUN(port)
        case .cannotAsk: .cannotAsk
        }
    }
}
