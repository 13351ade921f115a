/* gdb_texts.c - the target's description and memory map ("Debugging with GDB", G.5.3 ARM features,
 * E.16 memory map).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "gdb_target.h"

#define CORE(name)   "<reg name='" name "' bitsize='32'/>"
#define MASK(name)   "<reg name='" name "' bitsize='32' group='system'/>"
#define DOUBLE(name) "<reg name='" name "' bitsize='64' type='ieee_double'/>"

const char gdb_description[] =
    "<?xml version='1.0'?><!DOCTYPE target SYSTEM 'gdb-target.dtd'>"
    "<target version='1.0'><architecture>armv7e-m</architecture>"
    "<feature name='org.gnu.gdb.arm.m-profile'>" CORE("r0") CORE("r1") CORE("r2") CORE("r3") CORE(
        "r4") CORE("r5") CORE("r6") CORE("r7") CORE("r8") CORE("r9") CORE("r10") CORE("r11")
        CORE(
            "r12") "<reg name='sp' bitsize='32' type='data_ptr'/><reg name='lr' bitsize='32' "
                   "type='code_ptr'/>"
                   "<reg name='pc' bitsize='32' type='code_ptr'/>" CORE(
                       "xpsr") "</feature><feature name='org.gnu.gdb.arm.m-system'>"
                               "<reg name='msp' bitsize='32' type='data_ptr' group='system'/>"
                               "<reg name='psp' bitsize='32' type='data_ptr' group='system'/>" MASK(
                                   "primask") MASK("basepri") MASK("faultmask")
                                   MASK("control") "</feature><feature "
                                                   "name='org.gnu.gdb.arm.vfp'>" DOUBLE(
                                                       "d0") DOUBLE("d1") DOUBLE("d2") DOUBLE("d3")
                                                       DOUBLE("d4") DOUBLE("d5") DOUBLE(
                                                           "d6") DOUBLE("d7") DOUBLE("d8")
                                                           DOUBLE("d9") DOUBLE("d10") DOUBLE(
                                                               "d11") DOUBLE("d12") DOUBLE("d13")
                                                               DOUBLE("d14") DOUBLE(
                                                                   "d15") "<reg name='fpscr' "
                                                                          "bitsize='32' type='int' "
                                                                          "group='float'/></"
                                                                          "feature></target>";

/* RM0399 2.3. gdb reads and writes only what is named here, so peripherals are RAM to it. */
const char gdb_memory_map[] =
    "<?xml version='1.0'?><!DOCTYPE memory-map PUBLIC '+//IDN gnu.org//DTD GDB Memory Map V1.0//EN'"
    " 'http://sourceware.org/gdb/gdb-memory-map.dtd'><memory-map>"
    "<memory type='ram' start='0x00000000' length='0x10000'/>"
    "<memory type='flash' start='0x08000000' length='0x200000'>"
    "<property name='blocksize'>0x20000</property></memory>"
    "<memory type='ram' start='0x10000000' length='0x48000'/>"
    "<memory type='rom' start='0x1ff00000' length='0x20000'/>"
    "<memory type='ram' start='0x20000000' length='0x20000'/>"
    "<memory type='ram' start='0x24000000' length='0x80000'/>"
    "<memory type='ram' start='0x30000000' length='0x48000'/>"
    "<memory type='ram' start='0x38000000' length='0x10000'/>"
    "<memory type='ram' start='0x38800000' length='0x1000'/>"
    "<memory type='ram' start='0x40000000' length='0x20000000'/>"
    "<memory type='ram' start='0xe0000000' length='0x100000'/></memory-map>";
