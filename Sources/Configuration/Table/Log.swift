// SPDX-License-Identifier: Apache-2.0

extension Setting {
    static let log: [Setting] = [
        Setting(
            "log-format", .word, into: \.logFormat,
            "How a line of the log looks, on standard error: text for people, json for machines."
        ).own,
        Setting(
            "log-min-level", .word, into: \.logLevel,
            "The least severe lines that are written."
        ).defaultDeviates("The default is info; coturn writes debug lines too.").reloadable,
    ]

    static let administration: [Setting] = [
        Setting(
            "proc-user", .text("name"), into: \.processUser,
            "The user that a server which root has started becomes once its ports are open. systemd's User= needs no root at all."
        ),
        Setting(
            "proc-group", .text("name"), into: \.processGroup,
            "The group that it takes on then; without it, those of proc-user."
        ),
        Setting(
            "admin-socket", .path, into: \.adminSocket,
            "The Unix socket of the administration verbs. Without it, admin.sock in $RUNTIME_DIRECTORY."
        ).own,
        Setting(
            "prometheus", .boolean, into: \.prometheus,
            "Serves metrics for Prometheus, over HTTP."
        ).deviates("Traffic is counted while a session runs; coturn counts it when the session has ended."),
        Setting(
            "prometheus-port", .port, into: \.prometheusPort,
            "The port of the metrics."),
        Setting(
            "prometheus-path", .urlPath, into: \.prometheusPath,
            "The path of the metrics."),
        Setting(
            "prometheus-address", .address, into: \.prometheusAddress,
            "The address of the metrics."
        ).defaultDeviates("The default is the loopback address; coturn serves metrics to everybody."),
    ]
}
