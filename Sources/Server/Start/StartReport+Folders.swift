// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import Glibc

extension StartReport {
    /// Whether the folders that are named are there and may be written to.
    ///
    /// Whoever looks may be root, and the service somebody else: only what is missing for everybody is told to root.
    mutating func findFolders(_ settings: Settings) {
        if settings.servesWeb { findData(settings) }
        if let path = settings.acmeWebroot, case .missing = Folder(path), !path.hasPrefix(settings.dataDirectory + "/")
        {
            add(.remark, "acme-webroot", "acme-webroot=\(path) does not exist\(Folder.remedy(path))")
        }
        if let path = settings.adminSocket, let end = path.lastIndex(of: "/"),
            case .missing = Folder(String(path[..<end]))
        {
            add(
                .remark, "admin-socket",
                "admin-socket=\(path): there is no folder \(path[..<end]); “sterna status” and its like are not served before there is"
            )
        }
    }

    private mutating func findData(_ settings: Settings) {
        let path = settings.dataDirectory
        // The certificate that the server makes for itself is kept there, and no page is served over TLS without one.
        let isNeeded = settings.webTLSPort != nil && settings.certificate == nil
        switch Folder(path) {
        case .usable: break
        case .file: add(isNeeded ? .obstacle : .remark, "data-dir", "data-dir=\(path) is a file; name a folder")
        case .missing(canBeMade: true): break
        case .missing(canBeMade: false):
            add(
                isNeeded && !Folder.isRoot ? .obstacle : .remark, "data-dir",
                "data-dir=\(path) does not exist, and nothing is kept before it does\(Folder.remedy(path))")
        case .closed:
            add(
                isNeeded ? .obstacle : .remark, "data-dir",
                "this user may not write into data-dir=\(path), and nothing would be kept; let the service's user have it"
            )
        }
    }
}

/// What a folder that a setting names is, for this user.
private enum Folder {
    case usable
    case closed
    case file
    case missing(canBeMade: Bool)

    init(_ path: String) {
        var facts = stat()
        // Safe: the path lives through the call, which fills the structure.
        if unsafe stat(path, &facts) == 0 {
            self = facts.st_mode & S_IFMT != S_IFDIR ? .file : Self.mayWrite(path) ? .usable : .closed
        } else if errno == EACCES {
            self = .closed
        } else {
            var parent = path[...]
            repeat { parent = parent[..<(parent.lastIndex(of: "/") ?? parent.startIndex)] } while !Self.exists(parent)
            self = .missing(canBeMade: !Self.isRoot && Self.mayWrite(String(parent)))
        }
    }

    /// Root makes a folder that the service could not.
    static var isRoot: Bool { geteuid() == 0 }

    static func remedy(_ path: String) -> String { "; install -d -m 0750 -o sterna -g sterna \(path) makes it" }

    private static func exists(_ path: Substring) -> Bool {
        // Safe: the path lives through the call.
        unsafe path.isEmpty || access(String(path), F_OK) == 0
    }

    private static func mayWrite(_ path: String) -> Bool {
        // Safe: the path lives through the call.
        unsafe access(path.isEmpty ? "/" : path, W_OK | X_OK) == 0
    }
}
