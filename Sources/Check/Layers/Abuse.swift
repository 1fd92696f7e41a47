// SPDX-License-Identifier: Apache-2.0

internal import Configuration
internal import TURNClient
internal import Wire

extension Checkup {
    /// ABUSE: how much the server says to somebody whose address may be forged.
    func abuse() {
        guard let target = alive.first(where: { $0.transport == .udp }) else {
            return tell(.skip(.abuse, "no UDP: nothing that a forged address could ask for"))
        }
        doing("measuring amplification")
        let caller = caller(target, as: nil)
        defer { caller.road.close() }
        guard caller.connect() == nil else { return }
        let answers = [caller.ask(.binding), caller.ask(.allocate(Wish()))].compactMap(\.self)
        guard !answers.isEmpty else { return }
        let ratios = answers.map { Double($0.received) / Double($0.sent) }
        let parts = zip(answers, ratios).map { answer, ratio in
            let hundredths = Int(ratio * 100 + 0.5)
            return
                "\(answer.request.method) \(answer.sent) → \(answer.received) bytes (\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10))"
        }
        let text = "to strangers over UDP: \(parts.joined(separator: ", "))"
        let figures = zip(answers, ratios).map { (name: "\($0.request.method)Amplification", value: $1) }
        // A Binding of IPv6 cannot be answered in less than 44 bytes, a challenge in less than realm and nonce have.
        limiter()
        if (ratios.max() ?? 0) <= 4 { return tell(.ok(.abuse, text, figures: figures)) }
        tell(
            .warn(
                .abuse, text, .answersLong, figures: figures))
    }

    /// Whether answers to strangers are limited. It is not tried out: the limit would then stand against real clients.
    private func limiter() {
        guard let settings else { return }
        guard settings.unauthorizedRate == 0 else {
            return tell(
                .ok(
                    .abuse,
                    "answers to strangers are limited to \(settings.unauthorizedRate)/s for each address, after a burst"
                ))
        }
        tell(
            .warn(
                .abuse, "answers to strangers are not limited (unauthorized-ratelimit-rps=0)", .answersUnlimited))
    }
}
