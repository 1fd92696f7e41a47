// SPDX-License-Identifier: Apache-2.0

internal import Media
internal import Wire

/// One press of the button: the stream that the talker sends, and as much of it as is kept for hearing it again.
struct Talk {
    /// What is kept of a talk.
    static let longest = Duration.seconds(30)
    static let largest = 2 << 20

    let talker: Socket
    let grantedAt: Instant
    /// When the last chunk came, or the grant.
    private(set) var heardAt: Instant
    private var recording = Recording()
    private(set) var bytes = 0

    private var kept: [Piece] = []
    private(set) var keptBytes = 0
    /// The beginning was let go of: what is kept begins at a joint, or will.
    private var isTrimmed = false
    /// No more is kept, because what comes could not be joined to anything.
    private var isSealed = false
    /// The last bytes of the stream: a joint's head may begin in them.
    private var tail: [UInt8] = []

    init(talker: Socket, now: Instant) {
        self.talker = talker
        grantedAt = now
        heardAt = now
    }

    /// Takes a chunk, a message with its type byte, and makes it what the listeners get.
    mutating func append(_ chunk: [UInt8], now: Instant) -> Piece {
        heardAt = now
        bytes += chunk.count - 1
        var frame = chunk
        frame[0] = TalkieFrame.media
        let start = recording.length
        // However many there are, two are of use: where one may begin, and where one may leave off.
        let places = recording.append(frame.span.extracting(1..<frame.count))
        let useful = [places.first, places.first { $0 >= start }].compactMap(\.self)
        let joints = useful.map { place in
            Joint(prefix: Array(tail.suffix(max(0, start - place))), offset: max(0, place - start))
        }
        tail = Array((tail + frame.suffix(min(frame.count - 1, 24))).suffix(24))
        let piece = Piece(frame: frame, joints: joints, at: now)
        keep(piece)
        return piece
    }

    private mutating func keep(_ piece: Piece) {
        guard !isSealed, !kept.isEmpty || !isTrimmed || !piece.joints.isEmpty else { return }
        kept.append(piece)
        keptBytes += piece.size
        while let first = kept.first, keptBytes > Self.largest || piece.at - first.at > Self.longest {
            if recording.initialisation == nil {
                // A stream without joints can only be heard from its beginning.
                kept.removeLast()
                isSealed = true
                return
            }
            isTrimmed = true
            let end = kept.indices.dropFirst().first { !kept[$0].joints.isEmpty } ?? kept.endIndex
            keptBytes -= kept[..<end].reduce(0) { $0 + $1.size }
            kept.removeFirst(end)
        }
    }

    /// Lets go of what is kept, and keeps no more: this talk is not heard again.
    mutating func forget() {
        kept = []
        keptBytes = 0
        (isTrimmed, isSealed) = (true, true)
    }

    /// What the stream is, once that is known.
    var mime: String? { recording.mime }

    /// What a late listener needs first.
    var opening: [UInt8]? { recording.initialisation.map { [TalkieFrame.media] + $0 } }

    /// The talk once more, as it was sent unless its beginning was let go of.
    var replay: [[UInt8]] {
        guard isTrimmed else { return kept.map(\.frame) }
        guard let opening, let first = kept.first, let start = first.fromJoint else { return [] }
        return [opening, start] + kept.dropFirst().map(\.frame)
    }
}

/// A chunk on its way to the listeners.
struct Piece {
    /// With the type byte in front.
    let frame: [UInt8]
    let joints: [Joint]
    let at: Instant

    /// Bytes of memory that it takes, about: a chunk may be a single byte.
    var size: Int { frame.count + 128 }

    /// What somebody gets who begins at the first joint; nil when there is none.
    var fromJoint: [UInt8]? {
        joints.first.map { [TalkieFrame.media] + $0.prefix + frame[(1 + $0.offset)...] }
    }

    /// What somebody still gets who leaves off at the first joint whose head lies in this piece; nil without one.
    var untilJoint: [UInt8]? {
        joints.first { $0.prefix.isEmpty }.map { Array(frame[..<(1 + $0.offset)]) }
    }
}

/// The beginning of a cluster or fragment.
struct Joint {
    /// Bytes of its head that came with the piece before.
    let prefix: [UInt8]
    /// Where it goes on in the payload.
    let offset: Int
}
