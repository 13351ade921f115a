// plants.mjs - bugs that other systems had, and how each one is planted here.
//
// `fault`: one of tests/powercut/planted.h, which sits in the harness where a board has its port and its guard's hands.
// `file`, `from`, `to`: the product's source with one place changed; `from` must be there once.
// SPDX-License-Identifier: Apache-2.0

const inBootRead = {file: 'src/core/boot_read.c'}, inBoot = {file: 'src/core/boot.c'}, inGuard = {file: 'src/core/boot_guard.c'};
const inSteps = {file: 'src/core/boot_steps.c'}, inAgain = {file: 'src/core/update_again.c'}, inOpen = {file: 'src/core/update_open.c'};
const inVerify = {file: 'src/core/update_verify.c'}, inInput = {file: 'src/core/update_input.c'}, inUpdate = {file: 'src/core/update.c'};
const inJournal = {file: 'src/core/journal.c'}, inDigest = {file: 'src/core/digest.c'}, inOptions = {file: 'ports/stm32h7/option_bytes.c'};

export const bugs = [
    {bug: 'a trailer left over from an earlier image is taken for the new one\'s', plants: [
        {...inBootRead, from: 'return memcmp(bank->tag, record->tag, sizeof bank->tag) == 0;', to: 'return true;'},
        {...inBootRead, from: 'bank->confirmed_count = bank->confirmed_number = 0;\n    bank->failed_is_whole = false;\n    bank->was_tried = false;', to: ''},
        {...inBootRead, from: 'bank->attempts = bank->swaps = (struct flota_tries){0, 0};', to: ''},
        {...inVerify, from: 'flota_trust_check_trailer(trust, info,', to: 'flota_trust_check_trailer(trust, updater->target->running,'},
        {fault: 'BELIEVES_PROGRESS'}, {fault: 'SKIPS_TOUCHED'}, {fault: 'REST_NOT_ERASED'},
    ]},
    {bug: 'RAM state surviving the simulated reset hid a real reset bug', plants: [
        {fault: 'RAM_SURVIVES'},
        {...inBootRead, from: 'memset(bank, 0, sizeof *bank);', to: ''},
        {...inUpdate, from: 'memset(updater, 0, sizeof *updater);', to: ''},
    ]},
    {bug: 'a torn magic word during a revert', plants: [
        {...inJournal, from: ' || record->crc32 != crc_of(record)', to: ''},
        {...inJournal, from: 'error == 0 ? classify(record) : FLOTA_WORD_DEAD', to: 'error == 0 ? classify(record) : FLOTA_WORD_BLANK'},
        {fault: 'TRUSTS_FAILED'},
    ]},
    {bug: 'an interrupted revert swaps twice', plants: [
        {...inAgain, from: '!other->was_tried && other->attempts.all == 0', to: 'true'},
        {fault: 'NO_SETTLE_RECORD'},
    ]},
    {bug: 'a revert that sticks for ever', plants: [
        {...inAgain, from: 'other->state == FLOTA_BANK_TRIAL && untried', to: 'other->state == FLOTA_BANK_TRIAL && other->trial != FLOTA_TRIAL_REVERT && untried'},
        {...inBoot, from: 'if (is_rejected(&boot->own, power_on))', to: 'if (false)'},
        {fault: 'UNCOUNTED_AGAIN'},
    ]},
    {bug: 'an image that was never confirmed as the first one is reverted into nothing', plants: [
        {...inBoot, from: 'return run(FLOTA_REASON_UNRECORDED);', to: 'return leave(boot, power_on, FLOTA_REASON_UNCOUNTED);'},
        {...inBoot, from: 'if (boot->own.fallback_words == 0)\n        return FLOTA_OBSTACLE_NO_FALLBACK;', to: ''},
        {...inGuard, from: 'if (words == 0 || !has_vectors(flash, slot))\n        return false;', to: 'if (words == 0)\n        return true;'},
    ]},
    {bug: 'a double-bit error in the spare slot stops the boot of the good one', plants: [
        {...inJournal, from: 'enum flota_journal_word word = error', to: 'if (error != 0 && slot == FLOTA_SLOT_SPARE)\n        __builtin_trap();\n    enum flota_journal_word word = error'},
        {...inBootRead, from: 'read_bank(flash, FLOTA_SLOT_SPARE, &boot->other);', to: 'read_bank(flash, FLOTA_SLOT_SPARE, &boot->other);\n    if (boot->other.any_tag)\n        boot->own.state = FLOTA_BANK_OPEN;'},
        {...inGuard, from: 'if (error != 0)\n            return error;\n        *crc', to: 'while (error != 0)\n            error = flash->read(flash->port, slot, offset, bytes, size);\n        *crc'},
    ]},
    {bug: 'metadata outside the signature taken as signed', plants: [
        {...inDigest, from: 'limit(BLANKED_START, offset, end)', to: 'limit(BLANKED_START - 16u, offset, end)'},
        {...inVerify, from: 'return flota_updater_has_block(updater) && updater->cursor == 0 &&', to: 'return false && updater->cursor == 0 &&'},
        {...inInput, from: 'return result == FLOTA_ERR_SIGNATURE_MISSING || result > 0 ? 0 : result;', to: 'return 0;'},
        {...inInput, from: 'updater->manifest_signed = result == FLOTA_SIGNED;', to: 'updater->manifest_signed = true;'},
    ]},
    {bug: 'bytes after the signed image copied along', plants: [
        {...inInput, from: 'if (size > limit - updater->taken)', to: 'if (false)'},
        {...inInput, from: 'status->total = status->info.image_size + status->info.trailer_size;', to: ';'},
    ]},
    {bug: 'bank swap after a half-copied bootloader', plants: [
        {...inUpdate, from: 'if (updater->step < FLOTA_STEP_VERIFIED)', to: 'if (false)'},
        {...inVerify, from: 'if (memcmp(ours, theirs, READ_SIZE) != 0)', to: 'if (false)'},
        {fault: 'NO_BEGIN'}, {fault: 'LATE_BEGIN'},
    ]},
    {bug: 'erasing the healthy bank because the swap state was ignored', plants: [
        {...inUpdate, from: 'return target->platform->update_allowed(target->platform->port);', to: 'return 0;'},
        {...inOpen, from: 'if (flota_boot_swap_may_come(boot)) {', to: 'if (false) {'},
        {fault: 'NO_REASSERT'},
    ]},
    {bug: 'a trial state kept in the backup domain: after a loss of power the unconfirmed image counts as confirmed', plants: [
        {...inBoot, from: 'return try_out(boot, power_on);', to: 'return power_on ? run(FLOTA_REASON_CONFIRMED) : try_out(boot, power_on);'},
        {...inBoot, from: 'return tries->all < FLOTA_BOOT_BOOTS_MAX && resets', to: 'return resets'},
    ]},
    {bug: 'the trial state written before the swap: a cut between them makes the old image look like the trial', plants: [
        {...inSteps, from: 'return flota_journal_append(flash, FLOTA_SLOT_SPARE, &record, FLOTA_JOURNAL_KEEP_ROLLBACK);',
         to: 'struct flota_boot boot;\n    flota_boot_read(flash, &boot);\n    memcpy(record.tag, boot.own.tag, sizeof record.tag);\n' +
             '    return flota_journal_append(flash, FLOTA_SLOT_ACTIVE, &record, FLOTA_JOURNAL_KEEP_ROLLBACK);'},
        {fault: 'STAGE_AFTER_SWAP'},
    ]},
    {bug: 'a power-fail test that did not fail the power', plants: [{fault: 'NEVER_CUTS'}, {fault: 'TEARS_NOTHING'}]},
    {bug: 'the roll-back check is done on one copy, the boot on another', plants: [
        {...inGuard, from: ': is_sound(flash, FLOTA_SLOT_SPARE, own->fallback_words', to: ': is_sound(flash, FLOTA_SLOT_ACTIVE, own->fallback_words'},
        {...inGuard, from: 'is_sound(flash, FLOTA_SLOT_ACTIVE, own->words', to: 'is_sound(flash, FLOTA_SLOT_SPARE, own->words'},
        {...inVerify, from: 'memcmp(flash_digest, updater->sent_digest, sizeof flash_digest) != 0', to: 'false'},
        {...inVerify, from: 'flash->read(flash->port, FLOTA_SLOT_SPARE, updater->cursor, updater->buffer, padded)', to: 'flash->read(flash->port, FLOTA_SLOT_ACTIVE, updater->cursor, updater->buffer, padded)'},
        {fault: 'NO_CHECK'},
    ]},
    {bug: 'no eligibility check before a rollback', plants: [{fault: 'NO_ELIGIBILITY'}]},
    {bug: 'a single CONFIRMED record', plants: [
        {fault: 'ONE_CONFIRMED'}, {fault: 'TRUSTS_CONFIRMED'},
        {...inSteps, from: 'own->confirmed_number >= CONFIRMED_NUMBER ? own->confirmed_count : 1', to: 'own->confirmed_count + 1'},
    ]},
    {bug: 'the journal erased last', plants: [
        {fault: 'NO_COMPACTION'}, {fault: 'NO_CARRY'}, {fault: 'LATE_CARRY'},
        {...inOpen, from: 'result = flota_boot_save(flash);', to: ';'},
        {...inOpen, from: 'if (flota_boot_compaction_was_cut(&boot) && !updater->compacted)', to: 'if (false)'},
    ]},
    {bug: 'records without an image tag', plants: [
        {...inSteps, from: 'flota_journal_record(FLOTA_RECORD_STAGED, update->generation, update->tag)', to: 'flota_journal_record(FLOTA_RECORD_STAGED, update->generation, NULL)'},
        {...inBootRead, from: 'else if (record->kind != 0 && is_of_image(bank, record))', to: 'else if (record->kind != 0)'},
    ]},
    {bug: 'dead slots not counted as attempts', plants: [
        {fault: 'DEAD_NOT_COUNTED'},
        {...inBootRead, from: 'else if (word == FLOTA_WORD_DEAD)\n            apply_dead(bank);', to: ''},
        {fault: 'LATE_ATTEMPT'}, {fault: 'STARTS_UNCOUNTED'},
    ]},
    {bug: 'other _PRG registers left dirty at OPTSTART', plants: [
        {...inOptions, from: 'REG32(FLASH_BASE + offsets[i] + 4u) = options.current[i];', to: ';'},
        {...inOptions, from: 'if (options.programmed[i] != options.current[i])\n            return false;', to: ''},
        {...inOptions, from: 'FLASH_OPTSR_PRG = current; /*', to: '; /*'},
    ]},
    {bug: 'an erase while a swap is pending', plants: [
        {...inSteps, from: 'if (flota_boot_swap_may_come(&boot) && !update->swap_settled)', to: 'if (false)'},
        {...inUpdate, from: '        error = platform->swap(platform->port);\n    if (error != 0)\n        return flota_updater_fail(updater, error);\n    updater->step = FLOTA_STEP_ACTIVATED;',
         to: '        error = platform->swap(platform->port);\n    if (error != 0)\n        return flota_updater_fail(updater, error);\n    updater->target->flash->erase_start(updater->target->flash->port, FLOTA_SLOT_SPARE, 0);\n    updater->step = FLOTA_STEP_ACTIVATED;'},
    ]},
    {bug: 'a verification failure that swaps without a FAILED record', plants: [
        {fault: 'NO_FAILED'},
        {...inGuard, from: 'result = append_failed(flash, &boot->own, decision->reason, cause);', to: ';'},
    ]},
    {bug: 'the values of a device are lost, mixed or left in doubt (Flota\'s own list)', plants: [
        {fault: 'ONE_COPY'}, {fault: 'NO_SETTLE'}, {fault: 'INCOMPLETE'}, {fault: 'OWN_ONLY'}, {fault: 'FORGETS_UNKNOWN'},
    ]},
];
