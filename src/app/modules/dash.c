/* dash.c - the application's endpoints, /api/NAME: "dash".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/module.h"

static struct flota_dash dash;

static void start(struct flota_app *app)
{
    dash = (struct flota_dash){.endpoints = flota_glue.endpoints,
                               .endpoint_count = flota_glue.endpoint_count,
                               .auth = app->auth};
    flota_app_http(app);
    flota_app_route(app, "/api/", "GET POST", &flota_dash_handler, &dash);
}

const struct flota_module flota_module_dash = {.name = "dash", .start = start};
