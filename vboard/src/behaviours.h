/* behaviours.h - the behaviours that the checks prove, by name. A part adds its own lines here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_BEHAVIOURS_H
#define VBOARD_BEHAVIOURS_H

#include <stdbool.h>

/* X(identifier, "name") */
/* clang-format off */
#define BEHAVIOURS(X) \
    X(ETH_TX_GATHER, "eth-tx-gather") \
    X(ETH_DESCRIPTOR_SKIP, "eth-descriptor-skip") \
    X(ETH_RESET_CLOCKS, "eth-reset-clocks") \
    X(ETH_SOFTWARE_RESET, "eth-software-reset") \
    X(MDIO_BUSY, "mdio-busy") \
    X(MDIO_ABSENT, "mdio-absent") \
    X(PHY_NEGOTIATION_TIME, "phy-negotiation-time") \
    X(ETH_LOOPBACK, "eth-loopback") \
    X(ETH_FCS_STRIP, "eth-fcs-strip") \
    X(ETH_TX_INTERRUPT, "eth-tx-interrupt") \
    X(ETH_RX_INTERRUPT, "eth-rx-interrupt") \
    X(ETH_SUSPEND, "eth-suspend") \
    X(ETH_TAIL_RESTART, "eth-tail-restart") \
    X(ETH_BUS_ERROR, "eth-bus-error") \
    X(ETH_CHECKSUM_INSERT, "eth-checksum-insert") \
    X(ETH_CHECKSUM_CHECK, "eth-checksum-check") \
    X(ETH_CHECKSUM_DROP, "eth-checksum-drop") \
    X(ETH_ADDRESS_FILTER, "eth-address-filter") \
    X(ETH_BROADCAST_FILTER, "eth-broadcast-filter") \
    X(ETH_RX_SPANS, "eth-rx-spans") \
    X(ETH_WIRE_TIME, "eth-wire-time") \
    X(FP_FRAME, "fp-frame") \
    X(INVALID_RETURN, "invalid-return") \
    X(STACKING_FAULT, "stacking-fault") \
    X(WFE, "wfe") \
    X(SLEEP_ON_EXIT, "sleep-on-exit") \
    X(RAM_CODE_CHANGES, "ram-code-changes") \
    X(DEBUG_EVENT, "debug-event") \
    X(DMA_BUS_MATRIX, "dma-bus-matrix") \
    X(FLASH_CODE_CHANGES, "flash-code-changes") \
    X(LOCK_UP, "lock-up") \
    X(RESET_KEEPS_RAM, "reset-keeps-ram") \
    X(UNPRIVILEGED_PPB, "unprivileged-ppb") \
    X(BFHFNMIGN, "bfhfnmign") \
    X(PRECISE_FAULTS, "precise-faults") \
    X(CPACR, "cpacr") \
    X(INVALID_STATE, "invalid-state") \
    X(UNDEFINED_INSTRUCTION, "undefined-instruction") \
    X(FAULT_ESCALATION, "fault-escalation") \
    X(EXECUTE_NEVER, "execute-never") \
    X(FETCH_FAULT, "fetch-fault") \
    X(IMPRECISE_BUS_FAULT, "imprecise-bus-fault") \
    X(PRECISE_BUS_FAULT, "precise-bus-fault") \
    X(ICSR, "icsr") \
    X(NVIC_REGISTERS, "nvic-registers") \
    X(LEVEL_IRQ, "level-irq") \
    X(WFI_WAKES_MASKED, "wfi-wakes-masked") \
    X(WFI, "wfi") \
    X(CYCCNT, "cyccnt") \
    X(SYSTICK, "systick") \
    X(VTOR, "vtor") \
    X(RETURN_TO_PSP, "return-to-psp") \
    X(STACK_ALIGNMENT, "stack-alignment") \
    X(FAULTMASK, "faultmask") \
    X(PRIMASK, "primask") \
    X(BASEPRI, "basepri") \
    X(PRIORITY_GROUPING, "priority-grouping") \
    X(PREEMPTION, "preemption") \
    X(NMI, "nmi") \
    X(PENDSV, "pendsv") \
    X(SVC, "svc") \
    X(EXCEPTION_FRAME, "exception-frame") \
    X(FLASH_KEY_LOCKOUT, "flash-key-lockout") \
    X(FLASH_KEY_BUS_ERROR, "flash-key-bus-error") \
    X(FLASH_CR_LOCK, "flash-cr-lock") \
    X(FLASH_PGSERR, "flash-pgserr") \
    X(FLASH_PGSERR_BLOCKS, "flash-pgserr-blocks") \
    X(FLASH_INCERR, "flash-incerr") \
    X(FLASH_STRBERR, "flash-strberr") \
    X(FLASH_WRP, "flash-wrp") \
    X(FLASH_PCROP, "flash-pcrop") \
    X(FLASH_FORCE_WRITE, "flash-force-write") \
    X(FLASH_WRITE_QUEUE, "flash-write-queue") \
    X(FLASH_ERASE_QUEUE, "flash-erase-queue") \
    X(FLASH_PSIZE_TIME, "flash-psize-time") \
    X(FLASH_ERASE_TIME, "flash-erase-time") \
    X(FLASH_READ_STALL, "flash-read-stall") \
    X(FLASH_FETCH_STALL, "flash-fetch-stall") \
    X(FLASH_READ_WHILE_WRITE, "flash-read-while-write") \
    X(FLASH_EOP, "flash-eop") \
    X(FLASH_INTERRUPT, "flash-interrupt") \
    X(FLASH_ERASE, "flash-erase") \
    X(FLASH_ECC_REPROGRAM, "flash-ecc-reprogram") \
    X(FLASH_ECC_BUS_FAULT, "flash-ecc-bus-fault") \
    X(FLASH_ECC_ADDRESS, "flash-ecc-address") \
    X(FLASH_ECC_DMA, "flash-ecc-dma") \
    X(OPTION_FACTORY, "option-factory") \
    X(FLASH_TORN_PROGRAM, "flash-torn-program") \
    X(FLASH_TORN_ERASE, "flash-torn-erase") \
    X(CUT_BEFORE, "cut-before") \
    X(CUT_TORN, "cut-torn") \
    X(CUT_AFTER, "cut-after") \
    X(CUT_DEAD, "cut-dead") \
    X(CUT_MARGINAL, "cut-marginal") \
    X(CUT_WEAK, "cut-weak") \
    X(CUT_PREFIX, "cut-prefix") \
    X(CUT_OLD, "cut-old") \
    X(CUT_LATE, "cut-late") \
    X(CUT_DEFAULTS, "cut-defaults") \
    X(OPERATION_FAILURES, "operation-failures") \
    X(FLASH_WEAK, "flash-weak") \
    X(FLASH_MARGINAL, "flash-marginal") \
    X(FLASH_RESET_IN_STALL, "flash-reset-in-stall") \
    X(FLASH_SET_SWAP, "flash-set-swap") \
    X(FLASH_SWAP_WAITS, "flash-swap-waits") \
    X(FLASH_SWAP_LOADS, "flash-swap-loads") \
    X(OPTION_KEY_LOCKOUT, "option-key-lockout") \
    X(OPTION_LOCK, "option-lock") \
    X(OPTION_COMMITS_ALL, "option-commits-all") \
    X(OPTION_TIME, "option-time") \
    X(OPTION_EQUAL, "option-equal") \
    X(OPTION_TORN, "option-torn") \
    X(OPTION_STALL, "option-stall") \
    X(OPTION_PRG_KEPT, "option-prg-kept") \
    X(OPTION_BLOCKS_WRITES, "option-blocks-writes") \
    X(OPTION_RDP2, "option-rdp2") \
    X(RCC_CLOCK_GATE, "rcc-clock-gate") \
    X(RCC_PLL_SOURCE, "rcc-pll-source") \
    X(RCC_STARTUP, "rcc-startup") \
    X(RCC_RESET_FLAGS_STICKY, "rcc-reset-flags-sticky") \
    X(RCC_CPU_CLOCK, "rcc-cpu-clock") \
    X(RCC_PERIPHERAL_RESET, "rcc-peripheral-reset") \
    X(PWR_BACKUP_PROTECTION, "pwr-backup-protection") \
    X(PWR_VOSRDY, "pwr-vosrdy") \
    X(PWR_SUPPLY_ONCE, "pwr-supply-once") \
    X(PWR_VOS_NEEDS_SUPPLY, "pwr-vos-needs-supply") \
    X(EXTI_EDGE, "exti-edge") \
    X(RNG_CLOCK, "rng-clock") \
    X(IWDG_RESET, "iwdg-reset") \
    X(IWDG_WINDOW, "iwdg-window") \
    X(IWDG_WRITE_PROTECTION, "iwdg-write-protection") \
    X(IWDG_UPDATE_FLAGS, "iwdg-update-flags") \
    X(BACKUP_SURVIVES_RESET, "backup-survives-reset") \
    X(GPIO_BSRR, "gpio-bsrr") \
    X(GPIO_IDR_FOLLOWS_OUTPUT, "gpio-idr-follows-output") \
    X(GPIO_INPUT, "gpio-input") \
    X(GPIO_PULL, "gpio-pull") \
    X(GPIO_LOCK, "gpio-lock") \
    X(USART_BAUD_TIME, "usart-baud-time") \
    X(USART_RECEIVE, "usart-receive") \
    X(USART_OVERRUN, "usart-overrun") \
    X(USART_FIFO, "usart-fifo") \
    X(USART_INTERRUPT, "usart-interrupt") \
    X(UNIQUE_ID, "unique-id") \
    X(DBGMCU_IDCODE, "dbgmcu-idcode") \
    X(IWDG_OPTION, "iwdg-option") \
    X(SPECULATIVE_STALL, "speculative-stall") \
    X(MPU_REGIONS, "mpu-regions") \
    X(OPTION_SYSTEM_STALL, "option-system-stall") \
    X(OPTION_ERROR_KEEPS_REQUEST, "option-error-keeps-request") \
    X(IWDG_LSI_ERROR, "iwdg-lsi-error") \
    X(STALL_EVENTS, "stall-events") \
    X(BROWNOUT, "brownout") \
    X(DMA_CACHE_WARNING, "dma-cache-warning") \
    X(UNMODELLED_NO_FAULT, "unmodelled-no-fault")
/* clang-format on */

enum behaviour {
#define X(id, name) BEHAVIOUR_##id,
    BEHAVIOURS(X)
#undef X
        BEHAVIOUR_COUNT
};

#ifdef VBOARD_REMOVABLE
bool behaves(enum behaviour behaviour); /* false for the one that --without removed */
#else
static inline bool behaves(enum behaviour behaviour)
{
    (void)behaviour;
    return true;
}
#endif

#endif
