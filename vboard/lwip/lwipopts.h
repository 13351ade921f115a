/* lwipopts.h - lwIP as the peer at the other end of the virtual board's cable (src/peer.c).
 *
 * One thread, no operating system, memory from the heap: nothing here may run out before the test
 * does. Timers are those of a present-day host, not lwIP's slow ones: Linux sends a lost SYN again
 * after 1 s and lost data after 200 ms at the earliest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0
#define LWIP_SOCKET          0
#define LWIP_RAW             1 /* ICMP echo */
#define LWIP_UDP             1
#define LWIP_TCP             1
#define LWIP_DHCP            0 /* the peer is the server */
#define LWIP_DNS             0
#define LWIP_SINGLE_NETIF    1
#define LWIP_STATS           0
#define IP_REASSEMBLY        1
#define IP_FRAG              1

/* A DHCP client has no address yet: 0.0.0.0 may send to the server's port. */
#define LWIP_IP_ACCEPT_UDP_PORT(port) ((port) == PP_HTONS(67))

#define MEM_LIBC_MALLOC 1
#define MEMP_MEM_MALLOC 1
#define MEM_ALIGNMENT   8

#define TCP_MSS           1460
#define TCP_WND           (44 * TCP_MSS)
#define TCP_SND_BUF       (44 * TCP_MSS)
#define TCP_SND_QUEUELEN  256
#define TCP_QUEUE_OOSEQ   1
#define TCP_TMR_INTERVAL  50   /* ms; delayed ACKs. Twice that is the unit of retransmissions */
#define LWIP_TCP_RTO_TIME 1000 /* ms */
#define TCP_MSL           500  /* ms: TIME_WAIT is for this cable, not for the Internet */
#define TCP_MAXRTX        8

#endif
