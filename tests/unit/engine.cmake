# SPDX-License-Identifier: Apache-2.0
# test_update_engine.c stands between the core and these functions, to let the n-th call of one fail (ld --wrap).
set(ENGINE_FUNCTIONS
  mbedtls_sha256_starts_ret mbedtls_sha256_update_ret mbedtls_sha256_finish_ret
  mbedtls_ecp_group_load mbedtls_ecp_point_read_binary mbedtls_ecp_check_pubkey
  mbedtls_mpi_read_binary mbedtls_ecdsa_verify flota_bundle_next)
foreach(function ${ENGINE_FUNCTIONS})
  target_link_options(test_update_engine PRIVATE LINKER:--wrap=${function})
endforeach()
