// SPDX-License-Identifier: Apache-2.0

/// Something about the configuration that its author has to know: where, what is wrong, what would be right.
package struct Problem: Error, Hashable, Sendable {
    package enum Severity: Hashable, Sendable {
        /// Works otherwise than the author may expect.
        case warning
        /// Nothing is served until this is corrected.
        case error
    }

    package let severity: Severity
    package let origin: Origin
    /// What is wrong and what would be right, without the place; never holds a secret.
    package let explanation: String

    package static func error(_ explanation: String, at origin: Origin) -> Self {
        Self(severity: .error, origin: origin, explanation: explanation)
    }

    package static func warning(_ explanation: String, at origin: Origin) -> Self {
        Self(severity: .warning, origin: origin, explanation: explanation)
    }
}

extension Problem: CustomStringConvertible {
    package var description: String {
        switch severity {
        case .error: "\(origin): \(explanation)"
        case .warning: "\(origin): warning: \(explanation)"
        }
    }
}
