/* gpio.c - GPIO ports A to K (RM0399 chapter 12) and what the STM32H745I-DISCO hangs on them.
 *
 * Levels are digital. A pin reads what it drives; an input reads what the outside drives, else its
 * pull, else 0. An alternate-function pin reads high (an idle line): the peripherals' pins are not
 * routed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"
#include "watch.h"

#include <stdio.h>
#include <stdlib.h>

#define GPIO_BASE   0x58020000u
#define GPIO_STRIDE 0x400u
#define PORT_COUNT  11

enum {
    GPIO_MODER = 0x00,
    GPIO_OTYPER = 0x04,
    GPIO_OSPEEDR = 0x08,
    GPIO_PUPDR = 0x0C,
    GPIO_IDR = 0x10,
    GPIO_ODR = 0x14,
    GPIO_BSRR = 0x18,
    GPIO_LCKR = 0x1C,
    GPIO_AFRL = 0x20,
    GPIO_AFRH = 0x24
};

enum { MODE_INPUT, MODE_OUTPUT, MODE_ALTERNATE, MODE_ANALOG };
enum { PULL_NONE, PULL_UP, PULL_DOWN };

#define LCKK (1u << 16)

struct port {
    uint32_t moder, otyper, ospeedr, pupdr, odr, afr[2];
    uint32_t lock;      /* locked pins, in force when LCKK */
    unsigned lock_step; /* of the key sequence */
    uint32_t lock_pins;
    uint32_t driven, outside; /* pins driven from outside, and their levels */
    uint32_t levels;          /* IDR as last seen, to notice edges */
};

struct gpio {
    struct port ports[PORT_COUNT];
};

static const struct register_name names[] = {{GPIO_MODER, "MODER"},
                                             {GPIO_OTYPER, "OTYPER"},
                                             {GPIO_OSPEEDR, "OSPEEDR"},
                                             {GPIO_PUPDR, "PUPDR"},
                                             {GPIO_IDR, "IDR"},
                                             {GPIO_ODR, "ODR"},
                                             {GPIO_BSRR, "BSRR"},
                                             {GPIO_LCKR, "LCKR"},
                                             {GPIO_AFRL, "AFRL"},
                                             {GPIO_AFRH, "AFRH"},
                                             {0, NULL}};

static const struct port *port_of(const struct board *board, char port)
{
    return &board->gpio->ports[port - 'A'];
}

static unsigned field(uint32_t reg, int pin)
{
    return reg >> (2 * pin) & 3u;
}

static bool pulled(const struct port *port, int pin)
{
    return field(port->pupdr, pin) == PULL_UP && behaves(BEHAVIOUR_GPIO_PULL);
}

static bool outside_or_pull(const struct port *port, int pin)
{
    if ((port->driven >> pin & 1u) && behaves(BEHAVIOUR_GPIO_INPUT))
        return port->outside >> pin & 1u;
    return pulled(port, pin);
}

static bool level_of(const struct port *port, int pin)
{
    bool high = port->odr >> pin & 1u, open_drain = port->otyper >> pin & 1u;
    switch (field(port->moder, pin)) {
    case MODE_OUTPUT:
        if (!behaves(BEHAVIOUR_GPIO_IDR_FOLLOWS_OUTPUT))
            return false;
        return open_drain && high ? outside_or_pull(port, pin) : high;
    case MODE_INPUT:
        return outside_or_pull(port, pin);
    case MODE_ALTERNATE:
        return true;
    default:
        return false; /* analog: the input buffer is off */
    }
}

static uint32_t input_register(const struct port *port)
{
    uint32_t levels = 0;
    for (int pin = 0; pin < 16; pin++)
        levels |= (uint32_t)level_of(port, pin) << pin;
    return levels;
}

/* After any change of a port: trace, and tell EXTI the edges. */
static void changed(struct board *board, int index)
{
    struct port *port = &board->gpio->ports[index];
    uint32_t before = port->levels;
    char name = (char)('A' + index);
    port->levels = input_register(port);
    for (int pin = 0; pin < 16; pin++) {
        bool level = port->levels >> pin & 1u;
        if (!((before ^ port->levels) >> pin & 1u))
            continue;
        if (board->options.trace & TRACE_GPIO)
            fprintf(stderr, "[%.6f gpio P%c%d %d]\n", (double)board->now_ns / 1e9, name, pin,
                    level);
        watch_pin(board, name, pin, level);
        exti_pin(board, name, pin, level);
    }
}

static bool clocked(struct board *board, int index)
{
    char name[] = "GPIOA";
    name[4] = (char)('A' + index);
    return soc_clocked(board, RCC_AHB4ENR, (uint32_t)index, name);
}

static uint32_t *stored(struct port *port, uint32_t offset)
{
    switch (offset) {
    case GPIO_MODER:
        return &port->moder;
    case GPIO_OTYPER:
        return &port->otyper;
    case GPIO_OSPEEDR:
        return &port->ospeedr;
    case GPIO_PUPDR:
        return &port->pupdr;
    case GPIO_ODR:
        return &port->odr;
    case GPIO_AFRL:
        return &port->afr[0];
    case GPIO_AFRH:
        return &port->afr[1];
    default:
        return NULL;
    }
}

static bool port_read(struct board *board, int index, uint32_t offset, uint32_t *value)
{
    struct port *port = &board->gpio->ports[index];
    const uint32_t *reg = stored(port, offset);
    *value = 0;
    if (offset > GPIO_AFRH)
        return false;
    if (!clocked(board, index))
        return true;
    if (reg)
        *value = *reg;
    else if (offset == GPIO_IDR)
        *value = input_register(port);
    else if (offset == GPIO_LCKR) {
        *value = port->lock ? port->lock | LCKK : port->lock_pins;
        if (port->lock_step == 3) { /* the closing read of the sequence locks */
            port->lock = port->lock_pins;
            port->lock_step = 0;
            *value = port->lock | LCKK;
        }
    }
    return true;
}

/* RM0399 12.4.8: write 1, 0, 1 to LCKK with the same pins, then read. */
static void write_lock(struct port *port, uint32_t value)
{
    uint32_t pins = value & 0xFFFFu;
    bool key = value & LCKK;
    bool wanted = port->lock_step != 1; /* 1, 0, 1 */
    if (port->lock || !behaves(BEHAVIOUR_GPIO_LOCK))
        return;
    if (key == wanted && (port->lock_step == 0 || pins == port->lock_pins))
        port->lock_step = port->lock_step < 3 ? port->lock_step + 1 : 0;
    else
        port->lock_step = 0;
    port->lock_pins = pins;
}

/* The bits of a configuration register that LCKR guards. ODR stays free. */
static uint32_t unlocked(const struct port *port, uint32_t offset)
{
    uint32_t mask = 0xFFFFFFFFu;
    for (int pin = 0; pin < 16; pin++) {
        if (!(port->lock >> pin & 1u))
            continue;
        if (offset == GPIO_OTYPER)
            mask &= ~(1u << pin);
        else if (offset == GPIO_MODER || offset == GPIO_OSPEEDR || offset == GPIO_PUPDR)
            mask &= ~(3u << (2 * pin));
        else if (offset == (pin < 8 ? GPIO_AFRL : GPIO_AFRH))
            mask &= ~(15u << (4 * (pin & 7)));
    }
    return mask;
}

static bool port_write(struct board *board, int index, uint32_t offset, uint32_t lanes,
                       uint32_t value)
{
    struct port *port = &board->gpio->ports[index];
    uint32_t *reg = stored(port, offset);
    if (offset > GPIO_AFRH)
        return false;
    if (!clocked(board, index))
        return true;
    value &= lanes;
    if (reg)
        *reg = soc_merge(*reg, lanes & unlocked(port, offset), value);
    else if (offset == GPIO_BSRR && behaves(BEHAVIOUR_GPIO_BSRR))
        port->odr = (port->odr & ~(value >> 16)) | (value & 0xFFFFu); /* set wins over reset */
    else if (offset == GPIO_LCKR)
        write_lock(port, value);
    port->odr &= 0xFFFFu;
    port->otyper &= 0xFFFFu;
    changed(board, index);
    return true;
}

static bool gpio_read(struct board *board, uint32_t offset, unsigned size, uint32_t *value)
{
    (void)size;
    return port_read(board, (int)(offset / GPIO_STRIDE), offset % GPIO_STRIDE, value);
}

static bool gpio_write(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value)
{
    return port_write(board, (int)(offset / GPIO_STRIDE), offset % GPIO_STRIDE, lanes, value);
}

bool gpio_is_output(const struct board *board, char port, int pin)
{
    return field(port_of(board, port)->moder, pin) == MODE_OUTPUT;
}

bool gpio_output(const struct board *board, char port, int pin)
{
    return gpio_is_output(board, port, pin) && (port_of(board, port)->odr >> pin & 1u);
}

bool gpio_level(const struct board *board, char port, int pin)
{
    return level_of(port_of(board, port), pin);
}

void gpio_set_input(struct board *board, char port, int pin, bool level)
{
    struct port *state = &board->gpio->ports[port - 'A'];
    state->driven |= 1u << pin;
    state->outside = soc_merge(state->outside, 1u << pin, (uint32_t)level << pin);
    changed(board, port - 'A');
}

/* Reset values, RM0399 12.4: all pins analog, but the debug pins on ports A and B. */
void gpio_port_reset(struct board *board, uint32_t ports)
{
    for (int i = 0; i < PORT_COUNT; i++) {
        struct port *port = &board->gpio->ports[i];
        struct port after = {
            .moder = 0xFFFFFFFFu, .driven = port->driven, .outside = port->outside};
        if (!(ports >> i & 1u))
            continue;
        if (i == 0)
            after = (struct port){.moder = 0xABFFFFFFu,
                                  .ospeedr = 0x0C000000u,
                                  .pupdr = 0x64000000u,
                                  .driven = port->driven,
                                  .outside = port->outside};
        else if (i == 1) {
            after.moder = 0xFFFFFEBFu;
            after.ospeedr = 0x000000C0u;
            after.pupdr = 0x00000100u;
        }
        *port = after;
        port->levels = input_register(port);
    }
}

void gpio_reset(struct board *board)
{
    gpio_port_reset(board, 0x7FFu);
}

struct gpio *gpio_create(struct board *board)
{
    static const struct device device = {"GPIO", GPIO_BASE, PORT_COUNT * GPIO_STRIDE,
                                         names,  gpio_read, gpio_write};
    board->gpio = calloc(1, sizeof *board->gpio);
    if (!board->gpio)
        return NULL;
    /* The blue button pulls PC13 up when pressed; a resistor holds it low. */
    board->gpio->ports['C' - 'A'].driven = 1u << 13;
    gpio_reset(board);
    bus_add(board, &device);
    return board->gpio;
}
