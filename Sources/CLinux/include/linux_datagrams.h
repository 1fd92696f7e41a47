/* SPDX-License-Identifier: Apache-2.0
 * Batches of datagrams and the control messages that travel with them. */
#ifndef STERNA_LINUX_DATAGRAMS_H
#define STERNA_LINUX_DATAGRAMS_H

#include "linux_sockets.h"

#endif
