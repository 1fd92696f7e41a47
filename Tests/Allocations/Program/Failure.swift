// SPDX-License-Identifier: Apache-2.0

/// Something that did not happen as it should.
struct Failure: Error, CustomStringConvertible {
    let description: String
}

func require(_ isTrue: Bool, _ sentence: String) throws {
    guard isTrue else { throw Failure(description: "not true: \(sentence)") }
}

func require<Value>(_ value: Value?, _ sentence: String) throws -> Value {
    guard let value else { throw Failure(description: "not true: \(sentence)") }
    return value
}
