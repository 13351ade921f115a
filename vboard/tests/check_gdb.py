# check_gdb.py - run inside gdb-multiarch by check-gdb: debugs tests/fw/debug_target.c on the virtual board.
#
# Each step names what must hold; the first that does not ends it with status 1.
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import re
import signal
import sys
import threading
import traceback

import gdb


stops = []  # the signal of each stop
gdb.events.stop.connect(lambda event: stops.append(getattr(event, 'stop_signal', '')))


def run(command):
    return gdb.execute(command, to_string=True)


def value(expression):
    return int(gdb.parse_and_eval(expression))


def pc():
    return value('(unsigned)$pc') & ~1


def address(name):
    found = re.search(r'0x[0-9a-f]+', run('info address ' + name))
    return int(found.group(0), 16) & ~1


def frames():
    names, frame = [], gdb.newest_frame()
    while frame is not None and len(names) < 20:
        names.append(frame.name() or ('signal' if frame.type() == gdb.SIGTRAMP_FRAME else '?'))
        frame = frame.older()
    return names


def expect(what, wanted, got):
    if wanted != got:
        raise AssertionError('%s: %r expected, %r seen' % (what, wanted, got))
    print('ok     gdb: ' + what)


def stops_at(name):
    run('tbreak *&%s' % name)
    run('continue')
    expect('a breakpoint at %s stops there' % name, address(name), pc())


def status(key):
    text = run('monitor status')
    return re.search(key, text).group(1)


def flush():
    run('maintenance flush register-cache')


def step_to(what, names):
    for name in names:
        run('stepi')
        wanted = address(name) if isinstance(name, str) else name
        expect('%s: %s' % (what, name if isinstance(name, str) else hex(name)), wanted, pc())


def starts():
    expect('held at the first instruction', address('Reset_Handler'), pc())
    expect('the stack pointer is the vector table\'s', value('*(unsigned *)0x08000000'), value('(unsigned)$sp'))
    run('break main')
    run('continue')
    expect('a breakpoint at main, by name', ['main'], frames())
    run('delete')


def calls():
    stops_at('leaf')
    expect('backtrace', ['leaf', 'branch', 'main'], frames())
    argument = value('value')
    run('finish')
    expect('finish ends in the caller', 'branch', gdb.newest_frame().name())
    expect('the value returned', argument * 3 + 1, value('(unsigned)$r0'))


def blocks():
    stops_at('conditional')
    expect('the argument for the first branch', 5, value('$r0'))
    first, end = address('it_first'), address('it_end')
    step_to('a step inside an IT block', [first - 2, first])
    expect('the IT state is in xPSR', True, value('$xpsr') & 0x0600FC00 != 0)
    step_to('a step inside an IT block', [first + 2, first + 4, first + 6, 'it_end'])
    expect('two of four were executed', 11, value('$r0'))
    stops_at('conditional')
    run('stepi 6')
    expect('six steps are six instructions', end, pc())
    expect('the other two of four were executed', 22, value('$r0'))
    expect('the IT state is over', 0, value('$xpsr') & 0x0600FC00)


def exceptions():
    stops_at('svc_here')
    step_to('a step goes into SVC', ['SVC_Handler'])
    expect('backtrace through an exception', ['SVC_Handler', 'signal', 'service', 'main'], frames())
    run('finish')
    expect('finish ends behind SVC', address('svc_after'), pc())
    stops_at('wfi_here')
    step_to('a step over WFI ends behind it', ['wfi_after'])
    step_to('the next waits for the interrupt', ['SysTick_Handler'])
    expect('backtrace through an interrupt', ['SysTick_Handler', 'signal', 'sleep_once', 'main'], frames())


def memory():
    run('set var turns = 1000')
    expect('RAM written and read', 1000, value('turns'))
    stops_at('branch')
    expect('the firmware sees it', True, value('value') >= 1000)
    try:
        run('set {unsigned}0x08000000 = 1')
        refused = False
    except gdb.MemoryError:
        refused = True
    except gdb.error as error:
        refused = 'flash' in str(error).lower() or 'memory' in str(error).lower()
    expect('a store to flash is refused', True, refused)
    expect('CPUID read', 0x411FC271, value('*(unsigned *)0xE000ED00'))
    expect('a peripheral register read', value('*(unsigned *)0x580244E0') & 2, 2)
    try:
        run('x/wx 0x70000000')
        refused = False
    except gdb.MemoryError:
        refused = True
    expect('memory that is not there', True, refused)


def registers():
    for name, new in (('r7', 0x12345678), ('primask', 1), ('basepri', 0x40), ('faultmask', 1), ('psp', 0x24001000)):
        old = value('$' + name)
        run('set $%s = %d' % (name, new))
        flush()
        expect('$%s written' % name, new, value('$' + name))
        run('set $%s = %d' % (name, old))
    run('set $d8 = 1.25')
    flush()
    expect('$d8 written', 1.25, float(gdb.parse_and_eval('$d8')))
    run('set $s2 = 0.5')
    flush()
    expect('$s2 written', 0.5, float(gdb.parse_and_eval('$s2')))
    expect('$fpscr read', True, value('$fpscr') >= 0)


def watches():
    run('watch watched')
    run('continue')
    expect('a watchpoint stops behind the store', 'leaf', gdb.newest_frame().name())
    run('delete')
    run('rwatch services')
    run('continue')
    expect('a read watchpoint', 'SVC_Handler', gdb.newest_frame().name())
    run('delete')


def stands_still():
    before = status(r'time: ([\d.]+)')
    run('shell sleep 0.3')
    expect('virtual time stands still while the core is held', before, status(r'time: ([\d.]+)'))


def interrupts():
    done = threading.Event()

    def press():
        while not done.wait(0.3):
            os.kill(os.getpid(), signal.SIGINT)

    presser = threading.Thread(target=press)
    presser.start()
    try:
        run('continue')
    except KeyboardInterrupt:
        pass
    finally:
        done.set()
        presser.join()
    expect('Ctrl-C stops with SIGINT', 'SIGINT', stops[-1])


def resets():
    count = int(status(r'(\d+) resets'))
    run('monitor reset')
    flush()
    expect('monitor reset: at the first instruction', address('Reset_Handler'), pc())
    expect('monitor reset: one more', count + 1, int(status(r'(\d+) resets')))
    stops_at('leaf')
    run('monitor power off')
    expect('the plug is out', 'off', status(r'power: (\w+)'))
    run('monitor power on')
    flush()
    expect('power on: at the first instruction', address('Reset_Handler'), pc())
    stops_at('leaf')


def faults():
    run('monitor catch faults on')
    run('set var fault_at = 0x70000000')
    run('continue')
    expect('a fault is caught as SIGSEGV', 'SIGSEGV', stops[-1])
    expect('in its handler, from main', ['unexpected_exception', 'signal', 'main'], frames())
    expect('BFAR', 0x70000000, value('*(unsigned *)0xE000ED38'))
    run('monitor catch faults off')


def loads(elf):
    run('monitor reset')
    flush()
    run('load ' + elf)
    expect('load: what is in flash is the file', False, 'MIS-MATCHED' in run('compare-sections'))
    flush()
    stops_at('main')


def leaves():
    run('detach')
    run('target remote ' + os.environ['GDB_PORT'])
    expect('attached again', True, pc() != 0)


def other(elf):
    run('file ' + elf)
    run('load')
    run('monitor reset')
    flush()
    run('break main')
    run('continue')
    expect('load and run another firmware: main', 'main', gdb.newest_frame().name())
    run('next')
    expect('next stays in main', 'main', gdb.newest_frame().name())
    run('delete')
    run('kill')


try:
    run('set pagination off')
    run('set confirm off')
    run('set remotetimeout 60')
    run('target remote ' + os.environ['GDB_PORT'])
    for part in (starts, calls, blocks, exceptions, memory, registers, watches, stands_still, interrupts, resets,
                 faults):
        part()
    loads(os.environ['GDB_ELF'])
    leaves()
    if os.environ.get('GDB_OTHER'):
        other(os.environ['GDB_OTHER'])
    print('done   gdb')
except BaseException as error:  # gdb would go on and end with status 0
    if not isinstance(error, AssertionError):
        traceback.print_exc()
    print('FAIL   gdb: %s' % error)
    sys.stdout.flush()
    os._exit(1)
