// SPDX-License-Identifier: Apache-2.0

/// What each line of a coturn configuration does in Sterna.
package struct ImportReport: Sendable {
    /// What becomes of a line.
    package enum Fate: String, CaseIterable, Sendable {
        /// It means here what it means in coturn.
        case taken
        /// It is in force, with a difference.
        case changed
        /// It has no effect, and nothing is lost by that.
        case needless
        /// It has no effect, and something is lost.
        case dropped
        /// Nothing is served as long as it is there.
        case refused
        /// It is not right, in coturn either.
        case mistake
    }

    package struct Row: Sendable {
        /// Counted from one.
        package let line: Int
        package let fate: Fate
        /// The setting as it was written, without what is secret.
        package let text: String
        /// Why; empty where there is nothing to say.
        package let reason: String
    }

    package let rows: [Row]

    package init(_ file: Input.File) {
        rows = Entry.entries(of: file).compactMap { entry in
            guard case .file(_, let line) = entry.origin else { return nil }
            let (fate, reason) = Self.judge(entry)
            return Row(line: line, fate: fate, text: Self.text(entry), reason: reason)
        }
    }

    /// How many lines have this fate.
    package func count(_ fate: Fate) -> Int { rows.count { $0.fate == fate } }

    private static func judge(_ entry: Entry) -> (Fate, String) {
        guard let setting = Setting.byKey[entry.key] else { return (.mistake, Reading.unknown(entry.key)) }
        switch setting.standing {
        case .supported:
            var scratch = Settings()
            if let complaint = setting.assign(entry.value, at: entry.origin, to: &scratch) {
                return (.mistake, complaint)
            }
            // Where the value is the one that holds without the line, so does what is different about it.
            if case .deviates(let how) = setting.kinship, scratch != Settings() { return (.changed, how) }
            return (.taken, "")
        case .planned(let text), .dropped(let text), .refused(let text):
            guard setting.changesAnything(entry.value, at: entry.origin) else { return (.needless, "") }
            if case .refused = setting.standing { return (.refused, text) }
            return (.dropped, text)
        case .always(let reason): return (.needless, reason)
        }
    }

    /// A key that is not known may be a secret misspelt, so only the values of known ones are shown.
    private static func text(_ entry: Entry) -> String {
        guard let value = entry.value else { return entry.key }
        let isShown = Setting.byKey[entry.key].map { !$0.isSecret && !$0.isForeignText } ?? false
        return isShown ? "\(entry.key)=\(value)" : "\(entry.key)=…"
    }
}
