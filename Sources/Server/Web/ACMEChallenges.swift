// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Glibc
internal import HTTP

/// Answers to an ACME server's challenges, as a client like certbot leaves them in a folder (RFC 8555 §8.3).
///
/// The one place where a request names a file: its name is nothing but letters, digits, `-` and `_`.
struct ACMEChallenges {
    /// The path that challenges lie under, in the URL and in the folder.
    static let folder = "/.well-known/acme-challenge/"
    private static let longestToken = 128
    private static let longestAnswer = 4096

    private let root: String

    /// - Parameter root: The folder that was given to the client as its webroot.
    init(root: String) { self.root = root }

    /// Makes the folder unless it is there: clients like certbot want to find it.
    ///
    /// - Returns: What the operator has to do, where that is not possible.
    func makeFolder() -> String? {
        DataDirectory.make(root)
        // Safe: the path lives through the call.
        guard unsafe access(root, X_OK) != 0 else { return nil }
        return
            "the folder of acme-webroot, \(root), is not there and cannot be made, or cannot be read; right would be "
            + "a folder that the server's user may enter, in data-dir for one"
    }

    /// The answer to a request for that path; nil where it is none for a challenge.
    func response(to path: some StringProtocol) -> Response? {
        guard path.hasPrefix(Self.folder) else { return nil }
        let token = path.dropFirst(Self.folder.count)
        guard (1...Self.longestToken).contains(token.utf8.count), token.utf8.allSatisfy(Self.isOfToken),
            let answer = Self.contents(of: root + Self.folder + token)
        else { return Response(.notFound, type: "text/plain", body: Array("no such challenge\n".utf8)) }
        return Response(.ok, type: "application/octet-stream", body: answer)
    }

    private static func isOfToken(_ letter: UInt8) -> Bool {
        switch letter {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func contents(of path: String) -> [UInt8]? {
        // Safe: the path lives through the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: longestAnswer)
        // Safe: the buffer has as many bytes as are named.
        let count = unsafe read(descriptor, &buffer, buffer.count)
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }
}

extension Service {
    /// Has the folder of acme-webroot be there, or says why it is not.
    func makeChallengeFolder() {
        guard let root = settings.acmeWebroot, let problem = ACMEChallenges(root: root).makeFolder() else { return }
        log.write(.host, problem)
    }
}
