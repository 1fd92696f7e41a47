/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <time.h>

#include <linux/errqueue.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "CLinux.h"

/* The C library makes every one of these calls a point at which the thread may be cancelled, which costs as much again as what
 * is done here. No thread of ours is ever cancelled. */
static long receive_many(int fd, struct mmsghdr *headers, unsigned count) {
    return syscall(SYS_recvmmsg, fd, headers, count, MSG_DONTWAIT, NULL);
}
static long receive_one(int fd, struct msghdr *header) { return syscall(SYS_recvmsg, fd, header, MSG_DONTWAIT); }
static long send_bytes(int fd, const struct msghdr *header) {
    const struct iovec *only = header->msg_iov;
    return syscall(
        SYS_sendto, fd, only->iov_base, only->iov_len, MSG_DONTWAIT, header->msg_name, header->msg_namelen);
}
static long send_one(int fd, const struct msghdr *header) { return syscall(SYS_sendmsg, fd, header, MSG_DONTWAIT); }
static long send_many(int fd, struct mmsghdr *headers, unsigned count) {
    return syscall(SYS_sendmmsg, fd, headers, count, MSG_DONTWAIT);
}

/* Room for PKTINFO of either family, UDP_GRO or UDP_SEGMENT, and SO_RXQ_OVFL. */
typedef union {
    struct cmsghdr alignment;
    uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(uint32_t))];
} control_room;

/* Buffers lie this much further apart than they are long, so that their beginnings fall into different cache sets. */
enum { STAGGER = 320 };

struct linux_inbox {
    int capacity;
    uint8_t *memory;
    struct mmsghdr *headers;
    struct iovec *vectors;
    control_room *controls;
    linux_datagram *datagrams;
};

linux_inbox *linux_inbox_create(int capacity, size_t headroom, size_t size) {
    linux_inbox *inbox = calloc(1, sizeof *inbox);
    if (!inbox) return NULL;
    size_t stride = (headroom + size + STAGGER + 63) / 64 * 64;
    inbox->capacity = capacity;
    inbox->memory = malloc(stride * (size_t)capacity);
    inbox->headers = calloc((size_t)capacity, sizeof *inbox->headers);
    inbox->vectors = calloc((size_t)capacity, sizeof *inbox->vectors);
    inbox->controls = calloc((size_t)capacity, sizeof *inbox->controls);
    inbox->datagrams = calloc((size_t)capacity, sizeof *inbox->datagrams);
    if (!inbox->memory || !inbox->headers || !inbox->vectors || !inbox->controls || !inbox->datagrams) {
        linux_inbox_destroy(inbox);
        return NULL;
    }
    for (int i = 0; i < capacity; i++) {
        uint8_t *start = inbox->memory + stride * (size_t)i + headroom;
        inbox->datagrams[i].bytes = start;
        inbox->vectors[i] = (struct iovec){.iov_base = start, .iov_len = size};
        struct msghdr *header = &inbox->headers[i].msg_hdr;
        header->msg_iov = &inbox->vectors[i];
        header->msg_iovlen = 1;
        header->msg_name = &inbox->datagrams[i].from;
        header->msg_namelen = sizeof inbox->datagrams[i].from;
        header->msg_control = &inbox->controls[i];
        header->msg_controllen = sizeof inbox->controls[i];
    }
    return inbox;
}

void linux_inbox_destroy(linux_inbox *inbox) {
    if (!inbox) return;
    free(inbox->memory);
    free(inbox->headers);
    free(inbox->vectors);
    free(inbox->controls);
    free(inbox->datagrams);
    free(inbox);
}

const linux_datagram *linux_inbox_datagrams(const linux_inbox *inbox) { return inbox->datagrams; }

static void read_control(struct msghdr *header, linux_datagram *datagram) {
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control)) {
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(control), sizeof info);
            datagram->asked = linux_address_of_v4(ntohl(info.ipi_spec_dst.s_addr), 0);
        } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(control), sizeof info);
            datagram->asked = linux_address_of_v6(linux_in6_high(info.ipi6_addr), linux_in6_low(info.ipi6_addr), 0);
        } else if (control->cmsg_level == SOL_UDP && control->cmsg_type == UDP_GRO) {
            int segment;
            memcpy(&segment, CMSG_DATA(control), sizeof segment);
            if (segment > 0 && (uint32_t)segment < datagram->count) datagram->segment = (uint32_t)segment;
        } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_RXQ_OVFL) {
            memcpy(&datagram->drops, CMSG_DATA(control), sizeof datagram->drops);
            datagram->tells_drops = 1;
        }
    }
}

/* Reads what came beside the bytes and makes the header ready for the next call. */
static void finish(struct msghdr *header, linux_datagram *datagram, uint32_t count) {
    datagram->count = count;
    datagram->segment = count;
    datagram->asked.family = AF_UNSPEC;
    datagram->tells_drops = 0;
    datagram->is_truncated = (header->msg_flags & MSG_TRUNC) != 0;
    if (header->msg_controllen > 0) read_control(header, datagram);
}

int linux_inbox_receive(linux_inbox *inbox, int fd) {
    int count = (int)receive_many(fd, inbox->headers, (unsigned)inbox->capacity);
    if (count < 0) return -errno;
    for (int i = 0; i < count; i++) {
        struct msghdr *header = &inbox->headers[i].msg_hdr;
        finish(header, &inbox->datagrams[i], inbox->headers[i].msg_len);
        header->msg_namelen = sizeof inbox->datagrams[i].from;
        header->msg_controllen = sizeof inbox->controls[i];
    }
    return count;
}

int linux_receive(int fd, void *bytes, size_t size, linux_datagram *datagram) {
    control_room control;
    struct iovec vector = {.iov_base = bytes, .iov_len = size};
    struct msghdr header = {
        .msg_iov = &vector,
        .msg_iovlen = 1,
        .msg_name = &datagram->from,
        .msg_namelen = sizeof datagram->from,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    long count = receive_one(fd, &header);
    if (count < 0) return -errno;
    datagram->bytes = bytes;
    finish(&header, datagram, (uint32_t)count);
    return 0;
}

struct linux_outbox {
    int message_capacity, piece_capacity;
    int messages, pieces;
    struct mmsghdr *headers;
    struct iovec *vectors;
    linux_address *names;
    control_room *controls;
    uint16_t *segments;
};

linux_outbox *linux_outbox_create(int messages, int pieces) {
    linux_outbox *outbox = calloc(1, sizeof *outbox);
    if (!outbox) return NULL;
    outbox->message_capacity = messages;
    outbox->piece_capacity = pieces;
    outbox->headers = calloc((size_t)messages, sizeof *outbox->headers);
    outbox->vectors = calloc((size_t)pieces, sizeof *outbox->vectors);
    outbox->names = calloc((size_t)messages, sizeof *outbox->names);
    outbox->controls = calloc((size_t)messages, sizeof *outbox->controls);
    outbox->segments = calloc((size_t)messages, sizeof *outbox->segments);
    if (!outbox->headers || !outbox->vectors || !outbox->names || !outbox->controls || !outbox->segments) {
        linux_outbox_destroy(outbox);
        return NULL;
    }
    return outbox;
}

void linux_outbox_destroy(linux_outbox *outbox) {
    if (!outbox) return;
    free(outbox->headers);
    free(outbox->vectors);
    free(outbox->names);
    free(outbox->controls);
    free(outbox->segments);
    free(outbox);
}

int linux_outbox_messages(const linux_outbox *outbox) { return outbox->messages; }

int linux_outbox_has_no_pieces(const linux_outbox *outbox) { return outbox->pieces + 3 > outbox->piece_capacity; }

int linux_outbox_is_full(const linux_outbox *outbox) {
    return outbox->messages == outbox->message_capacity || linux_outbox_has_no_pieces(outbox);
}

/* Room for one more control message of `size` bytes, behind those that the header has. */
static void *add_control(struct msghdr *header, control_room *room, int level, int type, size_t size) {
    struct cmsghdr *control = (struct cmsghdr *)(room->bytes + header->msg_controllen);
    header->msg_control = room;
    header->msg_controllen += CMSG_SPACE(size);
    control->cmsg_level = level;
    control->cmsg_type = type;
    control->cmsg_len = CMSG_LEN(size);
    return CMSG_DATA(control);
}

void linux_outbox_begin(linux_outbox *outbox, const linux_address *to, const linux_address *from) {
    int index = outbox->messages++;
    outbox->names[index] = *to;
    outbox->segments[index] = 0;
    struct msghdr *header = &outbox->headers[index].msg_hdr;
    *header = (struct msghdr){
        .msg_name = &outbox->names[index],
        .msg_namelen = linux_address_length(to),
        .msg_iov = &outbox->vectors[outbox->pieces],
    };
    if (!from) return;
    if (linux_address_is_v4(*from)) {
        struct in_pktinfo info = {.ipi_spec_dst = from->v4.sin_addr};
        memcpy(add_control(header, &outbox->controls[index], IPPROTO_IP, IP_PKTINFO, sizeof info), &info, sizeof info);
    } else {
        struct in6_pktinfo info = {.ipi6_addr = from->v6.sin6_addr};
        memcpy(
            add_control(header, &outbox->controls[index], IPPROTO_IPV6, IPV6_PKTINFO, sizeof info), &info, sizeof info);
    }
}

void linux_outbox_append(linux_outbox *outbox, const void *bytes, size_t count) {
    outbox->vectors[outbox->pieces++] = (struct iovec){.iov_base = (void *)bytes, .iov_len = count};
    outbox->headers[outbox->messages - 1].msg_hdr.msg_iovlen++;
}

void linux_outbox_append_zeros(linux_outbox *outbox, size_t count) {
    static const uint8_t zeros[4];
    linux_outbox_append(outbox, zeros, count);
}

void linux_outbox_make_run(linux_outbox *outbox, uint16_t segment) {
    int index = outbox->messages - 1;
    if (outbox->segments[index]) return;
    outbox->segments[index] = segment;
    struct msghdr *header = &outbox->headers[index].msg_hdr;
    memcpy(
        add_control(header, &outbox->controls[index], SOL_UDP, UDP_SEGMENT, sizeof segment), &segment, sizeof segment);
}

uint16_t linux_outbox_segment(const linux_outbox *outbox, int message) { return outbox->segments[message]; }

int linux_outbox_send(linux_outbox *outbox, int fd, int first) {
    int count = outbox->messages - first;
    struct msghdr *header = &outbox->headers[first].msg_hdr;
    if (count == 1 && header->msg_iovlen == 1 && header->msg_controllen == 0) {
        return send_bytes(fd, header) < 0 ? -errno : 1;
    }
    if (count == 1) return send_one(fd, header) < 0 ? -errno : 1;
    int sent = (int)send_many(fd, &outbox->headers[first], (unsigned)count);
    return sent < 0 ? -errno : sent;
}

int linux_outbox_send_apart(linux_outbox *outbox, int fd, int message) {
    struct msghdr run = outbox->headers[message].msg_hdr;
    uint16_t segment = outbox->segments[message];
    size_t left = run.msg_iovlen;
    int lost = 0;
    /* The segment size was the last control message that was added. */
    run.msg_controllen -= CMSG_SPACE(sizeof segment);
    while (left > 0) {
        size_t pieces = 0, bytes = 0;
        while (pieces < left && bytes < segment) bytes += run.msg_iov[pieces++].iov_len;
        run.msg_iovlen = pieces;
        if (send_one(fd, &run) < 0) lost++;
        run.msg_iov += pieces;
        left -= pieces;
    }
    return lost;
}

void linux_outbox_clear(linux_outbox *outbox) {
    outbox->messages = 0;
    outbox->pieces = 0;
}

/* The kernel found out by itself that the datagram was too big: as the ICMP message that says so. */
static void describe_too_big(linux_queued_error *error, int v6) {
    error->icmp_type = v6 ? 2 : 3;
    error->icmp_code = v6 ? 0 : 4;
}

int linux_take_queued_error(int fd, linux_queued_error *error) {
    uint8_t control[512];
    *error = (linux_queued_error){.peer.family = AF_UNSPEC, .code = EIO};
    struct msghdr header = {
        .msg_name = &error->peer,
        .msg_namelen = sizeof error->peer,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    if (recvmsg(fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return 0;
    for (struct cmsghdr *entry = CMSG_FIRSTHDR(&header); entry; entry = CMSG_NXTHDR(&header, entry)) {
        int v4 = entry->cmsg_level == IPPROTO_IP && entry->cmsg_type == IP_RECVERR;
        int v6 = entry->cmsg_level == IPPROTO_IPV6 && entry->cmsg_type == IPV6_RECVERR;
        if (!v4 && !v6) continue;
        struct sock_extended_err told;
        memcpy(&told, CMSG_DATA(entry), sizeof told);
        if (told.ee_errno) error->code = (int)told.ee_errno;
        if (told.ee_origin == SO_EE_ORIGIN_ICMP || told.ee_origin == SO_EE_ORIGIN_ICMP6) {
            error->icmp_type = told.ee_type;
            error->icmp_code = told.ee_code;
        } else if (error->code == EMSGSIZE) {
            describe_too_big(error, v6);
        }
        if (error->code == EMSGSIZE) error->mtu = told.ee_info;
    }
    return 1;
}

int linux_set_tells_asked_address(int fd, int v6) {
    return v6 ? linux_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) : linux_set(fd, IPPROTO_IP, IP_PKTINFO, 1);
}

int linux_set_merges(int fd) { return linux_set(fd, SOL_UDP, UDP_GRO, 1); }

int linux_set_tells_drops(int fd) { return linux_set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1); }

int linux_set_queues_errors(int fd, int v6) {
    return v6 ? linux_set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1) : linux_set(fd, IPPROTO_IP, IP_RECVERR, 1);
}

int linux_set_fragments(int fd, int v6, int allowed) {
    /* The kernel's default (WANT) sets DF as well; PROBE sets it whatever the kernel believes of the path, so that who
     * looks for the path's MTU is answered by the path. */
    return v6 ? linux_set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, allowed ? IPV6_PMTUDISC_WANT : IPV6_PMTUDISC_PROBE)
              : linux_set(fd, IPPROTO_IP, IP_MTU_DISCOVER, allowed ? IP_PMTUDISC_DONT : IP_PMTUDISC_PROBE);
}
