// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259), as read from and written to the network.
package enum JSON: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// A number without fraction or exponent that fits 64 bits; written back digit for digit.
    case integer(Int64)
    /// Any other number; always finite.
    case number(Double)
    case string(String)
    case array([JSON])
    /// The members in the order of the text. A name may occur twice: the last one counts.
    case object([Member])

    /// One name and its value inside an object.
    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: JSON

        package init(_ name: String, _ value: JSON) { (self.name, self.value) = (name, value) }
    }
}

extension JSON {
    /// The value of the last member of that name; nil when there is none or this is no object.
    package subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// The text of a string.
    package var string: String? { if case .string(let text) = self { text } else { nil } }

    /// True or false.
    package var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }

    /// The number, when it is whole and fits 64 bits; `3.0` is not.
    package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }

    /// The elements of an array.
    package var array: [JSON]? { if case .array(let elements) = self { elements } else { nil } }

    /// The members of an object.
    package var object: [Member]? { if case .object(let members) = self { members } else { nil } }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements.map { Member($0, $1) }) }
}
