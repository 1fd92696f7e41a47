// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A folder of our own that nobody else can read, gone with its owner.
struct TemporaryFolder: ~Copyable {
    let path: String

    /// Nil where none can be made beside `neighbour`; `errno` says why.
    init?(beside neighbour: String) {
        var template = Array((Path.folder(of: neighbour) + "/.sterna-XXXXXX").utf8CString)
        // Safe: the template is an array of our own that ends in zero; mkdtemp writes into its last six letters.
        guard unsafe mkdtemp(&template) != nil else { return nil }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { _ = Program.run("/bin/rm", ["-rf", path]) }
}

/// Paths, as text.
enum Path {
    /// The folder that a path lies in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last part of a path.
    static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    static func exists(_ path: String) -> Bool {
        // Safe: the path lives through the call.
        unsafe access(path, F_OK) == 0
    }

    /// Names in a folder, sorted, without the two that every folder has; none where it cannot be read.
    static func names(in folder: String) -> [String] {
        // Safe: the path lives through the call.
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        // Safe: an entry is read before the next one is asked for, and its name ends in zero.
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// Programs of the system.
enum Program {
    /// Runs a program to its end, with our standard output and error.
    ///
    /// - Returns: Its exit status; 127 where it cannot be started.
    static func run(_ path: String, _ words: [String]) -> Int32 {
        // Safe: every copy is freed below, after the child has its own.
        var arguments = unsafe ([path] + words).map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
        var child: pid_t = 0
        // Safe: the array ends in nil and lives through the call.
        guard unsafe posix_spawn(&child, path, nil, nil, &arguments, environ) == 0 else { return 127 }
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) == -1, errno == EINTR {}
        // WIFEXITED and WEXITSTATUS, which are macros.
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }
}
