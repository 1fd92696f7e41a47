/* SPDX-License-Identifier: Apache-2.0
 *
 * The door to Linux: what Glibc's Swift module lacks (epoll, message batches, control messages) and what reads
 * better with one plain type per argument. One header per subject, inline but for what
 * _GNU_SOURCE hides: Glibc's Swift module is built without it, and the same structures must not be seen twice in two
 * shapes. Those few are in CLinux.c.
 *
 * A call that can fail answers as the kernel itself does: zero or more on success, the negative errno on failure.
 */
#ifndef STERNA_CLINUX_H
#define STERNA_CLINUX_H

#include "linux_addresses.h"
#include "linux_datagrams.h"
#include "linux_handover.h"
#include "linux_local.h"
#include "linux_names.h"
#include "linux_polling.h"
#include "linux_process.h"
#include "linux_routing.h"
#include "linux_sockets.h"

#endif
