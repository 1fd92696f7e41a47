/* SPDX-License-Identifier: Apache-2.0
 * Datagrams in batches, and what travels beside them: the address that was asked (PKTINFO), the size of merged
 * segments (UDP_GRO, UDP_SEGMENT), the number that the kernel dropped (SO_RXQ_OVFL), errors of earlier sends. */
#ifndef STERNA_LINUX_DATAGRAMS_H
#define STERNA_LINUX_DATAGRAMS_H

#include "linux_sockets.h"

/* What arrived at once from one sender: one datagram, or several of one size that the kernel merged. */
typedef struct {
    uint8_t *bytes;
    uint32_t count;
    /* The size of every datagram but the last, which may be smaller; `count` when there is only one. */
    uint32_t segment;
    linux_address from;
    /* The address that was asked; of no family when the socket does not tell. Its port is zero. */
    linux_address asked;
    /* Datagrams that the kernel has dropped at this socket since it was opened; valid when `tells_drops`. */
    uint32_t drops;
    uint8_t tells_drops;
    /* The buffer was too small: the bytes are not the whole. */
    uint8_t is_truncated;
} linux_datagram;

/* Buffers for receiving a batch; allocated once. */
typedef struct linux_inbox linux_inbox;

/* `capacity` buffers of `size` bytes each, with `headroom` free bytes in front; NULL when memory is lacking. */
linux_inbox *linux_inbox_create(int capacity, size_t headroom, size_t size);
void linux_inbox_destroy(linux_inbox *inbox);
/* Receives up to the capacity; the number of `linux_inbox_datagrams` that are valid until the next call. */
int linux_inbox_receive(linux_inbox *inbox, int fd);
const linux_datagram *linux_inbox_datagrams(const linux_inbox *inbox);

/* Receives one datagram, or several merged, into `bytes`; fills all of `datagram` but `asked` and `drops`. */
int linux_receive(int fd, void *bytes, size_t size, linux_datagram *datagram);

/* Messages that wait to be sent from one socket; allocated once. The bytes stay where they are until then. */
typedef struct linux_outbox linux_outbox;

/* Room for `messages` made of at most `pieces` altogether; NULL when memory is lacking. */
linux_outbox *linux_outbox_create(int messages, int pieces);
void linux_outbox_destroy(linux_outbox *outbox);
int linux_outbox_messages(const linux_outbox *outbox);
/* Whether another message of two pieces fits. */
int linux_outbox_is_full(const linux_outbox *outbox);
/* Whether another two pieces fit. */
int linux_outbox_has_no_pieces(const linux_outbox *outbox);

/* Begins a message to `to`, leaving from `from` unless that is NULL. */
void linux_outbox_begin(linux_outbox *outbox, const linux_address *to, const linux_address *from);
/* Appends bytes to the last message. */
void linux_outbox_append(linux_outbox *outbox, const void *bytes, size_t count);
/* Appends up to four zero bytes to the last message. */
void linux_outbox_append_zeros(linux_outbox *outbox, size_t count);
/* Makes the last message a run: datagrams of `segment` bytes each, the last one possibly smaller. */
void linux_outbox_make_run(linux_outbox *outbox, uint16_t segment);
/* The segment size of a run, zero of a single datagram. */
uint16_t linux_outbox_segment(const linux_outbox *outbox, int message);

/* Sends the messages from number `first` on, as many as the kernel takes at once: at least one, or the negative
 * errno of the first. */
int linux_outbox_send(linux_outbox *outbox, int fd, int first);
/* Sends the datagrams of run `message` one by one; how many the kernel did not take. */
int linux_outbox_send_apart(linux_outbox *outbox, int fd, int message);
void linux_outbox_clear(linux_outbox *outbox);

/* An error that an earlier datagram led to. */
typedef struct {
    /* Whom the datagram had gone to. */
    linux_address peer;
    int code;
    /* What ICMP said, in the numbers of the peer's family; both zero where it was not ICMP. */
    uint8_t icmp_type, icmp_code;
    /* The MTU of the next hop, where the datagram was too big. */
    uint32_t mtu;
} linux_queued_error;

/* Takes one entry off the socket's error queue; zero when it is empty, else one. */
int linux_take_queued_error(int fd, linux_queued_error *error);

/* Options; each answers zero or the negative errno. */
int linux_set_tells_asked_address(int fd, int v6);
int linux_set_merges(int fd);
int linux_set_tells_drops(int fd);
int linux_set_queues_errors(int fd, int v6);
int linux_set_fragments(int fd, int v6, int allowed);

#endif
