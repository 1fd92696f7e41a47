/* SPDX-License-Identifier: Apache-2.0
 * The headers of the system library that the module map shows to Swift. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
