/* SPDX-License-Identifier: Apache-2.0
 * What outlives a process: descriptors that wait in a Unix socket, memory without a name, and the supervisor's ear. */
#ifndef STERNA_LINUX_HANDOVER_H
#define STERNA_LINUX_HANDOVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    /* The kernel's SCM_MAX_FD: the most descriptors that one message carries. */
    LINUX_DESCRIPTORS_PER_MESSAGE = 253,
};

/* What a descriptor stands for. */
enum {
    LINUX_KIND_OTHER,
    LINUX_KIND_MEMORY,
    LINUX_KIND_BAG,
    LINUX_KIND_DATAGRAMS,
    LINUX_KIND_LISTENER,
    LINUX_KIND_STREAM,
};

/* A file in memory that lives as long as somebody has it open. */
int linux_memory(const char *name);

/* Two connected ends that keep messages and their borders. */
int linux_bag(int *reading, int *writing);
/* Queues a message of `size` > 0 bytes with `count` descriptors. */
int linux_bag_put(int writing, const void *bytes, size_t size, const int *descriptors, int count);
/* Reads the first message and leaves it where it is: its size. `count` is the number of descriptors, which are new. */
int linux_bag_look(int reading, void *bytes, size_t size, int *descriptors, int *count);
/* Throws the first message away, and what it carries. */
int linux_bag_drop(int reading);
/* The bytes of all messages that wait. */
int linux_bag_size(int reading);

int linux_kind(int fd);
/* The other end of a stream. */
int linux_remote_address(int fd, void *address, unsigned size);
/* Whether the descriptor survives exec. */
int linux_set_inheritable(int fd, int inheritable);
int linux_duplicate(int fd);

/* Runs a program with one word, without input or output: zero when it ends with status zero within the time. */
int linux_try(const char *path, const char *word, int milliseconds);

/* Becomes another program; returns only the negative errno. */
int linux_become(const char *path, char *const *arguments, char *const *environment);

/* Writes a word that others read only after everything that was written before it. */
static inline void linux_publish(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
static inline uint32_t linux_read_published(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

#endif
