// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// A field that cannot be what it is, in a sentence for the page's maker.
struct FieldProblem: Error, Hashable { let sentence: String }

/// What the messages of all machines are made of, checked.
extension JSON {
    /// An optional string; null counts as absent.
    func text(_ name: String) throws(FieldProblem) -> String? {
        switch self[name] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        default: throw FieldProblem(sentence: "“\(name)” is not a string")
        }
    }

    /// A required boolean.
    func flag(_ name: String) throws(FieldProblem) -> Bool {
        guard let flag = self[name]?.boolean else {
            throw FieldProblem(sentence: "“\(name)” is neither true nor false")
        }
        return flag
    }

    /// An optional counter of at least zero.
    func counter(_ name: String) throws(FieldProblem) -> Int64? {
        guard let value = self[name] else { return nil }
        guard let number = value.integer, number >= 0 else {
            throw FieldProblem(sentence: "“\(name)” is not a whole number from 0 on")
        }
        return number
    }

    /// A session description (RFC 8866 begins with its version) of at most 60 KiB.
    func sdp() throws(FieldProblem) -> String {
        guard let sdp = self["sdp"]?.string, sdp.utf8.starts(with: "v=0".utf8), sdp.utf8.count <= 60 * 1024 else {
            throw FieldProblem(sentence: "“sdp” is not a session description of at most 60 KiB")
        }
        return sdp
    }

    /// An RTCIceCandidateInit of at most 2,000 characters, or `""` or null for the end of candidates.
    func candidate() throws(FieldProblem) -> JSON {
        let problem = FieldProblem(sentence: "“candidate” is not an RTCIceCandidateInit of ≤ 2,000 characters")
        guard let candidate = self["candidate"] else { throw problem }
        switch candidate {
        case .null, .string(""):
            return candidate
        case .object:
            guard candidate["candidate"]?.string != nil,
                candidate["sdpMid"]?.isStringOrNull ?? true, candidate["usernameFragment"]?.isStringOrNull ?? true,
                candidate["sdpMLineIndex"]?.isLineIndexOrNull ?? true,
                candidate.text.unicodeScalars.count <= 2000
            else { throw problem }
            return candidate
        default:
            throw problem
        }
    }

    private var isStringOrNull: Bool { self == .null || string != nil }

    private var isLineIndexOrNull: Bool { self == .null || integer.map { (0...65_535).contains($0) } ?? false }
}
