// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// `rooms`, `channels` and `people`.
extension AdminConnection {
    /// So many are told of in one turn of the web's loop.
    private static var entriesAtOnce: Int { 128 }

    func moderate(_ verb: String, _ request: JSON) {
        guard let subject = ModerationOrder.Subject(rawValue: verb) else { return }
        guard request["action"]?.string != "list" else { return list(subject) }
        let order: ModerationOrder
        do throws(ModerationOrder.Problem) {
            order = try ModerationOrder(subject, parsing: request)
        } catch {
            return refuse(error.sentence)
        }
        office.web.moderate(order) { [self] answer in
            switch answer {
            case .refused(let why): refuse(why)
            case .entries(let entries):
                for entry in entries { send(.object([.init("entry", entry)])) }
                finish([.init("count", .integer(Int64(entries.count)))])
            default: finish([])
            }
        }
    }

    private func list(_ subject: ModerationOrder.Subject) {
        office.web.moderate(ModerationOrder(subject, .names)) { [self] answer in
            switch answer {
            case .names(let names): tell(names[...], of: subject, 0)
            case .refused(let why): refuse(why)
            default: refuse("there is no list")
            }
        }
    }

    private func tell(_ names: ArraySlice<String>, of subject: ModerationOrder.Subject, _ told: Int) {
        guard !names.isEmpty else { return finish([.init("count", .integer(Int64(told)))]) }
        let some = Array(names.prefix(Self.entriesAtOnce))
        office.web.moderate(ModerationOrder(subject, .entries(some))) { [self] answer in
            guard case .entries(let entries) = answer else { return refuse("the list has broken off") }
            for entry in entries { send(.object([.init("entry", entry)])) }
            tell(names.dropFirst(some.count), of: subject, told + entries.count)
        }
    }
}
