// SPDX-License-Identifier: Apache-2.0

extension Checkup {
    /// SYSTEMD: whether the unit runs, as far as the file system tells.
    func systemd() {
        guard settings != nil else { return }
        guard Files.exists("/run/systemd/system") else { return tell(.skip(.systemd, "systemd does not run here")) }
        guard Files.exists("/run/systemd/units/invocation:sterna.service") else {
            return tell(
                .warn(
                    .systemd, "sterna.service is not active: who started the server restarts it",
                    fix: "systemctl enable --now sterna, after the server that runs now was stopped"))
        }
        let isSocketed = Files.exists("/run/systemd/units/invocation:sterna.socket")
        tell(.ok(.systemd, "sterna.service is active" + (isSocketed ? ", sterna.socket holds its ports" : "")))
    }
}
