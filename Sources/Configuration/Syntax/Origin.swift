// SPDX-License-Identifier: Apache-2.0

/// Where a value was written; what every message begins with.
package enum Origin: Hashable, Sendable {
    /// A line of a configuration file, counted from one.
    case file(String, line: Int)
    /// A variable of the environment, by its whole name.
    case environment(String)
    case commandLine
    /// Nowhere: something is missing, or two settings do not go together.
    case configuration(file: String?)
}

extension Origin: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let name): "environment, \(name)"
        case .commandLine: "command line"
        case .configuration(let file?): file
        case .configuration(nil): "configuration"
        }
    }
}

extension Origin {
    /// The directory that relative paths written here start from; nil for the working directory.
    ///
    /// A path in a file is relative to that file, so that a configuration and its certificates move together.
    var directory: Substring? {
        guard case .file(let path, _) = self, let slash = path.lastIndex(of: "/") else { return nil }
        return path[...slash]
    }
}
