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
        /// Nobody knows it; it has no effect in coturn either.
        case unknown
        /// Nothing is served as long as it is there.
        case refused
        /// It is not right, and nothing is served before it is mended.
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
    /// What the file comes to, read as coturn's.
    package let verdict: Verdict

    /// - Parameter host: What this host has to say about the lines, given what they come to.
    package init(_ file: Input.File, on host: (Verdict) -> [Problem] = { _ in [] }) {
        let entries = Entry.entries(of: file)
        let verdict = Input(file: file, isCoturn: true).verdict()
        self.verdict = verdict
        let judge = Judge(entries: entries, verdict: verdict, problems: verdict.problems + host(verdict))
        rows = entries.indices.compactMap { index in
            guard case .file(_, let line) = entries[index].origin else { return nil }
            let (fate, reason) = judge.judge(index)
            return Row(line: line, fate: fate, text: Self.text(entries[index]), reason: reason)
        }
    }

    /// How many lines have this fate.
    package func count(_ fate: Fate) -> Int { rows.count { $0.fate == fate } }

    /// A key that is not known may be a secret misspelt, so only the values of known ones are shown.
    private static func text(_ entry: Entry) -> String {
        guard let value = entry.value else { return entry.key }
        let isShown = Setting.byKey[entry.key].map { !$0.isSecret && !$0.isForeignText } ?? false
        return isShown ? "\(entry.key)=\(value)" : "\(entry.key)=…"
    }
}

/// Says of each line what becomes of it, given the whole.
private struct Judge {
    let entries: [Entry]
    let verdict: Verdict
    let problems: [Problem]

    func judge(_ index: Int) -> (ImportReport.Fate, String) {
        let entry = entries[index]
        // Of a key that is said twice, the line that counts for nothing tells it.
        let told = problems.filter {
            $0.origin == entry.origin && !$0.explanation.hasPrefix("\(entry.key) was set before (")
        }
        let errors = told.filter { $0.severity == .error }
        let words = (errors.isEmpty ? told : errors).map(\.explanation).joined(separator: "; ")
        guard let setting = Setting.byKey[entry.key] else { return (errors.isEmpty ? .unknown : .mistake, words) }
        if !errors.isEmpty {
            if case .refused(let reason) = setting.standing { return (.refused, reason) }
            return (.mistake, words)
        }
        if setting.opensWeb { return (.unknown, words) }
        switch setting.standing {
        case .always(let reason): return (.needless, reason)
        case .planned(let loss), .dropped(let loss), .refused(let loss):
            return setting.changesAnything(entry.value, at: entry.origin) ? (.dropped, loss) : (.needless, "")
        case .supported: return supported(index, setting, words)
        }
    }

    private func supported(_ index: Int, _ setting: Setting, _ words: String) -> (ImportReport.Fate, String) {
        let entry = entries[index]
        if let (other, counts) = rival(of: index, setting) {
            return (
                .needless,
                counts ? "line \(other) says it anew, and the last one counts" : "line \(other) says the same"
            )
        }
        if setting.takesValue, setting.needsValue, (entry.value ?? "").isEmpty, !words.isEmpty {
            return (.needless, words)
        }
        guard let settings = verdict.settings,
            let how = setting.deviation(of: entry.value, at: entry.origin, in: settings)
        else { return (.taken, words) }
        return (.changed, words.isEmpty ? how : "\(how) \(words)")
    }

    /// The line that makes this one needless, and whether it says something else.
    private func rival(of index: Int, _ setting: Setting) -> (line: Int, counts: Bool)? {
        let entry = entries[index]
        let same = entries.indices.filter { $0 != index && canonicalKey(entries[$0]) == setting.canonicalKey }
        if let earlier = same.first(where: { $0 < index && entries[$0].value == entry.value }) {
            return line(earlier).map { ($0, false) }
        }
        guard !setting.isRepeatable, let later = same.last(where: { $0 > index }) else { return nil }
        // Of two that say the same, the first is told as what counts.
        guard entries[later].value != entry.value else { return nil }
        return line(later).map { ($0, true) }
    }

    private func canonicalKey(_ entry: Entry) -> String? { Setting.byKey[entry.key]?.canonicalKey }

    private func line(_ index: Int) -> Int? {
        if case .file(_, let line) = entries[index].origin { line } else { nil }
    }
}
