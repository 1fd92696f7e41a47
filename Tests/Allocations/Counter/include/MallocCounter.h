/* SPDX-License-Identifier: Apache-2.0
 * Counts what a program allocates: the functions of malloc(3), in front of the C library's own. */
#ifndef STERNA_MALLOC_COUNTER_H
#define STERNA_MALLOC_COUNTER_H

#include <stdint.h>

/* Blocks of memory that have been asked for by all threads but those that are not counted. */
uint64_t malloc_count(void);

/* From now on this thread is not counted, or is again. */
void malloc_count_this_thread(int is_counted);

#endif
