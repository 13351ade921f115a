/* lwipopts.h - lwIP without an operating system, one static address.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define NO_SYS               1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN         0
#define LWIP_SOCKET          0
#define LWIP_UDP             0
#define LWIP_DHCP            0
#define LWIP_DNS             0
#define LWIP_RAW             0
#define IP_REASSEMBLY        0
#define IP_FRAG              0
#define LWIP_SINGLE_NETIF    1
#define LWIP_STATS           0
#define MEM_ALIGNMENT        4
#define MEM_SIZE             (16 * 1024)
#define PBUF_POOL_SIZE       24
#define PBUF_POOL_BUFSIZE    1536
#define TCP_MSS              1460
#define TCP_WND              (8 * TCP_MSS)
#define TCP_SND_BUF          (4 * TCP_MSS)
#define TCP_SND_QUEUELEN     16
#define MEMP_NUM_TCP_SEG     32
#define MEMP_NUM_TCP_PCB     8
#define TCP_MSL              1000

#endif
