// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension Input.File {
    /// The file that is read when none is named.
    package static let standardPath = "/etc/sterna/sterna.conf"

    /// Reads a configuration file; the error says why that failed and what would help.
    ///
    /// - Parameter advice: What helps where there is no such file.
    package init(
        reading path: String, ifMissing advice: String = "“sterna config --default” prints a file to begin with"
    ) throws(Problem) {
        let origin = Origin.configuration(file: path)
        let bytes: [UInt8]
        do {
            bytes = try Self.bytes(of: path)
        } catch {
            throw .error("cannot be read: \(error.explanation(ifMissing: advice))", at: origin)
        }
        // A comment may be in another encoding; nobody reads it but people.
        guard let text = String(validating: Self.withoutForeignComments(bytes), as: UTF8.self) else {
            throw .error(
                "line \(Self.firstLineNotUTF8(bytes)) is not UTF-8; save the file in that encoding", at: origin)
        }
        self.init(path: path, text: text)
    }

    /// The file that is read when none is named, or nil when there is none.
    package static func standard() throws(Problem) -> Self? {
        // Safe: the path is a constant that ends in zero.
        guard unsafe access(standardPath, F_OK) == 0 else { return nil }
        return try Self(reading: standardPath)
    }

    private struct Failure: Error {
        let code: Int32

        func explanation(ifMissing advice: String) -> String {
            // Safe: strerror answers a string that lives until the next call on this thread.
            let words = unsafe String(cString: strerror(code))
            return switch code {
            case EACCES: "\(words); run as root, or as the user that the file belongs to"
            case ENOENT: "\(words); \(advice)"
            case EISDIR: "\(words); name a file in it"
            default: words
            }
        }
    }

    private static func bytes(of path: String) throws(Failure) -> [UInt8] {
        // Safe: the path lives through the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            // Safe: the buffer has as many bytes as are named.
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 else { throw Failure(code: errno) }
            bytes += buffer[..<count]
        }
    }

    private static func firstLineNotUTF8(_ bytes: [UInt8]) -> Int {
        let lines = withoutForeignComments(bytes).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return 1 + (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0)
    }

    /// The file with comments that are not UTF-8 emptied.
    private static func withoutForeignComments(_ bytes: [UInt8]) -> [UInt8] {
        guard String(validating: bytes, as: UTF8.self) == nil else { return bytes }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            let isComment = line.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "#")
            return isComment && String(validating: line, as: UTF8.self) == nil ? [] : Array(line)
        }
        return Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }
}

extension Input.File {
    /// Whether the file is coturn's: by its name, or because it has keys that only coturn has and, the web's ports aside,
    /// none that only Sterna has.
    func isCoturn(holding entries: [Entry]) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        if name.contains("turnserver") { return true }
        guard !name.hasPrefix("sterna") else { return false }
        let settings = entries.compactMap { Setting.byKey[$0.key] }
        return settings.contains { $0.isForeign } && !settings.contains { $0.kinship == .own && !$0.opensWeb }
    }
}
