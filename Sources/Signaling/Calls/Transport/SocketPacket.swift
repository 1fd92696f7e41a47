// SPDX-License-Identifier: Apache-2.0

internal import Wire

/// A packet of Socket.IO protocol 5 in the main namespace, as it stands inside an Engine.IO message.
enum SocketPacket: Hashable {
    case connect(JSON)
    case disconnect
    /// The name, its arguments, and the number under which an answer is wanted.
    case event(String, [JSON], id: Int64?)
    /// An answer, to an event that this server never asks one for.
    case acknowledgement
    /// A packet for another namespace.
    case foreign(namespace: String, isConnect: Bool)

    /// Nil for what is no packet, and for binary ones, which are refused.
    init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        guard let type = rest.popFirst() else { return nil }
        var namespace = "/"
        if rest.first == "/" {
            namespace = String(rest.prefix { $0 != "," })
            rest = rest.dropFirst(namespace.count + 1)
        }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard digits.utf8.count <= 15 else { return nil }
        let id = Int64(digits)
        rest = rest.dropFirst(digits.count)
        guard namespace == "/" else {
            self = .foreign(namespace: namespace, isConnect: type == "0")
            return
        }
        switch type {
        case "0":
            if rest.isEmpty {
                self = .connect(.null)
                return
            }
            guard let auth = try? JSON(parsing: Array(rest.utf8)) else { return nil }
            self = .connect(auth)
        case "1":
            self = .disconnect
        case "2":
            guard let arguments = try? JSON(parsing: Array(rest.utf8)).array, let name = arguments.first?.string else {
                return nil
            }
            self = .event(name, Array(arguments.dropFirst()), id: id)
        case "3":
            self = .acknowledgement
        default:
            return nil
        }
    }

    static func connected(_ id: String) -> String { "0" + JSON.object([.init("sid", .string(id))]).text }

    static func refused(_ message: String, namespace: String = "/") -> String {
        let prefix = namespace == "/" ? "" : namespace + ","
        return "4" + prefix + JSON.object([.init("message", .string(message))]).text
    }

    static func event(_ name: String, _ data: JSON) -> String { "2" + JSON.array([.string(name), data]).text }

    static func acknowledgement(_ id: Int64) -> String { "3\(id)[]" }
}
