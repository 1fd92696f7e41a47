// SPDX-License-Identifier: Apache-2.0

extension Settings {
    /// What cannot be seen in one line: settings that miss each other or do not go together.
    func contradictions(file: String?, origins: [String: [Origin]]) -> [Problem] {
        let check = Contradictions(settings: self, file: file, origins: origins)
        return check.ports() + check.certificates() + check.credentials() + check.addresses() + check.discovery()
            + check.rooms() + check.peers() + check.proxies()
    }
}

/// One look at the whole configuration.
struct Contradictions {
    let settings: Settings
    let file: String?
    let origins: [String: [Origin]]

    /// Where the last of `keys` that is written at all was written.
    func place(_ keys: String...) -> Origin {
        keys.lazy.compactMap { origins[$0]?.last }.first ?? .configuration(file: file)
    }

    /// Where the line of a repeated key with this number was written.
    func place(_ key: String, number index: Int) -> Origin {
        let all = origins[key] ?? []
        return all.indices.contains(index) ? all[index] : place(key)
    }
}
