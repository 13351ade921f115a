/* fault.h - what happens after a fault, an unexpected interrupt or a failed assertion: a report, a
 * reset.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H7_FAULT_H
#define STM32H7_FAULT_H

/* Vector for every exception without a handler of its own. */
void stm32h7_fault_entry(void);

_Noreturn void stm32h7_fault_main_returned(void);

#endif
