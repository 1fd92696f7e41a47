// SPDX-License-Identifier: Apache-2.0

/// What a browser is told about every file of the client: nothing inline, nothing foreign, nothing framed.
package enum PagePolicy {
    /// `mediastream:` and `blob:` are the camera and what it recorded; `data:` is not needed and not there.
    package static let contentSecurityPolicy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob: mediastream:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ].joined(separator: "; ")

    package static let permissionsPolicy = [
        "camera=(self)", "microphone=(self)", "display-capture=(self)", "speaker-selection=(self)", "autoplay=(self)",
        "screen-wake-lock=(self)", "fullscreen=(self)", "clipboard-write=(self)", "web-share=(self)",
        "geolocation=()", "payment=()", "usb=()",
    ].joined(separator: ", ")

    package static let headers: [(name: String, value: String)] = [
        ("Content-Security-Policy", contentSecurityPolicy),
        ("Permissions-Policy", permissionsPolicy),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
}
