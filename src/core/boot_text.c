/* boot_text.c - the words of reasons and obstacles; the guard needs none.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/boot.h"

const char *flota_boot_reason_text(enum flota_boot_reason reason)
{
    switch (reason) {
    case FLOTA_REASON_UNRECORDED:
        return "nothing is recorded about this image: it came from the factory or a programmer";
    case FLOTA_REASON_CONFIRMED:
        return "this image is confirmed";
    case FLOTA_REASON_TRIAL:
        return "this image is on trial";
    case FLOTA_REASON_INTERRUPTED:
        return "the image was only half-written";
    case FLOTA_REASON_ATTEMPTS:
        return "the image did not confirm in the boots that it had";
    case FLOTA_REASON_DAMAGED:
        return "the image in flash is not the one that was staged";
    case FLOTA_REASON_FULL:
        return "the journal had no room to count the image's boots";
    case FLOTA_REASON_UNCOUNTED:
        return "the image's boot could not be recorded";
    case FLOTA_REASON_DEADLINE:
        return "the image did not confirm before its deadline";
    case FLOTA_REASON_APPLICATION:
        return "the image's own health check failed";
    case FLOTA_REASON_REQUEST:
        return "somebody went back while the image was on trial";
    case FLOTA_REASON_NONE:
        break;
    }
    return "reason unknown";
}

const char *flota_boot_obstacle_text(enum flota_boot_obstacle obstacle)
{
    switch (obstacle) {
    case FLOTA_OBSTACLE_NO_FALLBACK:
        return "no record says what the other bank should hold";
    case FLOTA_OBSTACLE_OTHER_FAILED:
        return "the image in the other bank has failed, too";
    case FLOTA_OBSTACLE_OTHER_OPEN:
        return "the image in the other bank is half-written";
    case FLOTA_OBSTACLE_OTHER_TRIED:
        return "the image in the other bank has used up its own trial";
    case FLOTA_OBSTACLE_OTHER_DAMAGED:
        return "the image in the other bank is damaged";
    case FLOTA_OBSTACLE_SWAP_REJECTED:
        return "the chip did not swap the banks";
    case FLOTA_OBSTACLE_JOURNAL:
        return "the journal cannot be written";
    case FLOTA_OBSTACLE_NONE:
        break;
    }
    return "";
}
