// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The environment that the process was started with.
enum Environment {
    static let variables: [String: String] = {
        var variables: [String: String] = [:]
        // Safe: environ is an array of strings that ends in nil, and nothing here changes it.
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let words = unsafe String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if let name = words.first { variables[String(name)] = words.count == 2 ? String(words[1]) : "" }
            unsafe entry += 1
        }
        return variables
    }()
}
