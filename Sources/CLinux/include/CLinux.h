/* What Glibc's Swift module lacks: epoll, recvmmsg, control messages. */
#ifndef STERNA_CLINUX_H
#define STERNA_CLINUX_H
#endif
