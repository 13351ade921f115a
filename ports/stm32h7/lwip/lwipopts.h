/* lwipopts.h - lwIP for a device that takes firmware uploads: no OS, static pools, one interface.
 *
 * The window is what an upload can send while a flash sector erases; the pool holds it twice.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

/* --- no OS: the raw API, called from the main loop only --- */
#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0
#define LWIP_SOCKET          0
#define LWIP_TIMERS          1

/* --- protocols --- */
#define LWIP_IPV4     1
#define LWIP_IPV6     0
#define LWIP_ARP      1
#define LWIP_ICMP     1
#define LWIP_RAW      0
#define LWIP_UDP      1
#define LWIP_TCP      1
#define LWIP_DHCP     1
#define LWIP_AUTOIP   0
#define LWIP_DNS      1
#define LWIP_IGMP     0
#define IP_REASSEMBLY 0 /* the MAC checks no checksums of fragments, and nobody sends any */
#define IP_FRAG       0
#define IP_FORWARD    0

/* --- memory: pools in .bss, nothing from the C library --- */
#define MEM_LIBC_MALLOC 0
#define MEMP_MEM_MALLOC 0
#define MEM_ALIGNMENT   4
/* headers and copied text on their way out: 8 clients that take nothing hold 4.3 KB each */
#define MEM_SIZE          (64 * 1024)
#define PBUF_POOL_SIZE    64
#define PBUF_POOL_BUFSIZE 1536 /* a whole frame in one, a multiple of 4 */
/* 18 of HTTP, 4 of RPC, 2 outgoing, MQTT, and closed ones that wait */
#define MEMP_NUM_TCP_PCB        33
#define MEMP_NUM_TCP_PCB_LISTEN 3
#define MEMP_NUM_TCP_SEG        192
#define MEMP_NUM_PBUF           64 /* pages sent straight from flash */
#define MEMP_NUM_UDP_PCB        8  /* DHCP, each question to a DNS server, RPC */
#define MEMP_NUM_SYS_TIMEOUT    (LWIP_NUM_SYS_TIMEOUT_INTERNAL + 2) /* MQTT, and one to spare */

/* --- names --- */
#define DNS_TABLE_SIZE      4
#define DNS_MAX_NAME_LENGTH 128 /* FLOTA_NETWORK_HOST_MAX */
#define DNS_MAX_SERVERS     2

/* --- MQTT --- */
#define MQTT_OUTPUT_RINGBUF_SIZE   8192 /* a reply as large as a frame, and its topic */
#define MQTT_VAR_HEADER_BUFFER_LEN 128  /* only acknowledgements pass through it: mqtt_lwip.c */
#define MQTT_REQ_MAX_IN_FLIGHT     16   /* subscriptions, and replies not yet acknowledged */

/* --- TCP --- */
#define TCP_MSS                    1460
#define TCP_WND                    (24 * TCP_MSS)
#define TCP_SND_BUF                (8 * TCP_MSS)
#define TCP_SND_QUEUELEN           32
#define TCP_QUEUE_OOSEQ            1
#define TCP_OOSEQ_MAX_PBUFS        16
#define TCP_LISTEN_BACKLOG         1
#define TCP_DEFAULT_LISTEN_BACKLOG 8
#define TCP_MSL                    1000 /* ms: closed connections free their place after 2 s */
#define LWIP_TCP_KEEPALIVE         1
/* ms: a lone first segment is acknowledged after this time; a sender in slow start waits for it */
#define TCP_TMR_INTERVAL 50

/* Sequence numbers and ports that nobody can guess (RFC 6528, RFC 6056). */
#define LWIP_HOOK_FILENAME                                              "flota_lwip_hooks.h"
#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port) flota_port_random()
#define LWIP_RANDOMIZE_INITIAL_LOCAL_PORTS                              1

/* --- interface --- */
#define LWIP_NETIF_HOSTNAME        1
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_NETIF_LINK_CALLBACK   1
#define LWIP_SINGLE_NETIF          1

/* --- checksums are the MAC's work (ethernet.c) --- */
#define CHECKSUM_GEN_IP     0
#define CHECKSUM_GEN_UDP    0
#define CHECKSUM_GEN_TCP    0
#define CHECKSUM_GEN_ICMP   0
#define CHECKSUM_CHECK_IP   0
#define CHECKSUM_CHECK_UDP  0
#define CHECKSUM_CHECK_TCP  0
#define CHECKSUM_CHECK_ICMP 0

#define LWIP_STATS 0

#endif
