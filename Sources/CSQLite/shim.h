/* SPDX-License-Identifier: Apache-2.0
 * The headers of the system library that the module map shows to Swift. */
#include <sqlite3.h>
