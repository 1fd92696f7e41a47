// SPDX-License-Identifier: Apache-2.0
import Testing

/// The floors of docs/architecture.md: arrows point down only, and the core touches nothing.
@Suite("The floors")
struct LayeringTests {
    /// Every module of `Sources`, and all that it may import.
    ///
    /// `Glibc` can be imported from anywhere whatever Package.swift says, so this table is the one that keeps clocks,
    /// sockets, files and randomness out of the core.
    static let mayImport: [String: Set<String>] = [
        // Core
        "Wire": [],
        "Addresses": ["Wire"],
        "Crypto": ["Wire", "COpenSSL"],
        "STUN": ["Wire", "Crypto"],
        "TURN": ["Wire", "Addresses", "Crypto", "STUN"],
        "TURNClient": ["Wire", "Crypto", "STUN"],
        "HTTP": ["Wire"],
        "WebSocket": ["Wire", "Crypto", "HTTP"],
        "Media": ["Wire"],
        "Signaling": ["Wire", "Crypto", "Media"],
        // Engine
        "Engine": ["Wire", "Addresses", "CLinux", "Glibc", "Synchronization"],
        "TLS": ["Wire", "Crypto", "COpenSSL", "Glibc"],
        // Product
        "Store": ["Wire", "Signaling", "CSQLite", "Glibc", "Synchronization"],
        "Configuration": ["Wire", "Addresses", "Glibc"],
        "Web": ["Wire", "CWebAssets", "CZlib", "CQREncode"],
        "Check": [
            "Wire", "Addresses", "Crypto", "STUN", "TURNClient", "WebSocket", "Engine", "TLS", "Configuration",
            "CLinux", "Glibc",
        ],
        "Server": [
            "Wire", "Addresses", "Crypto", "STUN", "TURN", "HTTP", "WebSocket", "Media", "Signaling", "Engine", "TLS",
            "Store",
            "Configuration", "Web", "CSystemd", "Glibc", "Synchronization", "FoundationEssentials",
        ],
        "sterna": [
            "Wire", "Addresses", "Crypto", "STUN", "Signaling", "Server", "Store", "Check", "Configuration", "Engine",
            "Glibc",
        ],
    ]

    /// The C targets: module maps and shims, without Swift in them.
    static let doors: Set = ["CLinux", "COpenSSL", "CSQLite", "CSystemd", "CQREncode", "CZlib", "CWebAssets"]

    static let modules = SourceTree.folders(in: "Sources").filter { !doors.contains($0) }
    static let files = SourceTree.swiftFiles(under: "Sources")

    @Test("every folder of Sources has its place")
    func places() {
        #expect(!Self.modules.isEmpty)
        #expect(Self.modules.filter { Self.mayImport[$0] == nil } == [])
        #expect(
            SourceTree.folders(in: "Sources").filter { $0.hasPrefix("C") && $0.dropFirst().first?.isUppercase == true }
                .filter { !Self.doors.contains($0) } == [])
    }

    @Test("a module imports only what lies below it", arguments: modules)
    func imports(module: String) throws {
        let allowed = try #require(Self.mayImport[module])
        for file in Self.files where file.module == module {
            for line in file.imports where line.module != "Swift" && !allowed.contains(line.module) {
                Issue.record("\(file.path):\(line.number): \(module) may not import \(line.module)")
            }
        }
    }

    @Test("no floor is above itself")
    func acyclic() {
        var remaining = Self.mayImport.mapValues { $0.intersection(Self.mayImport.keys) }
        while let bottom = remaining.first(where: { $0.value.isEmpty })?.key {
            remaining[bottom] = nil
            for key in remaining.keys { remaining[key]?.remove(bottom) }
        }
        #expect(remaining.isEmpty)
    }

    @Test("C stays behind its door: no declaration of ours shows it")
    func internalDoors() {
        for file in Self.files {
            for line in file.imports where Self.doors.contains(line.module) && line.access != "internal" {
                Issue.record("\(file.path):\(line.number): write “internal import \(line.module)”")
            }
        }
    }

    @Test("only the engine says @unchecked Sendable")
    func uncheckedSendable() {
        for file in Self.files where file.module != "Engine" {
            for line in file.lines(containing: "@unchecked Sendable") {
                Issue.record("\(file.path):\(line): @unchecked Sendable outside the engine")
            }
        }
    }

    @Test("only the engine, the log, the store, metrics, quotas and limits hold locks")
    func locks() {
        let allowed = [
            "Sources/Engine/", "Sources/Store/", "Sources/Server/Log/", "Sources/Server/Relaying/RelayCounters",
            "Sources/Server/Relaying/AllocationQuotas", "Sources/Server/Relaying/MintedQuotas",
            "Sources/Server/Connections/ConnectionLimits",
        ]
        for file in Self.files where !allowed.contains(where: file.path.hasPrefix) {
            for line in file.lines(containing: "Mutex<") + file.lines(containing: "Mutex(") {
                Issue.record("\(file.path):\(line): a lock; hand the work to the loop that owns it instead")
            }
        }
    }
}
