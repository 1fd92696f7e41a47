// SPDX-License-Identifier: Apache-2.0
internal import Engine

/// A descriptor that outlives this process, on its way to whoever keeps it.
final class Kept: Sendable {
    let descriptor: Descriptor

    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}

/// Keeps what must outlive this process: here, for an exec in place, and with whoever supervises it.
///
/// Everything that one process keeps has one name, which says which process in a row it is: `sterna-7`. What the seventh
/// kept is forgotten as a whole once the eighth has everything in its own.
final class Keeper {
    /// What this process keeps by.
    let name: String
    /// Takes a descriptor, from any thread; it is kept from the loop's next turn on.
    let keep: @Sendable (Kept) -> Void

    private let supervisor: Supervisor?
    private let kept: Mailbox<Kept>
    private var all: [Kept] = []

    /// - Parameters:
    ///   - generation: That of the process before this one, and one.
    ///   - loop: The first thread's, which alone talks to the supervisor.
    init(generation: UInt64, supervisor: Supervisor?, on loop: Loop) throws(Errno) {
        name = Self.name(generation)
        self.supervisor = supervisor
        let kept = try Mailbox<Kept>()
        self.kept = kept
        keep = { kept.post($0) }
        try kept.open(on: loop) { [weak self] in self?.take($0) }
    }

    /// The descriptors that are kept.
    var numbers: [Int32] { all.map { $0.descriptor.number } }

    /// Gives the descriptors away: the caller closes them.
    func release() -> [Int32] {
        defer { all = [] }
        return all.compactMap { try? $0.descriptor.duplicate().release() }
    }

    private func take(_ item: Kept) {
        all.append(item)
        supervisor?.keep([item.descriptor.number], named: name)
    }

    private static let prefix = "sterna-"
    /// What is opened for the process before its start is passed on by this name.
    static let opened = "sterna-ports"

    static func name(_ generation: UInt64) -> String { "\(prefix)\(generation)" }

    /// Which process a name is of; nil when it is the name of something else.
    static func generation(of name: String) -> UInt64? {
        name.hasPrefix(prefix) ? UInt64(name.dropFirst(prefix.count)) : nil
    }
}
