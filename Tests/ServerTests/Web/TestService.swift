// SPDX-License-Identifier: Apache-2.0
import Configuration
import Engine
import Foundation
import Glibc
import Testing
import Wire

@testable import Server

/// A whole server in this process, on free ports, with a folder of its own.
final class TestService {
    let service: Service
    let directory: String
    private let keepsDirectory: Bool
    let web: Endpoint

    /// - Parameter directory: One that outlives this server; nil for one of its own.
    init(in directory: String? = nil, _ change: (inout Settings) -> Void = { _ in }) throws {
        keepsDirectory = directory != nil
        let directory = try directory ?? Self.temporaryDirectory()
        var settings = Settings()
        settings.webPort = 0
        settings.webListeningAddresses = [.loopbackV4]
        settings.listeningAddresses = [.loopbackV4]
        settings.listeningPort = 0
        settings.tlsListeningPort = 0
        settings.dataDirectory = directory
        change(&settings)
        self.directory = directory
        service = Service(settings, log: Log(level: .error, style: LogStyle(format: .text)) { .read() })
        try service.start()
        web = try #require(service.webEndpoints.first)
    }

    deinit {
        service.stop()
        if !keepsDirectory { Self.remove(directory) }
    }

    /// Deletes the folder of a server that has ended.
    static func remove(_ directory: String) {
        try? FileManager.default.removeItem(atPath: directory)
    }

    static func temporaryDirectory() throws -> String {
        var name = Array("/tmp/sterna-test-XXXXXX\0".utf8.map { CChar(bitPattern: $0) })
        // Safe: the template is ended by a NUL, and only its Xs are written.
        guard unsafe mkdtemp(&name) != nil else { throw RawClient.Failure.refused(errno) }
        return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Asks on a connection of its own.
    func request(
        _ method: String, _ path: String, body: String? = nil, key: String? = nil, headers: [String] = []
    ) throws -> Answer {
        let client = try RawClient(web)
        var lines = ["\(method) \(path) HTTP/1.1", "Connection: close"] + headers
        if !headers.contains(where: { $0.hasPrefix("Host:") }) { lines.append("Host: \(web)") }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        if let key { lines.append("Authorization: Bearer \(key)") }
        client.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
        return try Answer(client.readToEnd())
    }

    /// Makes a room.
    func room(_ body: String? = nil) throws -> (token: String, ownerKey: String) {
        let answer = try request("POST", "/api/rooms", body: body)
        return (try #require(answer.json?["token"]?.string), try #require(answer.json?["ownerKey"]?.string))
    }
}

/// An HTTP answer, taken apart.
struct Answer {
    let status: Int
    let fields: [String: String]
    let body: String

    init(_ text: String) throws {
        let halves = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = (halves.first ?? "").split(separator: "\r\n")
        status = try #require(lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") })
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let sides = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
            fields[sides[0].lowercased()] = String(sides.last ?? "")
        }
        self.fields = fields
        body = halves.count > 1 ? String(halves[1]) : ""
    }

    var json: JSON? { try? JSON(parsing: Array(body.utf8)) }
}
