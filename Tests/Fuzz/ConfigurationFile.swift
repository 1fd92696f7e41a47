// SPDX-License-Identifier: Apache-2.0
import Configuration

// Longest input: 400

/// Any bytes as a configuration file, with words of it as environment and command line: a verdict, and no trap.
@c(LLVMFuzzerTestOneInput)
func fuzz(_ pointer: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: unsafe input(pointer, count), as: UTF8.self)
    let file = Input.File(path: "sterna.conf", text: text)
    check(Input(file: file).verdict())
    let words = text.split(whereSeparator: \.isWhitespace).prefix(4).map(String.init)
    let environment = Dictionary(words.map { ("STERNA_" + $0.prefix(20), $0) }) { first, _ in first }
    check(Input(file: nil, environment: environment, arguments: words).verdict())
    return 0
}

/// Settings or errors, never both, never neither; each problem a single line.
private func check(_ verdict: Verdict) {
    precondition((verdict.settings == nil) == !verdict.errors.isEmpty)
    for problem in verdict.problems {
        precondition(!String(describing: problem).contains("\n"), "a problem must stand on one line")
    }
}
