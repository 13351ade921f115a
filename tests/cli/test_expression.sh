#!/bin/sh
# test_expression.sh TEST_EXPRESSION - the compiled expressions give these values in Node.js. SPDX-License-Identifier: Apache-2.0
"$1" --script | node -
