# SPDX-License-Identifier: BSD-2-Clause
# Ends of life: revoke, rekey, retire, export and import.
ends_tests = %D%/export.sh %D%/import_others.sh %D%/rekey.sh %D%/rekey_killed.sh %D%/retire.sh %D%/revoke.sh
dist_check_SCRIPTS += $(ends_tests)
TESTS += $(ends_tests)
TESTS_LONG += %D%/rekey_killed.sh
