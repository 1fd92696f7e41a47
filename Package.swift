// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// What every target of our own is compiled with; a warning is an error.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// The modules that a packet passes through on its way: their small functions are inlined across modules, and what a debug
/// build checks at every access to a class's property, which cost a quarter of a packet, is left to debug builds.
let onThePacketPath: [SwiftSetting] =
    strict + [
        .unsafeFlags(
            ["-cross-module-optimization", "-enforce-exclusivity=unchecked"], .when(configuration: .release))
    ]

/// A C library of the system behind a module map.
func door(_ name: String, package: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: package, providers: [.apt([apt])])
}

/// A C target of our own, and the libraries of the system that it stands in front of.
func shim(_ name: String, links libraries: [String] = []) -> Target {
    .target(
        name: name, cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
        linkerSettings: libraries.map { .linkedLibrary($0) })
}

/// A Swift target: what it is made of and what it may see.
func module(_ name: String, sees: [Target.Dependency] = [], settings: [SwiftSetting] = strict) -> Target {
    .target(name: name, dependencies: sees, swiftSettings: settings)
}

/// The tests of one module.
func tests(_ name: String, sees: [Target.Dependency], data: [String] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: sees, exclude: data, swiftSettings: strict)
}

let package = Package(
    name: "sterna",
    products: [.executable(name: "sterna", targets: ["sterna"])],
    targets: [
        // Doors: C behind module maps.
        door("CSQLite", package: "sqlite3", apt: "libsqlite3-dev"),
        door("CQREncode", package: "libqrencode", apt: "libqrencode-dev"),
        door("CSystemd", package: "libsystemd", apt: "libsystemd-dev"),
        door("CZlib", package: "zlib", apt: "zlib1g-dev"),
        shim("COpenSSL", links: ["ssl", "crypto"]),
        shim("CLinux"),
        shim("CWebAssets"),

        // Core: machines that are told the time, the bytes and the randomness, and touch nothing.
        module("Wire", settings: onThePacketPath),
        module("Addresses", sees: ["Wire"], settings: onThePacketPath),
        module("Crypto", sees: ["Wire", "COpenSSL"], settings: onThePacketPath),
        module("STUN", sees: ["Wire", "Crypto"], settings: onThePacketPath),
        module("TURN", sees: ["Wire", "Addresses", "Crypto", "STUN"], settings: onThePacketPath),
        module("TURNClient", sees: ["Wire", "Crypto", "STUN"]),
        module("HTTP", sees: ["Wire"]),
        module("WebSocket", sees: ["Wire", "Crypto", "HTTP"]),
        module("Media", sees: ["Wire"]),
        module("Signaling", sees: ["Wire", "Crypto", "Media"]),

        // Engine: loops, sockets, timers, buffers; TLS and DTLS over memory.
        module("Engine", sees: ["Wire", "Addresses", "CLinux"], settings: onThePacketPath),
        module("TLS", sees: ["Wire", "Crypto", "COpenSSL"], settings: onThePacketPath),

        // Product.
        module("Store", sees: ["Wire", "Signaling", "CSQLite"]),
        module("Configuration", sees: ["Wire", "Addresses"]),
        .target(
            name: "Web", dependencies: ["CWebAssets", "CZlib", "CQREncode"], exclude: ["client"],
            swiftSettings: strict),
        module(
            "Check",
            sees: [
                "Wire", "Addresses", "Crypto", "STUN", "TURNClient", "WebSocket", "Engine", "TLS", "Configuration",
                "CLinux",
            ]),
        module(
            "Server",
            sees: [
                "Wire", "Addresses", "Crypto", "STUN", "TURN", "HTTP", "WebSocket", "Media", "Signaling", "Engine",
                "TLS",
                "Store", "Configuration", "Web", "CSystemd",
            ],
            settings: onThePacketPath),
        .executableTarget(
            name: "sterna",
            dependencies: [
                "Check", "Server", "Configuration", "Engine", "Signaling", "Store", "STUN", "Crypto", "Addresses",
                "Wire",
            ],
            swiftSettings: strict),

        // Tests.
        tests("Wire", sees: ["Wire", "Crypto"]),
        tests("Crypto", sees: ["Crypto", "Wire"]),
        tests("STUN", sees: ["STUN", "Crypto", "Wire"]),
        tests("Addresses", sees: ["Addresses", "Wire"]),
        tests("TURN", sees: ["TURN", "STUN", "Crypto", "Addresses", "Wire"]),
        tests("TURNClient", sees: ["TURNClient", "TURN", "STUN", "Crypto", "Addresses", "Wire"]),
        tests("Hostile", sees: ["TURN", "STUN", "Crypto", "Addresses", "Wire"], data: ["README.md", "cases.jsonl"]),
        tests("HTTP", sees: ["HTTP", "Wire"]),
        tests("WebSocket", sees: ["WebSocket", "HTTP", "Wire"]),
        .testTarget(
            name: "MediaTests", dependencies: ["Media", "Crypto", "Wire"], exclude: ["Recordings", "Pictures"],
            swiftSettings: strict),
        tests("Signaling", sees: ["Signaling", "Crypto", "Wire"]),
        tests("Engine", sees: ["Engine", "Addresses", "Wire", "CLinux"]),
        tests("TLS", sees: ["TLS", "Crypto", "Wire"]),
        tests("Store", sees: ["Store", "Signaling", "Crypto", "Wire"]),
        tests("Configuration", sees: ["Configuration", "Addresses", "Wire"], data: ["Fixtures"]),
        tests("Web", sees: ["Web", "CZlib"]),
        tests(
            "Server",
            sees: [
                "Server", "Configuration", "Engine", "HTTP", "Signaling", "TLS", "TURN", "Crypto", "Addresses", "Wire",
            ]),
        tests("Check", sees: ["Check", "Engine", "TLS", "Wire"]),
        tests("sterna", sees: ["sterna", "Configuration", "STUN", "Wire"]),
        tests("Structure", sees: []),
        .target(
            name: "MallocCounter", path: "Tests/Allocations/Counter",
            cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        .executableTarget(
            name: "sterna-allocations",
            dependencies: ["MallocCounter", "Server", "Engine", "TURN", "STUN", "Crypto", "Wire"],
            path: "Tests/Allocations/Program", swiftSettings: strict),
    ],
    cLanguageStandard: .gnu2x
)
