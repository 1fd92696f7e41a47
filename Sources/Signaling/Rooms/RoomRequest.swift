// SPDX-License-Identifier: Apache-2.0

package import Wire

/// The body of `POST /api/rooms`, checked.
package struct RoomRequest: Hashable, Sendable {
    /// What is wrong with the body, in a sentence for whoever sent it.
    package struct Problem: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    package let ttl: Duration?
    package let maxParticipants: Int
    package let oneTime: Bool
    package let pin: String?

    package init(ttl: Duration? = nil, maxParticipants: Int = 2, oneTime: Bool = false, pin: String? = nil) {
        (self.ttl, self.maxParticipants, self.oneTime, self.pin) = (ttl, maxParticipants, oneTime, pin)
    }

    /// Checks every field against what the operator allows; unknown fields are ignored.
    package init(parsing body: JSON, settings: Rooms.Settings) throws(Problem) {
        guard body.object != nil else { throw Problem(description: "the body is not a JSON object") }

        let longest = settings.lifetime.components.seconds
        var ttl: Duration?
        if let value = body["ttl"] {
            guard let seconds = value.integer, seconds >= 1, seconds <= longest else {
                throw Problem(description: "“ttl” is not a whole number of seconds from 1 to \(longest)")
            }
            ttl = .seconds(seconds)
        }
        var maxParticipants = 2
        if let value = body["maxParticipants"] {
            guard let count = value.integer, count >= 2, count <= settings.maxParticipants else {
                throw Problem(
                    description: "“maxParticipants” is not a whole number from 2 to \(settings.maxParticipants)")
            }
            maxParticipants = Int(count)
        }
        var oneTime = false
        if let value = body["oneTime"] {
            guard let flag = value.boolean else { throw Problem(description: "“oneTime” is neither true nor false") }
            oneTime = flag
        }
        var pin: String?
        if let value = body["pin"] {
            guard let text = value.string, (1...64).contains(text.unicodeScalars.count) else {
                throw Problem(description: "“pin” is not a string of 1 to 64 characters")
            }
            pin = text
        }
        self.init(ttl: ttl, maxParticipants: maxParticipants, oneTime: oneTime, pin: pin)
    }
}
