// SPDX-License-Identifier: Apache-2.0
import Glibc
import Media

/// The files under `Recordings` and `Pictures`.
enum SampleFile {
    static func read(_ file: String, in place: String = "Recordings") -> [UInt8] {
        let folder = #filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex)
        // Safe: no more bytes are read than the buffer holds; the file is closed.
        guard let handle = unsafe fopen("\(folder)/\(place)/\(file)", "r") else { return [] }
        defer { unsafe fclose(handle) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe fread(&bytes, 1, bytes.count, handle)
        return Array(bytes.prefix(count))
    }
}

extension Recording {
    mutating func append(_ bytes: [UInt8]) -> [Int] { append(bytes.span) }
}
