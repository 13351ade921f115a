/* cuts.c - see cuts.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cuts.h"

#include <string.h>

static const char *const model_names[] = {
#define X(id, name) name,
    CUT_MODELS(X)
#undef X
};

const char *cut_model_name(enum cut_model model)
{
    return model_names[model];
}

bool cut_model_by_name(const char *name, enum cut_model *model)
{
    for (int i = 0; i < CUT_MODEL_COUNT; i++) {
        if (strcmp(name, model_names[i]) == 0) {
            *model = (enum cut_model)i;
            return true;
        }
    }
    return false;
}
