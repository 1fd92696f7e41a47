// SPDX-License-Identifier: Apache-2.0

package import Wire

/// One line of the verdict.
package struct Finding: Sendable {
    package enum Verdict: String, Hashable, Sendable { case ok = "OK", warn = "WARN", fail = "FAIL", skip = "SKIP" }

    /// What is being looked at, from the file to the call.
    package enum Layer: String, CaseIterable, Hashable, Sendable {
        case config = "CONFIG", host = "HOST", network = "NETWORK", dns = "DNS", tls = "TLS", stun = "STUN", turn =
            "TURN"
        case relay = "RELAY", policy = "POLICY", abuse = "ABUSE", codec = "CODEC", web = "WEB", systemd = "SYSTEMD"
    }

    package let layer: Layer
    package let verdict: Verdict
    /// What is so, in plain words.
    package let text: String
    /// Why it is not as it should be; every WARN and FAIL has one.
    package let cause: Cause?
    /// What was measured, by name.
    package let figures: [(name: String, value: Double)]

    /// What to do about it, which follows from the cause.
    package var remedy: String? { cause?.remedy }

    package static func ok(_ layer: Layer, _ text: String, figures: [(name: String, value: Double)] = []) -> Self {
        Self(layer: layer, verdict: .ok, text: text, cause: nil, figures: figures)
    }

    package static func skip(_ layer: Layer, _ text: String) -> Self {
        Self(layer: layer, verdict: .skip, text: text, cause: nil, figures: [])
    }

    package static func warn(
        _ layer: Layer, _ text: String, _ cause: Cause, figures: [(name: String, value: Double)] = []
    ) -> Self { Self(layer: layer, verdict: .warn, text: text, cause: cause, figures: figures) }

    package static func fail(
        _ layer: Layer, _ text: String, _ cause: Cause, figures: [(name: String, value: Double)] = []
    ) -> Self { Self(layer: layer, verdict: .fail, text: text, cause: cause, figures: figures) }
}

extension Finding {
    /// For programs.
    package var json: JSON {
        var members: [JSON.Member] = [
            .init("layer", .string(layer.rawValue)), .init("verdict", .string(verdict.rawValue)),
            .init("text", .string(text)),
        ]
        if let cause {
            members += [.init("cause", .string(cause.name.rawValue)), .init("remedy", .string(cause.remedy))]
        }
        if !figures.isEmpty {
            members.append(.init("figures", .object(figures.map { .init($0.name, .number($0.value)) })))
        }
        return .object(members)
    }
}
