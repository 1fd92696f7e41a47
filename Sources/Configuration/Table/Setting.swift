// SPDX-License-Identifier: Apache-2.0

/// A row of the table: everything there is to know about one key of the configuration.
///
/// The parser, the command line, the annotated default file, the manual and `sterna config` are made from these rows.
package struct Setting: Sendable {
    /// What comes of a key that somebody writes.
    package enum Standing: Hashable, Sendable {
        case supported
        /// Sterna will have this and does not yet; the text says what is lost until then.
        case planned(loss: String)
        /// Known to coturn, not to Sterna; the text says what is lost.
        case dropped(loss: String)
        /// Known to coturn; without its effect the server would be less safe than the author believes.
        case refused(reason: String)
        /// Known to coturn; Sterna always behaves as if it were set, or has nothing that it could change.
        case always(String)
    }

    /// How the key relates to coturn's.
    package enum Kinship: Hashable, Sendable {
        /// Same name, same meaning, same default.
        case same
        /// Same name, and something differs; the text says what and why.
        case deviates(String)
        /// Same name and meaning, and something differs where it is not set; the text says what.
        case defaultDeviates(String)
        /// Sterna's own.
        case own
    }

    package let key: String
    /// What it does, one sentence or two in the present tense.
    package let sentence: String
    /// What the manual calls a value.
    package let typeName: String
    /// What would be right.
    package let expected: String
    package let unit: String?
    package let isRepeatable: Bool
    package let isFlag: Bool
    let isText: Bool
    package private(set) var standing = Standing.supported
    package private(set) var kinship = Kinship.same
    /// Whether a reload applies it to the running server.
    package private(set) var isReloadable = false
    /// Whether its value must never be shown.
    package private(set) var isSecret = false
    /// The value that the shipped file sets; nil to ship it as a comment.
    package private(set) var shipped: String?
    /// The key of Sterna's own that says the same.
    package private(set) var synonym: String?
    private var bareMeansDefault = false
    /// Where what differs from coturn is seen, given what the line says and what the file does; nil: wherever it is set.
    private var shows: (@Sendable (_ line: Settings, _ whole: Settings) -> Bool)?

    private let read: @Sendable (String, Origin, inout Settings) -> Bool
    private let reset: @Sendable (inout Settings) -> Void
    private let written: @Sendable (Settings) -> [String]
    private let equal: @Sendable (Settings, Settings) -> Bool
    private let transfer: @Sendable (Settings, inout Settings) -> Void

    /// The values that `settings` holds, as the file would spell them; empty when unset.
    package func values(in settings: Settings) -> [String] {
        let values = written(settings)
        return isSecret ? values.map { _ in "…" } : values
    }

    /// The default, as the file would spell it; nil when there is none.
    package var defaultValue: String? { values(in: Settings()).first }

    /// The variable of the environment that sets it.
    package var environmentName: String { "STERNA_" + key.uppercased().replacing("-", with: "_") }

    /// Whether it is a text that nothing here looks at: it may be a password of coturn's.
    var isForeignText: Bool { isText && sentence.isEmpty }

    /// The key that the manual lists it under.
    var canonicalKey: String { synonym ?? key }

    /// Whether the key alone is not enough.
    var needsValue: Bool { !isFlag && !bareMeansDefault }

    /// Whether it has a value at all, needed or not.
    var takesValue: Bool { !isFlag }

    /// Whether it is coturn's alone.
    var isForeign: Bool { sentence.isEmpty }

    /// Whether it names a file of this host.
    var isPath: Bool { isText && typeName == ValueType<String>.path.name && !isForeignText }

    /// Whether its value is a number, alone or with a unit.
    var isNumber: Bool { ["port", "number", "duration", "size"].contains(typeName) }

    /// Whether its value is an address.
    var isAddress: Bool { typeName == ValueType<ExternalAddress>.externalAddress.name }

    /// Whether it opens the web's ports.
    var opensWeb: Bool { key == "web-port" || key == "web-tls-port" }

    /// Where a second value of it can be written.
    var second: String {
        switch key {
        case "listening-port": "; another port is written as alt-listening-port="
        case "tls-listening-port": "; another port is written as alt-tls-listening-port="
        default: ""
        }
    }

    /// The values of a repeatable setting that one variable of the environment holds, a line each or between commas.
    func parts(ofList value: String) -> [String] {
        guard isRepeatable else { return [value] }
        return value.split { $0.isNewline || $0 == "," && !isText }.map { String($0.trimmed) }
    }

    /// Puts what `text` spells into `settings`; the answer is a complaint when it spells nothing that is right.
    func assign(_ text: String?, at origin: Origin, to settings: inout Settings) -> String? {
        if text == nil, bareMeansDefault { return nil }
        if text == nil, needsValue { return "\(key) needs a value: \(key)=\(typeName); right would be \(expected)" }
        let text = text ?? ""
        if read(text, origin, &settings) { return nil }
        let wrong = isSecret ? "the value" : "“\(text)”"
        return "\(key): \(wrong) is not right; right would be \(expected)"
    }

    /// Whether `text` asks for anything but what happens without it: `no-auth=0` and `user-quota=0` do not.
    func changesAnything(_ text: String?, at origin: Origin) -> Bool {
        if isFlag, sentence.isEmpty {
            // As coturn has it, a first letter is enough, whatever comment follows.
            let word = String((text ?? "").prefix { $0.isLetter || $0.isNumber })
            let isOff =
                ValueType.boolean.parse(word, origin) == false
                || word.lowercased().first.map { "nf".contains($0) } ?? false
            if isOff { return false }
        }
        // A value that a template has left empty asks for nothing.
        guard !sentence.isEmpty else { return isFlag || text != "" }
        var scratch = Settings()
        return assign(text, at: origin, to: &scratch) != nil || scratch != Settings()
    }

    /// What is different from coturn about a value; nil where nothing is.
    func deviation(of text: String?, at origin: Origin, in whole: Settings) -> String? {
        var line = Settings()
        // Where the value is the one that holds without the line, so does what is different about it.
        guard case .deviates(let how) = kinship, assign(text, at: origin, to: &line) == nil, line != Settings(),
            shows?(line, whole) ?? true
        else { return nil }
        return how
    }

    /// Whether two settings have different values under this key.
    func differs(_ a: Settings, _ b: Settings) -> Bool { !equal(a, b) }

    /// Takes the value under this key over.
    func copy(from source: Settings, to target: inout Settings) { transfer(source, &target) }

    /// Forgets what a weaker layer said.
    func clear(_ settings: inout Settings) { reset(&settings) }
}

// MARK: - Rows

extension Setting {
    /// A setting with one value.
    init<Value: Equatable>(
        _ key: String, _ type: ValueType<Value>, into path: any WritableKeyPath<Settings, Value> & Sendable,
        _ sentence: String
    ) {
        self.init(
            key, type, sentence, isRepeatable: false,
            read: { value, settings in settings[keyPath: path] = value },
            reset: { settings in settings[keyPath: path] = Settings()[keyPath: path] },
            written: { settings in
                let text = type.write(settings[keyPath: path])
                return text.isEmpty ? [] : [text]
            },
            equal: { $0[keyPath: path] == $1[keyPath: path] },
            transfer: { $1[keyPath: path] = $0[keyPath: path] })
    }

    /// A setting with one value or none.
    init<Value: Equatable>(
        _ key: String, _ type: ValueType<Value>, into path: any WritableKeyPath<Settings, Value?> & Sendable,
        _ sentence: String
    ) {
        self.init(
            key, type, sentence, isRepeatable: false,
            read: { value, settings in settings[keyPath: path] = value },
            reset: { settings in settings[keyPath: path] = Settings()[keyPath: path] },
            written: { settings in settings[keyPath: path].map { [type.write($0)] } ?? [] },
            equal: { $0[keyPath: path] == $1[keyPath: path] },
            transfer: { $1[keyPath: path] = $0[keyPath: path] })
    }

    /// A setting that may be repeated.
    init<Value: Equatable>(
        _ key: String, _ type: ValueType<Value>, into path: any WritableKeyPath<Settings, [Value]> & Sendable,
        _ sentence: String
    ) {
        self.init(
            key, type, sentence, isRepeatable: true,
            read: { value, settings in settings[keyPath: path].append(value) },
            reset: { settings in settings[keyPath: path] = [] },
            written: { settings in settings[keyPath: path].map(type.write) },
            equal: { $0[keyPath: path] == $1[keyPath: path] },
            transfer: { $1[keyPath: path] = $0[keyPath: path] })
    }

    /// A key that fills nothing, because its standing says all.
    init(foreign key: String, _ standing: Standing) {
        self.init(foreign: key, of: .anything, standing)
    }

    /// A boolean key that fills nothing.
    init(foreignFlag key: String, _ standing: Standing) {
        self.init(foreign: key, of: .boolean, standing)
    }

    private init<Value>(foreign key: String, of type: ValueType<Value>, _ standing: Standing) {
        self.init(
            key, type, "", isRepeatable: true, read: { _, _ in }, reset: { _ in }, written: { _ in [] },
            equal: { _, _ in true }, transfer: { _, _ in })
        self.standing = standing
    }

    private init<Value>(
        _ key: String, _ type: ValueType<Value>, _ sentence: String, isRepeatable: Bool,
        read: @escaping @Sendable (Value, inout Settings) -> Void,
        reset: @escaping @Sendable (inout Settings) -> Void,
        written: @escaping @Sendable (Settings) -> [String],
        equal: @escaping @Sendable (Settings, Settings) -> Bool,
        transfer: @escaping @Sendable (Settings, inout Settings) -> Void
    ) {
        self.key = key
        self.sentence = sentence
        typeName = type.name
        expected = type.expected
        unit = type.unit
        isText = type.isText
        self.isRepeatable = isRepeatable
        isFlag = type.name == ValueType.boolean.name
        self.read = { text, origin, settings in
            guard let value = type.parse(text, origin) else { return false }
            read(value, &settings)
            return true
        }
        self.reset = reset
        self.written = written
        self.equal = equal
        self.transfer = transfer
    }

    /// Known, and coming; delete this from the row once the machine has it.
    func planned(loss: String) -> Self { with { $0.standing = .planned(loss: loss) } }
    /// Known, and coming; without it the server would be less safe than the author believes.
    func refused(reason: String) -> Self { with { $0.standing = .refused(reason: reason) } }
    func deviates(
        _ how: String, where shows: (@Sendable (_ line: Settings, _ whole: Settings) -> Bool)? = nil
    ) -> Self {
        with { ($0.kinship, $0.shows) = (.deviates(how), shows) }
    }
    func defaultDeviates(_ how: String) -> Self { with { $0.kinship = .defaultDeviates(how) } }
    var own: Self { with { $0.kinship = .own } }
    var reloadable: Self { with { $0.isReloadable = true } }
    var secret: Self { with { $0.isSecret = true } }
    func shipped(_ value: String) -> Self { with { $0.shipped = value } }
    func synonym(of key: String) -> Self { with { $0.synonym = key } }
    /// A key without a value changes nothing, as with coturn's optional arguments.
    var bare: Self { with { $0.bareMeansDefault = true } }

    private func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}
