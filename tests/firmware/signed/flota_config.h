/* A firmware that takes signed firmware only. SPDX-License-Identifier: Apache-2.0 */
#include "../../../examples/project1/flota_config.h"
#undef FLOTA_NAME
#undef FLOTA_SECURITY_EPOCH
#define FLOTA_NAME             "signed"
#define FLOTA_SECURITY_EPOCH   5
#define FLOTA_SIGNATURE_POLICY FLOTA_SIGNATURES_REQUIRED
/* tests/keys: root.pem, release.pem */
#define FLOTA_KEY_0                                                                                \
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1rAgVz016V6JZBNRE9VMW7kxUgxxkITvH5GFAn/YqnVPOYaQ+tUWGyES" \
    "WRR9rX8mC26W540esrZFqGw/f4rGxQ=="
#define FLOTA_KEY_1                                                                                \
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZZUucPCSYBbFSV3eLV6gW4EHG114WxYfnDrSUB/Y1REwOzpxGl7zEhIV" \
    "hzFsHNi52T9lJTpm4Q/rGZYtCdigeg=="
