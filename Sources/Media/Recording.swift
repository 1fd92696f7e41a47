// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// A stream of WebM or fragmented MP4 that comes in pieces, as MediaRecorder cuts them: anywhere.
///
/// Finds the initialisation segment, which every listener needs first, and the places where one can join or be cut:
/// the beginnings of clusters (WebM) and of fragments (MP4). Keeps no media.
package struct Recording: Sendable {
    package enum Container: Hashable, Sendable {
        /// Fewer bytes came than are needed to tell.
        case undetermined
        case webm
        case mp4
        /// Neither, or no longer understood: there is no further place to join.
        case opaque
    }

    /// The longest initialisation segment that is waited for, in bytes.
    package static let longestInitialisation = 65_536
    /// Beginnings that are told of one piece.
    static let mostPlaces = 256

    private enum State {
        case undetermined
        case webm(WebMScanner)
        case mp4(MP4Scanner)
        case opaque
    }

    private var state = State.undetermined
    /// The bytes until the initialisation segment is whole.
    private var opening: [UInt8] = []
    /// Bytes seen so far.
    package private(set) var length = 0
    /// Everything in front of the first cluster or fragment, once that has begun.
    package private(set) var initialisation: [UInt8]?
    /// What to give to `MediaSource.addSourceBuffer`, as in `video/webm;codecs="vp8,opus"`.
    package private(set) var mime: String?

    package init() {}

    package var container: Container {
        switch state {
        case .undetermined: .undetermined
        case .webm: .webm
        case .mp4: .mp4
        case .opaque: .opaque
        }
    }

    /// Takes the next piece.
    ///
    /// Of many beginnings in one piece the first ones are told: a chunk of nothing but heads is not worth a list of them.
    /// - Returns: Where in the stream clusters or fragments begin, counted from its first byte. A beginning may lie up
    ///   to 24 bytes in front of the piece, when its header was cut.
    package mutating func append(_ piece: Span<UInt8>) -> [Int] {
        if initialisation == nil, !isOpaque { opening += piece.array(0..<piece.count) }
        let found: (places: [Int], understood: Bool)
        if case .undetermined = state {
            recognise()
            if case .undetermined = state {
                length += piece.count
                return []
            }
            // The scanner has not seen what came before this piece.
            let unseen = opening
            found = scan(unseen.span, from: 0)
        } else {
            found = scan(piece, from: length)
        }
        length += piece.count
        // What was understood counts, wherever the stream was cut.
        if initialisation == nil { initialise(at: found.places.first) }
        if !found.understood { giveUp() }
        return found.places
    }

    private var isOpaque: Bool { if case .opaque = state { true } else { false } }

    /// EBML's magic number, or a box of the type `ftyp`.
    private mutating func recognise() {
        let magic: [UInt8] = [0x1A, 0x45, 0xDF, 0xA3]
        let type = Array("ftyp".utf8)
        if opening.starts(with: magic) {
            state = .webm(WebMScanner())
        } else if opening.count >= 8, opening.first == 0, opening[4..<8].elementsEqual(type) {
            state = .mp4(MP4Scanner())
        } else if opening.count >= 8 || !(magic.starts(with: opening.prefix(4)) || opening.first == 0) {
            giveUp()
        }
    }

    private mutating func scan(_ bytes: Span<UInt8>, from offset: Int) -> (places: [Int], understood: Bool) {
        var places: [Int] = []
        var understood = true
        // Taken out and put back, so that the scanner's few bytes are not copied.
        switch state {
        case .webm(var scanner):
            understood = scanner.scan(bytes, from: offset, into: &places)
            state = .webm(scanner)
        case .mp4(var scanner):
            understood = scanner.scan(bytes, from: offset, into: &places)
            state = .mp4(scanner)
        case .undetermined, .opaque: break
        }
        return (places, understood)
    }

    private mutating func initialise(at place: Int?) {
        guard let place, place <= opening.count else {
            if opening.count > Self.longestInitialisation { giveUp() }
            return
        }
        let segment = Array(opening.prefix(place))
        opening = []
        guard segment.count <= Self.longestInitialisation else { return giveUp() }
        initialisation = segment
        switch state {
        case .webm: mime = WebMTracks(initialisation: segment.span).mime
        case .mp4: mime = MP4Tracks(initialisation: segment.span).mime
        case .undetermined, .opaque: break
        }
    }

    private mutating func giveUp() {
        state = .opaque
        opening = []
    }
}
