// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Web

@Suite("The embedded client")
struct AssetsTests {
    /// Sources/Web/client, found from where this file lies.
    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/Web/client")

    @Test("holds every file of the folder, byte for byte, and no other")
    func completeness() throws {
        let walker = try #require(FileManager.default.enumerator(atPath: Self.folder.path()))
        var onDisk: [String: [UInt8]] = [:]
        for case let name as String in walker {
            let file = Self.folder.appending(path: name)
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            // What only the type checker reads is not shipped.
            guard !name.hasSuffix(".d.ts"), !name.hasSuffix("tsconfig.json") else { continue }
            onDisk[name] = Array(try Data(contentsOf: file))
        }
        let embedded = Dictionary(uniqueKeysWithValues: EmbeddedFile.all.map { ($0.name, $0.bytes) })
        #expect(Set(embedded.keys) == Set(onDisk.keys))
        for (name, bytes) in onDisk { #expect(embedded[name] == bytes, "\(name) is stale in the binary") }
        #expect(EmbeddedFile.all.allSatisfy { $0.contentType != "application/octet-stream" })
    }

    /// What a fresh client answers at `path`.
    private func asset(at path: String) -> Asset? {
        var assets = Assets()
        return assets.lookup(path)
    }

    /// A path for each page.
    static let paths = ["/", "/r/abc", "/talkie", "/talkie/shore", "/chat", "/chat/general", "/calls"]

    @Test("answers every page's path with a page that is asked for anew each time", arguments: paths)
    func pages(path: String) throws {
        let page = try #require(asset(at: path))
        #expect(page.contentType == "text/html; charset=utf-8")
        #expect(page.cacheControl == "no-cache")
    }

    @Test(
        "has nothing at other paths",
        arguments: [
            "", "/r", "/r/", "/r/a/b", "/x", "/assets", "/assets/", "/assets/x", "/assets/x/nothing.js",
            "/assets/x/index.html", "/assets/x/../index.html", "//", "/index.html", "/talkie/", "/talkie/a/b",
            "/talkie.html", "/assets/x/talkie.html", "/chat/a/b", "/calls/", "/calls/a",
        ])
    func unknown(path: String) {
        #expect(asset(at: path) == nil)
    }

    /// The page at a path as text.
    private func page(at path: String) throws -> String {
        String(decoding: try #require(asset(at: path)).identity.bytes, as: UTF8.self)
    }

    @Test("a page names only files that exist, under the version that may be kept for good", arguments: paths)
    func references(path: String) throws {
        let page = try page(at: path)
        #expect(!page.contains("/@/"))
        let named = page.matches(of: /"(\/assets\/[^"]+)"/).map { String($0.output.1) }
        #expect(!named.isEmpty)
        for path in named {
            let file = try #require(asset(at: path), "\(path)")
            #expect(file.cacheControl.contains("immutable"))
        }
    }

    @Test("a page asks at once for every module that it needs, and for no other", arguments: paths)
    func preloads(path: String) throws {
        let page = try page(at: path)
        let root = "/assets/\(Assets().version)/"
        let script = try #require(page.firstMatch(of: /<script type="module" src="([^"]+)"/)?.output.1)
        let preloaded = page.matches(of: /rel="modulepreload" href="([^"]+)"/).map { String($0.output.1) }
        var needed: Set<String> = []
        var unread = [String(script.dropFirst(root.count))]
        while let name = unread.popLast() {
            guard needed.insert(name).inserted else { continue }
            let module = String(decoding: try #require(asset(at: root + name)).identity.bytes, as: UTF8.self)
            for line in module.matches(of: /(?m)^(?:import|export) [^;]*from "(\.[^"]+)";/) {
                let base = URL(string: "x:/" + name)
                unread.append(
                    String(try #require(URL(string: String(line.output.1), relativeTo: base)).path().dropFirst()))
            }
        }
        #expect(Set(preloaded + [String(script)]) == Set(needed.map { root + $0 }))
        #expect(Set(preloaded).count == preloaded.count)
    }

    @Test("every module is needed by some page")
    func noModuleIsLeft() throws {
        let pages = try Self.paths.map { try page(at: $0) }.joined()
        for file in EmbeddedFile.all where file.name.hasSuffix(".js") {
            // A module of types alone is never run.
            guard !String(decoding: file.bytes, as: UTF8.self).hasSuffix("export {};\n") else { continue }
            #expect(pages.contains("/\(file.name)\""), "\(file.name)")
        }
    }

    @Test("a file under another version is the present one, but not to be kept")
    func otherVersion() throws {
        let old = try #require(asset(at: "/assets/0123/main.js"))
        let present = try #require(asset(at: "/assets/\(Assets().version)/main.js"))
        #expect(old.cacheControl == "no-cache")
        #expect(old.identity.bytes == present.identity.bytes)
    }

    @Test("each coding has its own strong validator, the same in every process")
    func validators() throws {
        let page = try #require(asset(at: "/"))
        let gzip = try #require(page.gzip)
        #expect(page.identity.etag.wholeMatch(of: /"[0-9a-f]{16}"/) != nil)
        #expect(gzip.etag.wholeMatch(of: /"[0-9a-f]{16}-gz"/) != nil)
        #expect(try #require(asset(at: "/")?.gzip).etag == gzip.etag)
    }

    @Test("the policy lets nothing inline and nothing foreign in")
    func policy() throws {
        let headers = try #require(asset(at: "/")).headers
        let policy = try #require(headers.first { $0.name == "Content-Security-Policy" }?.value)
        #expect(policy.hasPrefix("default-src 'none'"))
        for word in ["unsafe", "*", "http:", "https:"] { #expect(!policy.contains(word)) }
        for path in Self.paths {
            let page = try page(at: path)
            #expect(!page.contains("<style"))
            #expect(!page.contains("style="))
            for script in page.matches(of: /<script[^>]*>([^<]*)/) { #expect(script.output.1.isEmpty) }
        }
    }

    @Test("every script and style starts with the licence")
    func licence() {
        for file in EmbeddedFile.all where file.name.hasSuffix(".js") || file.name.hasSuffix(".css") {
            let head = String(decoding: file.bytes.prefix(60), as: UTF8.self)
            #expect(head.contains("SPDX-License-Identifier: Apache-2.0"), "\(file.name)")
        }
    }
}
