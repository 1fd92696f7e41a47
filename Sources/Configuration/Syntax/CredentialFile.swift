// SPDX-License-Identifier: Apache-2.0

/// A value that names a file which systemd hands to the service alone (`LoadCredential=`), as
/// `$CREDENTIALS_DIRECTORY/NAME`.
///
/// Of a secret the file holds the value, and of a secret that may be repeated a value on each line; any other setting
/// gets the path of the file.
struct CredentialFile {
    static let variable = "CREDENTIALS_DIRECTORY"

    let name: Substring

    /// Nil for every other value.
    init?(in value: String?) {
        guard let value else { return nil }
        for prefix in ["$\(Self.variable)/", "${\(Self.variable)}/"] where value.hasPrefix(prefix) {
            name = value.dropFirst(prefix.count)
            return
        }
        return nil
    }

    /// What `entry` says with the file in place of its name.
    func resolve(_ entry: Entry, in environment: [String: String]) throws(Problem) -> [Entry] {
        guard let directory = environment[Self.variable], directory.hasPrefix("/") else {
            throw .error(
                "\(entry.key): there is no $\(Self.variable) here; systemd sets it for a service with LoadCredential=",
                at: entry.origin)
        }
        guard !name.isEmpty, !name.contains("/"), name != ".." else {
            throw .error("\(entry.key): “\(name)” is no name of a credential", at: entry.origin)
        }
        let path = "\(directory)/\(name)"
        guard let setting = Setting.byKey[entry.key], setting.isSecret else {
            return [Entry(key: entry.key, value: path, origin: entry.origin)]
        }
        let text: String
        do {
            text = try Input.File(reading: path, ifMissing: "LoadCredential=\(name):FILE in the unit hands it over")
                .text
        } catch {
            throw .error("\(entry.key): \(path) \(error.explanation)", at: entry.origin)
        }
        let lines = text.split(whereSeparator: \.isNewline).map { String($0.trimmed) }.filter { !$0.isEmpty }
        guard !lines.isEmpty, lines.count == 1 || setting.isRepeatable else {
            throw .error("\(entry.key): \(path) should hold one line and holds \(lines.count)", at: entry.origin)
        }
        return lines.map { Entry(key: entry.key, value: $0, origin: entry.origin) }
    }
}
