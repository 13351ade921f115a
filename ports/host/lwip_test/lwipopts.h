/* lwipopts.h - lwIP for the test of its adapter: the board's sizes, a loop back interface beside
 * the test's own one, statistics.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0
#define LWIP_SOCKET          0
#define LWIP_RAW             0
#define LWIP_UDP             1
#define LWIP_DHCP            1
#define LWIP_DNS             1
#define IP_REASSEMBLY        0
#define IP_FRAG              0

#define MEM_ALIGNMENT           8
#define MEM_SIZE                (64 * 1024) /* both ends of each connection live in this one stack */
#define PBUF_POOL_SIZE          96
#define PBUF_POOL_BUFSIZE       1536
#define MEMP_NUM_TCP_PCB        48
#define MEMP_NUM_TCP_PCB_LISTEN 3
#define MEMP_NUM_TCP_SEG        192
#define MEMP_NUM_PBUF           192
#define MEMP_NUM_UDP_PCB        8

#define DNS_TABLE_SIZE      4
#define DNS_MAX_NAME_LENGTH 128
#define DNS_MAX_SERVERS     2

#define MQTT_OUTPUT_RINGBUF_SIZE   8192
#define MQTT_VAR_HEADER_BUFFER_LEN 128
#define MQTT_REQ_MAX_IN_FLIGHT     16
#define MEMP_NUM_SYS_TIMEOUT       16

#define TCP_MSS                    1460
#define TCP_WND                    (24 * TCP_MSS)
#define TCP_SND_BUF                (8 * TCP_MSS)
#define TCP_SND_QUEUELEN           32
#define TCP_QUEUE_OOSEQ            1
#define TCP_LISTEN_BACKLOG         1
#define TCP_DEFAULT_LISTEN_BACKLOG 8
#define TCP_MSL                    1000
#define LWIP_TCP_KEEPALIVE         1

#define LWIP_NETIF_HOSTNAME     1
#define LWIP_HAVE_LOOPIF        1
#define LWIP_NETIF_LOOPBACK     1
#define LWIP_LOOPBACK_MAX_PBUFS 64
#define LWIP_SINGLE_NETIF       0
#define LWIP_STATS              1
#define LWIP_STATS_DISPLAY      0
#define MEM_STATS               1
#define MEMP_STATS              1

#endif
